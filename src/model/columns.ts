import { configurationError } from "../kernel/error.ts";
import type { Feature, Signature, TensorSpec } from "./model.ts";

/** An input tensor and the columns it is filled from: one, or a matrix of several. */
export interface InputColumns {
  readonly name: string;
  readonly type: ElementType;
  readonly columns: readonly string[];
  /** Columns of the tensor; 0 when it has the rows as its only dimension. */
  readonly width: number;
}

const elementTypes = ["float", "double", "int64", "int32", "bool", "string"] as const;
export type ElementType = (typeof elementTypes)[number];

/** Where a model says which column stands where in its one matrix: a JSON list of texts, or names separated by commas. */
const featureNamesKey = "feature_names";

/**
 * Which columns fill which input. An input of shape [N] or [N, 1] takes the column of its own name; a model with one input [N, F] takes a
 * matrix, whose order is `declared` or stands in the model's metadata as `feature_names`; other models need no order.
 * @throws TitleholderError (configuration) TH_MODEL_INPUT (a type, rank or fixed number of rows that a table cannot fill), TH_MODEL_FEATURES
 *   (the order of the matrix is unknown or of another length).
 */
export function inputColumns(
  signature: Signature,
  metadata: ReadonlyMap<string, string>,
  file: string,
  declared?: readonly string[],
): readonly InputColumns[] {
  const [first, ...others] = signature.inputs;
  if (first === undefined) {
    throw configurationError("TH_MODEL_INPUT", `${file} takes no input`, "give a model that takes the rows' columns", {
      file,
    });
  }
  const own = featureNames(metadata.get(featureNamesKey));
  if (declared !== undefined && own !== undefined) requireSameOrder(declared, own, file);
  const names = declared ?? own;
  if (others.length === 0 && first.shape.length === 2 && (first.shape[1] !== 1 || names !== undefined)) {
    return [matrix(first, names, file)];
  }
  return signature.inputs.map((input) => {
    const { type, width } = checked(input, file);
    if (width > 1 || input.shape[1] === null) {
      throw configurationError(
        "TH_MODEL_INPUT",
        `${file} takes several inputs, and one of them ("${input.name}") is a matrix`,
        "export the model with one input a column, or with one matrix alone",
        { file },
      );
    }
    return { name: input.name, type, columns: [input.name], width };
  });
}

/** The columns of all inputs, each once. */
export function featuresOf(inputs: readonly InputColumns[]): readonly Feature[] {
  const features = new Map<string, Feature>();
  for (const { type, columns } of inputs) for (const name of columns) features.set(name, { name, type });
  return [...features.values()];
}

/** The same names in another order would put every value into another's place, without a word. */
function requireSameOrder(declared: readonly string[], own: readonly string[], file: string): void {
  const known = new Set(own);
  if (declared.length !== own.length || !declared.every((name) => known.has(name))) return;
  const at = declared.findIndex((name, place) => name !== own[place]);
  if (at < 0) return;
  throw configurationError(
    "TH_MODEL_FEATURES",
    `${file} says that its column ${at + 1} is "${own[at]}", and "${declared[at]}" is named in its place`,
    `leave \`features\` out, or name them in the model's order: ${own.slice(0, 20).join(", ")}${own.length > 20 ? ", …" : ""}`,
    { file },
  );
}

function matrix(input: TensorSpec, names: readonly string[] | undefined, file: string): InputColumns {
  const { type } = checked(input, file);
  const width = input.shape[1] ?? null;
  if (names === undefined) {
    throw configurationError(
      "TH_MODEL_FEATURES",
      `${file} takes a matrix ("${input.name}") of ${width ?? "several"} columns and does not say which`,
      `name them in the order of training: as \`features\`, or in the model's metadata "${featureNamesKey}" as a JSON list`,
      { file },
    );
  }
  if ((width !== null && names.length !== width) || new Set(names).size !== names.length || names.length === 0) {
    throw configurationError(
      "TH_MODEL_FEATURES",
      `${file} takes a matrix of ${width ?? "several"} columns; ${names.length} are named, ${new Set(names).size} of them different`,
      "name every column of the matrix once, in the order of training",
      { file },
    );
  }
  return { name: input.name, type, columns: names, width: names.length };
}

function checked(input: TensorSpec, file: string): { readonly type: ElementType; readonly width: number } {
  const refuse = (why: string, fix: string) =>
    configurationError("TH_MODEL_INPUT", `${file}: input "${input.name}" ${why}`, fix, { file });
  const type = elementTypes.find((known) => known === input.type);
  if (type === undefined) {
    throw refuse(`takes values of type ${input.type}`, `export the model with one of: ${elementTypes.join(", ")}`);
  }
  if (input.shape.length === 0 || input.shape.length > 2) {
    throw refuse(
      `has ${input.shape.length} dimensions`,
      "export the model with inputs of shape [rows], [rows, 1] or [rows, columns]",
    );
  }
  if (input.shape[0] !== null) {
    throw refuse(
      `takes exactly ${input.shape[0]} rows at a time`,
      "export the model with an open first dimension (dynamic_axes or dynamic_shapes in torch.onnx.export)",
    );
  }
  return { type, width: input.shape.length === 1 ? 0 : (input.shape[1] ?? 0) };
}

function featureNames(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  if (!text.trimStart().startsWith("[")) return text.split(",").map((name) => name.trim());
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((name) => typeof name === "string") ? list : undefined;
  } catch {
    return undefined;
  }
}

/** `x (float [N, 1]), y (int64 [N])`: for messages. */
export function listed(tensors: readonly TensorSpec[]): string {
  const one = ({ name, type, shape }: TensorSpec) =>
    `${name} (${type}${shape.length === 0 ? "" : ` [${shape.map((size) => size ?? "N").join(", ")}]`})`;
  const shown = tensors.slice(0, 12).map(one);
  return tensors.length > shown.length
    ? `${shown.join(", ")} and ${tensors.length - shown.length} more`
    : shown.join(", ");
}
