import { z } from "zod";
import { configurationError } from "../kernel/error.ts";
import type { HelperContext, HelperHandler } from "../kernel/helper.ts";
import { featuresOf, type InputColumns, inputColumns } from "../model/columns.ts";
import type { Feature, Signature, TensorSpec } from "../model/model.ts";
import { inspectOnnx } from "../model/onnx/inspection.ts";
import { type FetchedTensor, unreadable, zipMapFix } from "../model/outputs.ts";
import { predictAnswer, role as predictRole } from "../model/roles/predict.ts";

export const sessionArgs = z.strictObject({
  /** Absolute. */
  path: z.string(),
  digest: z.templateLiteral(["sha256:", z.string()]),
  /** How people know the model. */
  shown: z.string(),
  threads: z.int().min(1),
});

/** A model open in this very process, with every output that a table of rows can have. */
export interface ServingSession {
  readonly signature: Signature;
  readonly inputs: readonly InputColumns[];
  /** The columns a row needs. */
  readonly features: readonly Feature[];
  /** Tensors for the inputs in order, one call at a time. @throws TitleholderError TH_MODEL_RUN when the model fails. */
  run(rows: number, bytes: readonly Uint8Array[]): Promise<readonly FetchedTensor[]>;
  close(): Promise<void>;
}

const servedTypes = ["float", "double", "int64", "int32", "bool", "string"];

/**
 * Inspects the model's bytes, then opens them; what was inspected is what runs.
 * @throws TitleholderError TH_MODEL_* (configuration)
 */
export async function openSession(args: z.output<typeof sessionArgs>, context: HelperContext): Promise<ServingSession> {
  const inspection = await inspectOnnx(context.files.stream(args.path), args.shown);
  if (inspection.digest !== args.digest) {
    throw configurationError(
      "TH_MODEL_CHANGED",
      `${args.shown} is not the file whose digest was taken`,
      "run again when nothing writes to the model any more",
      { file: args.shown },
    );
  }
  const inputs = inputColumns(inspection.signature, inspection.metadata, args.shown);
  const outputs = inspection.signature.outputs.filter(isByRow);
  if (outputs.length === 0) {
    throw configurationError(
      "TH_MODEL_OUTPUT",
      `${args.shown} has no output with one entry a row`,
      unreadable(inspection.signature).length > 0
        ? zipMapFix
        : "give the model outputs of shape [rows] or [rows, classes]",
      { file: args.shown },
    );
  }
  const handler = await predictRole.start(
    {
      ...args,
      inputs: inputs.map(({ name, type, width }) => ({ name, type, width })),
      outputs: outputs.map(({ name }) => name),
    },
    context,
  );
  return {
    signature: { inputs: inspection.signature.inputs, outputs },
    inputs,
    features: featuresOf(inputs),
    run: (rows, bytes) => run(handler, rows, bytes),
    close: () => handler.close(),
  };
}

async function run(
  handler: HelperHandler,
  rows: number,
  bytes: readonly Uint8Array[],
): Promise<readonly FetchedTensor[]> {
  const answer = await handler.request({ rows }, bytes);
  return predictAnswer
    .parse(answer.message)
    .map((tensor, at) => ({ ...tensor, bytes: answer.bytes?.[at] ?? new Uint8Array(0) }));
}

/** Only outputs that grow with the rows can be cut into the answers of the requests that shared a batch. */
function isByRow({ type, shape }: TensorSpec): boolean {
  return servedTypes.includes(type) && shape.length >= 1 && shape[0] === null;
}
