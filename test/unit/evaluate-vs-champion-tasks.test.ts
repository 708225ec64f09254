import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine } from "../support/evaluation.ts";
import { linear } from "../support/onnx-models.ts";

/** Tasks beyond one class or number a row, each with real models and data. */

const features = ["x", "z"];

/** 300 searches of six documents, whose relevance grows with x and a little with z. */
function searches(change: (line: string, row: number) => string = (line) => line): string {
  const random = createRandom(6);
  const lines = Array.from({ length: 1800 }, (_, row) => {
    const [x, z] = [random.normal(), random.normal()];
    const relevance = Math.max(0, Math.round(x + 0.3 * z + random.normal()));
    return change(`${row % 300},${x.toFixed(4)},${z.toFixed(4)},${relevance}`, row);
  });
  return `search,x,z,relevance\n${lines.join("\n")}\n`;
}

const ranker = linear({ features, weights: [[1, 0.3]] });
const worse = linear({ features, weights: [[0.2, 1]] });
const ranking = { task: "ranking", query: "search", label: "relevance", data: "searches.csv" };
const rankers = { challenger: "ranker.onnx", champion: "worse.onnx" };
const withSearches = (text = searches()) =>
  machine({ "searches.csv": text, "ranker.onnx": ranker, "worse.onnx": worse });

