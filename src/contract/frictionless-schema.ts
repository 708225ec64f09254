import { z } from "zod";

// Table Schema of the Frictionless specifications, versions 1 and 2. Further keys may stand anywhere, as the specification has it.
const text = z.string().optional();
const flag = z.boolean().optional();
const size = z
  .number()
  .refine((value) => Number.isInteger(value) && value >= 0, "expected a whole number from 0")
  .optional();
const names = z.union([z.string(), z.array(z.string()).min(1)]);
const end = z.union([z.number(), z.string()]).optional();
const missingValues = z.array(z.union([z.string(), z.looseObject({ value: z.string() })])).optional();

export const fieldTypes = [
  "string",
  "number",
  "integer",
  "boolean",
  "object",
  "array",
  "list",
  "datetime",
  "date",
  "time",
  "year",
  "yearmonth",
  "duration",
  "geopoint",
  "geojson",
  "any",
] as const;

const constraints = z.looseObject({
  required: flag,
  unique: flag,
  minLength: size,
  maxLength: size,
  minimum: end,
  maximum: end,
  exclusiveMinimum: end,
  exclusiveMaximum: end,
  pattern: text,
  enum: z.array(z.unknown()).min(1).optional(),
  jsonSchema: z.looseObject({}).optional(),
});

const field = z.looseObject({
  name: z.string().min(1),
  type: z.enum(fieldTypes).optional(),
  format: text,
  title: text,
  description: text,
  constraints: constraints.optional(),
  missingValues,
  decimalChar: z.string().length(1).optional(),
  groupChar: z.string().length(1).optional(),
  bareNumber: flag,
  trueValues: z.array(z.string()).min(1).optional(),
  falseValues: z.array(z.string()).min(1).optional(),
  categories: z
    .array(z.union([z.string(), z.number(), z.looseObject({ value: z.union([z.string(), z.number()]) })]))
    .optional(),
});

const matches = ["exact", "equal", "subset", "superset", "partial"] as const;
const foreignKey = z.looseObject({
  fields: names,
  reference: z.looseObject({ resource: text, fields: names }),
});

const tableSchema = z.looseObject({
  fields: z.array(field).min(1),
  fieldsMatch: z.union([z.enum(matches), z.array(z.enum(matches)).length(1)]).optional(),
  missingValues,
  primaryKey: names.optional(),
  uniqueKeys: z.array(z.array(z.string()).min(1)).optional(),
  foreignKeys: z.array(foreignKey).optional(),
});

/** A table schema by itself, and what may hold one: a resource, and a package of resources. */
export const frictionlessForms = {
  schema: tableSchema,
  resource: z.looseObject({ name: text }),
  package: z.looseObject({
    name: text,
    version: text,
    resources: z.array(z.looseObject({ name: text })).min(1),
  }),
} as const;

export type TableSchema = z.output<typeof tableSchema>;
export type TableField = z.output<typeof field>;
export type FieldConstraints = z.output<typeof constraints>;

export const constraintNames: readonly string[] = Object.keys(constraints.shape);
