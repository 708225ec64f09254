import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/evaluate-vs-champion.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { createRandom } from "../../src/stats/random.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { modelSource } from "../support/models.ts";
import { logisticRegression, memoryBomb, model, node, value } from "../support/onnx-models.ts";

/** Rows whose label follows 1.5·x − z, as CSV. */
function rows(count: number, seed: number, label: (one: boolean) => string = (one) => (one ? "1" : "0")): string {
  const random = createRandom(seed);
  const lines = Array.from({ length: count }, (_, row) => {
    const [x, z] = [random.normal(), random.normal()];
    const one = random.uniform() < 1 / (1 + Math.exp(-(1.5 * x - z)));
    return `${row},${x.toFixed(4)},${z.toFixed(4)},${label(one)}`;
  });
  return `id,x,z,y\n${lines.join("\n")}\n`;
}

const good = logisticRegression({ weights: { x: 1.5, z: -1 } });
const refactored = logisticRegression({ weights: { x: 1.49, z: -1.01 } });
const dull = logisticRegression({ weights: { x: 0.4 } });
const useless = logisticRegression({ weights: { z: 0.4 } });

const machine = (files: Record<string, string | Uint8Array> = {}, ci?: CiContext) =>
  testHost({
    files: {
      "good.onnx": good,
      "refactored.onnx": refactored,
      "dull.onnx": dull,
      "useless.onnx": useless,
      "test.csv": rows(1500, 1),
      ...files,
    },
    ...(ci === undefined ? {} : { ci }),
  });

const pullRequest: CiContext = {
  provider: "github",
  repository: "acme/m",
  workflow: "gate",
  job: "model",
  runId: "1",
  attempt: 1,
  sha: "a".repeat(40),
  ref: "refs/pull/1/merge",
  actor: "mona",
  event: "pull_request",
  fromFork: false,
  runner: "self-hosted",
};

async function evaluate({ host, project, cwd }: TestHost, given: Record<string, unknown>) {
  const paths = Object.fromEntries(
    Object.entries({ data: "test.csv", ...given }).map(([key, path]) =>
      key === "data" || key === "screenData"
        ? [key, [`${cwd}/${String(path)}`]]
        : (key === "challenger" || key === "champion") && !String(path).includes(":")
          ? [key, `${cwd}/${String(path)}`]
          : [key, path],
    ),
  );
  const result = await command.run(command.inputs.parse({ label: "y", ...paths }), host, project);
  command.details.parse(result.findings.details);
  const { findings, outputs } = result;
  const check = (id: string) => findings.checks.find((one) => one.id === id);
  return { findings, decision: outputs.decision, metrics: outputs.metrics, check };
}

