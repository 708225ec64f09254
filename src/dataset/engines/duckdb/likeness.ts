import { configurationError } from "../../../kernel/error.ts";
import type { ColumnKind, Likeness } from "../../dataset.ts";
import { numericKinds, timeKinds } from "./cells.ts";
import type { OpenedSource } from "./source.ts";
import { columnNamed, type EngineColumn } from "./sql.ts";

/** Digits to which near rows agree. */
const digits = 4;

/**
 * What a likeness reads of one source: SQL of its rows with their order `o`, the hashes `k1` and `k2` of what makes them alike, and `v`, the
 * hash of further cells, null where all of these are.
 */
export type HashedRows = (source: OpenedSource, further?: readonly string[]) => string;

/**
 * How rows of these sources are hashed, so that they can be held against each other. A column that has another type in each of them is
 * compared as the wider of the two, and as text where there is none.
 * @throws TH_DATA_COLUMN, TH_DATA_KIND (configuration) for a column that one of them lacks, or that holds lists or structures.
 */
export function hashedRows(sources: readonly OpenedSource[], { columns: names, by, present }: Likeness): HashedRows {
  const typesOf = (columns: readonly string[]) =>
    columns.map((name) => commonType(sources.map((source) => columnOf(source, name))));
  const types = typesOf(names);
  return (source, further = []) => {
    const columns = names.map((name) => columnOf(source, name));
    const cells = columns.map((column, at) => {
      const cell = `CAST(${column.sql} AS ${types[at]})`;
      return by === "near" ? nearSql(cell, types[at] ?? "") : cell;
    });
    const furtherColumns = further.map((name) => columnOf(source, name));
    const furtherTypes = typesOf(further);
    const value = furtherSql(furtherColumns.map(({ sql }, at) => `CAST(${sql} AS ${furtherTypes[at]})`));
    const used = [...new Set([...columns.map(({ name }) => name), ...further])].map((name) => columnOf(source, name));
    const where = present === true ? ` WHERE ${columns.map(({ sql }) => `${sql} IS NOT NULL`).join(" AND ")}` : "";
    const all = cells.join(", ");
    return `SELECT o, hash(${all}) AS k1, hash(1, ${all}) AS k2, ${value} AS v FROM ${source.table(used)}${where}`;
  };
}

function furtherSql(cells: readonly string[]): string {
  if (cells.length === 0) return "NULL::UBIGINT";
  return `CASE WHEN ${cells.map((cell) => `${cell} IS NOT NULL`).join(" OR ")} THEN hash(${cells.join(", ")}) END`;
}

function columnOf(source: OpenedSource, name: string): EngineColumn {
  const column = columnNamed(new Map(source.columns.map((one) => [one.name, one])), name);
  if (column.kind !== "nested") return column;
  throw configurationError(
    "TH_DATA_KIND",
    `column "${name}" holds lists or structures, by which rows cannot be compared`,
    "leave the column out",
  );
}

/** Equal values of different engine types have different hashes. */
function commonType(columns: readonly EngineColumn[]): string {
  const all = (...kinds: readonly ColumnKind[]) => columns.every((column) => kinds.includes(column.kind));
  if (all("integer"))
    return columns.some(({ native }) => /^(HUGEINT|UHUGEINT|UBIGINT)$/.test(native)) ? "HUGEINT" : "BIGINT";
  if (all(...numericKinds)) return "DOUBLE";
  if (all("boolean")) return "BOOLEAN";
  if (all("date")) return "DATE";
  return all(...timeKinds) ? "TIMESTAMP" : "VARCHAR";
}

function nearSql(cell: string, type: string): string {
  if (type === "DOUBLE") {
    const places = `(${digits - 1} - floor(log10(abs(${cell}))))::INTEGER`;
    return `CASE WHEN ${cell} = trunc(${cell}) OR NOT isfinite(${cell}) THEN ${cell} ELSE round(${cell}, ${places}) END`;
  }
  return type === "VARCHAR" ? `lower(trim(regexp_replace(nfc_normalize(${cell}), '\\s+', ' ', 'g')))` : cell;
}
