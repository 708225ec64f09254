import { join } from "node:path";
import type { ColumnKind, DataSource, DeclaredColumn } from "../../dataset.ts";
import { cellText, cellValue, cellValueOrEnd, describeForm, isReadByEngine, nativeOf } from "./cell-forms.ts";
import { type CsvFile, cleanCsv, inspectCsv } from "./csv-file.ts";
import { unreadableRows } from "./csv-unreadable.ts";
import { type HeldColumn, heldRow, heldRows, heldTable, holdRows, type Misfit } from "./held-rows.ts";
import { guessed, guessSql, guessWidth } from "./kinds.ts";
import { text } from "./literals.ts";
import { ownColumns, type Partitions, planPartitions } from "./partitions.ts";
import { schemaFaults } from "./schemas.ts";
import type { Session } from "./session.ts";
import { nothingReadable, type OpenedSource, type UnreadableRow } from "./source.ts";
import type { Reading, StagedFile } from "./staging.ts";

const sampledRows = 20_000;
/** The engine reads in buffers, several a thread, and a record must fit into one. */
const usualBuffer = 2 ** 23;
/** Planning a statement takes the square of its length. */
const guessedAtOnce = 50;

interface PlannedColumn extends Omit<DeclaredColumn, "kind"> {
  readonly declared: boolean;
  kind: ColumnKind;
  /** Its kind is a guess without a value to go by. */
  open: boolean;
}

/** A file of which rows can be read, and where the engine reads them: the file itself, or a cleaned copy without a header. */
interface ReadableFile extends CsvFile {
  readonly cleaned?: string;
}

/** Where the cleaned copy of the n-th file would lie. */
export function cleanedPath(spill: string, at: number): string {
  return join(spill, `clean-${at}.csv`);
}

/**
 * Reads CSV files once, and holds their rows as Parquet. Rows keep their order. Each file is read for its structure
 * first; one that readers take in different ways is cleaned, so that rows are numbered and cells are split by one rule.
 */
export async function openCsv(
  session: Session,
  source: DataSource,
  staged: readonly StagedFile[],
  spill: string,
  host: Reading,
): Promise<OpenedSource> {
  const inspected: ReadableFile[] = [];
  for (const [at, file] of staged.entries()) inspected.push(await inspect(host, source, file, cleanedPath(spill, at)));
  const readable = inspected.filter((file) => file.names.length > 0);
  const faults = [...inspected.flatMap((file) => file.faults), ...schemaFaults(readable)];
  if (readable.length === 0) return nothingReadable(faults);
  const partitions = await planPartitions(session, source, readable);
  const columns = [
    ...(await planColumns(session, source, readable)),
    ...partitions.columns.map((column) => ({ ...column, declared: true, open: false })),
  ];
  const held = await load(session, readable, columns, partitions, host);
  const files = readable.map((file, at) => ({ ...file, held: held[at] ?? "" }));
  return heldRows(session, files, heldColumns(columns), [...faults, ...partitions.faults], () =>
    unreadableOf(readable, host),
  );
}

function heldColumns(columns: readonly PlannedColumn[]): readonly HeldColumn[] {
  return columns.map((column) => ({ ...column, native: nativeOf(column), says: describeForm(column) }));
}

async function* unreadableOf(files: readonly ReadableFile[], host: Reading): AsyncGenerator<UnreadableRow> {
  for (const file of files) yield* unreadableRows(file, host);
}

async function inspect(host: Reading, source: DataSource, staged: StagedFile, copy: string): Promise<ReadableFile> {
  const expected = source.declared?.map((column) => column.name) ?? [];
  const file = await inspectCsv(staged, expected, source.text ?? {}, host);
  if (!file.irregular) return file;
  await host.files.createExclusive(copy, cleanCsv(file, host));
  return { ...file, cleaned: copy };
}

