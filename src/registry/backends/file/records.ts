import { z } from "zod";
import { digestSchema } from "../../../kernel/digest-schema.ts";
import type { Json } from "../../../kernel/json.ts";
import { schemaFault } from "../../../kernel/schema-fault.ts";
import { corrupt } from "./store.ts";

const count = z.int().min(0);
const slot = z.int().min(1);

/** Relative, with `/`, and inside the model's folder on every system. */
const relativePath = z.string().refine(isInnerPath, "not a path inside the model's folder");

export function isInnerPath(path: string): boolean {
  const parts = path.split("/");
  return !/[\\:\0]/.test(path) && parts.every((part) => part !== "" && part !== "." && part !== "..");
}

export const versionRecord = z.strictObject({
  name: z.string(),
  version: slot,
  digest: digestSchema,
  files: z.array(z.strictObject({ path: relativePath, size: count, digest: digestSchema })).min(1),
  created: z.string(),
});

export const moveRecord = z.strictObject({
  seq: slot,
  alias: z.string(),
  from: slot.nullable(),
  to: slot.nullable(),
  at: z.string(),
  actor: z.string(),
  run: z.string().exactOptional(),
  reason: z.string(),
});

export const statementRecord = z.object({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })),
  predicateType: z.custom<`https://titleholder.dev/${string}/v1`>(
    (type) => typeof type === "string" && /^https:\/\/titleholder\.dev\/.+\/v1$/.test(type),
  ),
  predicate: z.object({
    command: z.string(),
    verdict: z.enum(["pass", "warn", "fail", "inconclusive"]),
    report: digestSchema,
    result: digestSchema,
    materials: z.array(
      z.object({
        name: z.string(),
        digest: digestSchema,
        kind: z.enum(["data", "model", "code", "config", "report", "profile"]),
        uri: z.string().exactOptional(),
      }),
    ),
    finished: z.string(),
  }),
});

export const streamRecord = z.strictObject({ entry: z.json() as z.ZodType<Json> });

export const formatRecord = z.object({ format: z.string() });

/** Parses what a slot holds. @throws TH_REGISTRY_CORRUPT (backend) naming the file. */
export function parseRecord<T>(bytes: Uint8Array, schema: z.ZodType<T>, file: string): T {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw corrupt(`${file} is not JSON`, file, cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw corrupt(`${file} does not hold what it should: ${schemaFault(parsed.error)}`, file);
}
