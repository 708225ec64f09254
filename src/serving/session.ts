import { z } from "zod";
import { digestSchema } from "../kernel/digest-schema.ts";
import { configurationError } from "../kernel/error.ts";
import type { HelperContext } from "../kernel/helper.ts";
import { featuresOf, type InputColumns, inputColumns } from "../model/columns.ts";
import type { Feature, Signature, TensorSpec } from "../model/model.ts";
import { inspectOnnx } from "../model/onnx/inspection.ts";
import { type OnnxRuntime, type OnnxSession, openOnnxSession } from "../model/onnx/session.ts";
import { unreadable, zipMapFix } from "../model/outputs.ts";

export const sessionArgs = z.strictObject({
  /** Absolute. */
  path: z.string(),
  digest: digestSchema,
  /** How people know the model. */
  shown: z.string(),
  threads: z.int().min(1),
});

/** A model open in this very process, with every output that a table of rows can have. */
export interface ServingSession extends OnnxSession {
  readonly signature: Signature;
  readonly inputs: readonly InputColumns[];
  /** The columns a row needs. */
  readonly features: readonly Feature[];
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
  const runtime = await context.native<OnnxRuntime>("onnxruntime-node");
  const session = await openOnnxSession(runtime, await context.files.read(args.path), args.digest, {
    shown: args.shown,
    threads: args.threads,
    inputs,
    outputs: outputs.map(({ name }) => name),
  });
  return {
    ...session,
    signature: { inputs: inspection.signature.inputs, outputs },
    inputs,
    features: featuresOf(inputs),
  };
}

/** Only outputs that grow with the rows can be cut into the answers of the requests that shared a batch. */
function isByRow({ type, shape }: TensorSpec): boolean {
  return servedTypes.includes(type) && shape.length >= 1 && shape[0] === null;
}