describe("the decision", () => {
  test("a better challenger is superior, and the report binds both models and every data file by digest", async () => {
    await using at = await machine();
    const metrics = [{ name: "roc-auc", test: "superiority" }, "log-loss", { name: "accuracy", test: "superiority" }];
    const { findings, decision, check } = await evaluate(at, {
      challenger: "good.onnx",
      champion: "dull.onnx",
      metrics,
      key: ["id"],
    });
    expect(decision).toBe("superior");
    expect(findings.summary).toMatch(
      /^challenger is superior: roc-auc \+0\.\d+, one-sided 95% bounds \+\S+ and \+\S+; log-loss \+\S+, bounds \+/,
    );
    expect(findings.tables[0]?.title).toContain("each bound is one-sided at 95%");
    expect(check("metric-accuracy")).toMatchObject({
      message: expect.stringContaining(", with one-sided bounds +"),
      method: "exact McNemar test, Tango score bounds; one-sided bounds at 95%",
    });
    expect(findings.subjects).toEqual([
      { name: "challenger", kind: "model", digest: digestOf(good), uri: "good.onnx" },
    ]);
    expect(findings.materials).toEqual([
      { name: "champion", kind: "model", digest: digestOf(dull), uri: "dull.onnx" },
      { name: "test.csv", kind: "data", digest: digestOf(rows(1500, 1)) },
    ]);
    expect(findings.details).toMatchObject({
      decision: "superior",
      purpose: "promote",
      challenger: digestOf(good),
      champion: digestOf(dull),
      rows: 1500,
      data: { files: [{ path: "test.csv", digest: digestOf(rows(1500, 1)) }] },
      metrics: [
        { name: "roc-auc", state: "superior" },
        { name: "log-loss", state: "non-inferior", margin: 0.01 },
        { name: "accuracy" },
      ],
    });
    expect(check("metric-roc-auc")).toMatchObject({
      verdict: "pass",
      n: 1500,
      interval: [expect.any(Number), expect.any(Number)],
    });
    expect(check("metric-roc-auc")?.message).toMatch(/1500 rows find a difference of [\d.]+ with 80% power/);
    expect(check("key")?.verdict).toBe("pass");
    // The challenger reads a column more than the champion did: its callers must give it.
    expect(check("signature")).toMatchObject({ verdict: "warn", message: expect.stringContaining("it also reads z") });
    expect(findings.verdict).toBe("warn");
  });

  test("a worse challenger is rejected, and the same evidence gives the same findings again", async () => {
    await using at = await machine();
    const one = await evaluate(at, { challenger: "dull.onnx", champion: "good.onnx" });
    expect(one).toMatchObject({ decision: "rejected", findings: { verdict: "fail" } });
    expect(one.check("signature")?.message).toContain("no longer reads z");
    const { timings: _first, ...findings } = one.findings;
    const { timings: _second, ...again } = (await evaluate(at, { challenger: "dull.onnx", champion: "good.onnx" }))
      .findings;
    expect(again).toEqual(findings);
  });

  test("a refactoring is non-inferior, and not superior", async () => {
    await using at = await machine();
    expect(await evaluate(at, { challenger: "refactored.onnx", champion: "good.onnx" })).toMatchObject({
      decision: "non-inferior",
      findings: { verdict: "pass" },
    });
    const metrics = [{ name: "roc-auc", test: "superiority" }];
    const asked = await evaluate(at, { challenger: "refactored.onnx", champion: "good.onnx", metrics });
    expect(asked).toMatchObject({ decision: "inconclusive", findings: { verdict: "inconclusive" } });
  });

  test("few rows are inconclusive, and the report tells how many it would take", async () => {
    const near = logisticRegression({ weights: { x: 1.5, z: -0.6 } });
    await using at = await machine({ "test.csv": rows(60, 2), "near.onnx": near });
    const { decision, check } = await evaluate(at, {
      challenger: "near.onnx",
      champion: "good.onnx",
      metrics: ["accuracy"],
    });
    expect(decision).toBe("inconclusive");
    expect(check("metric-accuracy")?.message).toMatch(
      /\d+ rows would settle it with that power if the models are equal/,
    );
  });

  test("the same file is unchanged without a row being read", async () => {
    await using at = await machine({ "copy.onnx": good });
    const { decision, findings } = await evaluate(at, { challenger: "copy.onnx", champion: "good.onnx" });
    expect(decision).toBe("unchanged");
    expect(findings).toMatchObject({ verdict: "pass", details: { rows: 0, metrics: [] } });
    expect(at.logs.some((line) => line.includes("scoring"))).toBe(false);
  });

  test("other bytes with the same answers are unchanged too, even where superiority was asked", async () => {
    await using at = await machine({
      "renamed.onnx": logisticRegression({ weights: { x: 1.5, z: -1 }, metadata: { author: "b" } }),
    });
    const metrics = [{ name: "roc-auc", test: "superiority" }];
    expect(await evaluate(at, { challenger: "renamed.onnx", champion: "good.onnx", metrics })).toMatchObject({
      decision: "unchanged",
      findings: { verdict: "pass" },
    });
  });
});

