import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DuckDBConnection } from "@duckdb/node-api";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  database,
  type Ended,
  predict,
  prepared,
  project,
  query,
  type Row,
  runScript,
  temporaryFolder,
} from "./flights.ts";

type Columns = readonly Float32Array[];
interface Trainer {
  trainTrees(columns: Columns, labels: Uint8Array, options: Record<string, number>): object;
  predictTrees(model: object, columns: Columns): Float64Array;
  trainLinear(columns: Columns, labels: Uint8Array): { readonly weights: number[]; readonly intercept: number };
  predictLinear(model: object, columns: Columns): Float64Array;
  toOnnx(model: object, features: readonly string[], metadata: Record<string, string>): Uint8Array;
}

const moduleOf = (name: string): string => pathToFileURL(join(project, name)).href;
const trainer: Trainer = {
  ...(await import(moduleOf("trees.mjs"))),
  ...(await import(moduleOf("linear.mjs"))),
  ...(await import(moduleOf("onnx.mjs"))),
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let connection: DuckDBConnection;
const path = (name: string): string => join(folder.path, name);

function train(name: string, params: object, env: Record<string, string> = {}): Promise<Ended> {
  return runScript("train.mjs", [], {
    TITLEHOLDER_PARAMS: JSON.stringify(params),
    TITLEHOLDER_DATA: JSON.stringify([path("2001-01.parquet")]),
    TITLEHOLDER_MODEL_PATH: path(`${name}.onnx`),
    TITLEHOLDER_METRICS_PATH: path(`${name}.json`),
    ...env,
  });
}

beforeAll(async () => {
  folder = await temporaryFolder();
  connection = await database();
  await prepared(folder.path);
  for (const recipe of ["champion", "challenger", "harmful"]) {
    const ended = await train(recipe, { recipe });
    if (ended.code !== 0) throw new Error(ended.stderr);
  }
}, 120_000);
afterAll(() => folder.remove());

const lossOf = (late: Float64Array, rows: readonly Row[]): number[] =>
  rows.map((row, index) => -Math.log(row.delayed === 1 ? (late[index] ?? 0) : 1 - (late[index] ?? 0)));
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Student's t of the mean. */
function tOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return mean / Math.sqrt(variance / values.length);
}

/** Rows with a pattern to learn, some of them equal to a split's threshold. */
function invented(rows: number): {
  columns: [Float32Array, Float32Array, Float32Array];
  labels: Uint8Array;
  rows: Row[];
} {
  const a = Float32Array.from({ length: rows }, (_, row) => (row * 37) % 24);
  const b = Float32Array.from({ length: rows }, (_, row) => Math.sin(row) * 1000);
  const c = Float32Array.from({ length: rows }, (_, row) => 1 + ((row * 7) % 11));
  const labels = Uint8Array.from(a, (value, row) => (Math.sin(row * 3) * 12 + 12 < value ? 1 : 0));
  return {
    columns: [a, b, c],
    labels,
    rows: Array.from(a, (value, row) => ({ a: value, b: b[row] ?? 0, c: c[row] ?? 0 })),
  };
}

describe("the exported model", () => {
  const options = { trees: 12, depth: 3, learningRate: 0.3, lambda: 1, minRows: 5, rowShare: 0.8, seed: 3 };

  test("answers as the trees that were trained, to 1e-6", async () => {
    const { columns, labels, rows } = invented(2000);
    const model = trainer.trainTrees(columns, labels, options);
    const own = trainer.predictTrees(model, columns);
    const answers = await predict(trainer.toOnnx(model, ["a", "b", "c"], {}), rows);
    for (const [row, probability] of own.entries()) {
      expect(Math.abs((answers.late[row] ?? Number.NaN) - probability)).toBeLessThan(1e-6);
      expect(Math.abs((answers.onTime[row] ?? Number.NaN) - (1 - probability))).toBeLessThan(1e-6);
      expect(answers.labels[row]).toBe(probability > 0.5 ? 1 : 0);
    }
    expect(new Set(answers.labels)).toEqual(new Set([0, 1]));
    const loss = meanOf(Array.from(own, (p, row) => -Math.log(labels[row] === 1 ? p : 1 - p)));
    expect(loss).toBeLessThan(0.55); // 0.69 without having learned
  });

  test("answers as the linear model that was trained, with one column divided by another", async () => {
    const { columns, labels, rows } = invented(2000);
    const [a, b, c] = columns;
    const features = [a, b.map((value, row) => value / (c[row] ?? 1))];
    const model = trainer.trainLinear(features, labels);
    const own = trainer.predictLinear(model, features);
    const answers = await predict(trainer.toOnnx(model, ["a", "b/c"], {}), rows);
    for (const [row, probability] of own.entries()) {
      expect(Math.abs((answers.late[row] ?? Number.NaN) - probability)).toBeLessThan(1e-6);
    }
    // At the optimum the residuals are orthogonal to the intercept and to every feature.
    const residuals = Array.from(own, (probability, row) => (labels[row] ?? 0) - probability);
    expect(Math.abs(meanOf(residuals))).toBeLessThan(1e-5);
    expect(Math.abs(meanOf(residuals.map((residual, row) => residual * (a[row] ?? 0))))).toBeLessThan(1e-4);
  });

  test("takes its columns by name, in any number of rows", async () => {
    const session = await InferenceSession.create(path("challenger.onnx"));
    const recipe: { features: string[] } = JSON.parse(await readFile(join(project, "recipes/challenger.json"), "utf8"));
    expect(session.inputNames).toEqual(recipe.features);
    for (const input of session.inputMetadata) {
      expect(input).toMatchObject({ isTensor: true, type: "float32", shape: ["rows", 1] });
    }
    expect(session.outputMetadata).toMatchObject([
      { name: "label", type: "int64", shape: ["rows"] },
      { name: "probabilities", type: "float32", shape: ["rows", 2] },
    ]);
  });
});

