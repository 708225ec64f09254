import { z } from "zod";
import type { ColumnBatch } from "../../dataset/dataset.ts";
import { configurationError, TitleholderError } from "../../kernel/error.ts";
import type { HelperLimits, HelperMessage, HelperProcess } from "../../kernel/helper.ts";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import type { Json } from "../../kernel/json.ts";
import { formatDuration, formatSize } from "../../kernel/quantity.ts";
import { featuresOf, type InputColumns, inputColumns } from "../columns.ts";
import type {
  Feature,
  ModelAt,
  ModelMemory,
  Predictions,
  Predictor,
  PredictorLimits,
  PredictorSession,
  Signature,
  Timing,
} from "../model.ts";
import { notOnnx } from "../onnx/formats.ts";
import { inspectOnnx } from "../onnx/inspection.ts";
import { chooseOutputs, decodePredictions, type OutputChoice } from "../outputs.ts";
import { memoryAnswer, predictAnswer, timeAnswer } from "../roles/predict.ts";
import { encodeInput, rowsOf, TensorMemory } from "../tensors.ts";

const settings = z.strictObject({
  /** Columns of the model's one matrix in the order of training; else the model's metadata says so. */
  features: z.array(z.string()).optional(),
  /** Outputs that are read, where it has several of a kind. */
  outputs: z.array(z.string()).optional(),
});

export const implementation: Implementation<Predictor> = {
  name: "onnx",
  summary: "ONNX models, run by onnxruntime on the processor in a helper process with memory and time limits",
  settings,
  create: (given, host) => {
    const named = settings.parse(given);
    return { name: "onnx", open: (model, limits) => open(model, limits, named, host) };
  },
};

async function open(
  model: ModelAt,
  limits: PredictorLimits,
  named: z.output<typeof settings>,
  host: Host,
): Promise<PredictorSession> {
  const facts = await host.files.facts(model.path);
  if (facts?.kind === "directory") throw notOnnx(model.shown, "a folder", "give the .onnx file itself");
  const inspection = await inspectOnnx(host.files.stream(model.path), model.shown);
  if (inspection.digest !== model.digest) throw changed(model.shown);
  const { signature } = inspection;
  const inputs = inputColumns(signature, inspection.metadata, model.shown, named.features);
  const choice = chooseOutputs(signature, model.shown, named.outputs);
  const start = async (within: StartLimits) => {
    const helper = await host.spawnSelf("predict", args, within).catch((error: unknown) => {
      throw explained(error, model.shown, within, host.signal);
    });
    return new OnnxSession({
      shown: model.shown,
      limits: within,
      signal: host.signal,
      helper,
      signature,
      categories: inspection.categories,
      inputs,
      choice,
    });
  };
  const args = {
    path: model.path,
    digest: model.digest,
    shown: model.shown,
    threads: limits.threads,
    inputs: inputs.map(({ name, type, width }) => ({ name, type, width })),
    outputs: [choice.label, choice.scores].filter((name) => name !== undefined),
  };
  await tryOut(await start(trialLimits(inspection.size, limits)), inputs);
  return start({ memoryBytes: limits.memoryBytes, wallMs: limits.wallMs });
}

interface StartLimits extends HelperLimits {
  readonly memoryBytes: number;
  readonly wallMs: number;
  readonly trial?: true;
}

/** A model of tables answers one row in less than a millisecond and in little more than its own size. */
const trialMemory = 64 * 2 ** 20;
const trialSeconds = 2;
const bytesASecond = 20e6;

/**
 * A model of a hundred bytes may ask for all memory and time that it is given. It is given much only when it could open and answer one row
 * with little: a share that grows with its file.
 */
function trialLimits(size: number, { memoryBytes, wallMs, written }: PredictorLimits): StartLimits {
  const memory = written?.memory === true ? memoryBytes : Math.min(memoryBytes, trialMemory + 4 * size);
  const time = written?.time === true ? {} : { cpuSeconds: trialSeconds + Math.floor(size / bytesASecond) };
  return { memoryBytes: memory, wallMs, ...time, trial: true };
}

/** What the model says to a row of zeros and empty texts is of no interest, even if it is an error: only what it takes to say it. */
async function tryOut(session: PredictorSession, inputs: readonly InputColumns[]): Promise<void> {
  await using trial = session;
  const cell = (type: InputColumns["type"]) => (type === "string" ? [""] : Float64Array.of(0));
  const row = new Map(inputs.flatMap(({ type, columns }) => columns.map((name) => [name, cell(type)] as const)));
  await trial.predict(row).catch((error: unknown) => {
    if (!(error instanceof TitleholderError) || error.code !== "TH_MODEL_RUN") throw error;
  });
}

