import type { Cell, Predicate } from "../dataset/dataset.ts";
import type { Bound, Measure, Rule, SqlRule } from "./contract.ts";

/**
 * How a later rule stands to an earlier one by the data that they let through: `looser` lets through all that the earlier one did and
 * more, `tighter` is the reverse, and of two that are `different` each stops something that the other lets through, as far as can be told.
 */
export type Strictness = "same" | "looser" | "tighter" | "different";

/** Strictness from the two inclusions that make it up. */
export function strictness(laterHasAll: boolean, earlierHasAll: boolean): Strictness {
  if (laterHasAll) return earlierHasAll ? "same" : "looser";
  return earlierHasAll ? "tighter" : "different";
}

/** How `later` stands to `earlier`, whatever their severities. What cannot be proven to include the other is `different`. */
export function compareRules(earlier: Rule, later: Rule): Strictness {
  return strictness(letsThroughAllOf(later, earlier), letsThroughAllOf(earlier, later));
}

/** The same for rules in SQL: of two queries nobody can tell which one asks for more. */
export function compareSqlRules(earlier: SqlRule, later: SqlRule): Strictness {
  if (earlier.query.trim() !== later.query.trim()) return "different";
  const within = (inner: SqlRule, outer: SqlRule) => isUnionWithin(intervals(inner.bound), intervals(outer.bound));
  return strictness(within(earlier, later), within(later, earlier));
}

/** Text that is equal for equal values; dates and large integers included. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint" ? String(inner) : inner !== null && typeof inner === "object" ? sorted(inner) : inner,
  );
}

function sorted(value: object): object {
  if (Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether data that `narrow` lets through is let through by `wide`. Follows from the bounds where the same is counted; else the counts must move the right way. */
function letsThroughAllOf(wide: Rule, narrow: Rule): boolean {
  if (isAnything(wide)) return true;
  if (!includes(wide, narrow)) return false;
  const { fewer, more } = countsOf(wide, narrow);
  if (fewer && more) return true;
  const upper = isUpper(wide) || isUpper(narrow);
  const lower = isLower(wide) || isLower(narrow);
  return (fewer && upper) || (more && lower);
}

/** Whether the first rule counts at most (`fewer`), or at least (`more`), the rows that the second one counts. */
function countsOf(a: Rule, b: Rule): { readonly fewer: boolean; readonly more: boolean } {
  const one: Measure = a.measure;
  const other: Measure = b.measure;
  if (one.kind === "rows" && other.kind === "rows")
    return { fewer: implies(one.violated, other.violated), more: implies(other.violated, one.violated) };
  if (one.kind === "duplicates" && other.kind === "duplicates")
    return { fewer: hasAll(a.columns, b.columns), more: hasAll(b.columns, a.columns) };
  const equal = textOf(one) === textOf(other) && textOf([...a.columns].sort()) === textOf([...b.columns].sort());
  return { fewer: equal, more: equal };
}

function hasAll<T>(holder: readonly T[], values: readonly T[]): boolean {
  return values.every((value) => holder.includes(value));
}

/** Whether every row that satisfies the first predicate satisfies the second; false where it cannot be told. */
export function implies(a: Predicate, b: Predicate): boolean {
  if (textOf(a) === textOf(b)) return true;
  if (a.op === "or") return a.terms.every((term) => implies(term, b));
  if (b.op === "and") return b.terms.every((term) => implies(a, term));
  if (b.op === "or" && b.terms.some((term) => implies(a, term))) return true;
  if (a.op === "and") return a.terms.some((term) => implies(term, b));
  // Nulls satisfy neither comparison nor its reverse, so that the reverse of an inclusion holds within one column.
  if (a.op === "not" && b.op === "not") return implies(b.term, a.term);
  if (!("column" in a) || !("column" in b) || a.column !== b.column) return false;
  if (a.op === "in") return isWithin(a.values, b);
  if (a.op === "range" && b.op === "range") return isInside(rangeOf(a), rangeOf(b));
  return a.op === "length" && b.op === "length" && isInside(rangeOf(a), rangeOf(b));
}

function isWithin(values: readonly Cell[], where: Predicate): boolean {
  if (where.op === "in") {
    const known = new Set(where.values.map(cellText));
    return values.every((value) => known.has(cellText(value)));
  }
  if (where.op === "range") return values.every((value) => isInside(point(value), rangeOf(where)));
  if (where.op !== "length") return false;
  return values.every((value) => typeof value === "string" && isInside(point([...value].length), rangeOf(where)));
}

