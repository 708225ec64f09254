import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HelperHandler } from "../../src/kernel/helper.ts";
import { logisticRegression, model, node, value } from "../support/onnx-models.ts";
import { ask, serveModel, testToken } from "../support/serving.ts";

/** NaN for negative numbers: a model that fails on some rows and not on others. */
const squareRoot = model({
  nodes: [node({ operator: "Sqrt", inputs: ["x"], outputs: ["root"] })],
  inputs: [value({ name: "x", type: "float", shape: [null, 1] })],
  outputs: [value({ name: "root", type: "float", shape: [null, 1] })],
});

const flights = logisticRegression({
  weights: { distance: 0.5, hour: -1 },
  types: { hour: "int64" },
});

let folder = "";
let handlers: HelperHandler[] = [];
let port = 0;
let rootPort = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "titleholder-serving-"));
  const served = await serveModel(folder, flights, { version: "3" });
  const roots = await serveModel(folder, squareRoot, { name: "roots", version: "1", maxRows: 8 });
  handlers = [served.handler, roots.handler];
  [port, rootPort] = [served.port, roots.port];
});

afterAll(async () => {
  for (const handler of handlers) await handler.close();
  await rm(folder, { recursive: true, force: true });
});

const infer = (distance: readonly number[], hour: readonly number[]) => ({
  id: "request-1",
  inputs: [
    { name: "distance", datatype: "FP32", shape: [distance.length, 1], data: distance },
    { name: "hour", datatype: "INT64", shape: [hour.length, 1], data: hour },
  ],
});

const probability = (distance: number, hour: number) => 1 / (1 + Math.exp(-(0.5 * distance - hour)));