async function planColumns(
  session: Session,
  source: DataSource,
  files: readonly ReadableFile[],
): Promise<PlannedColumn[]> {
  const declared = new Map((source.declared ?? []).map((column) => [column.name, column]));
  const columns: PlannedColumn[] = [];
  for (const file of files) {
    const fresh = file.names.filter((name) => !columns.some((column) => column.name === name));
    const unknown = fresh.filter((name) => !declared.has(name));
    const kinds = await guessKinds(session, file, unknown);
    for (const name of fresh) {
      const column = declared.get(name);
      if (column !== undefined) columns.push({ ...column, declared: true, open: false });
      else columns.push({ name, declared: false, kind: kinds.get(name) ?? "string", open: !kinds.has(name) });
    }
  }
  return columns;
}

/** Kinds by the first rows of a file; a column without a value there is left out. */
async function guessKinds(
  session: Session,
  file: ReadableFile,
  names: readonly string[],
): Promise<ReadonlyMap<string, ColumnKind>> {
  const kinds = new Map<string, ColumnKind>();
  if (names.length === 0) return kinds;
  const first = `(SELECT * FROM ${reader(file, () => "VARCHAR")} LIMIT ${sampledRows})`;
  const cells = names.map((name) => `t${file.names.indexOf(name)}`);
  (await guessAll(session, cells, first)).forEach((kind, at) => {
    const name = names[at];
    if (kind !== undefined && name !== undefined) kinds.set(name, kind);
  });
  return kinds;
}

/** The kinds of columns of text, in the same order; undefined where there is no value. */
async function guessAll(
  session: Session,
  cells: readonly string[],
  table: string,
): Promise<readonly (ColumnKind | undefined)[]> {
  const kinds: (ColumnKind | undefined)[] = [];
  for (let from = 0; from < cells.length; from += guessedAtOnce) {
    const some = cells.slice(from, from + guessedAtOnce);
    const counts = await session.row(`SELECT ${some.map(guessSql).join(", ")} FROM ${table}`);
    some.forEach((_cell, at) => {
      kinds.push(guessed(counts.slice(at * guessWidth, (at + 1) * guessWidth).map(Number)));
    });
  }
  return kinds;
}

/** The call that reads a file; its columns are t0, t1 … in the file's order. */
function reader(file: ReadableFile, type: (name: string) => string): string {
  const longest = file.longest + 1024;
  const options = [
    text(file.cleaned ?? file.at),
    "auto_detect = false",
    ownColumns,
    // An ending like .gz may lie, and what is packed has been unpacked.
    "compression = 'none'",
    `header = ${file.cleaned === undefined}`,
    `delim = ${text(file.dialect.delimiter)}`,
    `quote = '"'`,
    `escape = '"'`,
    // Detected, it would be the first one met, be it inside quotes.
    `new_line = '${file.cleaned === undefined && file.ending === "crlf" ? "\\r\\n" : "\\n"}'`,
    `max_line_size = ${longest}`,
    `buffer_size = ${Math.max(usualBuffer, 4 * longest)}`,
    `columns = {${file.names.map((name, at) => `'t${at}': '${type(name)}'`).join(", ")}}`,
  ];
  return `read_csv(${options.join(", ")})`;
}

/** Holds the rows of each file; returns where. A column whose guessed kind proves too narrow is widened, and all is read again. */
async function load(
  session: Session,
  files: readonly ReadableFile[],
  columns: PlannedColumn[],
  partitions: Partitions,
  host: Reading,
): Promise<readonly string[]> {
  for (;;) {
    const held: string[] = [];
    for (const [at, file] of files.entries()) {
      host.log.progress("reading the data", at, files.length);
      held.push(await hold(session, file, columns, partitions));
    }
    host.log.progress("reading the data", files.length, files.length);
    if (!(await widen(session, heldTable(held), columns))) return held;
  }
}

