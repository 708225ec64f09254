import type { Cell, ColumnBatch } from "../dataset/dataset.ts";
import type { InputColumns } from "../model/columns.ts";
import type { TensorSpec } from "../model/model.ts";
import type { OutputTensor } from "./batcher.ts";
import { HttpError } from "./http.ts";

/**
 * The two ways to ask: the Open Inference Protocol, version 2 (`/v2/models/NAME/infer`), and MLflow's scoring protocol (`/invocations`).
 * Both become columns, and both are refused with 400 when they make no sense: that is the caller's fault and no sign of a bad model.
 */

/** Rows as columns by name. */
export interface Rows {
  readonly count: number;
  readonly columns: ColumnBatch;
}

/** Names of the Open Inference Protocol for the element types of ONNX. */
const protocolTypes: Readonly<Record<string, string>> = {
  float: "FP32",
  double: "FP64",
  int64: "INT64",
  int32: "INT32",
  bool: "BOOL",
  string: "BYTES",
};

function bad(message: string): HttpError {
  return new HttpError(400, "TH_SERVING_REQUEST", message);
}

/** Parses a body that has to be a JSON object. @throws HttpError 400 */
export function parseObject(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw bad("the body is not JSON");
  }
  if (!isObject(value)) throw bad("the body is not a JSON object");
  return value;
}

/** Reads the `inputs` of an inference request of the Open Inference Protocol. @throws HttpError 400 */
export function inferRows(request: Readonly<Record<string, unknown>>, inputs: readonly InputColumns[]): Rows {
  if (!Array.isArray(request.inputs)) throw bad("`inputs` is not a list");
  const given = new Map<string, Readonly<Record<string, unknown>>>();
  for (const tensor of request.inputs as readonly unknown[]) {
    if (!isObject(tensor) || typeof tensor.name !== "string") throw bad("an input has no name");
    if (given.has(tensor.name)) throw bad(`the input "${tensor.name}" is given twice`);
    given.set(tensor.name, tensor);
  }
  const columns = new Map<string, readonly Cell[]>();
  let count: number | undefined;
  for (const input of inputs) {
    const tensor = given.get(input.name);
    if (tensor === undefined) throw bad(`the input "${input.name}" is missing`);
    given.delete(input.name);
    const rows = readTensor(tensor, input, columns);
    count ??= rows;
    if (rows !== count) throw bad(`the input "${input.name}" has ${rows} rows, another has ${count}`);
  }
  const [unknown] = given.keys();
  if (unknown !== undefined) throw bad(`the model has no input "${unknown}"`);
  return atLeastOne({ count: count ?? 0, columns });
}

function readTensor(
  tensor: Readonly<Record<string, unknown>>,
  input: InputColumns,
  columns: Map<string, readonly Cell[]>,
): number {
  const { name } = input;
  if (tensor.datatype !== protocolTypes[input.type]) {
    throw bad(
      `the input "${name}" has the datatype ${String(tensor.datatype)}, the model takes ${protocolTypes[input.type]}`,
    );
  }
  const shape = tensor.shape;
  const width = Math.max(1, input.width);
  const fits =
    Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    (shape.length === 2 ? shape[1] === width : shape.length === 1 && width === 1);
  if (!fits) throw bad(`the input "${name}" has not the shape [rows${input.width === 0 ? "" : `, ${width}`}]`);
  const rows = Number(shape[0]);
  if (!Array.isArray(tensor.data)) throw bad(`the input "${name}" has no data`);
  const cells = (tensor.data as readonly unknown[]).flat(2).map((cell) => asCell(cell, name));
  if (cells.length !== rows * width)
    throw bad(`the input "${name}" has ${cells.length} values for the shape [${shape.join(", ")}]`);
  for (const [place, column] of input.columns.entries()) {
    columns.set(
      column,
      width === 1 ? cells : Array.from({ length: rows }, (_, row) => cells[row * width + place] ?? null),
    );
  }
  return rows;
}

/** Reads `dataframe_split`, `dataframe_records` or `inputs` of MLflow's scoring protocol. @throws HttpError 400 */
export function invocationRows(request: Readonly<Record<string, unknown>>): Rows {
  if (isObject(request.dataframe_split)) return splitRows(request.dataframe_split);
  if (Array.isArray(request.dataframe_records)) return recordRows(request.dataframe_records);
  if (isObject(request.inputs)) return columnRows(request.inputs);
  if (Array.isArray(request.inputs)) return recordRows(request.inputs);
  throw bad("the body holds none of `dataframe_split`, `dataframe_records` and `inputs`");
}

