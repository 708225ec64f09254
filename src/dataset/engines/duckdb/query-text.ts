import type { Column, DataSource, RowSelection } from "../../dataset.ts";
import { type CellForm, cellValue, isPlain } from "./cell-forms.ts";
import { identifier, text } from "./literals.ts";
import type { ReadFrom } from "./source.ts";
import { columnNamed, type EngineColumn, predicateSql, UsedColumns } from "./sql.ts";

/** A statement over more files than this is too long to read. */
const mostFiles = 50;

/**
 * A statement on one line for DuckDB's own shell (or `duckdb.sql` in Python) that lists every row of the selection, with its file.
 * @param show how a file is written in it
 * @returns undefined when the files are too many to be listed, or of forms that the shell does not read, or not together
 */
export function queryText(
  from: ReadFrom,
  columns: readonly Column[],
  selection: RowSelection,
  show: (file: string) => string,
): string | undefined {
  const { source, files: read } = from;
  if (read.length > mostFiles) return undefined;
  const form = formOf(from);
  if (form === undefined) return undefined;
  const named = plainColumns(source, columns);
  const used = new UsedColumns(named);
  const rest =
    "where" in selection ? `WHERE ${predicateSql(used, selection.where)}` : repeated(used, selection.duplicates);
  const files = `[${read.map((file) => text(show(file.path))).join(", ")}]`;
  return `SELECT * FROM ${reader(source, files, used.used, form)} ${rest}`;
}

/** How the shell calls the encodings that it reads without an extension. */
const shellEncodings: Readonly<Record<string, string | undefined>> = {
  "utf-8": "",
  "utf-16le": ", encoding = 'utf-16'",
  "latin-1": ", encoding = 'latin-1'",
};

/** Options that tell what the files do not; undefined where no one statement reads them. */
function formOf({ source: { format }, files }: ReadFrom): string | undefined {
  const forms = files.map(({ encoding, packing }) => {
    if (format === "parquet") return packing === undefined ? "" : undefined;
    const shell = shellEncodings[encoding];
    return shell === undefined || packing === undefined ? shell : `${shell}, compression = '${packing}'`;
  });
  const [first] = forms;
  return forms.every((form) => form === first) ? first : undefined;
}

/** A source, its columns, and the names of those that are compared. */
export interface ComparedSource {
  readonly from: ReadFrom;
  readonly columns: readonly Column[];
  readonly names: readonly string[];
}

/** The same of rows whose key is in no row of another source. */
export function unmatchedText(
  near: ComparedSource,
  far: ComparedSource,
  show: (file: string) => string,
): string | undefined {
  const [mine, theirs] = [sideOf(near, show), sideOf(far, show)];
  if (mine === undefined || theirs === undefined) return undefined;
  // Names inside the brackets are the other source's own.
  const known = `SELECT ${theirs.key} FROM ${theirs.reader} WHERE ${theirs.present}`;
  return `SELECT * FROM ${mine.reader} WHERE ${mine.present} AND (${mine.key}) NOT IN (${known})`;
}

function sideOf({ from, columns, names }: ComparedSource, show: (file: string) => string) {
  const form = formOf(from);
  if (from.files.length > mostFiles || form === undefined) return undefined;
  const named = plainColumns(from.source, columns);
  const keys = names.map((name) => columnNamed(named, name));
  const files = `[${from.files.map((file) => text(show(file.path))).join(", ")}]`;
  return {
    reader: reader(from.source, files, keys, form),
    key: keys.map(({ sql }) => sql).join(", "),
    present: keys.map(({ sql }) => `${sql} IS NOT NULL`).join(" AND "),
  };
}

function plainColumns(source: DataSource, columns: readonly Column[]): ReadonlyMap<string, EngineColumn> {
  const forms = new Map(source.format === "parquet" ? [] : source.declared?.map((form) => [form.name, form]));
  return new Map(columns.map((column) => [column.name, plain(column, forms.get(column.name))]));
}

/** The user's own name stands for the column, as no statement of ours runs this text. What the shell does not read as declared is read as text. */
function plain(column: Column, form: CellForm | undefined): EngineColumn {
  const name = identifier(column.name);
  if (form !== undefined && !isPlain(form)) return { ...column, native: "VARCHAR", sql: cellValue(form, name) };
  return column.native.startsWith("DECIMAL(") ? { ...column, sql: name, exact: name } : { ...column, sql: name };
}

function repeated(columns: UsedColumns, names: readonly string[]): string {
  const keys = names.map((name) => columnNamed(columns, name).sql);
  const present = keys.map((key) => `${key} IS NOT NULL`).join(" AND ");
  return `WHERE ${present} QUALIFY count(*) OVER (PARTITION BY ${keys.join(", ")}) > 1 ORDER BY ${keys.join(", ")}`;
}

function reader(source: DataSource, files: string, used: readonly EngineColumn[], form: string): string {
  const union =
    (source.files.length > 1 ? ", union_by_name = true" : "") +
    (source.partitions === undefined ? "" : ", hive_partitioning = true");
  if (source.format === "parquet") return `read_parquet(${files}, filename = true, file_row_number = true${union})`;
  // From all values, as the kinds here are.
  if (source.format === "json") return `read_json(${files}, filename = true, sample_size = -1${union})`;
  const own = used.filter(({ name }) => !source.partitions?.some((partition) => name in partition));
  const types = own.map((column) => `${text(column.name)}: ${text(column.native)}`).join(", ");
  const typed = types === "" ? "" : `, types = {${types}}, ignore_errors = true`;
  return `read_csv(${files}, filename = true${union}${form}${typed})`;
}
