import type { ColumnKind, Predicate } from "../dataset/dataset.ts";

/**
 * The range among the arguments of invalidValues, and in words: `be at least 3 and at most 7`. An extension of the standard, whose own range
 * stands in logicalTypeOptions and lets no row break it.
 *
 * @throws what `wrong` gives for an end that is no number, or of a column of other values
 */
export function rangeArgument(
  stated: Readonly<Record<string, unknown>> | undefined,
  kind: ColumnKind | undefined,
  column: string,
  wrong: (name: string, what: string) => Error,
): { readonly predicate: Predicate; readonly words: string } | undefined {
  const isNumeric = kind === undefined || kind === "integer" || kind === "number";
  const end = (name: "minimum" | "maximum"): number | undefined => {
    const value = stated?.[name];
    if (value === undefined) return undefined;
    if (isNumeric && typeof value === "number" && Number.isFinite(value)) return value;
    throw wrong(name, "a number, of a column of numbers");
  };
  const [min, max] = [end("minimum"), end("maximum")];
  if (min === undefined && max === undefined) return undefined;
  if (min !== undefined && max !== undefined && min > max) throw wrong("minimum", `at most the maximum of ${max}`);
  const ends = [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])];
  return {
    predicate: { op: "range", column, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
    words: `be ${ends.join(" and ")}`,
  };
}
