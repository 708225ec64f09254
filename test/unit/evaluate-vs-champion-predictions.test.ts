import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { evaluate, machine, rows } from "../support/evaluation.ts";
import { model, node, tensor, value } from "../support/onnx-models.ts";

/** Predictions of the logistic models of `good` and `dull`, row by row of the data, as CSV. */
function predicted(csv: string, logit: (x: number, z: number) => number, shape: (id: string, p: number) => string) {
  return csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [id = "", x = "", z = ""] = line.split(",");
      return shape(id, 1 / (1 + Math.exp(-logit(Number(x), Number(z)))));
    });
}

const data = rows(1500, 1);
const scoreLine = (id: string, p: number) => `${id},${p}`;
const good = `id,score\n${predicted(data, (x, z) => 1.5 * x - z, scoreLine).join("\n")}\n`;
const goodBackwards = `id,score\n${predicted(data, (x, z) => 1.5 * x - z, scoreLine)
  .reverse()
  .join("\n")}\n`;
const dullLines = predicted(
  data,
  (x) => 0.4 * x,
  (id, p) => JSON.stringify({ id, score_1: p, score_0: 1 - p, prediction: p > 0.5 }),
);
const dull = `${dullLines.join("\n")}\n`;
const key = ["id"];

async function refusal(given: Record<string, unknown>, files: Record<string, string>): Promise<TitleholderError> {
  await using at = await machine(files);
  const error = await evaluate(at, given).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TitleholderError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

describe("ready predictions", () => {
  test("of two files are joined to the data by key, whatever their order and format, and decide as the models do", async () => {
    await using at = await machine({ "good.csv": goodBackwards, "dull.jsonl": dull });
    const models = await evaluate(at, { challenger: "good.onnx", champion: "dull.onnx", key });
    const files = await evaluate(at, { challenger: "good.csv", champion: "dull.jsonl", key });
    expect(files.decision).toBe(models.decision);
    const [ofModels, ofFiles] = [models, files].map(
      ({ findings }) => findings.details as { metrics: { effect: number }[] },
    );
    for (const [place, { effect }] of (ofModels?.metrics ?? []).entries()) {
      expect(ofFiles?.metrics[place]?.effect).toBeCloseTo(effect, 5);
    }
    expect(files.check("predictions-challenger")).toMatchObject({ verdict: "pass" });
    expect(files.findings.details).toMatchObject({ challenger: digestOf(goodBackwards), champion: digestOf(dull) });
    expect(files.check("signature")).toBeUndefined();
  });

  test("may stand against a model", async () => {
    await using at = await machine({ "good.csv": good });
    const { decision } = await evaluate(at, { challenger: "good.csv", champion: "dull.onnx", key });
    expect(decision).toBe("non-inferior");
  });

  test("for keys that the data does not have are counted with the first of them", async () => {
    await using at = await machine({ "good.csv": `${good}x7,0.5\n900000,0.5\n` });
    const { check } = await evaluate(at, { challenger: "good.csv", champion: "dull.onnx", key });
    expect(check("predictions-challenger")).toMatchObject({
      verdict: "warn",
      observed: 2,
      message: expect.stringContaining('"x7", "900000"'),
    });
  });

  test("the same file on both sides is unchanged", async () => {
    await using at = await machine({ "good.csv": good });
    const { decision } = await evaluate(at, { challenger: "good.csv", champion: "good.csv", key });
    expect(decision).toBe("unchanged");
  });

  test.each([
    ["without a key", {}, good, "TH_PREDICTIONS_KEY", /key/],
    ["without the key's column", { key }, good.replace("id,", "idx,"), "TH_PREDICTIONS_KEY", /"id"/],
    ["that lack a row", { key }, good.replace(/^7,.*\n/m, ""), "TH_PREDICTIONS_GAPS", /1 of 1500 rows .*id "7"/],
    ["that repeat a key", { key }, `${good}7,0.5\n8,0.5\n`, "TH_PREDICTIONS_DUPLICATES", /2 rows .*"7", "8"/],
    ["without predictions", { key }, good.replace("score", "scroe"), "TH_PREDICTIONS_COLUMNS", /scroe/],
    ["of text", { key }, good.replace(/^7,.*$/m, "7,high"), "TH_PREDICTIONS_COLUMNS", /"score".*string/],
    [
      "with classes that the label does not have",
      { key },
      good.replace("score\n", "score_yes\n"),
      "TH_EVALUATION_CLASSES",
      /"0", "1".*"yes"/,
    ],
    ["outside of 0..1", { key }, good.replace(/^7,.*$/m, "7,1.5"), "TH_EVALUATION_SCORES", /1\.5/],
    ["that are missing", { key }, good.replace(/^7,.*$/m, "7,"), "TH_EVALUATION_SCORES", /1 scores/],
  ] as const)("%s are refused by name", async (_, given, file, code, says) => {
    const error = await refusal({ challenger: "p.csv", ...given }, { "p.csv": file });
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(error.fix).not.toBe("");
  });
});

describe("what goes into a model", () => {
  const flat = tensor({ name: "flat", type: "int64", shape: [2], values: [-1, 2] });
  const byCity = model({
    nodes: [
      node({
        operator: "OneHotEncoder",
        domain: "ai.onnx.ml",
        inputs: ["city"],
        outputs: ["hot"],
        attributes: { cats_strings: { texts: ["Bern", "Rom"] }, zeros: { int: 1 } },
      }),
      node({ operator: "Reshape", inputs: ["hot", "flat"], outputs: ["X"] }),
      node({
        operator: "LinearClassifier",
        domain: "ai.onnx.ml",
        inputs: ["X"],
        outputs: ["label", "probabilities"],
        attributes: {
          coefficients: { floats: [-1, 1, 1, -1] },
          intercepts: { floats: [0, 0] },
          post_transform: { text: "LOGISTIC" },
          classlabels_ints: { ints: [0, 1] },
        },
      }),
    ],
    inputs: [value({ name: "city", type: "string", shape: [null, 1] })],
    outputs: [
      value({ name: "label", type: "int64", shape: [null] }),
      value({ name: "probabilities", type: "float", shape: [null, 2] }),
    ],
    initializers: [flat],
  });

  test("is counted where the model never saw it: categories beyond its own list", async () => {
    const cities = ["Bern", "Rom", "Oslo", "Bern"];
    const lines = Array.from({ length: 40 }, (_, row) => `${row},${cities[row % 4]},${row % 2}`);
    await using at = await machine({ "city.onnx": byCity, "test.csv": `id,city,y\n${lines.join("\n")}\n` });
    const { check, findings } = await evaluate(at, { challenger: "city.onnx" });
    expect(check("unseen-categories-challenger")).toMatchObject({
      verdict: "warn",
      observed: 10,
      message: expect.stringContaining('city "Oslo"'),
    });
    expect(findings.tables.find(({ title }) => title.startsWith("Categories"))?.rows).toEqual([
      ["challenger", "city", "Oslo", 10],
    ]);
    expect(check("extra-columns")).toMatchObject({ observed: 1, message: expect.stringContaining("id") });
  });
});
