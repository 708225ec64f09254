import { z } from "zod";
import type { YamlPath } from "./document.ts";

// The Open Data Contract Standard 3.x. Keys that describe and bind nothing in the data are named, and not looked into.
const described = z.unknown().optional();
const text = z.string().optional();
const flag = z.boolean().optional();
const customProperties = z.array(z.looseObject({ property: z.string(), value: z.unknown() })).optional();

const elementKeys = {
  id: text,
  name: z.string(),
  physicalType: text,
  physicalName: text,
  description: described,
  businessName: described,
  authoritativeDefinitions: described,
  tags: described,
  customProperties,
} as const;

const quality = z.strictObject({
  id: text,
  name: text,
  description: described,
  businessImpact: described,
  authoritativeDefinitions: described,
  customProperties,
  tags: described,
  method: described,
  schedule: described,
  scheduler: described,
  dimension: text,
  severity: text,
  type: z.enum(["text", "library", "sql", "custom"]).optional(),
  unit: text,
  metric: text,
  rule: text,
  arguments: z.record(z.string(), z.unknown()).optional(),
  query: text,
  engine: text,
  implementation: described,
  mustBe: described,
  mustNotBe: described,
  mustBeGreaterThan: described,
  mustBeGreaterOrEqualTo: described,
  mustBeLessThan: described,
  mustBeLessOrEqualTo: described,
  mustBeBetween: described,
  mustNotBeBetween: described,
});

const end = z.union([z.number(), z.string()]).optional();
const size = z.number().int().nonnegative().optional();
const options = z.strictObject({
  minimum: end,
  maximum: end,
  exclusiveMinimum: end,
  exclusiveMaximum: end,
  multipleOf: z.number().positive().optional(),
  minLength: size,
  maxLength: size,
  pattern: text,
  format: text,
  timezone: flag,
  defaultTimezone: text,
  minItems: size,
  maxItems: size,
  uniqueItems: flag,
  minProperties: size,
  maxProperties: size,
  required: described,
});

export const logicalTypes = [
  "string",
  "date",
  "timestamp",
  "time",
  "number",
  "integer",
  "object",
  "array",
  "boolean",
] as const;

const property = z.strictObject({
  ...elementKeys,
  logicalType: z.enum(logicalTypes).optional(),
  logicalTypeOptions: options.optional(),
  primaryKey: flag,
  primaryKeyPosition: z.number().int().optional(),
  required: flag,
  unique: flag,
  classification: text,
  quality: z.array(quality).optional(),
  relationships: z.array(z.unknown()).optional(),
  properties: z.array(z.unknown()).optional(),
  items: z.unknown().optional(),
  partitioned: described,
  partitionKeyPosition: described,
  encryptedName: described,
  transformSourceObjects: described,
  transformLogic: described,
  transformDescription: described,
  examples: described,
  criticalDataElement: described,
});

const table = z.strictObject({
  ...elementKeys,
  logicalType: z.literal("object").optional(),
  dataGranularityDescription: described,
  properties: z.array(property).min(1),
  quality: z.array(quality).optional(),
  relationships: z.array(z.unknown()).optional(),
});

export const odcsSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal("DataContract"),
  id: z.string(),
  version: z.string(),
  status: z.string(),
  schema: z.array(table).min(1),
  slaProperties: z.array(z.looseObject({ property: z.string() })).optional(),
  slaDefaultElement: described,
  name: described,
  tenant: described,
  tags: described,
  servers: described,
  dataProduct: described,
  description: described,
  domain: described,
  support: described,
  price: described,
  team: described,
  roles: described,
  authoritativeDefinitions: described,
  customProperties,
  contractCreatedTs: described,
});

export type OdcsContract = z.output<typeof odcsSchema>;
export type OdcsProperty = z.output<typeof property>;
export type OdcsOptions = z.output<typeof options>;
export type OdcsQuality = z.output<typeof quality>;
export type OdcsCustomProperties = z.output<typeof customProperties>;

/** The keys that may stand at a place of a contract. */
export function keysAt(path: YamlPath): readonly string[] {
  const names = path.filter((step) => typeof step === "string");
  const last = names.at(-1);
  if (last === undefined) return Object.keys(odcsSchema.shape);
  if (last === "logicalTypeOptions") return Object.keys(options.shape);
  if (last === "quality") return Object.keys(quality.shape);
  if (last === "properties") return Object.keys(property.shape);
  return last === "schema" ? Object.keys(table.shape) : [];
}
