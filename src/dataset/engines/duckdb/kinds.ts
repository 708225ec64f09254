import type { ColumnKind } from "../../dataset.ts";
import { isoTimeFromText } from "./time-cells.ts";

/** What the engine calls the kinds that a CSV column can have. */
export const nativeTypes: Readonly<Record<ColumnKind, string>> = {
  integer: "BIGINT",
  number: "DOUBLE",
  boolean: "BOOLEAN",
  string: "VARCHAR",
  date: "DATE",
  timestamp: "TIMESTAMP",
  nested: "VARCHAR",
};

/** The kind of an engine type as it stands in a Parquet file; of lists and structures by `columnOfType`. */
export function kindOf(native: string): ColumnKind {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(native)) return "integer";
  if (/^(FLOAT|DOUBLE|DECIMAL\([^[]*)$/.test(native)) return "number";
  if (/^(VARCHAR|ENUM\(.*|UUID|TIME|TIME WITH TIME ZONE)$/s.test(native) && !native.endsWith("]")) return "string";
  if (/^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/.test(native)) return "timestamp";
  if (native === "BOOLEAN") return "boolean";
  return native === "DATE" ? "date" : "nested";
}

/** SQL that brings a Parquet column to the one engine type of its kind. */
export function normalized(kind: ColumnKind, native: string, sql: string): string {
  if (kind === "integer" || kind === "nested") return sql;
  return native === nativeTypes[kind] ? sql : `CAST(${sql} AS ${nativeTypes[kind]})`;
}

/** ISO 8601 with `T` or a space, and any offset. */
export const timestampForm =
  "\\s*\\d{4}-\\d{1,2}-\\d{1,2}([T ]\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d+)?)? ?(Z|UTC|[+-]\\d{2}(:?\\d{2})?)?)?\\s*";

const forms: Readonly<Partial<Record<ColumnKind, string>>> = {
  integer: "\\s*[+-]?\\d+(\\.0*)?\\s*",
  date: "\\s*\\d{4}-\\d{1,2}-\\d{1,2}([T ]00:00(:00(\\.0+)?)?)?\\s*",
  timestamp: timestampForm,
};

/**
 * SQL from the text of a CSV cell to its value, null where it does not fit. The engine's own casts are too kind: they round `1.5` to an
 * integer, read `epoch` as a date, cut the time off a date and drop the zone of a time. Accepted are
 * integer: digits with a sign, `2.0` too; number: what a double is written as, `nan` and `inf` too; boolean: true, t, yes, y, 1 and their
 * opposites in any case; date: `2026-01-31`, at midnight; timestamp: ISO 8601 with `T` or a space and any offset, UTC where it has none.
 */
export function parsed(kind: ColumnKind, sql: string, native = nativeTypes[kind]): string {
  const form = forms[kind];
  const text = form === undefined ? sql : `CASE WHEN regexp_full_match(${sql}, '${form}') THEN ${sql} END`;
  if (kind === "timestamp") return isoTimeFromText(text);
  return isText(kind) ? sql : `TRY_CAST(${text} AS ${native})`;
}

/**
 * The same values, but a cell that does not fit ends the statement. Most cells are written as the engine writes them itself, which is told
 * faster than by an expression; and no part is written twice, as the engine's search for common parts takes the square of their number.
 */
export function checked(kind: ColumnKind, sql: string): string {
  const form = forms[kind];
  if (form === undefined) return sql;
  const asWritten = (type: string) => `CAST(TRY_CAST(${sql} AS ${type}) AS VARCHAR) = ${sql}`;
  const fits = `regexp_full_match(${sql}, '${form}')`;
  const misfit = `WHEN ${sql} IS NOT NULL THEN error('misfit') END`;
  if (kind === "integer") return `CASE WHEN ${asWritten("BIGINT")} OR ${fits} THEN CAST(${sql} AS BIGINT) ${misfit}`;
  if (kind === "date")
    return `CASE WHEN (length(${sql}) = 10 AND ${asWritten("DATE")}) OR ${fits} THEN CAST(${sql} AS DATE) ${misfit}`;
  return (
    `CASE WHEN length(${sql}) >= 19 AND ${asWritten("TIMESTAMP")} THEN CAST(${sql} AS TIMESTAMP) ` +
    `WHEN ${fits} THEN CAST(CAST(${sql} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP) ${misfit}`
  );
}

function isText(kind: ColumnKind): boolean {
  return kind === "string" || kind === "nested";
}

/** Kinds that the CSV reader itself parses the same way, and faster. */
export function readsItself(kind: ColumnKind): boolean {
  return forms[kind] === undefined;
}

/** Candidates for a column of unknown kind, the narrowest first; text is what is left. */
const guesses = ["boolean", "integer", "number", "date", "timestamp"] as const;

/** SQL that is true where the text is written as a value of the kind by rule: `007` is text, `yes` too. */
function looksLike(kind: (typeof guesses)[number], sql: string): string {
  if (kind === "boolean") return `lower(${sql}) IN ('true', 'false')`;
  if (kind === "integer") return `CAST(TRY_CAST(${sql} AS BIGINT) AS VARCHAR) = ${sql}`;
  if (kind === "number")
    return `TRY_CAST(${sql} AS DOUBLE) IS NOT NULL AND NOT regexp_matches(${sql}, '^\\s*[+-]?0\\d|[_xX]')`;
  return `(${parsed(kind, sql)}) IS NOT NULL`;
}

/** Selects, for one column of text, the number of values and how many look like each guess. */
export function guessSql(sql: string): string {
  return [`count(${sql})`, ...guesses.map((kind) => `count_if(${looksLike(kind, sql)})`)].join(", ");
}

/** The kind by the counts of `guessSql`; undefined when there was no value to judge by. */
export function guessed(counts: readonly number[]): ColumnKind | undefined {
  const [values = 0, ...fits] = counts;
  if (values === 0) return undefined;
  return guesses.find((_kind, at) => fits[at] === values) ?? "string";
}

export const guessWidth = guesses.length + 1;
