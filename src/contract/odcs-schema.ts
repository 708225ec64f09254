import { z } from "zod";
import type { YamlPath } from "./document.ts";
import { contractDescription, keysOfSections, price, roles, servers, support, team } from "./odcs-descriptions.ts";
import {
  authoritativeDefinitions,
  columnRelationships,
  customProperties,
  described,
  flag,
  type OdcsCustomProperties,
  reportAt,
  serviceLevels,
  size,
  tableRelationships,
  tags,
  text,
  whole,
} from "./odcs-elements.ts";
import { type OdcsQuality, quality } from "./odcs-quality.ts";

// The Open Data Contract Standard 3.x: accepts what the standard's own JSON Schema of version 3.1 accepts, and for 3.0 the `rule` form too.
const elementKeys = {
  ...described,
  physicalType: text,
  physicalName: text,
  businessName: text,
  authoritativeDefinitions,
  tags,
} as const;

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

const numbers = z.number().optional();
const step = z
  .number()
  .refine((value) => value > 0, "expected a number above 0")
  .optional();
const numeric = {
  multipleOf: step,
  minimum: numbers,
  maximum: numbers,
  exclusiveMinimum: numbers,
  exclusiveMaximum: numbers,
} as const;
const temporal = {
  format: text,
  minimum: text,
  maximum: text,
  exclusiveMinimum: text,
  exclusiveMaximum: text,
} as const;
const zoned = { ...temporal, timezone: flag, defaultTimezone: text } as const;
const integerFormats = ["i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128"] as const;
const required = z
  .array(z.string())
  .min(1)
  .refine((names) => new Set(names).size === names.length, "expected each name once")
  .optional();

/** The options of each type. */
const optionShapes = {
  string: { minLength: size, maxLength: size, pattern: text, format: text },
  date: temporal,
  timestamp: zoned,
  time: zoned,
  integer: { ...numeric, format: z.enum(integerFormats).optional() },
  number: { ...numeric, format: z.enum(["f32", "f64"]).optional() },
  object: { minProperties: size, maxProperties: size, required },
  array: { minItems: size, maxItems: size, uniqueItems: flag },
} as const;

/** Options of any type; which of them a type has is seen to by the schema. Those of a flag are free, and mean nothing. */
export interface OdcsOptions {
  readonly minimum?: number | string;
  readonly maximum?: number | string;
  readonly exclusiveMinimum?: number | string;
  readonly exclusiveMaximum?: number | string;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly timezone?: boolean;
  readonly defaultTimezone?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
}

const optionNames = [...new Set(Object.values(optionShapes).flatMap((shape) => Object.keys(shape)))];

const isMapping = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const item = z.strictObject({
  ...elementKeys,
  name: text,
  logicalType: z.enum(logicalTypes).optional(),
  logicalTypeOptions: z.custom<OdcsOptions>(isMapping, "expected keys and values").optional(),
  primaryKey: flag,
  primaryKeyPosition: whole.optional(),
  required: flag,
  unique: flag,
  classification: text,
  quality: z.array(quality).optional(),
  relationships: columnRelationships,
  partitioned: flag,
  partitionKeyPosition: whole.optional(),
  encryptedName: text,
  transformSourceObjects: z.array(z.string()).optional(),
  transformLogic: text,
  transformDescription: text,
  examples: z.array(z.unknown()).optional(),
  criticalDataElement: flag,
});

/** An item of a list: a column that needs no name. */
export type OdcsItem = z.output<typeof item> & {
  readonly properties?: readonly OdcsProperty[] | undefined;
  readonly items?: OdcsItem | undefined;
};
export type OdcsProperty = OdcsItem & { readonly name: string };

const parts = {
  properties: z.array(z.lazy(() => property)).optional(),
  items: z.lazy(() => listItem).optional(),
};
const property: z.ZodType<OdcsProperty> = z.lazy(() =>
  item.extend({ ...parts, name: z.string() }).superRefine(checkType),
);
const listItem: z.ZodType<OdcsItem> = z.lazy(() => item.extend(parts).superRefine(checkType));

