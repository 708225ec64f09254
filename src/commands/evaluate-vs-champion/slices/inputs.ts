import { z } from "zod";
import { configurationError, type TitleholderError } from "../../../kernel/error.ts";
import { input } from "../../shared.ts";

const cell = z.union([z.string(), z.number(), z.boolean()]);
const bins = z.int().min(2).max(20).optional();
const part = z.union([z.string(), z.strictObject({ column: z.string(), bins })]);
const margin = z.union([z.number().min(0), z.record(z.string(), z.number().min(0))]).optional();

/** Slices as users write them: a column's name alone, columns with their particulars, or a condition. */
const declaration = z.union([
  z.string(),
  z.strictObject({
    by: z.union([z.string(), z.array(part).min(1).max(4)]),
    bins,
    values: z.array(cell).min(1).max(200).optional(),
    expected: z.array(cell).min(1).max(200).optional(),
    margin,
  }),
  z.strictObject({ name: z.string().min(1).max(100), where: z.string().min(1), margin }),
]);
type Declaration = z.output<typeof declaration>;

export const sliceInputs = {
  slices: input(z.array(declaration).min(1).max(50).optional(), {
    description:
      "Parts of the rows in each of which the challenger may not be worse: by every value of a column (`country`), by some (`{ by: country, values: [DE, FR] }`), by quantiles (`{ by: age, bins: 4 }`), by a condition in SQL over the columns of a row (`{ name: night, where: \"hour >= 22\" }`), crossed (`{ by: [country, { column: age, bins: 3 }] }`). With `margin` the loss that is tolerated there, in the metric's unit or by metric; the metric's own when absent. A value of `values` or `expected` that no row has fails.",
    example: "[country, { by: age, bins: 4 }, { name: night, where: hour >= 22 }]",
  }),
  sliceMinRows: input(z.int().min(2).default(30), {
    description: "Slices and groups of fewer rows are named, and not tested.",
  }),
} as const;

/** The loss that is tolerated, the same for all metrics or by metric. */
export type Margin = z.output<typeof margin>;

export type SlicePlan =
  | {
      readonly kind: "columns";
      readonly parts: readonly { readonly column: string; readonly bins?: number | undefined }[];
      /** These alone are slices, and each must be there. */
      readonly values?: readonly (string | number | boolean)[] | undefined;
      /** These must be there too. */
      readonly expected?: readonly (string | number | boolean)[] | undefined;
      readonly margin: Margin;
    }
  | { readonly kind: "condition"; readonly name: string; readonly where: string; readonly margin: Margin };

/** @throws TitleholderError TH_EVALUATION_SLICES (configuration) for a declaration that contradicts itself, or one that stands twice. */
export function slicePlans(declared: readonly Declaration[]): readonly SlicePlan[] {
  const plans = declared.map(planOf);
  const texts = plans.map(nameOf);
  const twice = texts.find((text, at) => texts.indexOf(text) !== at);
  if (twice !== undefined) throw refuseSlices(`${twice} is declared twice`, "declare each slice once");
  return plans;
}

function planOf(declared: Declaration): SlicePlan {
  if (typeof declared === "string") return { kind: "columns", parts: [{ column: declared }], margin: undefined };
  if ("where" in declared) return { kind: "condition", ...declared, margin: declared.margin };
  const { by, bins: cuts, values, expected, margin: tolerated } = declared;
  const parts =
    typeof by === "string"
      ? [{ column: by, bins: cuts }]
      : by.map((one) => (typeof one === "string" ? { column: one } : one));
  const name = parts.map(({ column }) => column).join(", ");
  if (typeof by !== "string" && cuts !== undefined)
    throw refuseSlices(`bins of the slices by ${name} belong to one column`, "write { column: NAME, bins: N } in `by`");
  if ((values ?? expected) !== undefined && (parts.length > 1 || parts[0]?.bins !== undefined))
    throw refuseSlices(`the slices by ${name} have no values that could be listed`, "list values of one column alone");
  const repeated = parts.find(({ column }, at) => parts.findIndex((one) => one.column === column) !== at);
  if (repeated !== undefined) throw refuseSlices(`${repeated.column} is crossed with itself`, "name each column once");
  return { kind: "columns", parts, values, expected, margin: tolerated };
}

function nameOf(plan: SlicePlan): string {
  if (plan.kind === "condition") return plan.name;
  return plan.parts
    .map(({ column, bins: cuts }) => (cuts === undefined ? column : `${column} in ${cuts} bins`))
    .join(" × ");
}

export function refuseSlices(message: string, fix: string): TitleholderError {
  return configurationError("TH_EVALUATION_SLICES", message, fix, { input: "slices" });
}
