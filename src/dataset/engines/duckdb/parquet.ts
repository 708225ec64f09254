import type { DuckDBValue } from "@duckdb/node-api";
import { configurationError, TitleholderError } from "../../../kernel/error.ts";
import type { ColumnKind, DeclaredColumn, StructuralFault } from "../../dataset.ts";
import { kindOf, normalized } from "./kinds.ts";
import { identifier, text } from "./literals.ts";
import type { Session } from "./session.ts";
import { nothingReadable, type OpenedSource, originalSql, schemaFaults } from "./source.ts";
import type { EngineColumn } from "./sql.ts";
import type { StagedFile } from "./staging.ts";
import { inUtc } from "./time-cells.ts";
import { columnOfType } from "./types.ts";

/** More rows than one file can hold. */
const rowsPerFile = 2 ** 38;

interface ParquetFile {
  readonly path: string;
  /** Where it stands unpacked. */
  readonly at: string;
  readonly names: readonly string[];
  readonly types: ReadonlyMap<string, string>;
}

/** Parquet files stay where they are: every question is one scan of the columns it names. */
export async function openParquet(
  session: Session,
  staged: readonly StagedFile[],
  declared: readonly DeclaredColumn[] = [],
): Promise<OpenedSource> {
  const { files, faults } = await readSchemas(session, staged);
  if (files.length === 0) return nothingReadable(faults);
  const reserved = files.flatMap((file) => file.names).find((name) => /^file_(row_number|index)$/i.test(name));
  if (reserved !== undefined)
    throw configurationError(
      "TH_DATA_RESERVED",
      `a Parquet column may not be called "${reserved}": the engine numbers rows under that name`,
      "rename the column",
    );
  // Without it only the first file's schema is read, again for each statement.
  const union = files.every((file) => isLike(file, files[0])) ? "" : ", union_by_name = true";
  const scan = `read_parquet([${files.map((file) => text(file.at)).join(", ")}]${union})`;
  const described = await session.rows(`DESCRIBE SELECT * FROM ${scan}`);
  const columns = described.map((row, at): EngineColumn => {
    const column = { ...columnOfType(String(row[0]), String(row[1])), sql: `c${at}` };
    return column.native.startsWith("DECIMAL(") && column.kind === "number" ? { ...column, exact: `e${at}` } : column;
  });
  const order = `file_index::BIGINT * ${rowsPerFile} + file_row_number AS o`;
  const zones = new Map(declared.map((column) => [column.name, column.zone]));
  const cell = (column: EngineColumn) => {
    const value = `${cellSql(column, zones.get(column.name))} AS ${column.sql}`;
    return column.exact === undefined ? value : `${value}, ${identifier(column.name)} AS ${column.exact}`;
  };
  const untouched = (column: EngineColumn) => `${identifier(column.name)} AS ${originalSql(column)}`;
  return {
    columns,
    table: (used, original = []) =>
      `(SELECT ${[order, ...used.map(cell), ...original.map(untouched)].join(", ")} FROM ${scan})`,
    faults: [...faults, ...schemaFaults(files), ...typeFaults(files), ...duplicateFaults(files)],
    locate: (order) => {
      const file = files[Math.floor(order / rowsPerFile)];
      if (file === undefined) throw new Error(`no file holds row ${order}`);
      return { file: file.path, row: (order % rowsPerFile) + 1 };
    },
  };
}

/** The value of a column in the engine's type for its kind; times that name no zone are of the zone declared. */
function cellSql({ kind, native, name }: EngineColumn, zone: string | undefined): string {
  const isLocal = kind === "timestamp" && !native.endsWith("WITH TIME ZONE");
  return isLocal && zone !== undefined ? inUtc(identifier(name), zone) : normalized(kind, native, identifier(name));
}

function isLike(file: ParquetFile, first: ParquetFile | undefined): boolean {
  return (
    file.names.length === first?.names.length &&
    file.names.every((name, at) => name === first.names[at] && file.types.get(name) === first.types.get(name))
  );
}

/** All schemas at once; file by file when one of them is broken, to tell which. */
async function readSchemas(
  session: Session,
  staged: readonly StagedFile[],
): Promise<{ readonly files: readonly ParquetFile[]; readonly faults: readonly StructuralFault[] }> {
  const faults = staged.flatMap((file) => (file.fault === undefined ? [] : [file.fault]));
  const readable = staged.filter((file) => file.fault === undefined);
  if (readable.length === 0) return { files: [], faults };
  try {
    return { files: await schemasOf(session, readable), faults };
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
  }
  const files: ParquetFile[] = [];
  for (const file of readable) {
    try {
      files.push(...(await schemasOf(session, [file])));
    } catch (error) {
      if (!(error instanceof TitleholderError) || error.code !== "TH_DATA_UNREADABLE") throw error;
      const message = /too small|magic bytes/.test(error.message)
        ? "the file is no Parquet, or its end is missing: it was cut off or not written to the end"
        : error.message;
      faults.push({ code: "TH_DATA_PARQUET", file: file.path, message, count: 0, first: [] });
    }
  }
  return { files, faults };
}

async function schemasOf(session: Session, files: readonly StagedFile[]): Promise<ParquetFile[]> {
  const paths = files.map((file) => text(file.at)).join(", ");
  const nodes = await session.rows(`SELECT file_name, name, duckdb_type, num_children FROM parquet_schema([${paths}])`);
  const byFile = Map.groupBy(nodes, ([file]) => String(file));
  return files.map((file) => fileOf(file, byFile.get(file.at) ?? []));
}

/** The top level of a schema, which is listed depth first with each node's number of children. */
function fileOf({ path, at }: StagedFile, nodes: readonly (readonly DuckDBValue[])[]): ParquetFile {
  const names: string[] = [];
  const types = new Map<string, string>();
  let inside = 0;
  for (const [, name, type, children] of nodes.slice(1)) {
    if (inside === 0) {
      names.push(String(name));
      types.set(String(name), type === null || Number(children ?? 0) > 0 ? "STRUCT" : String(type));
    } else inside -= 1;
    inside += Number(children ?? 0);
  }
  return { path, at, names, types };
}

/** Read together, a column of numbers here and texts there would become text without a word. */
function typeFaults(files: readonly ParquetFile[]): readonly StructuralFault[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  return others.flatMap((file) =>
    [...file.types].flatMap(([column, type]) => {
      const before = first.types.get(column);
      if (before === undefined || family(kindOf(before)) === family(kindOf(type))) return [];
      const message = `the column is ${type} here and ${before} in the first file`;
      return [{ code: "TH_DATA_SCHEMA" as const, file: file.path, column, message, count: 0, first: [] }];
    }),
  );
}

function family(kind: ColumnKind): string {
  if (kind === "integer") return "number";
  return kind === "timestamp" ? "date" : kind;
}

/** The engine tells names apart without regard to case, and renames the second. */
function duplicateFaults(files: readonly ParquetFile[]): readonly StructuralFault[] {
  return files.flatMap((file) => {
    const seen = new Set<string>();
    const repeated = file.names.filter((name) => seen.size === seen.add(name.toLowerCase()).size);
    if (repeated.length === 0) return [];
    const message = `two columns have the name ${repeated.map((name) => `"${name}"`).join(", ")} (case is not told apart)`;
    return [{ code: "TH_DATA_HEADER_DUPLICATE" as const, file: file.path, message, count: 0, first: [] }];
  });
}