describe("no champion", () => {
  test("is said aloud, and the challenger must beat the commonest class", async () => {
    await using at = await machine();
    const { decision, findings, check } = await evaluate(at, {
      challenger: "good.onnx",
      champion: "registry:m@champion",
    });
    expect(decision).toBe("unbaselined-pass");
    expect(findings.verdict).toBe("warn");
    expect(check("champion")?.message).toContain("there is no registry:m@champion yet");
    expect(findings.details).toMatchObject({ champion: null, baseline: "majority" });
    expect(await evaluate(at, { challenger: "useless.onnx" })).toMatchObject({
      decision: "unbaselined-fail",
      findings: { verdict: "fail" },
    });
  });

  test("and no baseline compares with nothing, which is said as well", async () => {
    await using at = await machine();
    const { decision, findings, check } = await evaluate(at, { challenger: "good.onnx", baseline: "none" });
    expect(decision).toBe("unbaselined-pass");
    expect(check("champion")?.message).toContain("compared with nothing");
    expect(findings.tables[0]?.rows.map(([name]) => name)).toEqual(["roc-auc", "log-loss"]);
  });

  test.each([
    ["champion", "registry:flights@champoin", "registry has no alias champoin of flights", 'did you mean "champion"?'],
    ["champion", "registry:flights@nightly", "no alias nightly of flights", "write one of: challenger, champion, 1"],
    ["champion", "registry:flights@99", "has no version 99 of flights", "write one of its versions: 1"],
    ["champion", "registry:flihgts@champion", "has no model flihgts", 'did you mean "flights"?'],
    [
      "champion",
      "registry:fraud",
      "has no model fraud",
      "write one of: flights. If the model is new, write model: fraud",
    ],
    ["champion", "registry:churn@challenger", "has no model churn", "register a model as churn first"],
    ["challenger", "registry:flights@chalenger", "no alias chalenger", 'did you mean "challenger"?'],
  ])("%s %s is a slip of the pen, and refused", async (input, reference, message, fix) => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    await registry.register("flights", modelSource({ "model.onnx": dull }));
    const move = { from: null, to: 1, at: "", actor: "mona", reason: "first" };
    await registry.moveAlias("flights", { ...move, alias: "challenger" });
    const given = { challenger: "good.onnx", [input]: reference };
    await expect(evaluate({ ...at, project: { ...at.project, model: "churn" } }, given)).rejects.toMatchObject({
      kind: "configuration",
      code: "TH_MODEL_MISSING",
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
      place: { input },
    });
  });

  test("the first champion may be absent beside other models, for a known model and for the project's own", async () => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    await registry.register("flights", modelSource({ "model.onnx": dull }));
    for (const model of ["flights", "churn"]) {
      const own = { ...at, project: { ...at.project, model } };
      const { decision } = await evaluate(own, { challenger: "good.onnx", champion: `registry:${model}@champion` });
      expect(decision).toBe("unbaselined-pass");
    }
  });

  test("without any model in the registry an alias other than champion is refused as well", async () => {
    await using at = await machine();
    for (const reference of ["registry:m@champoin", "registry:m@1"]) {
      await expect(evaluate(at, { challenger: "good.onnx", champion: reference })).rejects.toMatchObject({
        code: "TH_MODEL_MISSING",
        fix: expect.stringContaining("registry:m@champion"),
      });
    }
  });

  test("a champion in the registry is found by its alias", async () => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    const version = await registry.register("m", modelSource({ "model.onnx": dull }));
    const move = {
      alias: "champion",
      from: null,
      to: version.version,
      at: "2026-01-01T00:00:00.000Z",
      actor: "mona",
      reason: "first",
    };
    expect((await registry.moveAlias("m", move)).ok).toBe(true);
    const { decision, findings } = await evaluate(at, { challenger: "good.onnx", champion: "registry:m@champion" });
    expect(decision).toBe("non-inferior");
    expect(findings.materials[0]).toMatchObject({ name: "champion", digest: digestOf(dull), uri: "registry:m@1" });
  });
});

describe("what the rows are for", () => {
  const models = { challenger: "refactored.onnx", champion: "good.onnx" };

  test("a pull request screens on its own rows, and warns when it must read the holdout", async () => {
    await using at = await machine({ "validation.csv": rows(1500, 3) }, pullRequest);
    const own = await evaluate(at, { ...models, screenData: "validation.csv" });
    expect(own.findings).toMatchObject({
      verdict: "pass",
      details: { purpose: "screen", data: { files: [{ path: "validation.csv" }] } },
    });
    const holdout = await evaluate(at, models);
    expect(holdout.check("holdout")).toMatchObject({ verdict: "warn", place: { input: "screen-data" } });
    expect(holdout.decision).toBe("non-inferior");
  });

  test("screening rows that are a copy of the holdout are found by content", async () => {
    await using at = await machine({ "copy.csv": rows(1500, 1) });
    const { check } = await evaluate(at, { ...models, purpose: "screen", screenData: "copy.csv" });
    expect(check("holdout")).toMatchObject({ verdict: "warn", message: expect.stringContaining("copy.csv") });
  });

  test("a screen works where the holdout is out of reach", async () => {
    await using at = await machine({ "validation.csv": rows(1500, 3) });
    const { check } = await evaluate(at, {
      ...models,
      purpose: "screen",
      data: "locked/test.parquet",
      screenData: "validation.csv",
    });
    expect(check("holdout")?.verdict).toBe("pass");
  });
});

