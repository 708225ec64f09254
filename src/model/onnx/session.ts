import type { InferenceSession, Tensor } from "onnxruntime-node";
import { digestOf } from "../../kernel/digest.ts";
import { configurationError, type TitleholderError } from "../../kernel/error.ts";
import { formatSize } from "../../kernel/quantity.ts";
import type { InputColumns } from "../columns.ts";
import type { FetchedTensor } from "../outputs.ts";
import { decodeTexts, encodeTexts } from "../tensors.ts";

/** onnxruntime-node, loaded by the caller: this room loads nothing itself. */
export type OnnxRuntime = typeof import("onnxruntime-node");

type InputTensor = Pick<InputColumns, "name" | "type" | "width">;

/** What is asked of a model whose bytes were inspected. */
export interface SessionPlan {
  /** The model as people know it. */
  readonly shown: string;
  readonly threads: number;
  /** Every input of the signature. */
  readonly inputs: readonly InputTensor[];
  /** The outputs that are fetched. */
  readonly outputs: readonly string[];
}

/** A model open in this process. */
export interface OnnxSession {
  /** Tensors for the inputs in order, as `encodeInput` gives them. @throws TitleholderError TH_MODEL_RUN, TH_MODEL_LIMIT, TH_MODEL_OUTPUT. */
  run(rows: number, bytes: readonly Uint8Array[]): Promise<readonly FetchedTensor[]>;
  close(): Promise<void>;
}

/** An answer larger than this is the model's fault: it would be held twice, here and in the program. */
const maxAnswerBytes = 128 * 2 ** 20;

/**
 * Opens bytes that passed inspection, read again and compared with its digest: what was inspected is what runs, even when the file was
 * replaced in between. The runtime gets bytes and no path, so that there is no folder from which it could load more.
 * @throws TitleholderError (configuration) TH_MODEL_CHANGED, TH_MODEL_UNLOADABLE, TH_MODEL_LIMIT, TH_MODEL_SYNTAX.
 */
export async function openOnnxSession(
  runtime: OnnxRuntime,
  model: Uint8Array | undefined,
  digest: string,
  plan: SessionPlan,
): Promise<OnnxSession> {
  if (model === undefined || digestOf(model) !== digest) {
    throw configurationError(
      "TH_MODEL_CHANGED",
      `${plan.shown} changed while it was read`,
      "run again when nothing writes to the model any more",
      { file: plan.shown },
    );
  }
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: plan.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // Errors come as exceptions; the rest would only fill the log.
    logSeverityLevel: 4,
  }).catch((error: unknown) => {
    throw refused(error, plan.shown, "cannot be opened", "TH_MODEL_UNLOADABLE");
  });
  requireSameNames(session, plan);
  return {
    run: (rows, bytes) => run(runtime, session, plan, rows, bytes),
    close: () => session.release(),
  };
}

/** The runtime's reading of the bytes must be the inspection's: a difference would mean that something else was inspected. */
function requireSameNames(session: InferenceSession, plan: SessionPlan): void {
  const inputs = plan.inputs.map(({ name }) => name);
  const same = inputs.length === session.inputNames.length && inputs.every((name) => session.inputNames.includes(name));
  if (same && plan.outputs.every((name) => session.outputNames.includes(name))) return;
  throw configurationError(
    "TH_MODEL_SYNTAX",
    `${plan.shown} reads differently in the runtime than by its bytes`,
    "export the model again with a current exporter",
    { file: plan.shown },
  );
}

async function run(
  runtime: OnnxRuntime,
  session: InferenceSession,
  plan: SessionPlan,
  rows: number,
  bytes: readonly Uint8Array[],
): Promise<readonly FetchedTensor[]> {
  const feeds: Record<string, Tensor> = {};
  for (const [at, input] of plan.inputs.entries()) {
    feeds[input.name] = tensorOf(runtime, input, rows, bytes[at] ?? new Uint8Array(0));
  }
  const results = await session.run(feeds, [...plan.outputs]).catch((error: unknown) => {
    throw refused(error, plan.shown, "failed on a batch of rows", "TH_MODEL_RUN");
  });
  return plan.outputs.map((name) => {
    const result = results[name] as Tensor;
    const content = bytesOf(result);
    if (content.byteLength > maxAnswerBytes) throw tooMuch(name, content.byteLength, rows, plan.shown);
    return { name, type: typeNames[result.type] ?? result.type, shape: [...result.dims], bytes: content };
  });
}

const typeNames: Readonly<Record<string, string>> = { float32: "float", float64: "double" };

function tensorOf(runtime: OnnxRuntime, input: InputTensor, rows: number, bytes: Uint8Array): Tensor {
  const { Tensor } = runtime;
  const shape = input.width === 0 ? [rows] : [rows, input.width];
  if (input.type === "string")
    return new Tensor("string", [...decodeTexts(bytes, rows * Math.max(1, input.width))], shape);
  // Read where they lie, which is where memory begins.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  if (input.type === "float") return new Tensor("float32", new Float32Array(buffer, byteOffset, byteLength / 4), shape);
  if (input.type === "double")
    return new Tensor("float64", new Float64Array(buffer, byteOffset, byteLength / 8), shape);
  if (input.type === "int64") return new Tensor("int64", new BigInt64Array(buffer, byteOffset, byteLength / 8), shape);
  if (input.type === "int32") return new Tensor("int32", new Int32Array(buffer, byteOffset, byteLength / 4), shape);
  return new Tensor("bool", new Uint8Array(buffer, byteOffset, byteLength), shape);
}

function bytesOf(tensor: Tensor): Uint8Array {
  if (tensor.type === "string") return encodeTexts(tensor.data as string[]);
  const { buffer, byteOffset, byteLength } = tensor.data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function tooMuch(name: string, bytes: number, rows: number, shown: string): TitleholderError {
  return configurationError(
    "TH_MODEL_OUTPUT",
    `${shown}: output "${name}" is ${formatSize(bytes)} for ${rows} rows`,
    "give the model outputs with one entry a row and class",
    { file: shown },
  );
}

/** The runtime's own words, one line of them, without the places in its source. */
function refused(
  error: unknown,
  shown: string,
  what: string,
  code: "TH_MODEL_UNLOADABLE" | "TH_MODEL_RUN",
): TitleholderError {
  const text = error instanceof Error ? error.message : String(error);
  const words = text
    .replaceAll(/\/\S*onnxruntime\/\S+:\d+\s*/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 400);
  if (/alloc|out of memory/i.test(words)) return overMemory(shown, words);
  return configurationError(code, `${shown} ${what}: ${words}`, fixes[code], { file: shown });
}

const fixes = {
  TH_MODEL_UNLOADABLE: "export the model again, with operators and an opset that onnxruntime 1.30 knows",
  TH_MODEL_RUN: "try the model in onnxruntime on the same rows; types, shapes and categories must be those of training",
} as const;

function overMemory(shown: string, words: string): TitleholderError {
  const bytes = /buffer of size (\d+)/.exec(words)?.[1];
  return configurationError(
    "TH_MODEL_LIMIT",
    `${shown} asks for ${bytes === undefined ? "more memory" : `${formatSize(Number(bytes))} of memory at once, more`} than its limit leaves`,
    "raise the memory limit if the model is meant to be that large",
    { file: shown },
  );
}
