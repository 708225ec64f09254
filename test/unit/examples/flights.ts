// What the tests of the example project share: running its scripts as a user would, and reading what they wrote.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { InferenceSession, Tensor } from "onnxruntime-node";

export const project = fileURLToPath(new URL("../../../examples/flights/", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the project with nothing in its environment but what is given. */
export function runScript(script: string, argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(project, script), ...argv], { env }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "flights-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** The project's data, prepared anew. */
export async function prepared(folder: string): Promise<Ended> {
  const ended = await runScript("prepare.mjs", ["--data", folder]);
  if (ended.code !== 0) throw new Error(ended.stderr);
  return ended;
}

export async function database(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(":memory:");
  return instance.connect();
}

export type Row = Record<string, DuckDBValue>;

export async function query(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjects();
}

/** One number of a one-row result. */
export async function scalar(connection: DuckDBConnection, sql: string): Promise<number> {
  const reader = await connection.runAndReadAll(sql);
  return Number(reader.value(0, 0));
}

export interface Predictions {
  readonly labels: readonly number[];
  readonly onTime: Float64Array;
  readonly late: Float64Array;
}

/** Answers of an ONNX model, its inputs taken by name from the rows. */
export async function predict(model: Uint8Array | string, rows: readonly Row[]): Promise<Predictions> {
  const session = await InferenceSession.create(typeof model === "string" ? await readFile(model) : model);
  const feeds = session.inputNames.map((name) => {
    const values = Float32Array.from(rows, (row) => Number(row[name]));
    return [name, new Tensor("float32", values, [rows.length, 1])] as const;
  });
  const outputs = await session.run(Object.fromEntries(feeds));
  const { label, probabilities } = outputs;
  if (label === undefined || probabilities === undefined) throw new Error("the model lacks an output");
  if (!(probabilities.data instanceof Float32Array)) throw new Error(`probabilities are ${probabilities.type}`);
  if (!(label.data instanceof BigInt64Array)) throw new Error(`labels are ${label.type}`);
  const both = probabilities.data;
  return {
    labels: Array.from(label.data, Number),
    onTime: Float64Array.from(rows, (_, row) => both[2 * row] ?? Number.NaN),
    late: Float64Array.from(rows, (_, row) => both[2 * row + 1] ?? Number.NaN),
  };
}
