import type { Cell, Column, Predicate } from "../../dataset/dataset.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { valuesIn } from "../../profile/periods.ts";
import type { ColumnProfile } from "../../profile/profile.ts";
import { tailFences } from "../../stats/tail-fences.ts";
import { ofRows, plural } from "./checks.ts";
import type { Masking } from "./masking.ts";
import type { Part, Situation } from "./part.ts";
import { rowsTable } from "./row-tables.ts";

/** A day's milliseconds further than this from 1970 no date can be. */
const latest = 8.64e15;

/** Where a column's own values end. */
export interface OutlierRule {
  readonly column: string;
  /** Null where that side has no end. */
  readonly low: Cell;
  readonly high: Cell;
  /** Rows beyond. */
  readonly where: Predicate;
}

/**
 * The rule that a sample of a column gives; undefined for texts, truth values, and columns that tell nothing of their tails.
 * @param rows of the whole column
 * @param alpha expected number of clean rows beyond
 */
export function outlierRule(
  { name: column, kind }: Column,
  sample: ArrayLike<Cell>,
  rows: number,
  alpha: number,
): OutlierRule | undefined {
  const isTime = kind === "date" || kind === "timestamp";
  if (!isTime && kind !== "integer" && kind !== "number") return undefined;
  const fences = tailFences(finiteOf(sample), rows, alpha);
  const end = (value: number): Cell => {
    if (!Number.isFinite(value) || (isTime && Math.abs(value) > latest)) return null;
    return isTime ? new Date(value) : value;
  };
  const [low, high] = [end(fences.low), end(fences.high)];
  if (low === null && high === null) return undefined;
  const terms: Predicate[] = [
    ...(low === null ? [] : [{ op: "range", column, max: low, openMax: true } as const]),
    ...(high === null ? [] : [{ op: "range", column, min: high, openMin: true } as const]),
  ];
  return { column, low, high, where: { op: "or", terms } };
}

function finiteOf(sample: ArrayLike<Cell>): Float64Array {
  const numbers = new Float64Array(sample.length);
  let count = 0;
  for (let at = 0; at < sample.length; at += 1) {
    const number = Number(sample[at] ?? Number.NaN);
    if (!Number.isFinite(number)) continue;
    numbers[count] = number;
    count += 1;
  }
  return numbers.subarray(0, count);
}

/** Whether a column's profile, which knows the range of its finite values, tells that none is an outlier. */
export function isWithin(profile: ColumnProfile | undefined, { kind }: Column, { low, high }: OutlierRule): boolean {
  if (profile?.kind !== "numeric" || profile.range === undefined) return false;
  // What is neither missing nor finite is beyond any end.
  if (kind !== "integer" && valuesIn(profile) !== profile.n) return false;
  const [least, greatest] = profile.range;
  // The profile's numbers are rounded to doubles and its times to milliseconds: at an end itself rows are counted.
  return (low === null || least > Number(low)) && (high === null || greatest < Number(high));
}

/** A check and the first rows for each column with outliers; one check for all where there is none. */
export async function outliersPart(
  { dataset, found, contract, masking }: Situation,
  counted: readonly { readonly rule: OutlierRule; readonly count: number }[],
  limit: number,
): Promise<Part> {
  const checks: Check[] = [];
  const tables: Table[] = [];
  const key = contract.value.key.filter((name) => dataset.columns.some((column) => column.name === name));
  for (const { rule, count } of counted) {
    if (count === 0) continue;
    const shown = [...new Set([...key, rule.column])];
    const rows = await dataset.rows(rule.where, Math.max(1, limit), shown);
    const [first] = rows;
    const place = first === undefined ? "" : `; first in ${found.show(first.file)}, row ${first.row}`;
    checks.push({
      id: `columns.outliers.${rule.column}`,
      verdict: "warn",
      message: `${ofRows(count, found.rows)} hold a ${rule.column} far beyond all others${rangeOf(rule, masking)}${place}`,
      observed: count,
      expected: "no rows",
      n: found.rows,
      method: "tails continued from their quantiles",
    });
    tables.push(...rowsTable(`Outliers of ${rule.column}`, rows.slice(0, limit), count, shown, { found, masking }));
  }
  if (checks.length > 0) return { checks, tables };
  const message = `no value lies far beyond all others in ${plural(counted.length, "column")} of numbers and times`;
  return { checks: [{ id: "columns.outliers", verdict: "pass", message, n: counted.length }] };
}

/** The ends are values of the column, or near to some. */
function rangeOf({ column, low, high }: OutlierRule, masking: Masking): string {
  if (!masking.shows(column)) return "";
  const written = (end: Cell) => masking.cell(column, typeof end === "number" ? Number(end.toPrecision(4)) : end) ?? "";
  const ends = [
    ...(low === null ? [] : [`below ${written(low)}`]),
    ...(high === null ? [] : [`above ${written(high)}`]),
  ];
  return ` (${ends.join(" or ")})`;
}
