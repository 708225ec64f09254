import { configurationError, type TitleholderError } from "../kernel/error.ts";
import { listed } from "./columns.ts";
import type { Predictions, Signature, TensorSpec } from "./model.ts";
import { aligned, decodeTexts } from "./tensors.ts";

/** The outputs that are fetched, by name. */
export interface OutputChoice {
  readonly label?: string;
  readonly scores?: string;
}

const labelTypes = ["int64", "int32", "string", "bool"];
const scoreTypes = ["float", "double"];

/**
 * The output that is a predicted class and the one that holds scores: by type, and by name where several qualify (`label`, `class`;
 * `probabilities`, `scores`), else the first.
 * @param named only these outputs are looked at; a name that the model does not have is passed over, as another model may have it
 * @throws TitleholderError TH_MODEL_OUTPUT (configuration) when nothing can be fetched.
 */
export function chooseOutputs(signature: Signature, file: string, named?: readonly string[]): OutputChoice {
  const looked = signature.outputs.filter(({ name }) => named === undefined || named.includes(name));
  const choose = (types: readonly string[], names: RegExp) => {
    const fitting = looked.filter(({ type, shape }) => types.includes(type) && shape.length <= 2);
    return (fitting.find(({ name }) => names.test(name)) ?? fitting[0])?.name;
  };
  const label = choose(labelTypes, /label|class/i);
  const scores = choose(scoreTypes, /prob|score/i);
  if (label === undefined && scores === undefined) {
    throw configurationError(
      "TH_MODEL_OUTPUT",
      `${file} gives neither a class nor scores that can be read${named === undefined ? "" : ` among ${named.join(", ")}`}: its outputs are ${listed(signature.outputs)}`,
      outputFix(signature, named),
      { file },
    );
  }
  return { ...(label === undefined ? {} : { label }), ...(scores === undefined ? {} : { scores }) };
}

function outputFix(signature: Signature, named: readonly string[] | undefined): string {
  if (named !== undefined) return "name outputs that it has, or none";
  return unreadable(signature).length > 0 ? zipMapFix : "give the model an output of shape [rows] or [rows, classes]";
}

export const zipMapFix =
  "export the model without ZipMap, so that its probabilities are a plain matrix: options={id(model): {'zipmap': False}} in skl2onnx";

/** Outputs that are sequences or maps, as ZipMap makes them, which no runtime but Python's hands out. */
export function unreadable(signature: Signature): readonly TensorSpec[] {
  return signature.outputs.filter(({ type }) => type.includes("("));
}

/** A tensor as it came from the helper. */
export interface FetchedTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** @throws TitleholderError TH_MODEL_OUTPUT (configuration) when a tensor does not have one entry a row. */
export function decodePredictions(
  tensors: readonly FetchedTensor[],
  choice: OutputChoice,
  rows: number,
  file: string,
): Predictions {
  const find = (name: string | undefined) => tensors.find((tensor) => tensor.name === name);
  const label = find(choice.label);
  const scores = find(choice.scores);
  return {
    ...(label === undefined ? {} : { label: decodeLabels(label, rows, file) }),
    ...(scores === undefined ? {} : { scores: decodeScores(scores, rows, file) }),
  };
}

function decodeLabels(tensor: FetchedTensor, rows: number, file: string): readonly (string | number)[] {
  if (widthOf(tensor, rows, file) !== 1) throw shapeError(tensor, rows, file);
  if (tensor.type === "string") return decodeTexts(tensor.bytes, rows);
  const buffer = aligned(tensor.bytes);
  if (tensor.type === "int64") return wholeNumbers(buffer, rows);
  return Array.from(tensor.type === "int32" ? new Int32Array(buffer) : new Uint8Array(buffer));
}

/** Numbers where one holds them, else their text: classes may be identifiers of 64 bits. A bigint is made of those of more than 32 bits alone. */
function wholeNumbers(buffer: ArrayBuffer, rows: number): readonly (string | number)[] {
  const halves = new Int32Array(buffer);
  const wide = new BigInt64Array(buffer);
  const numbers = new Array<string | number>(rows);
  for (let row = 0; row < rows; row++) {
    const low = halves[2 * row + lowHalf] ?? 0;
    const high = halves[2 * row + 1 - lowHalf] ?? 0;
    numbers[row] = high === low >> 31 ? low : exactly(wide[row] ?? 0n);
  }
  return numbers;
}

/** Where the lower half of 64 bits stands on this machine. */
const lowHalf = new Int32Array(BigInt64Array.of(1n).buffer)[0] === 1 ? 0 : 1;

function exactly(value: bigint): string | number {
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function decodeScores(tensor: FetchedTensor, rows: number, file: string): readonly Float64Array[] {
  const width = widthOf(tensor, rows, file);
  const buffer = aligned(tensor.bytes);
  const values = tensor.type === "double" ? new Float64Array(buffer) : new Float32Array(buffer);
  return Array.from({ length: width }, (_, column) => {
    const scores = new Float64Array(rows);
    for (let row = 0; row < rows; row++) scores[row] = values[row * width + column] ?? Number.NaN;
    return scores;
  });
}

function widthOf(tensor: FetchedTensor, rows: number, file: string): number {
  const [first = 1, width = 1] = tensor.shape;
  if (tensor.shape.length < 1 || tensor.shape.length > 2 || first !== rows || width < 1)
    throw shapeError(tensor, rows, file);
  return width;
}

function shapeError({ name, shape }: FetchedTensor, rows: number, file: string): TitleholderError {
  return configurationError(
    "TH_MODEL_OUTPUT",
    `${file}: output "${name}" has the shape [${shape.join(", ")}] for ${rows} rows`,
    "give the model outputs with one entry a row: classes [rows], scores [rows] or [rows, classes]",
    { file },
  );
}
