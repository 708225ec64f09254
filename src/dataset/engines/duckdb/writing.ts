import { configurationError } from "../../../kernel/error.ts";
import type { MissingCells, RowFlaw, WritePlan, WrittenRows } from "../../writing.ts";
import { identifier, text } from "./literals.ts";
import { repeatingSql } from "./repeats.ts";
import type { Session } from "./session.ts";
import { type OpenedSource, originalSql, type UnreadableRow } from "./source.ts";
import { columnNamed, type EngineColumn, literal, predicateSql, UsedColumns } from "./sql.ts";

/** Rows that are placed at once: what is held in memory. */
const placedAtOnce = 50_000;
/** Characters of unreadable rows held at once. */
const heldText = 2 ** 24;
/** Further columns of rows that are set aside, in their order. */
const asideColumns = ["_file", "_row", "_line", "_reasons", "_misfits", "_text"] as const;

/** What all steps of one writing work on. The store holds `flawed`: order and reasons of each flawed row, and `placed`: where it stands. */
interface Writing {
  readonly session: Session;
  readonly source: OpenedSource;
  readonly columns: ReadonlyMap<string, EngineColumn>;
  readonly plan: WritePlan;
  readonly store: string;
}

/** Parts the rows of a source and writes them; see `Dataset.write`. */
export async function writeRows(
  session: Session,
  source: OpenedSource,
  columns: ReadonlyMap<string, EngineColumn>,
  plan: WritePlan,
): Promise<WrittenRows> {
  const writing: Writing = { session, source, columns, plan, store: await session.newStore() };
  await requireValues(writing);
  await markFlaws(writing);
  if (plan.notes.aside !== undefined) await placeFlawed(writing);
  const unreadable = await placeUnreadable(writing);
  const unreadableRows = [...unreadable.values()].reduce((sum, count) => sum + count, 0);
  const { flawed, reasons } = await countFlawed(writing);
  const rest = await countRest(writing);
  const { aside, kept } = plan.notes;
  return {
    ...rest,
    unreadable: unreadableRows,
    aside: flawed + unreadableRows,
    reasons: new Map([...reasons, ...unreadable]),
    files: {
      ...(aside === undefined ? {} : { aside: await copy(session, asideSql(writing), aside) }),
      ...(kept === undefined ? {} : { kept: await copy(session, keptSql(writing), kept) }),
    },
  };
}

/** Not a word of SQL can tell which value it is that does not fit, once it stands in a wide statement. */
async function requireValues({ session, columns, plan }: Writing): Promise<void> {
  for (const cells of plan.missing) {
    const column = columnNamed(columns, cells.column);
    const value = valueSql(column, cells);
    if (value === undefined) continue;
    try {
      await session.row(`SELECT ${value}`);
    } catch (cause) {
      if (!(cause instanceof Error) || !/^(Conversion|Invalid Input|Out of Range) Error/.test(cause.message))
        throw cause;
      throw unfit(column, cells, cause);
    }
  }
}

/** The value that stands for a missing cell, in the type of its column. */
function valueSql(column: EngineColumn, cells: MissingCells): string | undefined {
  if (!("value" in cells) || cells.value === undefined) return undefined;
  const value = literal(column, cells.value);
  if (value === undefined) throw unfit(column, cells);
  return `CAST(${value} AS ${column.native})`;
}

function unfit(column: EngineColumn, cells: MissingCells, cause?: unknown): Error {
  const value = "value" in cells ? String(cells.value) : "";
  const message = `column "${column.name}" is of type ${column.native}, which cannot hold ${JSON.stringify(value)}`;
  return configurationError("TH_DATA_KIND", message, "name a value of the column's type", {}, cause);
}

