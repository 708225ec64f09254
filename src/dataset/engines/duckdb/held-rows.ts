import type { ColumnKind, FaultyRow, StructuralFault } from "../../dataset.ts";
import { cutText, sourceRow } from "./csv-file.ts";
import { text } from "./literals.ts";
import type { Session } from "./session.ts";
import { type OpenedSource, originalSql, type UnreadableRow } from "./source.ts";
import type { EngineColumn } from "./sql.ts";
import { columnOfType } from "./types.ts";

const faultsKept = 100;

/** A column of the rows that a session holds: `c0`, `c1` … in their order. */
export interface HeldColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly native: string;
  /** What messages call its type. */
  readonly says: string;
}

/** A file whose rows were loaded. */
export interface HeldFile {
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
export function misfitLists(misfits: readonly Misfit[]): string {
  if (misfits.length === 0) return "NULL, NULL";
  const list = (what: (misfit: Misfit) => string) =>
    `CASE WHEN ${misfits.map((misfit) => misfit.is).join(" OR ")} THEN list_filter([${misfits
      .map((misfit) => `CASE WHEN ${misfit.is} THEN ${what(misfit)} END`)
      .join(", ")}], lambda e: e IS NOT NULL) END`;
  return `${list((misfit) => String(misfit.at))}, ${list((misfit) => misfit.found)}`;
}

/**
 * The rows in the table `rows` of a store, with the columns and the lists `misfits` and `found`.
 * @param starts how many rows lie before each file's
 */
export async function heldRows(
  session: Session,
  store: string,
  files: readonly HeldFile[],
  columns: readonly HeldColumn[],
  starts: readonly number[],
  faults: readonly StructuralFault[],
  unreadable: () => AsyncIterable<UnreadableRow>,
): Promise<OpenedSource> {
  const misfits = await findMisfits(session, store, files, starts, columns);
  const faulty = new Set(misfits.map((fault) => fault.column));
  return {
    columns: columns.map((column, at) => engineColumn(column, at, faulty.has(column.name))),
    faults: [...faults, ...misfits],
    table: (used, original = []) => {
      const parts = [
        ...used.map(({ sql }) => sql),
        ...original.map((column) => `${column.sql} AS ${originalSql(column)}`),
      ];
      return `(SELECT ${["rowid AS o", "misfits AS m", "found AS f", ...parts].join(", ")} FROM ${store}.rows)`;
    },
    locate: (order) => locate(files, starts, order),
    ...(misfits.length === 0 ? {} : { misfits: misfitsSql(columns) }),
    unreadable,
  };
}

/** A map from the columns' names to the texts that did not fit. */
function misfitsSql(columns: readonly HeldColumn[]): string {
  const names = `[${columns.map(({ name }) => text(name)).join(", ")}]`;
  return `CASE WHEN m IS NULL THEN map([], []) ELSE map(list_transform(m, lambda number: ${names}[number + 1]), f) END`;
}

async function findMisfits(
  session: Session,
  store: string,
  files: readonly HeldFile[],
  starts: readonly number[],
  columns: readonly HeldColumn[],
): Promise<readonly StructuralFault[]> {
  const faults: StructuralFault[] = [];
  for (const [at, file] of files.entries()) {
    const start = starts[at] ?? 0;
    const found = await session.rows(
      `WITH bad AS (SELECT rowid AS o, unnest(misfits) AS which, unnest(found) AS found FROM ${store}.rows ` +
        `WHERE misfits IS NOT NULL AND rowid >= ${start} AND rowid < ${start + file.rows}) ` +
        "SELECT which, o, found, count(*) OVER (PARTITION BY which) FROM bad " +
        `QUALIFY row_number() OVER (PARTITION BY which ORDER BY o) <= ${faultsKept} ORDER BY which, o`,
    );
    for (const [index, column] of columns.entries()) {
      const rows = found.filter(([number]) => Number(number) === index);
      if (rows.length === 0) continue;
      const first = rows.map(([, order, value]): FaultyRow => {
        const { row, line } = locate(files, starts, Number(order));
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

function locate(
  files: readonly HeldFile[],
  starts: readonly number[],
  order: number,
): { readonly file: string; readonly row: number; readonly line?: number } {
  let at = starts.length - 1;
  while (at > 0 && (starts[at] ?? 0) > order) at -= 1;
  const file = files[at];
  if (file === undefined) throw new Error(`no file holds row ${order}`);
  const row = sourceRow(file.skipped, order - (starts[at] ?? 0) + 1);
  return file.lineOffset === undefined
    ? { file: file.path, row }
    : { file: file.path, row, line: row + file.lineOffset };
}
