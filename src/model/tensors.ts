import type { Cell, ColumnBatch } from "../dataset/dataset.ts";
import { configurationError, type TitleholderError } from "../kernel/error.ts";
import type { ElementType, InputColumns } from "./columns.ts";

/**
 * Tensors as bytes, as they travel to the helper process: numbers in the machine's order, row by row; texts as a dictionary
 * (`uint32` number of different texts, `uint32` place of each row's text, `uint32` length of each text, then their UTF-8).
 */

type Values = Float64Array | BigInt64Array | readonly Cell[];
type Target = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;

/** Rows of a batch; every column has as many. */
export function rowsOf(batch: ColumnBatch): number {
  for (const values of batch.values()) return values.length;
  return 0;
}

/**
 * One input's tensor from a batch. Missing values become NaN in floats.
 * @throws TitleholderError (configuration) TH_MODEL_COLUMNS, TH_MODEL_COLUMN_TYPE, TH_MODEL_MISSING
 */
export function encodeInput(input: InputColumns, batch: ColumnBatch, memory?: TensorMemory): Uint8Array {
  const rows = rowsOf(batch);
  if (input.type === "string") return encodeTextColumns(input, batch, rows);
  const width = input.columns.length;
  const target = allocate(input.type, rows * width, memory);
  for (const [place, column] of input.columns.entries()) {
    const values = valuesOf(batch, column);
    const copy = copies[input.type];
    const missing = copy(values, column, target, place, width);
    if (missing > 0) throw missingError(column, input.type, missing, rows);
  }
  return new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
}

/** Memory that one input's tensors are encoded into, each over the one before: megabytes a batch that need not be collected. */
export class TensorMemory {
  #buffer = new ArrayBuffer(0);

  take(bytes: number): ArrayBuffer {
    if (this.#buffer.byteLength < bytes) this.#buffer = new ArrayBuffer(bytes);
    return this.#buffer;
  }
}

const arrays = { float: Float32Array, double: Float64Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array };

function allocate(type: Exclude<ElementType, "string">, length: number, memory: TensorMemory | undefined): Target {
  const TypedArray = arrays[type];
  if (memory === undefined) return new TypedArray(length);
  return new TypedArray(memory.take(length * TypedArray.BYTES_PER_ELEMENT), 0, length);
}

function valuesOf(batch: ColumnBatch, column: string): Values {
  const values = batch.get(column);
  if (values !== undefined) return values;
  throw configurationError(
    "TH_MODEL_COLUMNS",
    `the model takes the column "${column}", which the rows do not have`,
    "give data with every column that the model was trained on",
  );
}

/** Copies one column into its place in a row-major matrix; gives the number of missing values that the type cannot hold. */
type Copy = (values: Values, column: string, target: Target, place: number, width: number) => number;

const copyFloats: Copy = (values, column, target, place, width) => {
  const floats = target as Float64Array;
  if (values instanceof Float64Array) {
    for (let row = 0, at = place; row < values.length; row++, at += width) floats[at] = values[row] ?? Number.NaN;
    return 0;
  }
  for (let row = 0, at = place; row < values.length; row++, at += width) {
    const cell = values[row] ?? null;
    floats[at] = cell === null ? Number.NaN : numberOf(cell, column, "a number");
  }
  return 0;
};

const copyIntegers =
  (bits: 32 | 64): Copy =>
  (values, column, target, place, width) => {
    const limit = 2 ** (bits - 1);
    let missing = 0;
    for (let row = 0, at = place; row < values.length; row++, at += width) {
      const cell = values[row] ?? null;
      if (typeof cell === "bigint" && bits === 64) {
        target[at] = cell;
        continue;
      }
      const value = cell === null ? Number.NaN : numberOf(cell, column, "a whole number");
      if (Number.isNaN(value)) missing += 1;
      else if (!Number.isInteger(value) || value < -limit || value >= limit) {
        throw typeError(column, `holds values that are not whole numbers of ${bits} bits`);
      } else target[at] = bits === 64 ? BigInt(value) : value;
    }
    return missing;
  };

const copyBooleans: Copy = (values, column, target, place, width) => {
  let missing = 0;
  for (let row = 0, at = place; row < values.length; row++, at += width) {
    const cell = values[row] ?? null;
    const value = cell === null ? Number.NaN : numberOf(cell, column, "true or false");
    if (Number.isNaN(value)) missing += 1;
    else if (value !== 0 && value !== 1)
      throw typeError(column, "holds numbers other than 0 and 1, and the model takes booleans");
    else target[at] = value;
  }
  return missing;
};

const copies: Readonly<Record<Exclude<ElementType, "string">, Copy>> = {
  float: copyFloats,
  double: copyFloats,
  int64: copyIntegers(64),
  int32: copyIntegers(32),
  bool: copyBooleans,
};

function numberOf(cell: Exclude<Cell, null>, column: string, wanted: string): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
  throw typeError(column, `holds ${typeof cell === "string" ? "text" : "dates"}, and the model takes ${wanted}`);
}