/** Reasons travel as numbers: a name may hold anything. */
async function markFlaws({ session, source, columns, plan, store }: Writing): Promise<void> {
  const used = new UsedColumns(columns);
  const cases: string[] = [];
  const parts: string[] = [];
  [...plan.flaws.values()].forEach((flaw, at) => {
    if (!("repeats" in flaw)) cases.push(`CASE WHEN ${conditionSql(used, flaw)} THEN '${at}' END`);
    else {
      const keys = flaw.repeats.map((name) => columnNamed(columns, name));
      parts.push(`SELECT o, '${at}' AS r FROM ${repeatingSql(source, keys, keys)}`);
    }
  });
  if (cases.length > 0)
    parts.push(
      `SELECT o, r FROM (SELECT o, concat_ws(',', ${cases.join(", ")}) AS r FROM ${source.table(used.used)}) WHERE r <> ''`,
    );
  const marked = parts.length === 0 ? "SELECT 0 AS o, '' AS r WHERE FALSE" : parts.join(" UNION ALL ");
  await session.run(
    `CREATE TABLE ${store}.flawed AS SELECT o, list_sort(CAST(string_split(string_agg(r, ','), ',') AS INTEGER[])) AS r ` +
      `FROM (${marked}) GROUP BY o ORDER BY o`,
  );
  await session.run(
    `CREATE TABLE ${store}.placed (o BIGINT, at_file VARCHAR, at_row BIGINT, at_line BIGINT, reason VARCHAR, found VARCHAR)`,
  );
}

function conditionSql(columns: UsedColumns, flaw: Exclude<RowFlaw, { readonly repeats: readonly string[] }>): string {
  return "where" in flaw ? predicateSql(columns, flaw.where) : (columnNamed(columns, flaw.misfit).misfit ?? "FALSE");
}

/** Where the flawed rows stand only the source can tell. */
async function placeFlawed({ session, source, plan, store }: Writing): Promise<void> {
  for (let from = 0; ; from += placedAtOnce) {
    const orders = await session.rows(
      `SELECT o FROM ${store}.flawed WHERE rowid >= ${from} AND rowid < ${from + placedAtOnce}`,
    );
    if (orders.length === 0) return;
    await session.append(store, "placed", (appender) => {
      for (const [order] of orders) {
        const { file, row, line } = source.locate(Number(order));
        appender.appendBigInt(BigInt(Number(order)));
        appender.appendVarchar(plan.show(file).toWellFormed());
        appender.appendBigInt(BigInt(row));
        if (line === undefined) appender.appendNull();
        else appender.appendBigInt(BigInt(line));
        appender.appendNull();
        appender.appendNull();
        appender.endRow();
      }
    });
  }
}

/** Returns how many rows cannot be read, by reason. */
async function placeUnreadable({ session, source, plan, store }: Writing): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const found: UnreadableRow[] = [];
  const flush = () =>
    session.append(store, "placed", (appender) => {
      for (const { file, row, line, code, text: raw } of found.splice(0)) {
        appender.appendNull();
        appender.appendVarchar(plan.show(file).toWellFormed());
        appender.appendBigInt(BigInt(row));
        appender.appendBigInt(BigInt(line));
        appender.appendVarchar(plan.unreadable(code));
        appender.appendVarchar(raw);
        appender.endRow();
      }
    });
  let held = 0;
  for await (const row of source.unreadable?.() ?? []) {
    const reason = plan.unreadable(row.code);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    held += found.push(row) > 0 ? row.text.length : 0;
    if (held < heldText && found.length < placedAtOnce) continue;
    await flush();
    held = 0;
  }
  await flush();
  return counts;
}

async function countFlawed({
  session,
  plan,
  store,
}: Writing): Promise<{ readonly flawed: number; readonly reasons: ReadonlyMap<string, number> }> {
  const flawed = Number((await session.row(`SELECT count(*) FROM ${store}.flawed`))[0]);
  const counts = await session.rows(
    `SELECT number, count(*) FROM (SELECT unnest(r) AS number FROM ${store}.flawed) GROUP BY number`,
  );
  const byNumber = new Map(counts.map(([at, count]) => [Number(at), Number(count)]));
  const reasons = [...plan.flaws.keys()].map((reason, at) => [reason, byNumber.get(at) ?? 0] as const);
  return { flawed, reasons: new Map(reasons) };
}

