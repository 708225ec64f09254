import type { DeclaredColumn } from "../../dataset.ts";
import { parseTimeFormat } from "../../time-format.ts";
import { checked, nativeTypes, parsed, readsItself, timestampForm } from "./kinds.ts";
import { text } from "./literals.ts";
import { inUtc, isoTimeFromText, timeFromText } from "./time-cells.ts";

/** How the cells of a text file's column are read. */
export type CellForm = Omit<DeclaredColumn, "name">;

/** Whether the cells are read by their kind alone. */
export function isPlain({ format, zoned, zone, missing }: CellForm): boolean {
  return format === undefined && zoned === undefined && zone === undefined && missing === undefined;
}

/** The engine's type for the values. */
export function nativeOf({ kind, format }: CellForm): string {
  if (kind !== "integer") return nativeTypes[kind];
  return format === "u128" ? "UHUGEINT" : format === "u64" || format === "i128" ? "HUGEINT" : "BIGINT";
}

/** Columns that the CSV reader itself parses the same way, and faster. */
export function isReadByEngine(form: CellForm): boolean {
  return readsItself(form.kind) && form.missing === undefined;
}

/** `date, written dd/MM/yyyy`. */
export function describeForm({ kind, format, zoned }: CellForm): string {
  if (format !== undefined) return kind === "integer" ? format : `${kind}, written ${format}`;
  return zoned === undefined ? kind : `${kind} ${zoned ? "with" : "without"} its offset from UTC`;
}

/** SQL of the text of a cell, null where it stands for no value. */
export function cellText({ missing = [] }: CellForm, cell: string): string {
  return missing.length === 0 ? cell : `CASE WHEN ${cell} NOT IN (${missing.map(text).join(", ")}) THEN ${cell} END`;
}

/** SQL from the text of a cell to its value by all that is declared, null where it does not fit. */
export function cellValue(form: CellForm, cell: string): string {
  const { kind, format, zoned, zone } = form;
  const written = cellText(form, cell);
  if (kind !== "date" && kind !== "timestamp") return parsed(kind, written, nativeOf(form));
  const ways = format === undefined ? undefined : parseTimeFormat(format);
  if (ways !== undefined) return `CAST(${timeFromText(ways, written, zone)} AS ${nativeTypes[kind]})`;
  const plain = kind === "date" || (zoned === undefined && zone === undefined);
  return plain ? parsed(kind, written) : timeByZone(written, zoned, zone ?? "UTC");
}

/** The same value, but a cell that does not fit ends the statement. */
export function cellValueOrEnd(form: CellForm, cell: string): string {
  const { kind } = form;
  if (isPlain(form)) return checked(kind, cell);
  if (kind === "string" || kind === "nested") return cellValue(form, cell);
  const canonical = canonicalLength(form);
  if (canonical !== undefined) return asWritten(cell, nativeTypes[kind], canonical);
  return `coalesce(${cellValue(form, cell)}, CASE WHEN ${cellText(form, cell)} IS NOT NULL THEN error('misfit') END)`;
}

/** The length of texts of a format that is the engine's own, which it reads fastest; undefined for another. */
function canonicalLength({ format, zone, zoned, missing }: CellForm): number | undefined {
  if (zone !== undefined || zoned !== undefined || missing !== undefined) return undefined;
  return format === "yyyy-MM-dd" ? 10 : format === "yyyy-MM-dd HH:mm:ss" ? 19 : undefined;
}

function asWritten(cell: string, type: string, length: number): string {
  const is = `length(${cell}) = ${length} AND CAST(TRY_CAST(${cell} AS ${length === 10 ? "DATE" : "TIMESTAMP"}) AS VARCHAR) = ${cell}`;
  return `CASE WHEN ${is} THEN CAST(${cell} AS ${type}) WHEN ${cell} IS NOT NULL THEN error('misfit') END`;
}

/** Times of ISO 8601 that must name their offset or must not, and those that name none are of a zone. */
function timeByZone(sql: string, zoned: boolean | undefined, zone: string): string {
  const fits = `regexp_full_match(${sql}, '${timestampForm}')`;
  const named = `regexp_matches(${sql}, ':.*(Z|UTC|[+-]\\d{2}(:?\\d{2})?)\\s*$')`;
  const own = zoned === false ? "NULL" : isoTimeFromText(sql);
  const local = zoned === true ? "NULL" : inUtc(`TRY_CAST(${sql} AS TIMESTAMP)`, zone);
  return `CASE WHEN NOT ${fits} THEN NULL WHEN ${named} THEN ${own} ELSE ${local} END`;
}
