import type { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";
import { digestOf } from "../../kernel/digest.ts";
import { configurationError, type TitleholderError } from "../../kernel/error.ts";
import type { HelperContext, HelperMessage, HelperRole } from "../../kernel/helper.ts";
import type { Json } from "../../kernel/json.ts";
import { formatSize } from "../../kernel/quantity.ts";
import { aligned, decodeTexts, encodeTexts } from "../tensors.ts";

const elementTypes = ["float", "double", "int64", "int32", "bool", "string"] as const;

/** What the helper is started with. */
export const predictArgs = z.strictObject({
  path: z.string(),
  digest: z.string(),
  shown: z.string(),
  threads: z.int().min(1),
  inputs: z.array(z.strictObject({ name: z.string(), type: z.enum(elementTypes), width: z.int().min(0) })),
  outputs: z.array(z.string()),
});
type PredictArgs = z.output<typeof predictArgs>;

/** A request holds the number of rows; its bytes are the inputs' tensors in order. */
export const predictRequest = z.strictObject({ rows: z.int().min(0) });

/** The answer's bytes are the tensors in this order. */
export const predictAnswer = z.array(
  z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.int().min(0)) }),
);

/** An answer larger than this is the model's fault: it would be held twice, here and in the program. */
const maxAnswerBytes = 128 * 2 ** 20;

type Runtime = typeof import("onnxruntime-node");

/** Holds one ONNX session and scores the batches it is sent. */
export const role: HelperRole = {
  name: "predict",
  async start(args, context) {
    const given = predictArgs.parse(args);
    const runtime = await context.native<Runtime>("onnxruntime-node");
    const session = await openSession(runtime, given, context);
    return {
      request: async (message, bytes) => predict(runtime, session, given, predictRequest.parse(message).rows, bytes),
      close: () => session.release(),
    };
  },
};

async function openSession(runtime: Runtime, args: PredictArgs, context: HelperContext): Promise<InferenceSession> {
  const bytes = await context.files.read(args.path);
  // Read again and compared: what was inspected is what runs, even when the file is replaced in between.
  if (bytes === undefined || digestOf(bytes) !== args.digest) {
    throw configurationError(
      "TH_MODEL_CHANGED",
      `${args.shown} changed while it was read`,
      "run again when nothing writes to the model any more",
      { file: args.shown },
    );
  }
  const session = await runtime.InferenceSession.create(bytes, {
    executionProviders: ["cpu"],
    intraOpNumThreads: args.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // Errors come as exceptions; the rest would only fill the log.
    logSeverityLevel: 4,
  }).catch((error: unknown) => {
    throw refused(error, args.shown, "cannot be opened", "TH_MODEL_UNLOADABLE");
  });
  requireSameNames(session, args);
  return session;
}

/** The runtime's reading of the bytes must be the inspection's: a difference would mean that something else was inspected. */
function requireSameNames(session: InferenceSession, args: PredictArgs): void {
  const inputs = args.inputs.map(({ name }) => name);
  const same = inputs.length === session.inputNames.length && inputs.every((name) => session.inputNames.includes(name));
  if (same && args.outputs.every((name) => session.outputNames.includes(name))) return;
  throw configurationError(
    "TH_MODEL_SYNTAX",
    `${args.shown} reads differently in the runtime than by its bytes`,
    "export the model again with a current exporter",
    { file: args.shown },
  );
}

async function predict(
  runtime: Runtime,
  session: InferenceSession,
  args: PredictArgs,
  rows: number,
  bytes: readonly Uint8Array[],
): Promise<HelperMessage> {
  const feeds: Record<string, Tensor> = {};
  for (const [at, input] of args.inputs.entries()) {
    feeds[input.name] = tensorOf(runtime, input, rows, bytes[at] ?? new Uint8Array(0));
  }
  const results = await session.run(feeds, [...args.outputs]).catch((error: unknown) => {
    throw refused(error, args.shown, "failed on a batch of rows", "TH_MODEL_RUN");
  });
  const message: Json[] = [];
  const answer: Uint8Array[] = [];
  for (const name of args.outputs) {
    const result = results[name] as Tensor;
    const tensor = bytesOf(result);
    if (tensor.byteLength > maxAnswerBytes) throw tooMuch(name, tensor.byteLength, rows, args.shown);
    message.push({ name, type: typeNames[result.type] ?? result.type, shape: [...result.dims] });
    answer.push(tensor);
    result.dispose();
  }
  return { message, bytes: answer };
}

const typeNames: Readonly<Record<string, string>> = { float32: "float", float64: "double" };

function tensorOf(runtime: Runtime, input: PredictArgs["inputs"][number], rows: number, bytes: Uint8Array): Tensor {
  const { Tensor } = runtime;
  const shape = input.width === 0 ? [rows] : [rows, input.width];
  if (input.type === "string")
    return new Tensor("string", [...decodeTexts(bytes, rows * Math.max(1, input.width))], shape);
  const buffer = aligned(bytes);
  if (input.type === "float") return new Tensor("float32", new Float32Array(buffer), shape);
  if (input.type === "double") return new Tensor("float64", new Float64Array(buffer), shape);
  if (input.type === "int64") return new Tensor("int64", new BigInt64Array(buffer), shape);
  if (input.type === "int32") return new Tensor("int32", new Int32Array(buffer), shape);
  return new Tensor("bool", new Uint8Array(buffer), shape);
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
