import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine } from "../support/evaluation.ts";

/** Rows and answers from which nothing follows: refused with a fix, or undecided with the reason, and never a verdict of no number. */

type Cells = readonly (number | string)[];

const csv = (header: string, rows: readonly Cells[]) =>
  `${header}\n${rows.map((cells, row) => [row, ...cells].join(",")).join("\n")}\n`;

/** Labels with two models' answers to them, as files that are joined by id. */
async function compared(
  task: string,
  columns: string,
  labels: readonly (number | string)[],
  answers: readonly [(row: number) => Cells, (row: number) => Cells],
  given: Record<string, unknown> = {},
) {
  const [one, other] = answers;
  await using at = await machine({
    "rows.csv": csv(
      "id,y",
      labels.map((label) => [label]),
    ),
    "one.csv": csv(
      `id,${columns}`,
      labels.map((_, row) => one(row)),
    ),
    "other.csv": csv(
      `id,${columns}`,
      labels.map((_, row) => other(row)),
    ),
  });
  const models = { challenger: "one.csv", champion: "other.csv", data: "rows.csv", key: ["id"] };
  return await evaluate(at, { task, ...models, ...given });
}

/** Every number of every metric is one, or null. */
function requireNumbers({ findings }: Awaited<ReturnType<typeof compared>>): void {
  const { metrics } = findings.details as { readonly metrics: readonly Record<string, unknown>[] };
  for (const metric of metrics) {
    for (const value of Object.values(metric)) if (typeof value === "number") expect(value).not.toBeNaN();
  }
  expect(JSON.stringify(findings)).not.toContain("NaN in");
  expect(findings.summary).not.toContain("NaN");
}

const random = createRandom(77);
const noise = Array.from({ length: 400 }, () => random.uniform());
const other = Array.from({ length: 400 }, () => random.uniform());
const at = (values: readonly number[], row: number) => (values[row] ?? 0.5).toFixed(4);
const labels = (count: number, of: (row: number) => number | string) =>
  Array.from({ length: count }, (_, row) => of(row));
const everyClassMetric = [
  "accuracy",
  "balanced-accuracy",
  "precision",
  "recall",
  "f1",
  "mcc",
  "log-loss",
  "brier",
  "ece",
];
const margins = (names: readonly string[]) => names.map((name) => ({ name, margin: 0.01 }));