function cellText(value: Cell): string {
  return value instanceof Date ? `date ${value.getTime()}` : typeof value === "string" ? `"${value}` : String(value);
}

/** An interval of cells; an end that is absent or null is open without end. */
interface Interval {
  readonly min?: Cell;
  readonly max?: Cell;
  readonly openMin?: boolean;
  readonly openMax?: boolean;
}

function rangeOf({ min = null, max = null, openMin = false, openMax = false }: Interval): Required<Interval> {
  return { min, max, openMin, openMax };
}

function point(value: Cell): Required<Interval> {
  return { min: value, max: value, openMin: false, openMax: false };
}

function isInside(inner: Required<Interval>, outer: Required<Interval>): boolean {
  const above = (a: Cell, b: Cell) => a !== null && b !== null && a > b;
  const level = (a: Cell, b: Cell) => a !== null && b !== null && !(a > b) && !(a < b);
  const low = outer.min === null || above(inner.min, outer.min);
  const high = outer.max === null || above(outer.max, inner.max);
  return (
    (low || (level(inner.min, outer.min) && (!outer.openMin || inner.openMin))) &&
    (high || (level(inner.max, outer.max) && (!outer.openMax || inner.openMax)))
  );
}

/** Whether every count that the second rule's bound permits is permitted by the first one's. Of rows and percent only none is the same. */
function includes(wide: Rule, narrow: Rule): boolean {
  const inner = permitted(narrow);
  const comparable = wide.unit === narrow.unit || inner.every(({ max }) => max === 0);
  return comparable && isUnionWithin(inner, permitted(wide));
}

/** Of the parts of a bound no two touch, so that each lies in one part of the other. */
function isUnionWithin(inner: readonly Interval[], outer: readonly Interval[]): boolean {
  return inner.every((part) => outer.some((whole) => isInside(rangeOf(part), rangeOf(whole))));
}

/** Fewer rows are permitted too. */
function isUpper(rule: Rule): boolean {
  const [only, another] = permitted(rule);
  return another === undefined && only?.min === 0 && only.openMin !== true;
}

/** More rows are permitted too. */
function isLower(rule: Rule): boolean {
  const [only, another] = permitted(rule);
  return another === undefined && only?.max === mostOf(rule.unit) && only.openMax !== true;
}

function isAnything(rule: Rule): boolean {
  return isUpper(rule) && isLower(rule);
}

function mostOf(unit: Rule["unit"]): number | null {
  return unit === "percent" ? 100 : null;
}

/** What a bound permits, as intervals of what there can be: whole numbers from 0, or 0 to 100 percent. */
function permitted({ bound, unit }: Pick<Rule, "bound" | "unit">): readonly Interval[] {
  const most = mostOf(unit);
  return intervals(bound)
    .map((part) => (unit === "percent" ? part : wholeNumbers(part)))
    .map(
      (part): Interval => ({
        ...(part.min === null || (part.min as number) < 0 ? { min: 0 } : { min: part.min, openMin: part.openMin }),
        ...(part.max === null || (most !== null && (part.max as number) > most)
          ? { max: most }
          : { max: part.max, openMax: part.openMax }),
      }),
    )
    .filter(({ min, max }) => max === null || (min as number) <= (max as number));
}

function intervals(bound: Bound): readonly Required<Interval>[] {
  const from = (min: number, openMin: boolean) => ({ min, openMin, max: null, openMax: false });
  const to = (max: number, openMax: boolean) => ({ min: null, openMin: false, max, openMax });
  switch (bound.op) {
    case "=":
      return [point(bound.value)];
    case "≠":
      return [to(bound.value, true), from(bound.value, true)];
    case ">":
    case "≥":
      return [from(bound.value, bound.op === ">")];
    case "<":
    case "≤":
      return [to(bound.value, bound.op === "<")];
    case "between":
      return [{ min: bound.low, max: bound.high, openMin: false, openMax: false }];
    case "not between":
      return [to(bound.low, true), from(bound.high, true)];
  }
}

function wholeNumbers({ min, max, openMin, openMax }: Required<Interval>): Required<Interval> {
  const [low, high] = [min as number | null, max as number | null];
  return {
    min: low === null ? null : openMin ? Math.floor(low) + 1 : Math.ceil(low),
    max: high === null ? null : openMax ? Math.ceil(high) - 1 : Math.floor(high),
    openMin: false,
    openMax: false,
  };
}
