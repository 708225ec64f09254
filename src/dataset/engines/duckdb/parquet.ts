import type { DuckDBValue } from "@duckdb/node-api";
import { configurationError, TitleholderError } from "../../../kernel/error.ts";
import type { DataSource, StructuralFault } from "../../dataset.ts";
import { nativeOf } from "./cell-forms.ts";
import { normalized } from "./kinds.ts";
import { identifier, text } from "./literals.ts";
import { ownColumns, type Partitions, planPartitions } from "./partitions.ts";
import { nestedType, schemaFaults, type TypedSchema, typeFaults, unitable } from "./schemas.ts";
import type { Session } from "./session.ts";
import { nothingReadable, type OpenedSource, orderSql, originalSql, rowsPerFile } from "./source.ts";
import type { EngineColumn } from "./sql.ts";
import type { StagedFile } from "./staging.ts";
import { inUtc } from "./time-cells.ts";
import { columnOfType, stored } from "./types.ts";

interface ParquetFile extends TypedSchema {
  /** Where it stands unpacked. */
  readonly at: string;
  /** Equal for files of the same columns, types and order. */
  readonly schema: string;
}

/** Parquet files stay where they are: every question is one scan of the columns it names. */
export async function openParquet(
  session: Session,
  source: DataSource,
  staged: readonly StagedFile[],
): Promise<OpenedSource> {
  const { files: sound, faults } = await readSchemas(session, staged);
  const [first] = sound;
  if (first === undefined) return nothingReadable(faults);
  refuseReserved(sound);
  session.suspect(sound);
  const files = sound.filter((file) => unitable(file, first).length === 0);
  // Without it only the first file's schema is read, again for each statement.
  const union = files.every((file) => file.schema === first.schema) ? "" : ", union_by_name = true";
  const scan = `read_parquet([${files.map((file) => text(file.at)).join(", ")}], ${ownColumns}${union})`;
  const described = await session.rows(`DESCRIBE SELECT * FROM ${scan}`);
  const partitions = await planPartitions(session, source, files);
  const own = described.map((row) => stored(columnOfType(String(row[0]), String(row[1]))));
  const given = partitions.columns.map((form) => ({ ...columnOfType(form.name, nativeOf(form)), kind: form.kind }));
  const columns = [...own, ...given].map((column, at): EngineColumn => {
    const isExact = column.native.startsWith("DECIMAL(") && column.kind === "number";
    return { ...column, sql: `c${at}`, ...(isExact ? { exact: `e${at}` } : {}) };
  });
  const zones = new Map(source.declared?.map((column) => [column.name, column.zone]));
  const original = valuesSql(files, partitions);
  const cell = (column: EngineColumn) => {
    const zone = partitions.columns.some(({ name }) => name === column.name) ? undefined : zones.get(column.name);
    const value = `${cellSql(column, original(column), zone)} AS ${column.sql}`;
    return column.exact === undefined ? value : `${value}, ${original(column)} AS ${column.exact}`;
  };
  const untouched = (column: EngineColumn) => `${original(column)} AS ${originalSql(column)}`;
  return {
    columns,
    table: (used, originals = []) =>
      `(SELECT ${[`${orderSql} AS o`, ...used.map(cell), ...originals.map(untouched)].join(", ")} FROM ${scan})`,
    faults: [...faults, ...schemaFaults(files), ...typeFaults(sound), ...duplicateFaults(files), ...partitions.faults],
    locate: (order) => {
      const file = files[Math.floor(order / rowsPerFile)];
      if (file === undefined) throw new Error(`no file holds row ${order}`);
      return { file: file.path, row: (order % rowsPerFile) + 1 };
    },
  };
}

/** The value of a column in the engine's type for its kind; times that name no zone are of the zone declared. */
function cellSql({ kind, native }: EngineColumn, value: string, zone: string | undefined): string {
  const isLocal = kind === "timestamp" && !native.endsWith("WITH TIME ZONE");
  return isLocal && zone !== undefined ? inUtc(value, zone) : normalized(kind, native, value);
}

/** SQL of a column's value: the file's own, or that of the folder it lies in. */
function valuesSql(files: readonly ParquetFile[], partitions: Partitions): (column: EngineColumn) => string {
  const lists = new Map(
    partitions.columns.map((form) => {
      const values = files.map((file) => partitions.literal(file.path, form.name));
      const list = `list_extract([${values.join(", ")}]::${nativeOf(form)}[], file_index::BIGINT + 1)`;
      return [form.name, new Set(values).size === 1 ? (values[0] ?? "NULL") : list];
    }),
  );
  return ({ name }) => lists.get(name) ?? identifier(name);
}

/** @throws TH_DATA_RESERVED (configuration). */
function refuseReserved(files: readonly ParquetFile[]): void {
  const reserved = files.flatMap((file) => file.names).find((name) => /^file_(row_number|index)$/i.test(name));
  if (reserved === undefined) return;
  throw configurationError(
    "TH_DATA_RESERVED",
    `a Parquet column may not be called "${reserved}": the engine numbers rows under that name`,
    "rename the column",
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

/** The top level of a schema, which is listed depth first with each node's number of children; what is inside one is told apart as a text. */
function fileOf({ path, at }: StagedFile, nodes: readonly (readonly DuckDBValue[])[]): ParquetFile {
  const names: string[] = [];
  const types = new Map<string, string>();
  const parts = new Map<string, string>();
  let inside = 0;
  let current = "";
  for (const [, name, type, children] of nodes.slice(1)) {
    if (inside === 0) {
      current = String(name);
      names.push(current);
      types.set(current, type === null || Number(children ?? 0) > 0 ? nestedType : String(type));
    } else {
      inside -= 1;
      parts.set(current, `${parts.get(current) ?? ""}${JSON.stringify([name, type, Number(children ?? 0)])}`);
    }
    inside += Number(children ?? 0);
  }
  return { path, at, names, types, parts, schema: JSON.stringify([[...types], [...parts]]) };
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