describe("two classes", () => {
  const metrics = margins([...everyClassMetric, "roc-auc", "average-precision"]);
  const two = (row: number) => row % 2;

  test.each([
    ["one row", labels(1, () => 1), (row: number) => [at(noise, row)], (row: number) => [at(other, row)]],
    ["negative rows alone", labels(50, () => 0), (row: number) => [at(noise, row)], (row: number) => [at(other, row)]],
    ["positive rows alone", labels(50, () => 1), (row: number) => [at(noise, row)], (row: number) => [at(other, row)]],
    [
      "one positive row",
      labels(50, (row) => (row === 3 ? 1 : 0)),
      (row: number) => [at(noise, row)],
      (row: number) => [at(other, row)],
    ],
    ["constant and different predictions", labels(50, two), () => [0.4], () => [0.6]],
    [
      "probabilities of 0 and 1 that are wrong",
      labels(50, two),
      (row: number) => [1 - (row % 2)],
      (row: number) => [at(other, row)],
    ],
  ])("%s: every metric has numbers, and no verdict but a reasoned one", async (_, rows, one, champion) => {
    const found = await compared("binary", "score", rows, [one, champion], { metrics });
    requireNumbers(found);
    for (const { id, verdict, message } of found.findings.checks.filter((check) => check.id.startsWith("metric-"))) {
      expect(["pass", "fail", "inconclusive"], id).toContain(verdict);
      expect(message, id).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  test("all ties: equal answers are unchanged, whatever the metric", async () => {
    const found = await compared("binary", "score", labels(50, two), [() => [0.5], () => [0.5]], { metrics });
    expect(found.decision).toBe("unchanged");
    requireNumbers(found);
  });

  test.each([
    [
      "a probability above 1",
      labels(50, two),
      (row: number) => [row === 7 ? 1.5 : at(noise, row)],
      "TH_EVALUATION_SCORES",
      "log-loss needs probabilities",
    ],
    [
      "a probability below 0",
      labels(50, two),
      (row: number) => [row === 7 ? -0.5 : at(noise, row)],
      "TH_EVALUATION_SCORES",
      "scores between -0.5",
    ],
    ["a score that is no number", labels(50, two), (row: number) => [row === 7 ? "" : at(noise, row)], "TH_", ""],
    [
      "a missing label",
      labels(50, (row) => (row === 7 ? "" : two(row))),
      (row: number) => [at(noise, row)],
      "TH_LABEL_NULL",
      "lacks a value in 1 of 50 rows",
    ],
    [
      "three classes",
      labels(51, (row) => row % 3),
      (row: number) => [at(noise, row)],
      "TH_LABEL_VALUES",
      "a binary label has two",
    ],
  ])("%s is refused with a fix", async (_, rows, one, code, message) => {
    const asked = compared("binary", "score", rows, [one, (row) => [at(other, row)]]);
    await expect(asked).rejects.toMatchObject({
      kind: "configuration",
      code: expect.stringContaining(code),
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });
});

describe("several classes", () => {
  const metrics = [...margins(everyClassMetric), { name: "top-k", k: 2, margin: 0.01 }];
  const columns = "score_a,score_b,score_c";
  const three = (row: number) => ["a", "b", "c"][row % 3] ?? "a";
  const spread = (values: readonly number[]) => (row: number) => {
    const [first, second, third] = [0, 1, 2].map((place) => 0.05 + (values[(row + place * 31) % 400] ?? 0));
    const sum = (first ?? 0) + (second ?? 0) + (third ?? 0);
    return [(first ?? 0) / sum, (second ?? 0) / sum, (third ?? 0) / sum];
  };

  const champion = (names: string) => (row: number) => spread(other)(row).slice(0, names.split(",").length);

  test.each([
    ["one row of each class", labels(3, three), spread(noise), spread(other)],
    ["constant predictions", labels(60, three), () => [0.5, 0.3, 0.2], () => [0.2, 0.3, 0.5]],
    ["ties in every row", labels(60, three), () => [0.4, 0.4, 0.2], spread(other)],
  ])("%s: every metric has numbers", async (_, rows, one, theirs) => {
    const found = await compared("multiclass", columns, rows, [one, theirs], { metrics });
    requireNumbers(found);
  });

  test.each([
    ["one class only", labels(50, () => "a"), spread(noise), columns, "TH_LABEL_VALUES", "needs at least two"],
    [
      "probabilities that do not sum to 1",
      labels(60, three),
      () => [0.5, 0.5, 0.5],
      columns,
      "TH_EVALUATION_SCORES",
      "whose sum over the classes misses 1 by up to 0.5",
    ],
    [
      "a class that the label does not have",
      labels(60, (row) => three(row % 2)),
      spread(noise),
      columns,
      "TH_EVALUATION_CLASSES",
      'scores "c"',
    ],
    [
      "a class without a score",
      labels(60, three),
      (row: number) => spread(noise)(row).slice(0, 2),
      "score_a,score_b",
      "TH_EVALUATION_CLASSES",
      'no score column for "c"',
    ],
  ])("%s is refused with a fix", async (_, rows, one, names, code, message) => {
    await expect(compared("multiclass", names, rows, [one, champion(names)])).rejects.toMatchObject({
      kind: "configuration",
      code,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });
});

describe("numbers", () => {
  const metrics = margins(["mse", "rmse", "mae", "mape", "smape", "r2", "pinball"]);

  test.each([
    ["one row", labels(1, () => 3), (row: number) => [at(noise, row)], (row: number) => [at(other, row)]],
    ["labels of one value", labels(50, () => 3), (row: number) => [at(noise, row)], (row: number) => [at(other, row)]],
    ["labels of 0", labels(50, () => 0), (row: number) => [at(noise, row)], (row: number) => [at(other, row)]],
    ["constant predictions", labels(50, (row) => row), () => [1], () => [2]],
    [
      "perfect predictions against others",
      labels(50, (row) => row),
      (row: number) => [row],
      (row: number) => [row + 1],
    ],
  ])("%s: every metric has numbers", async (_, rows, one, champion) => {
    requireNumbers(await compared("regression", "prediction", rows, [one, champion], { metrics }));
  });

  test.each([
    [
      "a label that is no number",
      labels(50, (row) => (row === 7 ? "many" : row)),
      (row: number) => [row],
      "TH_LABEL_VALUES",
      "is a string column",
    ],
    [
      "a missing label",
      labels(50, (row) => (row === 7 ? "" : row)),
      (row: number) => [row],
      "TH_LABEL_NULL",
      "lacks a value",
    ],
    ["an infinite prediction", labels(50, (row) => row), (row: number) => [row === 7 ? "inf" : row], "TH_", ""],
  ])("%s is refused with a fix", async (_, rows, one, code, message) => {
    await expect(compared("regression", "prediction", rows, [one, (row) => [row + 1]])).rejects.toMatchObject({
      kind: "configuration",
      code: expect.stringContaining(code),
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });
});
