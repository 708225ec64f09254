import { z } from "zod";
import { authoritativeDefinitions, described, tags, text } from "./odcs-elements.ts";

/** The operators that bound what a quality check measures. */
const ends = z
  .array(z.number())
  .length(2)
  .refine(([low, high]) => low !== high, "expected two different numbers")
  .optional();
const number = z.number().optional();
const operators = {
  mustBe: z.unknown().optional(),
  mustNotBe: z.unknown().optional(),
  mustBeGreaterThan: number,
  mustBeGreaterOrEqualTo: number,
  mustBeLessThan: number,
  mustBeLessOrEqualTo: number,
  mustBeBetween: ends,
  mustNotBeBetween: ends,
} as const;
const operatorNames = Object.keys(operators);

export const metrics = ["nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"] as const;

const keys = z.strictObject({
  ...described,
  name: text,
  businessImpact: text,
  authoritativeDefinitions,
  tags,
  method: text,
  schedule: text,
  scheduler: text,
  dimension: z
    .enum(["accuracy", "completeness", "conformity", "consistency", "coverage", "timeliness", "uniqueness"])
    .optional(),
  severity: text,
  type: z.enum(["text", "library", "sql", "custom"]).optional(),
  unit: text,
  metric: z.enum(metrics).optional(),
  rule: text,
  arguments: z.record(z.string(), z.unknown()).optional(),
  query: text,
  engine: text,
  implementation: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  /** Of the rule `validValues` of version 3.0. */
  validValues: z.array(z.unknown()).optional(),
  ...operators,
});

/** What a check has beside its description depends on its kind. */
export const quality = keys.superRefine((value, context) => {
  const isRule = value.rule !== undefined && value.metric === undefined && (value.type ?? "library") === "library";
  const isLibrary = value.metric !== undefined || (value.type === "library" && !isRule);
  const needed = [
    ...(isLibrary ? ["metric"] : []),
    ...(value.type === "sql" ? ["query"] : []),
    ...(value.type === "custom" ? ["engine", "implementation"] : []),
  ];
  const missing = needed.find((key) => !(key in value));
  if (missing !== undefined)
    refuse([missing], `a check of type ${value.type ?? "library"} needs ${missing}`, `add ${missing}`);
  const measures = isLibrary || isRule || value.type === "sql";
  const allowed = [
    ...needed,
    ...(isLibrary || isRule ? ["rule", "arguments"] : []),
    ...(isRule ? ["validValues"] : []),
    ...(measures ? operatorNames : []),
  ];
  const bound = ["metric", "rule", "arguments", "query", "engine", "implementation", "validValues", ...operatorNames];
  const foreign = Object.keys(value).find((key) => bound.includes(key) && !allowed.includes(key));
  if (foreign !== undefined)
    refuse([foreign], `a check of type ${value.type ?? "text"} has no ${foreign}`, "remove it, or write another type");
  const stated = operatorNames.filter((name) => name in value);
  const [, second] = stated;
  if (measures && second !== undefined)
    refuse([second], `the quality check states ${stated.join(" and ")}`, `write one of ${operatorNames.join(", ")}`);
  if (measures && !isRule && stated.length === 0)
    refuse([], "the quality check states no bound", `write one of ${operatorNames.join(", ")}`);

  function refuse(path: readonly string[], message: string, fix: string): void {
    context.addIssue({ code: "custom", path: [...path], message, params: { fix } });
  }
});

export type OdcsQuality = z.output<typeof quality>;