describe("labels, columns and values", () => {
  test("texts need their positive class named, and true and false do not", async () => {
    const yes = logisticRegression({ weights: { x: 1.5, z: -1 }, classes: ["no", "yes"] });
    await using at = await machine({
      "yes.onnx": yes,
      "text.csv": rows(900, 4, (one) => (one ? "yes" : "no")),
      "bool.csv": rows(900, 4, (one) => (one ? "true" : "false")),
    });
    const text = { challenger: "yes.onnx", data: "text.csv" };
    await expect(evaluate(at, text)).rejects.toMatchObject({
      code: "TH_LABEL_VALUES",
      fix: expect.stringContaining("positive"),
    });
    const named = await evaluate(at, { ...text, positive: "yes" });
    const booleans = await evaluate(at, { challenger: "good.onnx", data: "bool.csv" });
    expect(named.decision).toBe("unbaselined-pass");
    expect(booleans.metrics).toBe(named.metrics);
    await expect(evaluate(at, { ...text, challenger: "good.onnx", positive: "yes" })).rejects.toMatchObject({
      code: "TH_EVALUATION_CLASSES",
    });
  });

  test("several classes are compared by accuracy and log-loss", async () => {
    const three = (sharpness: number) =>
      model({
        nodes: [
          node({
            operator: "LinearClassifier",
            domain: "ai.onnx.ml",
            inputs: ["x"],
            outputs: ["label", "probabilities"],
            attributes: {
              coefficients: { floats: [-sharpness, 0, sharpness] },
              intercepts: { floats: [0, sharpness * 0.2, 0] },
              classlabels_strings: { texts: ["high", "low", "mid"] },
              multi_class: { int: 1 },
              post_transform: { text: "SOFTMAX" },
            },
          }),
        ],
        inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
        outputs: [
          value({ name: "label", type: "string", shape: [null] }),
          value({ name: "probabilities", type: "float", shape: [null, 3] }),
        ],
      });
    const random = createRandom(8);
    const lines = Array.from({ length: 900 }, () => {
      const x = random.normal();
      return `${x.toFixed(4)},${x < -0.5 ? "high" : x < 0.5 ? "low" : "mid"}`;
    });
    await using at = await machine({
      "three.onnx": three(3),
      "flat.onnx": three(0.05),
      "grades.csv": `x,y\n${lines.join("\n")}\n`,
    });
    const { decision, findings } = await evaluate(at, {
      challenger: "three.onnx",
      champion: "flat.onnx",
      data: "grades.csv",
      task: "multiclass",
      metrics: [{ name: "log-loss", test: "superiority" }, "accuracy"],
    });
    expect(decision).toBe("superior");
    expect(findings.tables.find(({ title }) => title.startsWith("Confusion of the challenger"))?.columns).toEqual([
      "true class",
      "predicted high",
      "predicted low",
      "predicted mid",
    ]);
  });

  test("missing values are counted for floats, and refused with their count where a model takes none", async () => {
    const gaps = rows(600, 5)
      .split("\n")
      .map((line, at) => (at > 0 && at % 100 === 0 ? line.replace(/^(\d+),[^,]*,/, "$1,,") : line))
      .join("\n");
    await using at = await machine({
      "gaps.csv": gaps,
      "whole.onnx": logisticRegression({ weights: { x: 1.5, z: -1 }, types: { x: "double" } }),
      "int.onnx": logisticRegression({ weights: { x: 1.5 }, types: { x: "int64" } }),
    });
    await expect(evaluate(at, { challenger: "int.onnx", data: "gaps.csv" })).rejects.toMatchObject({
      code: "TH_MODEL_MISSING",
      message: expect.stringMatching(/"x" lacks a value in 6 of 600 rows/),
    });
    // A linear model answers NaN for NaN, which nobody can compare.
    await expect(evaluate(at, { challenger: "good.onnx", data: "gaps.csv" })).rejects.toMatchObject({
      code: "TH_EVALUATION_SCORES",
      message: expect.stringContaining("12 scores"),
    });
  });

  test("a model of one matrix takes its columns from `features` where it does not name them itself", async () => {
    const weights = { x: 1.5, z: -1 };
    await using at = await machine({ "matrix.onnx": logisticRegression({ weights, form: "matrix", metadata: {} }) });
    const models = { challenger: "matrix.onnx", champion: "good.onnx" };
    await expect(evaluate(at, models)).rejects.toMatchObject({ code: "TH_MODEL_FEATURES" });
    expect((await evaluate(at, { ...models, features: ["x", "z"] })).decision).toBe("unchanged");
    expect((await evaluate(at, { ...models, features: ["z", "x"] })).decision).toBe("rejected");
  });

  test("rows that repeat a key are counted and warned of", async () => {
    const twice = rows(400, 6);
    await using at = await machine({ "twice.csv": `${twice}${twice.split("\n").slice(1, 21).join("\n")}\n` });
    const { check } = await evaluate(at, { challenger: "good.onnx", data: "twice.csv", key: ["id"] });
    expect(check("key")).toMatchObject({ verdict: "warn", observed: 20 });
  });

  test("columns that are not there are named with the nearest", async () => {
    await using at = await machine({
      "other.csv": rows(50, 7).replace("id,x,z,y", "id,tenure_day,z,y"),
      "tenure.onnx": logisticRegression({ weights: { tenure_days: 1 } }),
    });
    const wrong = (given: Record<string, unknown>) => evaluate(at, { challenger: "good.onnx", ...given });
    await expect(wrong({ data: "other.csv", challenger: "tenure.onnx" })).rejects.toMatchObject({
      code: "TH_EVALUATION_COLUMNS",
      message: expect.stringContaining('"tenure_days" (the data has "tenure_day")'),
    });
    await expect(wrong({ label: "Y" })).rejects.toMatchObject({ code: "TH_LABEL_MISSING", fix: 'did you mean "y"?' });
    await expect(wrong({ key: ["ids"] })).rejects.toMatchObject({
      code: "TH_EVALUATION_KEY",
      fix: 'did you mean "id"?',
    });
    await expect(wrong({ label: "x" })).rejects.toMatchObject({ code: "TH_EVALUATION_LEAK" });
    await expect(wrong({ label: "id" })).rejects.toMatchObject({ code: "TH_LABEL_VALUES" });
  });

  test("labels that are not known yet are counted", async () => {
    await using at = await machine({ "open.csv": rows(50, 7).replace(/,[01]\n/, ",\n") });
    await expect(evaluate(at, { challenger: "good.onnx", data: "open.csv" })).rejects.toMatchObject({
      code: "TH_LABEL_NULL",
      message: expect.stringContaining("1 of 50 rows"),
    });
  });
});