function splitRows({ columns: names, data }: Readonly<Record<string, unknown>>): Rows {
  if (!isTexts(names) || new Set(names).size !== names.length) throw bad("`columns` is not a list of different names");
  if (!Array.isArray(data)) throw bad("`data` is not a list of rows");
  const columns = new Map<string, Cell[]>(names.map((name) => [name, []]));
  for (const [index, row] of data.entries()) {
    if (!Array.isArray(row) || row.length !== names.length)
      throw bad(`row ${index} does not have ${names.length} values`);
    for (const [place, name] of names.entries()) columns.get(name)?.push(asCell(row[place], name));
  }
  return atLeastOne({ count: data.length, columns });
}

function recordRows(records: readonly unknown[]): Rows {
  const [first] = records;
  const names = isObject(first) ? Object.keys(first) : [];
  const columns = new Map<string, Cell[]>(names.map((name) => [name, []]));
  for (const [index, record] of records.entries()) {
    if (!isObject(record) || Object.keys(record).length !== names.length) {
      throw bad(`row ${index} does not have the columns of the first row`);
    }
    for (const name of names) {
      if (!Object.hasOwn(record, name)) throw bad(`row ${index} lacks the column "${name}"`);
      columns.get(name)?.push(asCell(record[name], name));
    }
  }
  return atLeastOne({ count: records.length, columns });
}

function columnRows(inputs: Readonly<Record<string, unknown>>): Rows {
  const columns = new Map<string, readonly Cell[]>();
  let count: number | undefined;
  for (const [name, values] of Object.entries(inputs)) {
    if (!Array.isArray(values)) throw bad(`the column "${name}" is not a list`);
    count ??= values.length;
    if (values.length !== count) throw bad(`the column "${name}" has ${values.length} values, another has ${count}`);
    columns.set(
      name,
      (values as readonly unknown[]).flat().map((cell) => asCell(cell, name)),
    );
  }
  return atLeastOne({ count: count ?? 0, columns });
}

function atLeastOne(rows: Rows): Rows {
  if (rows.count === 0) throw bad("there are no rows");
  for (const [name, values] of rows.columns) {
    if (values.length !== rows.count)
      throw bad(`the column "${name}" has ${values.length} values for ${rows.count} rows`);
  }
  return rows;
}

function asCell(value: unknown, column: string): Cell {
  if (value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean")
    return value;
  throw bad(`"${column}" holds a value that is neither a number, a text nor a boolean`);
}

/** The answer of the Open Inference Protocol. `outputs` of the request picks some by name. @throws HttpError 400 */
export function inferAnswer(
  request: Readonly<Record<string, unknown>>,
  model: { readonly name: string; readonly version: string },
  outputs: readonly OutputTensor[],
): unknown {
  const wanted = wantedOutputs(
    request,
    outputs.map(({ name }) => name),
  );
  return {
    model_name: model.name,
    model_version: model.version,
    ...(typeof request.id === "string" ? { id: request.id } : {}),
    outputs: outputs
      .filter(({ name }) => wanted.has(name))
      .map(({ name, type, shape, values }) => ({ name, datatype: protocolTypes[type], shape, data: values })),
  };
}

/** The names that a request asks for; all when it does not say. @throws HttpError 400 for one the model does not have */
export function wantedOutputs(
  request: Readonly<Record<string, unknown>>,
  known: readonly string[],
): ReadonlySet<string> {
  if (request.outputs === undefined) return new Set(known);
  if (!Array.isArray(request.outputs)) throw bad("`outputs` is not a list");
  return new Set(
    (request.outputs as readonly unknown[]).map((output) => {
      if (isObject(output) && typeof output.name === "string" && known.includes(output.name)) return output.name;
      throw bad(`the model has no output "${isObject(output) ? String(output.name) : String(output)}"`);
    }),
  );
}

/** MLflow's answer: one value a row when the model has one output, else one record a row. */
export function invocationAnswer(outputs: readonly OutputTensor[], rows: number): unknown {
  const cellsOf = ({ shape, values }: OutputTensor, row: number) => {
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    return width === 1 ? values[row] : values.slice(row * width, (row + 1) * width);
  };
  const [only, ...others] = outputs;
  const predictions = Array.from({ length: rows }, (_, row) =>
    only !== undefined && others.length === 0
      ? cellsOf(only, row)
      : Object.fromEntries(outputs.map((output) => [output.name, cellsOf(output, row)])),
  );
  return { predictions };
}

/** A tensor as the protocol's metadata tells it; an open dimension is -1. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

export function tensorMetadata({ name, type, shape }: TensorSpec): TensorMetadata {
  return { name, datatype: protocolTypes[type] ?? type, shape: shape.map((size) => size ?? -1) };
}

/** Whether every number is finite: a model that answers NaN has failed, and JSON could not say it. */
export function allFinite(outputs: readonly OutputTensor[]): boolean {
  return outputs.every(({ values }) => values.every((value) => typeof value !== "number" || Number.isFinite(value)));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}
