import type { ColumnKind, FaultyRow, StructuralFault } from "../../dataset.ts";
import { cutText, sourceRow } from "./csv-file.ts";
import { text } from "./literals.ts";
import type { Session } from "./session.ts";
import { type OpenedSource, orderSql, originalSql, rowsPerFile, type UnreadableRow } from "./source.ts";
import type { EngineColumn } from "./sql.ts";
import { columnOfType } from "./types.ts";

const faultsKept = 100;
/** Rows in a group of a held file: as many are in memory at once for each thread. */
const heldTogether = 40_960;

/** A column of the rows that a session holds: `c0`, `c1` … in their order. */
export interface HeldColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly native: string;
  /** What messages call its type. */
  readonly says: string;
}

/** A file whose rows are held. */
export interface HeldFile {
  /** Where they are. */
  readonly held: string;
  readonly path: string;
  /** Rows that could be read. */
  readonly rows: number;
  /** Numbers of those that could not, ascending. */
  readonly skipped: readonly number[];
  /** Row n stands on line n plus this; undefined where that is not so for all. */
  readonly lineOffset: number | undefined;
}

/** A cell that does not fit its column: SQL of its text, and of whether it is one. */
export interface Misfit {
  /** Number of the column. */
  readonly at: number;
  readonly found: string;
  readonly is: string;
}

/** SQL of the two lists that a row's misfits are kept in: which columns, and what stands there. */
function misfitLists(misfits: readonly Misfit[]): readonly [which: string, found: string] {
  if (misfits.length === 0) return ["NULL", "NULL"];
  const list = (what: (misfit: Misfit) => string) =>
    `CASE WHEN ${misfits.map((misfit) => misfit.is).join(" OR ")} THEN list_filter([${misfits
      .map((misfit) => `CASE WHEN ${misfit.is} THEN ${what(misfit)} END`)
      .join(", ")}], lambda e: e IS NOT NULL) END`;
  return [list((misfit) => String(misfit.at)), list((misfit) => misfit.found)];
}

/** What a row of these columns is held as: `c0`, `c1` …, and the lists of its misfits. */
export function heldRow(
  columns: readonly Pick<HeldColumn, "native">[],
  cells: readonly string[],
  misfits: readonly Misfit[],
): string {
  const typed = columns.map(({ native }, at) => `CAST(${cells[at]} AS ${storedAs(native)}) AS c${at}`);
  const [which, found] = misfitLists(misfits);
  return [...typed, `CAST(${which} AS INTEGER[]) AS misfits`, `CAST(${found} AS VARCHAR[]) AS found`].join(", ");
}

/**
 * Writes the rows of one file as Parquet, where the engine reads them from again: text is parsed once, memory holds little of it, and what
 * the format's statistics and dictionaries answer is answered without reading it.
 * @returns where they are
 */
export async function holdRows(
  session: Session,
  select: string,
  file: Pick<HeldFile, "path" | "rows">,
): Promise<string> {
  const held = session.newHeld();
  await session.run(
    `COPY (${select}) TO ${text(held)} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE ${heldTogether}, USE_TMP_FILE false)`,
    { file: file.path },
  );
  const rows = Number((await session.row(`SELECT count(*) FROM ${heldTable([held])}`))[0]);
  if (rows !== file.rows) throw new Error(`${file.path} gave ${rows} rows where ${file.rows} were read`);
  return held;
}

/** SQL of the table of held rows. */
export function heldTable(held: readonly string[]): string {
  return `read_parquet([${held.map(text).join(", ")}])`;
}

