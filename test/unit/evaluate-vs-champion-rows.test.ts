import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine, rows } from "../support/evaluation.ts";
import { logisticRegression, memoryBomb, model, node, value } from "../support/onnx-models.ts";

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
      "right",
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
    ["a file that is no model", { challenger: "notes.txt" }, "TH_MODEL_NOT_ONNX"],
    ["predictions whose rows are not known", { challenger: "test.csv" }, "TH_PREDICTIONS_KEY"],
  ])("%s", async (_, given, code) => {
    await using at = await machine({ "notes.txt": "a model is to come\n" });
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
