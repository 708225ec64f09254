import { configurationError } from "../../../kernel/error.ts";
import { suggest } from "../../../kernel/naming.ts";
import type { Cell, Column, ColumnKind, Predicate } from "../../dataset.ts";
import { distinctItemsSql, multipleSql, timeOfDaySql, wholeLiteral } from "./conditions.ts";
import { normalized } from "./kinds.ts";
import { double, text } from "./literals.ts";
import { toRe2 } from "./pattern.ts";

/** Values that are compared one after the other. */
const longestList = 16;

/** A column inside the engine: `sql` is a name of our own, so that no name of the user's enters a statement. */
export interface EngineColumn extends Column {
  readonly sql: string;
  /** Of decimals, which `sql` brings to doubles: SQL of the decimal itself. */
  readonly exact?: string;
  /** SQL that is true where the cell did not fit its declared type; absent when all of them did. */
  readonly misfit?: string;
}

/** What names in a predicate mean. */
export interface Columns {
  get(name: string): EngineColumn | undefined;
  keys(): Iterable<string>;
}

/** The columns of a statement under construction: those that it asks for are noted. */
export class UsedColumns implements Columns {
  readonly #all: ReadonlyMap<string, EngineColumn>;
  readonly #used = new Set<EngineColumn>();

  constructor(all: ReadonlyMap<string, EngineColumn>) {
    this.#all = all;
  }

  get used(): readonly EngineColumn[] {
    return [...this.#used];
  }

  get(name: string): EngineColumn | undefined {
    const column = this.#all.get(name);
    if (column !== undefined) this.#used.add(column);
    return column;
  }

  keys(): Iterable<string> {
    return this.#all.keys();
  }
}

/** @throws TH_DATA_COLUMN (configuration). */
export function columnNamed(columns: Columns, name: string): EngineColumn {
  const column = columns.get(name);
  if (column !== undefined) return column;
  throw configurationError("TH_DATA_COLUMN", `the data has no column "${name}"`, suggest(name, columns.keys()));
}

/** The predicate in SQL's three-valued logic, where "unknown" counts as not satisfied. */
export function predicateSql(columns: Columns, where: Predicate): string {
  switch (where.op) {
    case "and":
    case "or": {
      if (where.terms.length === 0) return where.op === "and" ? "TRUE" : "FALSE";
      return `(${where.terms.map((term) => predicateSql(columns, term)).join(where.op === "and" ? " AND " : " OR ")})`;
    }
    case "not":
      return `(NOT ${predicateSql(columns, where.term)})`;
  }
  const column = columnNamed(columns, where.column);
  switch (where.op) {
    case "any-item":
      return anyItemSql(columns, column, where);
    case "field":
      return predicateSql(new Within(columns, fieldOf(column, where)), where.term);
    case "multiple":
      requireKind(column, ["number", "integer"], "be a multiple of a number");
      return multipleSql(column, where.of);
    case "time":
      requireKind(column, ["string"], "be a time of day");
      return timeOfDaySql(column.sql, where);
    case "size":
      return boundsSql(column, sizeSql(column), where);
    case "distinct-items":
      if (column.items === undefined) throw wrongKind(column, "have items", "a list");
      return distinctItemsSql(column.sql);
    case "null":
      return column.misfit === undefined
        ? `(${column.sql} IS NULL)`
        : `(${column.sql} IS NULL AND NOT ${column.misfit})`;
    case "not-finite":
      requireKind(column, ["number", "integer"], "be finite or not");
      return column.kind === "integer" ? `(${column.sql} IS NULL AND NULL)` : `(NOT isfinite(${column.sql}))`;
    case "in":
      return inSql(column, where.values, depthOf(columns) > 0);
    case "range":
      return rangeSql(column, where);
    case "length":
      requireKind(column, ["string"], "have a length");
      return boundsSql(column, `length(${column.sql})`, where);
    case "matches":
      requireKind(column, ["string"], "match an expression");
      return `regexp_matches(${column.sql}, ${text(toRe2(where.pattern))})`;
  }
}

/** A whole number from one bound to the other. */
function boundsSql(column: EngineColumn, size: string, { min, max }: { readonly min?: number; readonly max?: number }) {
  const bounds = [
    ...(min === undefined ? [] : [`${size} >= ${Math.ceil(min)}`]),
    ...(max === undefined ? [] : [`${size} <= ${Math.floor(max)}`]),
  ];
  return bounds.length === 0 ? notNull(column) : `(${bounds.join(" AND ")})`;
}

function sizeSql(column: EngineColumn): string {
  if (column.items !== undefined) return `len(${column.sql})`;
  if (column.values !== undefined) return `cardinality(${column.sql})`;
  if (column.fields === undefined) throw wrongKind(column, "have a size", "a list or a structure");
  const present = column.fields.map(
    ({ name }) => `(struct_extract(${column.sql}, ${text(name)}) IS NOT NULL)::INTEGER`,
  );
  return `(CASE WHEN ${column.sql} IS NOT NULL THEN ${present.join(" + ")} END)`;
}

/** The columns, and a part of one of them under its own name. */
class Within implements Columns {
  readonly #around: Columns;
  readonly #part: EngineColumn;
  /** How many lists the part lies in. */
  readonly depth: number;

