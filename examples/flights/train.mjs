// Trains a model of flight delays and writes it as ONNX. Run by `titleholder train`, or alone: node train.mjs
//
// Environment (all optional; see README.md for the parameters):
//   TITLEHOLDER_PARAMS        JSON object of parameters
//   TITLEHOLDER_DATA          JSON array of paths: training rows, then files to validate on. One file alone is
//                             split by time: the last fifth of its rows is for validation.
//   TITLEHOLDER_MODEL_PATH    where the model goes
//   TITLEHOLDER_METRICS_PATH  where the metrics go, as a JSON object of numbers
//   TITLEHOLDER_OUTPUT_DIR    folder for the two where their paths are not set
//   TITLEHOLDER_SEED          used when the parameters name no seed
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { predictLinear, STEPS, trainLinear } from "./linear.mjs";
import { logLoss, rocAuc } from "./metrics.mjs";
import { toOnnx } from "./onnx.mjs";
import { logistic, predictTrees, trainTrees } from "./trees.mjs";

const LABEL = "delayed";
const TOLERANCE = 1e-6; // between a probability of the exported model and the trainer's own
const here = dirname(fileURLToPath(import.meta.url));

/** What is wrong with the input: said in one line, without a stack trace. */
class InputError extends Error {}

function json(text, name) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${name} is not JSON: ${error.message}`);
  }
}

// Parameters that are numbers: default, and the least and the greatest value.
const NUMBERS = {
  trees: [80, 1, 1000],
  depth: [4, 1, 10],
  "learning-rate": [0.1, 1e-4, 1],
  lambda: [1, 0, 1e6],
  "min-rows": [30, 1, 1e6],
  "row-share": [0.7, 0.01, 1],
  "hour-shift": [0, 0, 23],
  seed: [7, 0, 2 ** 32 - 1],
};
const INTEGERS = new Set(["trees", "depth", "min-rows", "hour-shift", "seed"]);
const PARAMETERS = ["recipe", "model", "features", ...Object.keys(NUMBERS)];

function recipe(name) {
  const names = readdirSync(join(here, "recipes")).map((file) => file.replace(".json", ""));
  if (!names.includes(name)) {
    throw new InputError(`parameter recipe is ${JSON.stringify(name)}: write one of ${names.join(", ")}`);
  }
  return json(readFileSync(join(here, "recipes", `${name}.json`), "utf8"), `recipes/${name}.json`);
}

/** The recipe, changed by what the caller gave. */
function paramsFrom(given, seed) {
  if (given === null || typeof given !== "object" || Array.isArray(given)) {
    throw new InputError("TITLEHOLDER_PARAMS is no JSON object");
  }
  const params = { ...(seed && { seed: Number(seed) }), ...recipe(given.recipe ?? "champion"), ...given };
  for (const name of Object.keys(params)) {
    if (!PARAMETERS.includes(name)) {
      throw new InputError(`unknown parameter ${name}: the parameters are ${PARAMETERS.join(", ")}`);
    }
  }
  for (const [name, [preset, least, greatest]] of Object.entries(NUMBERS)) {
    params[name] ??= preset;
    const fits = INTEGERS.has(name) ? Number.isInteger(params[name]) : Number.isFinite(params[name]);
    if (!fits || params[name] < least || params[name] > greatest) {
      const kind = INTEGERS.has(name) ? "a whole number" : "a number";
      throw new InputError(`${name} is ${JSON.stringify(params[name])}: write ${kind} from ${least} to ${greatest}`);
    }
  }
  if (params.model !== "trees" && params.model !== "linear") {
    throw new InputError(`parameter model is ${JSON.stringify(params.model)}: write "trees" or "linear"`);
  }
  if (!isListOfText(params.features)) {
    throw new InputError(`parameter features is ${JSON.stringify(params.features)}: write a list of columns`);
  }
  const unclear = params.features.find((feature) => !/^[^/]+(\/[^/]+)?$/.test(feature));
  if (unclear !== undefined) throw new InputError(`feature ${JSON.stringify(unclear)}: write a column, or a/b`);
  // In one order, whoever gave them: the parameters go into the model file.
  return Object.fromEntries(PARAMETERS.filter((name) => name in params).map((name) => [name, params[name]]));
}

const isListOfText = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");

function settingsFrom(env) {
  const output = env.TITLEHOLDER_OUTPUT_DIR || join(here, "out");
  const example = JSON.stringify([join(here, "data", "2001-01.parquet")]);
  const data = json(env.TITLEHOLDER_DATA || example, "TITLEHOLDER_DATA");
  if (!isListOfText(data)) throw new InputError("TITLEHOLDER_DATA is no list of paths");
  return {
    params: paramsFrom(json(env.TITLEHOLDER_PARAMS || "{}", "TITLEHOLDER_PARAMS"), env.TITLEHOLDER_SEED),
    data,
    modelPath: env.TITLEHOLDER_MODEL_PATH || join(output, "model.onnx"),
    metricsPath: env.TITLEHOLDER_METRICS_PATH || join(output, "metrics.json"),
  };
}

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
const columnsOf = (features) => [...new Set(features.flatMap((feature) => feature.split("/")))];

/** Rows of a file in the order of their departure: raw columns by name, and the labels. */
async function read(database, path, columns) {
  const reader = `${path.endsWith(".parquet") ? "read_parquet" : "read_csv"}('${path.replaceAll("'", "''")}')`;
  const wanted = [...columns, LABEL].map((name) => `CAST(${quoted(name)} AS DOUBLE)`).join(", ");
  let table;
  try {
    table = await database.runAndReadAll(`SELECT ${wanted} FROM ${reader} ORDER BY departed_at, flight_id`);
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${error.message.split("\n")[0]}`);
  }
  const values = table.getColumns();
  const missing = [...columns, LABEL].find((_, index) => values[index].includes(null));
  if (missing !== undefined) throw new InputError(`${path} has missing values in column ${missing}`);
  if (new Set(values[columns.length]).size < 2) throw new InputError(`${path} has only one value of ${LABEL}`);
  return {
    columns: Object.fromEntries(columns.map((name, index) => [name, Float32Array.from(values[index])])),
    labels: Uint8Array.from(values[columns.length]),
  };
}

function slice(rows, from, to) {
  const columns = Object.entries(rows.columns).map(([name, values]) => [name, values.slice(from, to)]);
  return { columns: Object.fromEntries(columns), labels: rows.labels.slice(from, to) };
}

async function readAll(paths, columns) {
  const instance = await DuckDBInstance.create(":memory:");
  const database = await instance.connect();
  try {
    const files = [];
    for (const path of paths) files.push(await read(database, path, columns));
    if (files.length > 1) return { training: files[0], validation: files.slice(1) };
    const cut = Math.floor(files[0].labels.length * 0.8);
    return { training: slice(files[0], 0, cut), validation: [slice(files[0], cut)] };
  } finally {
    database.closeSync();
    instance.closeSync();
  }
}

/** Feature values from raw columns, in the 32-bit arithmetic of the exported model. */
function featureColumns(rows, features) {
  return features.map((feature) => {
    const [numerator, denominator] = feature.split("/");
    const values = rows.columns[numerator];
    if (denominator === undefined) return values;
    return values.map((value, row) => value / rows.columns[denominator][row]);
  });
}

function trainModel(params, training) {
  // `hour-shift` reads the clock of another time zone, in training only: a mistake to be caught (recipes/harmful.json).
  const hour = training.columns.hour?.map((value) => (value + params["hour-shift"]) % 24);
  const shifted = { ...training, columns: { ...training.columns, ...(hour && { hour }) } };
  const columns = featureColumns(shifted, params.features);
  if (columns.some((values) => values.some(Number.isNaN))) throw new InputError("a feature divides zero by zero");
  const follow = (what, total) => (done, scores) => {
    if (done % Math.max(1, Math.round(total / 10)) !== 0 && done !== total) return;
    console.log(
      `${what} ${done}/${total}  train log-loss ${logLoss(scores.map(logistic), training.labels).toFixed(5)}`,
    );
  };
  if (params.model === "linear") return trainLinear(columns, training.labels, follow("step", STEPS));
  const options = {
    trees: params.trees,
    depth: params.depth,
    learningRate: params["learning-rate"],
    lambda: params.lambda,
    minRows: params["min-rows"],
    rowShare: params["row-share"],
    seed: params.seed,
  };
  return trainTrees(columns, training.labels, options, follow("tree", params.trees));
}

/** Runs the exported bytes over the rows and returns the largest difference from the trainer's own probabilities. */
async function largestDifference(bytes, rows, expected) {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const feeds = session.inputNames.map((name) => {
    const values = rows.columns[name];
    return [name, new Tensor("float32", values, [values.length, 1])];
  });
  const { probabilities } = await session.run(Object.fromEntries(feeds));
  const differences = expected.map((probability, row) => Math.abs(probability - probabilities.data[2 * row + 1]));
  return differences.reduce((largest, difference) => Math.max(largest, difference), 0);
}

async function main() {
  const { params, data, modelPath, metricsPath } = settingsFrom(process.env);
  const columns = columnsOf(params.features);
  const { training, validation } = await readAll(data, columns);
  const tested = validation.reduce((sum, rows) => sum + rows.labels.length, 0);
  console.log(
    `${params.model} on ${training.labels.length} flights, validated on ${tested}: ${params.features.join(", ")}`,
  );

  const model = trainModel(params, training);
  const predict = (rows) =>
    (model.kind === "linear" ? predictLinear : predictTrees)(model, featureColumns(rows, params.features));
  const bytes = toOnnx(model, params.features, { label: LABEL, params: JSON.stringify(params) });

  const metrics = { "train-rows": training.labels.length, "validation-rows": tested };
  const measure = (name, rows, probabilities) => {
    metrics[`${name}-log-loss`] = logLoss(probabilities, rows.labels);
    metrics[`${name}-roc-auc`] = rocAuc(probabilities, rows.labels);
  };
  measure("train", training, predict(training));
  for (const [index, rows] of validation.entries()) {
    const probabilities = predict(rows);
    measure(index === 0 ? "validation" : `validation-${index + 1}`, rows, probabilities);
    const difference = await largestDifference(bytes, rows, probabilities);
    if (!(difference <= TOLERANCE)) throw new Error(`the exported model differs from the trained one by ${difference}`);
    console.log(
      `exported model checked on ${rows.labels.length} flights: largest difference ${difference.toExponential(1)}`,
    );
  }
  for (const [path, content] of [
    [modelPath, bytes],
    [metricsPath, `${JSON.stringify(metrics, null, 2)}\n`],
  ]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  console.log(
    `validation log-loss ${metrics["validation-log-loss"].toFixed(5)}, ROC AUC ${metrics["validation-roc-auc"].toFixed(4)}`,
  );
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(`train.mjs: ${error.message}`);
  process.exit(2);
}