describe("ranking", () => {
  test("compares orders of documents by query", async () => {
    await using at = await withSearches();
    const metrics = [{ name: "ndcg", k: 3, test: "superiority" }, "mrr", "map", { name: "ndcg", margin: 0.02 }];
    const { decision, check, findings } = await evaluate(at, { ...ranking, ...rankers, metrics });
    expect(decision).toBe("superior");
    expect(check("metric-ndcg-3")).toMatchObject({
      verdict: "pass",
      n: 300,
      method: "paired bootstrap of 300 queries, 2000 resamples; one-sided bounds at 95%",
    });
    expect(check("metric-ndcg-3")?.effect).toBeGreaterThan(0.1);
    expect(findings.details).toMatchObject({
      task: "ranking",
      metrics: [{ name: "ndcg-3" }, {}, {}, { name: "ndcg" }],
    });
    // Every sixth search or so has nothing relevant: it counts, and is told.
    expect(check("queries")).toMatchObject({
      verdict: "pass",
      message: expect.stringMatching(/^300 queries; \d+ of them/),
    });
    const least = [{ name: "ndcg", threshold: 0.3 }];
    const grouped = await evaluate(at, { ...ranking, ...rankers, metrics: least, group: "search" });
    expect(grouped.check("threshold-ndcg")).toMatchObject({
      verdict: "pass",
      method: expect.stringContaining("bootstrap of 300 groups of queries"),
    });
    const swapped = { challenger: "worse.onnx", champion: "ranker.onnx" };
    expect(await evaluate(at, { ...ranking, ...swapped })).toMatchObject({ decision: "rejected" });
  });

  test("without a champion must beat any order, which is what one score for all gives", async () => {
    await using at = await withSearches();
    const { decision, check } = await evaluate(at, { ...ranking, challenger: "ranker.onnx" });
    expect(decision).toBe("unbaselined-pass");
    expect(check("champion")?.message).toContain("so that any order is as good");
    const reversed = linear({ features, weights: [[-1, -0.3]] });
    await using dull = await machine({ "searches.csv": searches(), "reversed.onnx": reversed });
    expect(await evaluate(dull, { ...ranking, challenger: "reversed.onnx" })).toMatchObject({
      decision: "unbaselined-fail",
    });
  });

  test.each([
    ["no query column", searches(), { query: undefined }, "TH_EVALUATION_QUERY", "which rows are the documents"],
    [
      "a query elsewhere",
      searches(),
      { task: "regression" },
      "TH_EVALUATION_QUERY",
      "a regression task has no queries",
    ],
    ["a column that is not there", searches(), { query: "serach" }, "TH_EVALUATION_COLUMNS", 'no column "serach"'],
    [
      "a row without a query",
      searches((line, row) => (row === 3 ? line.replace(/^\d+/, "") : line)),
      {},
      "TH_EVALUATION_GROUP",
      '"search" lacks a value in row 4',
    ],
    [
      "a relevance below 0",
      searches((line, row) => (row === 3 ? line.replace(/\d+$/, "-1") : line)),
      {},
      "TH_EVALUATION_NUMBERS",
      "the relevance of row 4",
    ],
    [
      "a weight that differs within a query",
      searches(),
      { weight: "relevance" },
      "TH_EVALUATION_QUERY",
      "the `weight` of row",
    ],
    [
      "a metric of classes",
      searches(),
      { metrics: ["accuracy"] },
      "TH_EVALUATION_METRICS",
      "accuracy is a metric of binary or multiclass",
    ],
  ])("refuses %s", async (_, text, given, code, message) => {
    await using at = await withSearches(text);
    await expect(evaluate(at, { ...ranking, ...rankers, ...given })).rejects.toMatchObject({
      kind: "configuration",
      code,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });

  test.each([
    ["one query", searches().split("\n").slice(0, 2).join("\n"), "needs 10 independent units, there are 1"],
    ["nothing relevant", searches((line) => line.replace(/\d+$/, "0")), "the same on every resample"],
  ])("of %s is undecided, with the reason", async (_, text, reason) => {
    await using at = await withSearches(`${text}\n`);
    const { decision, check } = await evaluate(at, { ...ranking, ...rankers, metrics: ["ndcg"] });
    expect(decision).toBe("inconclusive");
    expect(check("metric-ndcg")?.message).toContain(reason);
  });
});

/** 800 posts with three labels, the last of which is rare. */
function posts(change: (cells: string[], row: number) => string[] = (cells) => cells): string {
  const random = createRandom(8);
  const lines = Array.from({ length: 800 }, (_, row) => {
    const [x, z] = [random.normal(), random.normal()];
    const has = [2 * x, 2 * z, x + z - 3].map((sum) => (random.uniform() < 1 / (1 + Math.exp(-sum)) ? "1" : "0"));
    return change([x.toFixed(4), z.toFixed(4), ...has], row).join(",");
  });
  return `x,z,spam,abuse,rare\n${lines.join("\n")}\n`;
}

const tagger = linear({
  features,
  weights: [
    [2, 0],
    [0, 2],
    [1, 1],
  ],
  intercepts: [0, 0, -3],
  sigmoid: true,
});
const lazy = linear({
  features,
  weights: [
    [0.6, 0],
    [2, 0],
    [0, 0],
  ],
  intercepts: [0, 0, -3],
  sigmoid: true,
});
const tagging = { task: "multilabel", label: "spam, abuse,rare", data: "posts.csv" };
const taggers = { challenger: "tagger.onnx", champion: "lazy.onnx" };
const withPosts = (text = posts()) => machine({ "posts.csv": text, "tagger.onnx": tagger, "lazy.onnx": lazy });

describe("multilabel", () => {
  test("compares the labels of rows by every metric of them", async () => {
    await using at = await withPosts();
    const averages = ["macro", "micro", "samples", "weighted"];
    const metrics = [
      { name: "f1", average: "micro", test: "superiority" },
      ...averages.map((average) => ({ name: "recall", average })),
      "hamming-loss",
      "subset-accuracy",
      "jaccard",
      "average-precision",
      "roc-auc",
    ];
    const { decision, check } = await evaluate(at, { ...tagging, ...taggers, metrics });
    expect(decision).toBe("superior");
    expect(check("metric-f1-micro")).toMatchObject({ verdict: "pass", n: 800 });
    expect(check("metric-hamming-loss")?.effect).toBeGreaterThan(0.05);
    expect(check("metric-average-precision")).toMatchObject({ verdict: "pass", n: 800 });
    const swapped = { challenger: "lazy.onnx", champion: "tagger.onnx" };
    expect(await evaluate(at, { ...tagging, ...swapped })).toMatchObject({ decision: "rejected" });
    expect(await evaluate(at, { ...tagging, challenger: "tagger.onnx" })).toMatchObject({
      decision: "unbaselined-pass",
    });
  });

  const cell = (at: number, value: string) => (cells: string[], row: number) =>
    row === 4 ? cells.map((own, place) => (place === at ? value : own)) : cells;
  test.each([
    ["one label", posts(), { label: "spam" }, "TH_LABEL_MISSING", "two label columns or more"],
    ["a label that is not there", posts(), { label: "spam,abuze" }, "TH_LABEL_MISSING", 'no column "abuze"'],
    ["a label twice", posts(), { label: "spam,spam" }, "TH_LABEL_MISSING", "each once"],
    [
      "another number of labels than the model scores",
      posts(),
      { label: "spam,abuse" },
      "TH_EVALUATION_CLASSES",
      "gives 3 scores a row, and 2 labels",
    ],
    ["a missing label", posts(cell(3, "")), {}, "TH_LABEL_NULL", '"abuse" lacks a value in 1 of 800'],
    [
      "a label that is neither 0 nor 1",
      posts(cell(2, "2")),
      {},
      "TH_LABEL_VALUES",
      '"spam" holds neither 0 nor 1 in row 5',
    ],
    [
      "an average that it has not",
      posts(),
      { metrics: [{ name: "f1", average: "positive" }] },
      "TH_EVALUATION_METRICS",
      "no average `positive`",
    ],
  ])("refuses %s", async (_, text, given, code, message) => {
    await using at = await withPosts(text);
    await expect(evaluate(at, { ...tagging, ...taggers, ...given })).rejects.toMatchObject({
      kind: "configuration",
      code,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });

  test("scores that are no probabilities order rows, and predict no label", async () => {
    const raw = linear({
      features,
      weights: [
        [2, 0.1],
        [0, 2],
        [1, 1],
      ],
    });
    await using at = await machine({ "posts.csv": posts(), "raw.onnx": raw, "tagger.onnx": tagger });
    const models = { challenger: "raw.onnx", champion: "tagger.onnx" };
    await expect(evaluate(at, { ...tagging, ...models })).rejects.toMatchObject({
      code: "TH_EVALUATION_SCORES",
      message: expect.stringMatching(/^f1 needs probabilities, and the challenger raw.onnx gives scores between -/),
    });
    expect(await evaluate(at, { ...tagging, ...models, metrics: ["average-precision"] })).toMatchObject({
      decision: "non-inferior",
    });
  });

  test("reads ready predictions by the labels' names, whatever their order in the file", async () => {
    const lines = posts().trimEnd().split("\n").slice(1);
    const file = (score: (own: string, other: string) => readonly string[]) =>
      [
        "id,score_rare,score_abuse,score_spam",
        ...lines.map((line, row) => {
          const [, , spam = "0", abuse = "0", rare = "0"] = line.split(",");
          const [first, second] = score(spam, abuse);
          return `${row},${rare},${second},${first}`;
        }),
      ].join("\n");
    const data = ["id,spam,abuse,rare", ...lines.map((line, row) => `${row},${line.split(",").slice(2).join(",")}`)];
    await using at = await machine({
      "posts.csv": data.join("\n"),
      "right.csv": file((spam, abuse) => [spam, abuse]),
      "swapped.csv": file((spam, abuse) => [abuse, spam]),
    });
    const given = {
      ...tagging,
      key: ["id"],
      challenger: "right.csv",
      champion: "swapped.csv",
      metrics: ["subset-accuracy"],
    };
    const { check, decision } = await evaluate(at, given);
    expect(decision).toBe("non-inferior");
    expect(check("metric-subset-accuracy")?.observed).toBe(1);
    await expect(evaluate(at, { ...given, label: "spam,id" })).rejects.toMatchObject({
      code: "TH_PREDICTIONS_COLUMNS",
      message: 'right.csv has no column "score_id"',
    });
  });

  test("of one row, or with a label that no row has, is undecided or defined, and never no number", async () => {
    await using one = await withPosts(`${posts().split("\n").slice(0, 2).join("\n")}\n`);
    expect(await evaluate(one, { ...tagging, ...taggers })).toMatchObject({ decision: "inconclusive" });
    await using none = await withPosts(posts((cells) => [...cells.slice(0, 4), "0"]));
    const { check } = await evaluate(none, { ...tagging, ...taggers, metrics: ["f1", "roc-auc"] });
    expect(check("metric-f1")?.observed).toBeGreaterThan(0);
    expect(check("metric-roc-auc")).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("roc-auc is not defined on these rows"),
    });
  });
});