/** Files whose rows are held in these columns. */
export async function heldRows(
  session: Session,
  files: readonly HeldFile[],
  columns: readonly HeldColumn[],
  faults: readonly StructuralFault[],
  unreadable: () => AsyncIterable<UnreadableRow>,
): Promise<OpenedSource> {
  const misfits = await findMisfits(session, files, columns);
  const faulty = new Set(misfits.map((fault) => fault.column));
  const from = heldTable(files.map(({ held }) => held));
  const cell = (column: EngineColumn, name: string) =>
    storedAs(column.native) === column.native
      ? name === column.sql
        ? name
        : `${column.sql} AS ${name}`
      : `CAST(${column.sql} AS ${column.native}) AS ${name}`;
  return {
    columns: columns.map((column, at) => engineColumn(column, at, faulty.has(column.name))),
    faults: [...faults, ...misfits],
    table: (used, original = []) => {
      const parts = [
        ...used.map((column) => cell(column, column.sql)),
        ...original.map((column) => cell(column, originalSql(column))),
      ];
      return `(SELECT ${[`${orderSql} AS o`, "misfits AS m", "found AS f", ...parts].join(", ")} FROM ${from})`;
    },
    locate: (order) => locate(files, order),
    ...(misfits.length === 0 ? {} : { misfits: misfitsSql(columns) }),
    unreadable,
  };
}

/** The format has no whole numbers of 128 bits. */
function storedAs(native: string): string {
  return native === "HUGEINT" || native === "UHUGEINT" ? "VARCHAR" : native;
}

/** A map from the columns' names to the texts that did not fit. */
function misfitsSql(columns: readonly HeldColumn[]): string {
  const names = `[${columns.map(({ name }) => text(name)).join(", ")}]`;
  return `CASE WHEN m IS NULL THEN map([], []) ELSE map(list_transform(m, lambda number: ${names}[number + 1]), f) END`;
}

async function findMisfits(
  session: Session,
  files: readonly HeldFile[],
  columns: readonly HeldColumn[],
): Promise<readonly StructuralFault[]> {
  const faults: StructuralFault[] = [];
  for (const file of files) {
    const found = await session.rows(
      `WITH bad AS (SELECT file_row_number AS o, unnest(misfits) AS which, unnest(found) AS found FROM ${heldTable([file.held])} ` +
        "WHERE misfits IS NOT NULL) " +
        "SELECT which, o, found, count(*) OVER (PARTITION BY which) FROM bad " +
        `QUALIFY row_number() OVER (PARTITION BY which ORDER BY o) <= ${faultsKept} ORDER BY which, o`,
    );
    for (const [index, column] of columns.entries()) {
      const rows = found.filter(([number]) => Number(number) === index);
      if (rows.length === 0) continue;
      const first = rows.map(([, order, value]): FaultyRow => {
        const { row, line } = placeOf(file, Number(order));
        const shown = { row, found: cutText(String(value)) };
        return line === undefined ? shown : { ...shown, line };
      });
      const comma = first.every(({ found }) => /^\s*[+-]?[\d.\s]*\d,\d+\s*$/.test(found))
        ? ", but have a decimal comma"
        : "";
      const message = `values that are not of type ${column.says}${comma}`;
      faults.push({
        code: "TH_DATA_TYPE",
        file: file.path,
        column: column.name,
        message,
        count: Number(rows[0]?.[3]),
        first,
      });
    }
  }
  return faults;
}

function engineColumn({ name, native, kind }: HeldColumn, at: number, misfitting: boolean): EngineColumn {
  const column = { ...columnOfType(name, native), kind, sql: `c${at}` };
  return misfitting ? { ...column, misfit: `(m IS NOT NULL AND list_contains(m, ${at}))` } : column;
}

function locate(files: readonly HeldFile[], order: number): ReturnType<typeof placeOf> & { readonly file: string } {
  const file = files[Math.floor(order / rowsPerFile)];
  if (file === undefined) throw new Error(`no file holds row ${order}`);
  return { file: file.path, ...placeOf(file, order % rowsPerFile) };
}

/** Where the n-th held row of a file, from 0, stands in it. */
function placeOf({ skipped, lineOffset }: HeldFile, at: number): { readonly row: number; readonly line?: number } {
  const row = sourceRow(skipped, at + 1);
  return lineOffset === undefined ? { row } : { row, line: row + lineOffset };
}