interface OpenModel {
  readonly shown: string;
  readonly limits: StartLimits;
  readonly signal: AbortSignal;
  readonly helper: HelperProcess;
  readonly signature: Signature;
  readonly categories: ReadonlyMap<string, ReadonlySet<string>>;
  readonly inputs: readonly InputColumns[];
  readonly choice: OutputChoice;
}

class OnnxSession implements PredictorSession {
  readonly from = "model";
  readonly signature: Signature;
  readonly categories: ReadonlyMap<string, ReadonlySet<string>>;
  readonly features: readonly Feature[];
  readonly gives: { readonly label: boolean; readonly scores: boolean };
  readonly #model: OpenModel;
  readonly #memories: readonly TensorMemory[];

  constructor(model: OpenModel) {
    this.#model = model;
    this.#memories = model.inputs.map(() => new TensorMemory());
    this.signature = model.signature;
    this.categories = model.categories;
    this.features = featuresOf(model.inputs);
    this.gives = { label: model.choice.label !== undefined, scores: model.choice.scores !== undefined };
  }

  async predict(batch: ColumnBatch): Promise<Predictions> {
    const { shown, choice } = this.#model;
    const rows = rowsOf(batch);
    const answer = await this.#ask({ rows }, this.#encode(batch));
    const tensors = predictAnswer
      .parse(answer.message)
      .map((tensor, at) => ({ ...tensor, bytes: answer.bytes?.[at] ?? new Uint8Array(0) }));
    return decodePredictions(tensors, choice, rows, shown);
  }

  async time(batch: ColumnBatch): Promise<Timing> {
    return timeAnswer.parse((await this.#ask({ rows: rowsOf(batch), timed: true }, this.#encode(batch))).message);
  }

  async memory(): Promise<ModelMemory> {
    return memoryAnswer.parse((await this.#ask({ memory: true }, [])).message);
  }

  /** A request is written out before its sender goes on: the next batch may lie over it. */
  #encode(batch: ColumnBatch): readonly Uint8Array[] {
    return this.#model.inputs.map((input, at) => encodeInput(input, batch, this.#memories[at]));
  }

  #ask(message: Json, bytes: readonly Uint8Array[]): Promise<HelperMessage> {
    const { shown, limits, signal, helper } = this.#model;
    return helper.request(message, bytes).catch((error: unknown) => {
      throw explained(error, shown, limits, signal);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#model.helper[Symbol.asyncDispose]();
  }
}

function changed(shown: string): TitleholderError {
  return configurationError(
    "TH_MODEL_CHANGED",
    `${shown} is not the file whose digest was taken`,
    "run again when nothing writes to the model any more",
    { file: shown },
  );
}

/** A helper that is gone took the model with it: its limits say why, else the model crashed the runtime. */
function explained(error: unknown, shown: string, limits: StartLimits, signal: AbortSignal): unknown {
  if (!(error instanceof TitleholderError) || error.code !== "TH_HELPER_LOST") return error;
  if (signal.aborted) return signal.reason;
  const why =
    typeof error.cause === "object" && error.cause !== null && "why" in error.cause ? error.cause.why : undefined;
  if (why !== "time" && why !== "memory") {
    return configurationError(
      "TH_MODEL_CRASH",
      `${shown} crashed the runtime: ${error.message}`,
      "try the model in onnxruntime on the same rows; if it runs there, report this with the model",
      { file: shown },
      error,
    );
  }
  return overLimit(why, shown, limits, error);
}

function overLimit(why: "time" | "memory", shown: string, limits: StartLimits, cause: unknown): TitleholderError {
  const time =
    limits.cpuSeconds === undefined ? formatDuration(limits.wallMs) : `${limits.cpuSeconds} s of a processor`;
  const limit = why === "time" ? time : `${formatSize(limits.memoryBytes)} of memory`;
  const trial = limits.trial === true;
  return configurationError(
    "TH_MODEL_LIMIT",
    trial
      ? `${shown} needs more than ${limit} to answer a single row, which no model of its size should`
      : `${shown} needs more than its limit of ${limit}`,
    trial
      ? `write ${why}-limit if the model is meant to need it: it counts for the first row as well`
      : `raise the ${why} limit if the model is meant to need it`,
    { file: shown },
    cause,
  );
}
