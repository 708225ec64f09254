import { z } from "zod";
import type { TensorMetadata } from "./protocols.ts";

const tensorSchema: z.ZodType<TensorMetadata> = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number()),
});

/** The part of a model's metadata (Open Inference Protocol) that callers depend on. */
export const metadataSchema = z.object({ inputs: z.array(tensorSchema), outputs: z.array(tensorSchema) });
export type ModelMetadata = z.output<typeof metadataSchema>;

/** What callers of `stable` may trip over when `canary` answers instead, in words; empty when nothing. */
export function breaksOf(stable: ModelMetadata, canary: ModelMetadata): readonly string[] {
  const known = byName(stable.inputs);
  const given = byName(canary.outputs);
  return [
    ...canary.inputs.flatMap((input) => {
      const before = known.get(input.name);
      if (before === undefined) return [`it takes the input "${input.name}", which stable does not`];
      return differences("input", before, input);
    }),
    ...stable.inputs
      .filter(({ name }) => !canary.inputs.some((input) => input.name === name))
      .map(({ name }) => `it does not take the input "${name}"`),
    ...stable.outputs.flatMap((output) => {
      const after = given.get(output.name);
      return after === undefined
        ? [`it does not give the output "${output.name}"`]
        : differences("output", output, after);
    }),
  ];
}

function differences(what: string, before: TensorMetadata, after: TensorMetadata): readonly string[] {
  const text = ({ datatype, shape }: TensorMetadata) => `${datatype} [${shape.join(", ")}]`;
  return text(before) === text(after)
    ? []
    : [`its ${what} "${after.name}" is ${text(after)} instead of ${text(before)}`];
}

function byName(tensors: readonly TensorMetadata[]): ReadonlyMap<string, TensorMetadata> {
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}