  constructor(around: Columns, part: EngineColumn, deeper = 0) {
    this.#around = around;
    this.#part = part;
    this.depth = depthOf(around) + deeper;
  }

  get(name: string): EngineColumn | undefined {
    return name === this.#part.name ? this.#part : this.#around.get(name);
  }

  keys(): Iterable<string> {
    return [this.#part.name, ...this.#around.keys()];
  }
}

function depthOf(columns: Columns): number {
  return columns instanceof Within ? columns.depth : 0;
}

/** The parameter bears a number, as one list may stand in another. */
function anyItemSql(columns: Columns, list: EngineColumn, where: Predicate & { readonly op: "any-item" }): string {
  if (list.items === undefined) throw wrongKind(list, "have items", "a list");
  const parameter = `item${depthOf(columns) + 1}`;
  const term = predicateSql(new Within(columns, partOf(list.items, where.as, parameter), 1), where.term);
  return `(len(list_filter(${list.sql}, lambda ${parameter}: ${term})) > 0)`;
}

/** @throws TH_DATA_COLUMN, TH_DATA_KIND (configuration). */
function fieldOf(structure: EngineColumn, { field, as }: Predicate & { readonly op: "field" }): EngineColumn {
  if (structure.values !== undefined)
    return partOf(structure.values, as, `map_extract_value(${structure.sql}, ${text(field)})`);
  if (structure.fields === undefined) throw wrongKind(structure, "have fields", "a structure");
  const found = structure.fields.find((candidate) => candidate.name === field);
  if (found !== undefined) return partOf(found, as, `struct_extract(${structure.sql}, ${text(field)})`);
  const names = structure.fields.map((candidate) => candidate.name);
  throw configurationError(
    "TH_DATA_COLUMN",
    `the structure "${structure.name}" has no field "${field}"`,
    suggest(field, names),
  );
}

/** Parts come as the file has them, and are brought to the engine's type for their kind. */
function partOf(part: Column, name: string, sql: string): EngineColumn {
  const column = { ...part, name, sql: normalized(part.kind, part.native, sql) };
  return part.native.startsWith("DECIMAL(") ? { ...column, exact: sql } : column;
}

/** True where there is a value, unknown where there is none. */
function notNull(column: EngineColumn): string {
  return `(CASE WHEN ${column.sql} IS NOT NULL THEN TRUE END)`;
}

/** No subquery can stand inside a list, where the column means its items. */
function inSql(column: EngineColumn, values: readonly Cell[], isItem: boolean): string {
  const literals = values
    .filter((value) => value !== null)
    .map((value) => literal(column, value))
    .filter((value) => value !== undefined);
  if (literals.length === 0) return `(NOT ${notNull(column)})`;
  const list = `[${literals.join(", ")}]`;
  // A list of constants is looked up once for each word of a Parquet file's dictionary, but from its start; a longer one is hashed.
  return literals.length > longestList && !isItem
    ? `(${comparable(column)} IN (SELECT unnest(${list})))`
    : `list_contains(${list}, ${comparable(column)})`;
}

function rangeSql(column: EngineColumn, range: Predicate & { readonly op: "range" }): string {
  const value = comparable(column);
  const ends = [
    ...endSql(column, value, ">", range.min, range.openMin === true),
    ...endSql(column, value, "<", range.max, range.openMax === true),
  ];
  // The engine sorts NaN above all numbers.
  if (column.kind === "number" && (range.max ?? null) === null) ends.push(`${value} <= 'inf'::DOUBLE`);
  if (ends.includes("FALSE")) return `(NOT ${notNull(column)})`;
  // Of a null no comparison is true or false, but a constant is.
  return `(${(ends.some((end) => end !== "TRUE") ? ends : [notNull(column)]).join(" AND ")})`;
}

function endSql(
  column: EngineColumn,
  value: string,
  sign: ">" | "<",
  end: Cell | undefined,
  open: boolean,
): readonly string[] {
  if (end === undefined || end === null) return [];
  if (column.kind !== "integer" || typeof end !== "number" || Number.isInteger(end))
    return [`${value} ${sign}${open ? "" : "="} ${literal(column, end)}`];
  if (Number.isNaN(end)) return ["FALSE"];
  if (!Number.isFinite(end)) return [end > 0 === (sign === ">") ? "FALSE" : "TRUE"];
  // Between two whole numbers it makes no difference whether the end itself is allowed.
  return [`${value} ${sign}= ${wholeLiteral(sign === ">" ? Math.ceil(end) : Math.floor(end))}`];
}

/** The column as `literal` compares with it. */
function comparable(column: EngineColumn): string {
  return column.kind === "date" ? `CAST(${column.sql} AS TIMESTAMP)` : column.sql;
}

/**
 * Undefined when no cell of the column can equal the value.
 * @throws TH_DATA_KIND (configuration) for a value of another kind.
 */
export function literal(column: EngineColumn, value: Exclude<Cell, null>): string | undefined {
  switch (typeof value) {
    case "number":
      requireKind(column, ["number", "integer"], `be compared with the number ${value}`);
      if (column.kind === "integer") return Number.isInteger(value) ? wholeLiteral(value) : undefined;
      // A single-precision column holds 0.1 as the single nearest to it.
      return double(column.native === "FLOAT" ? Math.fround(value) : value);
    case "bigint":
      requireKind(column, ["number", "integer"], `be compared with the number ${value}`);
      return column.kind === "integer" ? wholeLiteral(value) : double(Number(value));
    case "string":
      requireKind(column, ["string"], "be compared with text");
      return text(value);
    case "boolean":
      requireKind(column, ["boolean"], `be compared with ${value}`);
      return value ? "TRUE" : "FALSE";
    default:
      requireKind(column, ["date", "timestamp"], "be compared with a time");
      return `CAST(${text(value.toISOString().replace("T", " ").replace("Z", "").replace(/^\+/, ""))} AS TIMESTAMP)`;
  }
}

function requireKind(column: Column, kinds: readonly ColumnKind[], what: string): void {
  if (!kinds.includes(column.kind)) throw wrongKind(column, what, kinds.join(" or "));
}

function wrongKind(column: Column, what: string, wanted: string): Error {
  return configurationError(
    "TH_DATA_KIND",
    `column "${column.name}" holds values of kind ${column.kind}, which cannot ${what}`,
    `compare it by its kind, or declare the column's type as ${wanted}`,
  );
}
