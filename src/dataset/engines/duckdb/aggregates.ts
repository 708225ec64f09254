import { configurationError } from "../../../kernel/error.ts";
import type { Aggregate, ColumnKind } from "../../dataset.ts";
import { numericKinds, shownSql, timeKinds } from "./cells.ts";
import { double } from "./literals.ts";
import { type Columns, columnNamed, predicateSql } from "./sql.ts";

/** An aggregate that one scan answers together with others. */
export type PlainAggregate = Exclude<Aggregate, { readonly fn: "duplicates" }>;

/** Whether an aggregate of no rows is 0. */
export function isCount(aggregate: Aggregate): boolean {
  return aggregate.fn === "count" || aggregate.fn === "distinct" || aggregate.fn === "duplicates";
}

/** Whether it counts rows or missing values and nothing else: asked by themselves, a Parquet file's statistics answer these. */
export function countsNulls(columns: Columns, aggregate: PlainAggregate): boolean {
  if (aggregate.fn !== "count") return false;
  const { where } = aggregate;
  return where === undefined || (where.op === "null" && columns.get(where.column)?.misfit === undefined);
}

/**
 * One column of a wide SELECT. Conditions stand inside the aggregates: hundreds of FILTER clauses are planned in quadratic time.
 * `scale` is multiplied into the values of `sd` and divided out again.
 */
export function aggregateSql(
  columns: Columns,
  aggregate: PlainAggregate,
  scale: number,
): { readonly sql: string; readonly kind: ColumnKind } {
  if (aggregate.where?.op === "null" && countsNulls(columns, aggregate))
    return { sql: `count(*) - count(${columnNamed(columns, aggregate.where.column).sql})`, kind: "integer" };
  const where = aggregate.where === undefined ? undefined : predicateSql(columns, aggregate.where);
  if (aggregate.fn === "count")
    return { sql: where === undefined ? "count(*)" : `count(CASE WHEN ${where} THEN 1 END)`, kind: "integer" };
  const column = columnNamed(columns, aggregate.column);
  if (column.kind === "nested" || (/mean|sd/.test(aggregate.fn) && !numericKinds.includes(column.kind)))
    throw configurationError(
      "TH_DATA_KIND",
      `column "${column.name}" holds values of kind ${column.kind}, which have no ${aggregate.fn}`,
      "name another column",
    );
  const conditions = [
    ...(where === undefined ? [] : [where]),
    ...(column.kind === "number" ? [`isfinite(${column.sql})`] : []),
  ];
  const chosen = (value: string) =>
    conditions.length === 0 ? value : `CASE WHEN ${conditions.join(" AND ")} THEN ${value} END`;
  if (aggregate.fn === "mean") return { sql: `avg(${chosen(column.sql)})`, kind: "number" };
  if (aggregate.fn === "sd")
    return { sql: `stddev_samp(${chosen(`${column.sql} * ${double(scale)}`)}) / ${double(scale)}`, kind: "number" };
  const value = timeKinds.includes(column.kind) ? shownSql(column) : column.sql;
  return { sql: `${aggregate.fn}(${chosen(value)})`, kind: column.kind };
}