/** Counts rows as they are read, not as what is left of others, so that the sum can be checked. */
async function countRest(writing: Writing): Promise<Pick<WrittenRows, "read" | "dropped" | "kept" | "filled">> {
  const { session, source, columns, plan, store } = writing;
  const used = plan.missing.map(({ column }) => columnNamed(columns, column));
  const drops = droppedSql(writing);
  const counts = used.map((column) => `count(CASE WHEN NOT ${drops} AND ${originalSql(column)} IS NULL THEN 1 END)`);
  const row = await session.row(
    `SELECT ${[`count(CASE WHEN ${drops} THEN 1 END)`, `count(CASE WHEN NOT ${drops} THEN 1 END)`, ...counts].join(", ")} ` +
      `FROM ${source.table([], used)} AS t ANTI JOIN ${store}.flawed AS flaw USING (o)`,
  );
  const read = await session.row(`SELECT count(*) FROM ${source.table([])}`);
  const filled = plan.missing.map(({ column }, at) => [column, Number(row[at + 2])] as const);
  return { read: Number(read[0]), dropped: Number(row[0]), kept: Number(row[1]), filled: new Map(filled) };
}

/** True where a column that is not kept with missing cells has one. */
function droppedSql({ columns, plan }: Writing): string {
  const dropping = plan.missing
    .filter((cells) => "drop" in cells)
    .map(({ column }) => `${originalSql(columnNamed(columns, column))} IS NULL`);
  return dropping.length === 0 ? "FALSE" : `(${dropping.join(" OR ")})`;
}

function keptSql(writing: Writing): string {
  const { source, columns, plan, store } = writing;
  const all = [...columns.values()];
  const missing = new Map(plan.missing.map((cells) => [cells.column, cells]));
  const cells = all.map((column) => {
    const original = originalSql(column);
    const value = valueSql(column, missing.get(column.name) ?? { column: column.name });
    return `${value === undefined ? original : `coalesce(${original}, ${value})`} AS ${identifier(column.name)}`;
  });
  const indicators = plan.missing.flatMap((item) => {
    if (!("indicator" in item) || item.indicator === undefined) return [];
    return [`(${originalSql(columnNamed(columns, item.column))} IS NULL) AS ${identifier(item.indicator)}`];
  });
  return (
    `SELECT ${[...cells, ...indicators].join(", ")} FROM ${source.table([], all)} AS t ` +
    `ANTI JOIN ${store}.flawed AS flaw USING (o) WHERE NOT ${droppedSql(writing)} ORDER BY t.o`
  );
}

function asideSql({ source, columns, plan, store }: Writing): string {
  const all = [...columns.values()];
  const reasons = `[${[...plan.flaws.keys()].map(text).join(", ")}]::VARCHAR[]`;
  const none = "map([]::VARCHAR[], []::VARCHAR[])";
  const further: Readonly<Record<(typeof asideColumns)[number], string>> = {
    _file: "at_file",
    _row: "at_row",
    _line: "at_line",
    _reasons: `CASE WHEN reason IS NULL THEN list_transform(r, lambda number: (${reasons})[number + 1]) ELSE [reason] END`,
    _misfits: source.misfits === undefined ? none : `coalesce(${source.misfits}, ${none})`,
    _text: "found",
  };
  const cells = [
    ...all.map((column) => `${originalSql(column)} AS ${identifier(column.name)}`),
    ...asideColumns.map((name) => `${further[name]} AS ${identifier(free(name, columns))}`),
  ];
  return (
    `SELECT ${cells.join(", ")} FROM ${store}.placed AS place LEFT JOIN ${store}.flawed AS flaw ON place.o = flaw.o ` +
    `LEFT JOIN ${source.table([], all)} AS t ON place.o = t.o ORDER BY at_file, at_row`
  );
}

/** The engine tells names apart without regard to case. */
function free(name: string, columns: ReadonlyMap<string, EngineColumn>): string {
  const taken = new Set([...columns.keys()].map((column) => column.toLowerCase()));
  let free = name;
  while (taken.has(free)) free = `${free}_`;
  return free;
}

async function copy(session: Session, select: string, note: string): Promise<string> {
  const path = session.newFile();
  await session.run(
    `COPY (${select}) TO ${text(path)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {titleholder: ${text(note)}}, USE_TMP_FILE false)`,
  );
  return path;
}
