import { z } from "zod";
import { verdicts } from "../kernel/verdict.ts";
import { reportSchema } from "./report.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const json = z.json();
const artifact = z.strictObject({
  name: z.string(),
  digest,
  kind: z.enum(["data", "model", "code", "config", "report", "profile"]),
  uri: z.string().optional(),
});

const place = z.strictObject({
  input: z.string().optional(),
  file: z.string().optional(),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
});

const check = z.strictObject({
  id: z.string(),
  verdict: z.enum([...verdicts, "unchecked"]),
  message: z.string(),
  place: place.optional(),
  related: z.array(place).optional(),
  observed: json.optional(),
  expected: json.optional(),
  n: z.number().optional(),
  effect: z.number().optional(),
  interval: z.tuple([z.number().nullable(), z.number().nullable()]).optional(),
  limit: z.number().optional(),
  p: z.number().optional(),
  method: z.string().optional(),
});

const table = z.strictObject({
  title: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(json)),
  more: z.int().nonnegative().optional(),
  query: z.string().optional(),
  diff: z.array(z.string()).optional(),
});

const series = z.strictObject({
  title: z.string(),
  x: z.array(z.union([z.number(), z.string()])),
  lines: z.record(z.string(), z.array(z.number().nullable())),
  form: z.enum(["lines", "bars"]).optional(),
});

const ci = z.strictObject({
  provider: z.literal("github"),
  repository: z.string(),
  workflow: z.string(),
  job: z.string(),
  runId: z.string(),
  attempt: z.int(),
  sha: z.string(),
  ref: z.string(),
  actor: z.string(),
  event: z.string(),
  pullRequest: z
    .strictObject({ number: z.int(), headSha: z.string(), baseSha: z.string(), baseRef: z.string() })
    .optional(),
  before: z.string().optional(),
  fromFork: z.boolean(),
  runner: z.enum(["github-hosted", "self-hosted"]),
});

/**
 * The report's schema, with the `details` of one command.
 * @param command its name, or undefined for any
 */
export function reportSchemaFor(command: string | undefined, details: z.ZodType = json) {
  return z.strictObject({
    schema: z.literal(reportSchema),
    command: command === undefined ? z.string() : z.literal(command),
    model: z.string(),
    result: digest,
    verdict: z.enum(verdicts),
    summary: z.string(),
    checks: z.array(check),
    subjects: z.array(artifact),
    materials: z.array(artifact),
    config: z.record(z.string(), z.strictObject({ value: json, from: z.enum(["input", "file", "default"]) })),
    details,
    tables: z.array(table),
    series: z.array(series),
    run: z.strictObject({
      version: z.string(),
      started: z.string(),
      finished: z.string(),
      timings: z.record(z.string(), z.number()),
      ci: ci.optional(),
    }),
  });
}
