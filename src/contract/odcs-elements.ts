import { z } from "zod";

/** Elements that stand in many places of the Open Data Contract Standard. Formats are annotations there, and are not looked into. */

export const text = z.string().optional();
export const flag = z.boolean().optional();
/** A whole number of any size; zod's own stops at 2^53. */
export const whole = z.number().refine(Number.isInteger, "expected a whole number");
export const size = whole.refine((value) => value >= 0, "expected a whole number from 0").optional();

/** Any value, but there must be one. */
const present = z.unknown().refine((value) => value !== undefined, "expected a value");
const stableId = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/u, "expected letters, digits, _ and -")
  .optional();
export const plain = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const customProperty = z.strictObject({ id: stableId, property: z.string(), value: present, description: text });
export const customProperties = z.array(customProperty).optional();
const definition = z.strictObject({ id: stableId, url: z.string(), type: z.string(), description: text });
export const authoritativeDefinitions = z.array(definition).optional();
export const tags = z.array(z.string()).optional();

/** Keys of everything that may be named and described. */
export const described = { id: stableId, description: text, customProperties } as const;

const serviceLevel = z.strictObject({
  id: stableId,
  property: z.string(),
  value: plain,
  valueExt: plain.optional(),
  unit: text,
  element: text,
  driver: text,
  description: text,
  scheduler: text,
  schedule: text,
});
export const serviceLevels = z.array(serviceLevel).optional();

const reference = z
  .string()
  .refine(
    (value) =>
      /^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$/u.test(value) ||
      /^(?:(?:https?:\/\/)?[A-Za-z0-9._\-/]+\.yaml#)?\/?[A-Za-z_][A-Za-z0-9_]*\/[A-Za-z0-9_-]+(?:\/[A-Za-z_][A-Za-z0-9_]*\/[A-Za-z0-9_-]+)*$/u.test(
        value,
      ),
    "expected a reference: table.column, or schema/table/properties/column",
  );
const references = z.union([reference, z.array(reference).min(1)]);
const relationship = { type: z.literal("foreignKey").optional(), to: references, customProperties } as const;
const columnRelationship = z.strictObject(relationship);
const tableRelationship = z
  .strictObject({ ...relationship, from: references })
  .refine(({ from, to }) => Array.isArray(from) === Array.isArray(to), {
    message: "from and to must both be one reference, or both be lists",
    path: ["to"],
  });
export const columnRelationships = z.array(columnRelationship).optional();
export const tableRelationships = z.array(tableRelationship).optional();

/** The keys that may stand in an element, by the name of the list or key that holds it. */
export const keysOfElements: Readonly<Record<string, readonly string[]>> = {
  customProperties: Object.keys(customProperty.shape),
  authoritativeDefinitions: Object.keys(definition.shape),
  slaProperties: Object.keys(serviceLevel.shape),
  relationships: [...Object.keys(relationship), "from"],
};

export type OdcsCustomProperties = z.output<typeof customProperties>;

/**
 * A value whose schema depends on itself or its neighbours: the issues stand at their own places, which those of a union would not.
 */
export function reportAt(
  context: z.core.$RefinementCtx,
  path: readonly (string | number)[],
  schema: z.ZodType,
  value: unknown,
): void {
  const parsed = schema.safeParse(value);
  for (const issue of parsed.error?.issues ?? [])
    context.issues.push({ ...issue, path: [...path, ...issue.path], input: value } as z.core.$ZodRawIssue);
}