describe("the model server", () => {
  test("answers the Open Inference Protocol with the model's own outputs", async () => {
    const { status, json } = await ask(port, "/v2/models/flights/infer", infer([1, 4], [2, 1]));
    expect(status).toBe(200);
    expect(json).toMatchObject({ model_name: "flights", model_version: "3", id: "request-1" });
    const [label, probabilities] = json.outputs as {
      name: string;
      datatype: string;
      shape: number[];
      data: number[];
    }[];
    expect(label).toEqual({ name: "label", datatype: "INT64", shape: [2], data: [0, 1] });
    expect(probabilities).toMatchObject({ name: "probabilities", datatype: "FP32", shape: [2, 2] });
    expect(probabilities?.data[1]).toBeCloseTo(probability(1, 2), 5);
    expect(probabilities?.data[3]).toBeCloseTo(probability(4, 1), 5);
  });

  test("answers the version's own path, and picks the outputs that are asked for", async () => {
    const { json } = await ask(port, "/v2/models/flights/versions/3/infer", {
      ...infer([1], [2]),
      outputs: [{ name: "label" }],
    });
    expect((json.outputs as unknown[]).length).toBe(1);
  });

  test.each([
    [
      "dataframe_split",
      {
        dataframe_split: {
          columns: ["hour", "distance"],
          data: [
            [2, 1],
            [1, 4],
          ],
        },
      },
    ],
    [
      "dataframe_records",
      {
        dataframe_records: [
          { distance: 1, hour: 2 },
          { hour: 1, distance: 4 },
        ],
      },
    ],
    ["inputs by column", { inputs: { distance: [1, 4], hour: [2, 1] } }],
    [
      "inputs by row",
      {
        inputs: [
          { distance: 1, hour: 2 },
          { distance: 4, hour: 1 },
        ],
      },
    ],
  ])("answers MLflow's /invocations with %s", async (_, body) => {
    const { status, json } = await ask(port, "/invocations", body);
    expect(status).toBe(200);
    const predictions = json.predictions as { label: number; probabilities: number[] }[];
    expect(predictions.map(({ label }) => label)).toEqual([0, 1]);
    expect(predictions[1]?.probabilities[1]).toBeCloseTo(probability(4, 1), 5);
  });

  test.each<[string, string, unknown, number, string]>([
    ["text that is no JSON", "/invocations", "{", 400, "not JSON"],
    ["a list", "/invocations", [], 400, "not a JSON object"],
    ["none of the forms", "/invocations", { rows: [] }, 400, "dataframe_split"],
    ["no rows", "/invocations", { dataframe_records: [] }, 400, "no rows"],
    ["a missing column", "/invocations", { dataframe_records: [{ hour: 1 }] }, 400, "distance"],
    [
      "rows of different columns",
      "/invocations",
      { dataframe_records: [{ hour: 1, distance: 1 }, { hour: 1 }] },
      400,
      "row 1",
    ],
    [
      "a row that is too short",
      "/invocations",
      { dataframe_split: { columns: ["hour", "distance"], data: [[1]] } },
      400,
      "row 0",
    ],
    ["columns of unequal length", "/invocations", { inputs: { hour: [1], distance: [1, 2] } }, 400, "another has 1"],
    ["a text for a number", "/invocations", { dataframe_records: [{ hour: 1, distance: "far" }] }, 400, "distance"],
    ["a broken whole number", "/invocations", { dataframe_records: [{ hour: 1.5, distance: 1 }] }, 400, "hour"],
    ["a missing whole number", "/invocations", { dataframe_records: [{ hour: null, distance: 1 }] }, 400, "hour"],
    ["a nested cell", "/invocations", { dataframe_records: [{ hour: {}, distance: 1 }] }, 400, "hour"],
    ["no inputs", "/v2/models/flights/infer", {}, 400, "`inputs`"],
    ["an input too few", "/v2/models/flights/infer", { inputs: infer([1], [2]).inputs.slice(0, 1) }, 400, "hour"],
    [
      "an unknown input",
      "/v2/models/flights/infer",
      { inputs: [...infer([1], [2]).inputs, { name: "x" }] },
      400,
      '"x"',
    ],
    [
      "another datatype",
      "/v2/models/flights/infer",
      { inputs: [{ ...infer([1], [2]).inputs[0], datatype: "FP64" }] },
      400,
      "FP32",
    ],
    [
      "fewer values than the shape says",
      "/v2/models/flights/infer",
      { inputs: [{ ...infer([1], [2]).inputs[0], shape: [2, 1] }] },
      400,
      "[2, 1]",
    ],
    ["an unknown output", "/v2/models/flights/infer", { ...infer([1], [2]), outputs: [{ name: "odds" }] }, 400, "odds"],
    ["another model", "/v2/models/churn/infer", infer([1], [2]), 404, "churn"],
    ["an unknown path", "/predict", {}, 404, "/predict"],
    ["another method", "/v2/models/flights", {}, 405, "method"],
  ])("refuses %s as the caller's fault", async (_, path, body, status, message) => {
    const answer = await ask(port, path, body);
    expect(answer.status).toBe(status);
    expect(answer.json.error).toContain(message);
    expect(answer.json.code).toMatch(/^TH_/);
  });

  test("calls an answer that is not finite the model's failure, and harms no neighbour in the batch", async () => {
    const rows = (x: number) => ({ dataframe_records: [{ x }] });
    const answers = await Promise.all([4, -1, 9, -4, 16].map((x) => ask(rootPort, "/invocations", rows(x))));
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 500, 200]);
    expect(answers[1]?.json.code).toBe("TH_SERVING_NOT_FINITE");
    expect(answers[2]?.json.predictions).toEqual([3]);
  });

  test("scores requests that arrive together as one batch, each with its own answer", async () => {
    const xs = Array.from({ length: 40 }, (_, i) => i);
    const answers = await Promise.all(xs.map((x) => ask(rootPort, "/invocations", { inputs: { x: [x * x, x * x] } })));
    expect(answers.map(({ json }) => json.predictions)).toEqual(xs.map((x) => [x, x]));
  });

  test("refuses more rows than one request may have", async () => {
    const answer = await ask(rootPort, "/invocations", { inputs: { x: [1, 2, 3, 4, 5, 6, 7, 8, 9] } });
    expect(answer).toMatchObject({ status: 413, json: { code: "TH_SERVING_ROWS" } });
  });

  test("tells health, metadata and metrics by version", async () => {
    expect(await ask(port, "/v2/health/live")).toMatchObject({ status: 200, json: { live: true } });
    expect(await ask(port, "/v2/health/ready")).toMatchObject({ status: 200, json: { ready: true } });
    expect((await ask(port, "/v2/models/flights")).json).toMatchObject({
      name: "flights",
      versions: ["3"],
      platform: "onnx",
      inputs: [
        { name: "distance", datatype: "FP32", shape: [-1, 1] },
        { name: "hour", datatype: "INT64", shape: [-1, 1] },
      ],
      outputs: [
        { name: "label", datatype: "INT64", shape: [-1] },
        { name: "probabilities", datatype: "FP32", shape: [-1, 2] },
      ],
    });
    const { text } = await ask(rootPort, "/metrics");
    expect(text).toContain('titleholder_model_failures_total{model="roots",version="1"} 2\n');
    expect(text).toMatch(/titleholder_model_requests_total\{model="roots",version="1"\} 45\n/);
  });

  test("stops only for who knows the token", async () => {
    const stopping = await serveModel(folder, squareRoot, { version: "9" });
    expect((await ask(stopping.port, "/control/stop", {})).status).toBe(401);
    expect((await ask(stopping.port, "/control/stop", {}, { authorization: "Bearer another-token" })).status).toBe(401);
    expect((await ask(stopping.port, "/v2/health/live")).status).toBe(200);
    expect((await ask(stopping.port, "/control/stop", {}, { authorization: `Bearer ${testToken}` })).status).toBe(200);
    await expect
      .poll(() =>
        ask(stopping.port, "/v2/health/live").then(
          ({ status }) => status,
          () => "gone",
        ),
      )
      .toBe("gone");
  });
});