function encodeTextColumns(input: InputColumns, batch: ColumnBatch, rows: number): Uint8Array {
  const width = input.columns.length;
  const texts = new Array<string>(rows * width);
  for (const [place, column] of input.columns.entries()) {
    const values = valuesOf(batch, column);
    let missing = 0;
    for (let row = 0; row < rows; row++) {
      const cell = values[row] ?? null;
      if (cell === null || Number.isNaN(cell)) missing += 1;
      else texts[row * width + place] = textOf(cell, column);
    }
    if (missing > 0) throw missingError(column, "string", missing, rows);
  }
  return encodeTexts(texts);
}

/** Whole numbers have one text form, which is the one categories were trained on; nothing else is turned into text. */
function textOf(cell: Exclude<Cell, null>, column: string): string {
  if (typeof cell === "string") return cell;
  if (typeof cell === "bigint" || (typeof cell === "number" && Number.isSafeInteger(cell))) return String(cell);
  throw typeError(column, "holds values that are not text, and the model takes text");
}

function typeError(column: string, why: string): TitleholderError {
  return configurationError(
    "TH_MODEL_COLUMN_TYPE",
    `column "${column}" ${why}`,
    "give the column the type it had in training, or export the model with an input of the column's type",
  );
}

function missingError(column: string, type: string, missing: number, rows: number): TitleholderError {
  return configurationError(
    "TH_MODEL_MISSING",
    `column "${column}" lacks a value in ${missing} of ${rows} rows, and the model takes ${type}, which cannot be missing`,
    "fill the missing values as in training, or export the model with a float input",
  );
}

export function encodeTexts(texts: readonly string[]): Uint8Array {
  const places = new Map<string, number>();
  const rows = Uint32Array.from(texts, (text) => {
    const place = places.get(text) ?? places.size;
    if (place === places.size) places.set(text, place);
    return place;
  });
  const encoder = new TextEncoder();
  const distinct = Array.from(places.keys(), (text) => encoder.encode(text));
  const header = Uint32Array.of(distinct.length);
  const lengths = Uint32Array.from(distinct, (text) => text.length);
  const parts = [bytesOf(header), bytesOf(rows), bytesOf(lengths), ...distinct];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function bytesOf(values: Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export function decodeTexts(bytes: Uint8Array, count: number): readonly string[] {
  const whole = aligned(bytes);
  const [different = 0] = new Uint32Array(whole, 0, 1);
  const places = new Uint32Array(whole, 4, count);
  const lengths = new Uint32Array(whole, 4 + 4 * count, different);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const texts: string[] = [];
  let at = 4 + 4 * count + 4 * different;
  for (const length of lengths) {
    texts.push(decoder.decode(new Uint8Array(whole, at, length)));
    at += length;
  }
  return Array.from(places, (place) => texts[place] ?? "");
}

/** The bytes in a buffer of their own: what arrives from another process may start anywhere. */
export function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
