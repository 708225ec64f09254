import { z } from "zod";
import { digestSchema } from "../../kernel/digest-schema.ts";
import type { HelperRole } from "../../kernel/helper.ts";
import type { ModelMemory, Timing } from "../model.ts";
import { type OnnxRuntime, type OnnxSession, openOnnxSession } from "../onnx/session.ts";

const elementTypes = ["float", "double", "int64", "int32", "bool", "string"] as const;

/** What the helper is started with. */
const predictArgs = z.strictObject({
  path: z.string(),
  digest: digestSchema,
  shown: z.string(),
  threads: z.int().min(1),
  inputs: z.array(z.strictObject({ name: z.string(), type: z.enum(elementTypes), width: z.int().min(0) })),
  outputs: z.array(z.string()),
});

/** To score, or only to time: the number of rows; the bytes are the inputs' tensors in order. Or to tell the memory of the process. */
const predictRequest = z.union([
  z.strictObject({ rows: z.int().min(0), timed: z.literal(true).optional() }),
  z.strictObject({ memory: z.literal(true) }),
]);

/** The answer's bytes are the tensors in this order. */
export const predictAnswer = z.array(
  z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.int().min(0)) }),
);

export const timeAnswer = z.strictObject({ ms: z.number(), referenceMs: z.number() }) satisfies z.ZodType<Timing>;

export const memoryAnswer = z.strictObject({
  emptyBytes: z.number(),
  peakBytes: z.number(),
}) satisfies z.ZodType<ModelMemory>;

/** About a fifth of a millisecond: long enough to be interrupted as a small model is, short enough to cost little. */
const referenceSteps = 100_000;

/** Holds one ONNX session and scores the batches it is sent. */
export const role: HelperRole = {
  name: "predict",
  async start(args, context) {
    const { path, digest, ...plan } = predictArgs.parse(args);
    const runtime = await context.native<OnnxRuntime>("onnxruntime-node");
    const { residentBytes: emptyBytes } = await context.memory();
    const session = await openOnnxSession(runtime, await context.files.read(path), digest, plan);
    return {
      request: async (message, bytes) => {
        const asked = predictRequest.parse(message);
        if ("memory" in asked) return { message: { emptyBytes, peakBytes: (await context.memory()).peakBytes } };
        if (asked.timed === true) return { message: { ...(await timed(session, asked.rows, bytes, context.clock)) } };
        const tensors = await session.run(asked.rows, bytes);
        return {
          message: tensors.map(({ name, type, shape }) => ({ name, type, shape })),
          bytes: tensors.map((tensor) => tensor.bytes),
        };
      },
      close: () => session.close(),
    };
  },
};

async function timed(
  session: OnnxSession,
  rows: number,
  bytes: readonly Uint8Array[],
  clock: () => number,
): Promise<Timing> {
  const start = clock();
  const sum = arithmetic();
  const middle = clock();
  await session.run(rows, bytes);
  const end = clock();
  // The sum is looked at, so that no compiler leaves it out.
  return { ms: end - middle, referenceMs: sum > 0 ? middle - start : 0 };
}

function arithmetic(): number {
  let sum = 0;
  for (let step = 1; step <= referenceSteps; step++) sum += Math.sqrt(step);
  return sum;
}