describe("refused", () => {
  test.each([
    [
      "a margin for superiority",
      { metrics: [{ name: "accuracy", test: "superiority", margin: 0.1 }] },
      "TH_EVALUATION_METRICS",
    ],
    [
      "a metric named twice",
      { metrics: ["accuracy", { name: "accuracy", test: "superiority" }] },
      "TH_EVALUATION_METRICS",
    ],
    ["clipping of what has no logarithm", { metrics: [{ name: "brier", clip: 0.1 }] }, "TH_EVALUATION_METRICS"],
    ["an AUC of several classes", { metrics: ["roc-auc"], task: "multiclass" }, "TH_EVALUATION_METRICS"],
    ["a memory limit without a unit", { memoryLimit: "lots" }, "TH_SIZE"],
    ["a time limit without a unit", { timeLimit: "10" }, "TH_DURATION"],
    ["a model that is not there", { challenger: "god.onnx" }, "TH_MODEL_MISSING"],
    ["a version that is not there", { challenger: "registry:m@7" }, "TH_MODEL_MISSING"],
    ["data that is not there", { data: "tset.csv" }, "TH_DATA_MISSING"],
    ["a file that is no model", { challenger: "test.csv" }, "TH_MODEL_NOT_ONNX"],
  ])("%s", async (_, given, code) => {
    await using at = await machine();
    await expect(evaluate(at, { challenger: "good.onnx", ...given })).rejects.toMatchObject({
      kind: "configuration",
      code,
    });
  });

  test("a model that asks for more memory than it may", async () => {
    await using at = await machine({ "bomb.onnx": memoryBomb(2 ** 29) });
    const rowsOfX = { challenger: "bomb.onnx", metrics: ["roc-auc"], memoryLimit: "256MiB" };
    await expect(evaluate(at, rowsOfX)).rejects.toMatchObject({ kind: "configuration", code: "TH_MODEL_LIMIT" });
  });

  test("rows that cannot be read", async () => {
    await using at = await machine({ "broken.csv": `${rows(50, 7)}1,2\n` });
    await expect(evaluate(at, { challenger: "good.onnx", data: "broken.csv" })).rejects.toMatchObject({
      code: "TH_DATA_FAULTY",
    });
  });
});
