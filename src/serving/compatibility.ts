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

/** Names beyond this many are only counted. */
const mostNames = 20;

/** What callers of `stable` may trip over when `canary` answers instead, in words, one entry a kind; empty when nothing. */
export function breaksOf(stable: ModelMetadata, canary: ModelMetadata): readonly string[] {
  return [
    ...listed("it also takes the input", missingFrom(stable.inputs, canary.inputs)),
    ...listed("it no longer takes the input", missingFrom(canary.inputs, stable.inputs)),
    ...listed("it no longer gives the output", missingFrom(canary.outputs, stable.outputs)),
    ...changed("input", stable.inputs, canary.inputs),
    ...changed("output", stable.outputs, canary.outputs),
  ];
}

/** The names that only `there` has. */
function missingFrom(here: readonly TensorMetadata[], there: readonly TensorMetadata[]): readonly string[] {
  const known = new Set(here.map(({ name }) => name));
  return there.flatMap(({ name }) => (known.has(name) ? [] : [name]));
}

function listed(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return [`${what}${names.length > 1 ? "s" : ""} ${names.slice(0, mostNames).join(", ")}${more}`];
}

function changed(what: string, before: readonly TensorMetadata[], after: readonly TensorMetadata[]): readonly string[] {
  const text = ({ datatype, shape }: TensorMetadata) => `${datatype} [${shape.join(", ")}]`;
  const known = new Map(before.map((tensor) => [tensor.name, text(tensor)]));
  const differences = after.flatMap((tensor) => {
    const was = known.get(tensor.name);
    return was === undefined || was === text(tensor) ? [] : [`${tensor.name} is ${text(tensor)} instead of ${was}`];
  });
  if (differences.length === 0) return [];
  const more = differences.length > mostNames ? ` and ${differences.length - mostNames} more` : "";
  return [`its ${what} ${differences.slice(0, mostNames).join(", ")}${more}`];
}