/** Optimistic first: the reader parses numbers itself, and the first cell that does not fit ends it. Then cell by cell. */
async function hold(
  session: Session,
  file: ReadableFile,
  columns: readonly PlannedColumn[],
  partitions: Partitions,
): Promise<string> {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const cell = (name: string) => `t${file.names.indexOf(name)}`;
  const select = (
    value: (column: PlannedColumn) => string,
    misfits: readonly Misfit[],
    types: (name: string) => string,
  ) => {
    const cells = columns.map((column) =>
      file.names.includes(column.name) ? value(column) : partitions.literal(file.path, column.name),
    );
    return `SELECT ${heldRow(heldColumns(columns), cells, misfits)} FROM ${reader(file, types)}`;
  };
  const nativeType = (name: string) => {
    const column = byName.get(name);
    return column !== undefined && isReadByEngine(column) ? nativeOf(column) : "VARCHAR";
  };
  try {
    return await holdRows(
      session,
      select((column) => cellValueOrEnd(column, cell(column.name)), [], nativeType),
      file,
    );
  } catch (error) {
    if (!(error instanceof Error) || !/^(Invalid Input|Conversion) Error/.test(error.message)) throw error;
    const misfits = misfitsOf(await misfitting(session, file, columns), cell);
    return holdRows(
      session,
      select(
        (column) => cellValue(column, cell(column.name)),
        misfits,
        () => "VARCHAR",
      ),
      file,
    );
  }
}

interface PlacedColumn {
  readonly column: PlannedColumn;
  readonly at: number;
}

/** Columns of a file in which a cell does not fit. */
async function misfitting(
  session: Session,
  file: ReadableFile,
  columns: readonly PlannedColumn[],
): Promise<readonly PlacedColumn[]> {
  const parsing = columns
    .map((column, at) => ({ column, at }))
    .filter(({ column }) => file.names.includes(column.name) && nativeOf(column) !== "VARCHAR");
  const counts = parsing.map(({ column }) => {
    const cell = `t${file.names.indexOf(column.name)}`;
    return `count(${cellText(column, cell)}) > count(${cellValue(column, cell)})`;
  });
  if (parsing.length === 0) return [];
  const found = await session.row(`SELECT ${counts.join(", ")} FROM ${reader(file, () => "VARCHAR")}`, {
    file: file.path,
  });
  return parsing.filter((_column, index) => found[index] === true);
}

function misfitsOf(columns: readonly PlacedColumn[], cell: (name: string) => string): readonly Misfit[] {
  return columns.map(({ column, at }) => {
    const text = cell(column.name);
    return {
      at,
      found: `left(${text}, 200)`,
      is: `(${cellText(column, text)} IS NOT NULL AND ${cellValue(column, text)} IS NULL)`,
    };
  });
}

/** Whether a guessed kind was wrong for a later row: then the column is read again, as numbers if they all are, else as text. */
async function widen(session: Session, table: string, columns: PlannedColumn[]): Promise<boolean> {
  let widened = await judgeOpen(session, table, columns);
  const wrong = await session.rows(
    "SELECT which, bool_and(TRY_CAST(found AS DOUBLE) IS NOT NULL) FROM " +
      `(SELECT unnest(misfits) AS which, unnest(found) AS found FROM ${table} WHERE misfits IS NOT NULL) GROUP BY which`,
  );
  for (const [at, numeric] of wrong) {
    const column = columns[Number(at)];
    if (column === undefined || column.declared) continue;
    column.kind = numeric === true && column.kind === "integer" ? "number" : "string";
    widened = true;
  }
  return widened;
}

/** Gives columns that were empty in the first rows the kind of all their values. */
async function judgeOpen(session: Session, table: string, columns: PlannedColumn[]): Promise<boolean> {
  const open = columns.map((column, at) => ({ column, at })).filter(({ column }) => column.open);
  if (open.length === 0) return false;
  const kinds = await guessAll(
    session,
    open.map(({ at }) => `c${at}`),
    table,
  );
  open.forEach(({ column }, index) => {
    column.open = false;
    column.kind = kinds[index] ?? "string";
  });
  return open.some(({ column }) => column.kind !== "string");
}