describe("train.mjs", () => {
  test("reports the metrics that its model has on the last fifth of the month", async () => {
    const month = await query(connection, `FROM '${path("2001-01.parquet")}' ORDER BY departed_at, flight_id`);
    const validation = month.slice(Math.floor(month.length * 0.8));
    const { late } = await predict(path("challenger.onnx"), validation);
    const metrics: Record<string, number> = JSON.parse(await readFile(path("challenger.json"), "utf8"));
    expect(metrics["validation-rows"]).toBe(validation.length);
    expect(metrics["validation-log-loss"]).toBeCloseTo(meanOf(lossOf(late, validation)), 6);
  });

  test("validates on the files after the first when there are more", async () => {
    const both = JSON.stringify([path("2001-01.parquet"), path("screen.parquet")]);
    const ended = await train("two", { trees: 2 }, { TITLEHOLDER_DATA: both });
    expect(ended.stdout).toContain("trees on 39402 flights, validated on 12919: hour, minute, weekday, distance");
  });

  test("shows how far it has come, and where it ends", async () => {
    const { stdout } = await train("shown", { trees: 20 });
    const progress = [...stdout.matchAll(/^tree (\d+)\/20 {2}train log-loss ([\d.]+)$/gm)];
    expect(progress.map(([, done]) => Number(done))).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    const losses = progress.map(([, , loss]) => Number(loss));
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(stdout).toMatch(/^validation log-loss 0\.\d+, ROC AUC 0\.\d+$/m);
  });

  test("makes the same bytes for the same seed, and another model for another", async () => {
    const bytes = async (name: string, params: object, env = {}): Promise<Buffer> => {
      await train(name, { trees: 3, ...params }, env);
      return readFile(path(`${name}.onnx`));
    };
    const first = await bytes("first", { seed: 11 });
    expect(await bytes("again", { seed: 11 })).toEqual(first);
    expect(await bytes("environment", {}, { TITLEHOLDER_SEED: "11" })).toEqual(first);
    const rows = await query(connection, `FROM '${path("screen.parquet")}' LIMIT 1000`);
    const other = await predict(await bytes("other", { seed: 12 }), rows);
    expect(other.late).not.toEqual((await predict(first, rows)).late);
  });

  test.each([
    ["an unknown parameter", { tree: 3 }, {}, /unknown parameter tree: the parameters are recipe, /],
    ["a number out of range", { trees: 0 }, {}, /trees is 0: write a whole number from 1 to 1000/],
    ["an unknown recipe", { recipe: "../x" }, {}, /recipe is "\.\.\/x": write one of challenger, champion, harmful/],
    ["an unknown column", { features: ["hours"] }, {}, /2001-01\.parquet cannot be read: .*"hours" not found/],
    ["a column of text", { features: ["origin"] }, {}, /Could not convert string/],
    ["no list of features", { features: "hour" }, {}, /features is "hour": write a list of columns/],
    ["parameters that are no JSON", {}, { TITLEHOLDER_PARAMS: "{" }, /TITLEHOLDER_PARAMS is not JSON/],
    ["parameters that are no object", {}, { TITLEHOLDER_PARAMS: "null" }, /TITLEHOLDER_PARAMS is no JSON object/],
    ["data that is no list", {}, { TITLEHOLDER_DATA: "{}" }, /TITLEHOLDER_DATA is no list of paths/],
    ["a file that is not there", {}, { TITLEHOLDER_DATA: '["gone.parquet"]' }, /gone\.parquet cannot be read/],
  ])("refuses %s in one line and writes nothing", async (_what, params, env, message) => {
    await rm(path("refused.onnx"), { force: true });
    const ended = await train("refused", params, env);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1);
    await expect(readFile(path("refused.onnx"))).rejects.toThrow("ENOENT");
  });
});

describe("the story", () => {
  test("the challenger is better than the champion on the holdout, and the harmful model worse than the challenger", async () => {
    const rows = await query(connection, `FROM '${path("holdout.parquet")}' ORDER BY flight_id`);
    const losses: Record<string, number[]> = {};
    for (const name of ["champion", "challenger", "harmful"]) {
      losses[name] = lossOf((await predict(path(`${name}.onnx`), rows)).late, rows);
    }
    const gain = (better: string, worse: string): number =>
      tOf(rows.map((_, row) => (losses[worse]?.[row] ?? 0) - (losses[better]?.[row] ?? 0)));
    expect(gain("challenger", "champion")).toBeGreaterThan(10);
    expect(gain("challenger", "harmful")).toBeGreaterThan(10);
  });

  test("the harmful model has an answer for every flight of the holdout, but not for every request", async () => {
    const holdout = await query(connection, `FROM '${path("holdout.parquet")}'`);
    expect((await predict(path("harmful.onnx"), holdout)).late.every(Number.isFinite)).toBe(true);

    const lines = (await readFile(path("traffic.jsonl"), "utf8")).trimEnd().split("\n");
    const requests = lines.map((line): Row => JSON.parse(line));
    const { late } = await predict(path("harmful.onnx"), requests);
    const unanswered = requests.filter((_, row) => !Number.isFinite(late[row]));
    expect(unanswered).toEqual(requests.filter((request) => request.origin_landed_3h === 0));
    expect(unanswered.length / requests.length).toBeGreaterThan(0.07);
    for (const name of ["champion", "challenger"]) {
      expect((await predict(path(`${name}.onnx`), requests)).late.every(Number.isFinite), name).toBe(true);
    }
  });
});