/** Which options, parts and items a column may have depends on its type; one without a type may have parts and items, and no option. */
function checkType(value: OdcsItem, context: z.core.$RefinementCtx): void {
  const type = value.logicalType;
  const refuse = (path: readonly string[], message: string, fix: string) =>
    context.addIssue({ code: "custom", path: [...path], message, params: { fix } });
  if (value.properties !== undefined && type !== undefined && type !== "object")
    refuse(["properties"], `a column of type ${type} has no parts`, "declare logicalType: object");
  if (value.items !== undefined && type !== undefined && type !== "array")
    refuse(["items"], `a column of type ${type} has no items`, "declare logicalType: array");
  const options = value.logicalTypeOptions;
  if (options === undefined || type === "boolean") return;
  if (type === undefined) {
    if (Object.keys(options).length > 0)
      refuse(["logicalTypeOptions"], "logicalTypeOptions need a logicalType", "declare the column's logicalType");
    return;
  }
  const known: readonly string[] = Object.keys(optionShapes[type]);
  const foreign = Object.keys(options).find((key) => optionNames.includes(key) && !known.includes(key));
  if (foreign === undefined) reportAt(context, ["logicalTypeOptions"], z.strictObject(optionShapes[type]), options);
  else
    refuse(
      ["logicalTypeOptions", foreign],
      `${foreign} does not apply to a column of type ${type}`,
      `write one of ${known.join(", ")}`,
    );
}

const table = z.strictObject({
  ...elementKeys,
  name: z.string(),
  logicalType: z.literal("object").optional(),
  dataGranularityDescription: text,
  properties: z.array(property).default([]),
  quality: z.array(quality).optional(),
  relationships: tableRelationships,
});

/** The JSON Schema of 3.1 lists those of 2.2 as well. */
export const apiVersions = ["v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0", "v2.2.2", "v2.2.1", "v2.2.0"] as const;

const contract = z.strictObject({
  apiVersion: z.enum(apiVersions),
  kind: z.literal("DataContract"),
  id: z.string(),
  version: z.string(),
  status: z.string(),
  schema: z.array(table).default([]),
  slaProperties: serviceLevels,
  slaDefaultElement: text,
  name: text,
  tenant: text,
  tags,
  servers,
  dataProduct: text,
  description: contractDescription,
  domain: text,
  support,
  price,
  team,
  roles,
  authoritativeDefinitions,
  customProperties,
  contractCreatedTs: text,
});

export const odcsSchema = contract.superRefine(({ apiVersion, schema }, context) => {
  if (!apiVersion.startsWith("v3.1")) return;
  schema.forEach((held, at) => {
    refuseRuleForm(held, ["schema", at], context);
  });
});

type WithQuality = Pick<OdcsItem, "quality" | "properties" | "items">;

/** Version 3.1 names metrics where 3.0 named rules. */
function refuseRuleForm(held: WithQuality, path: YamlPath, context: z.core.$RefinementCtx): void {
  held.quality?.forEach((check, at) => {
    if (check.rule !== undefined && check.metric === undefined)
      context.addIssue({
        code: "custom",
        path: [...path, "quality", at, "rule"],
        message: "version 3.1 of the standard names a metric, and no rule",
        params: { fix: "write metric in place of rule, or apiVersion: v3.0.2" },
      });
  });
  held.properties?.forEach((part, at) => {
    refuseRuleForm(part, [...path, "properties", at], context);
  });
  if (held.items !== undefined) refuseRuleForm(held.items, [...path, "items"], context);
}

export type OdcsContract = z.output<typeof odcsSchema>;
export type OdcsTable = z.output<typeof table>;
export type { OdcsCustomProperties, OdcsQuality };

/** The keys that may stand at a place of a contract. */
export function keysAt(path: YamlPath): readonly string[] {
  const names = path.filter((step) => typeof step === "string");
  const last = names.at(-1);
  if (last === undefined) return Object.keys(contract.shape);
  if (last === "logicalTypeOptions") return optionNames;
  if (last === "quality") return Object.keys(quality.shape);
  if (last === "properties" || last === "items") return [...Object.keys(item.shape), ...Object.keys(parts)];
  return last === "schema" ? Object.keys(table.shape) : (keysOfSections[last] ?? []);
}
