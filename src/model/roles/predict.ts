import { z } from "zod";
import { digestSchema } from "../../kernel/digest-schema.ts";
import type { HelperRole } from "../../kernel/helper.ts";
import { type OnnxRuntime, openOnnxSession } from "../onnx/session.ts";

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

/** A request holds the number of rows; its bytes are the inputs' tensors in order. */
const predictRequest = z.strictObject({ rows: z.int().min(0) });

/** The answer's bytes are the tensors in this order. */
export const predictAnswer = z.array(
  z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.int().min(0)) }),
);

/** Holds one ONNX session and scores the batches it is sent. */
export const role: HelperRole = {
  name: "predict",
  async start(args, context) {
    const { path, digest, ...plan } = predictArgs.parse(args);
    const runtime = await context.native<OnnxRuntime>("onnxruntime-node");
    const session = await openOnnxSession(runtime, await context.files.read(path), digest, plan);
    return {
      request: async (message, bytes) => {
        const tensors = await session.run(predictRequest.parse(message).rows, bytes);
        return {
          message: tensors.map(({ name, type, shape }) => ({ name, type, shape })),
          bytes: tensors.map((tensor) => tensor.bytes),
        };
      },
      close: () => session.close(),
    };
  },
};
