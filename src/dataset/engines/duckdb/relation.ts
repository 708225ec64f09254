import { configurationError } from "../../../kernel/error.ts";
import type {
  Aggregate,
  BatchOptions,
  Cell,
  Column,
  ColumnBatch,
  ColumnKind,
  Dataset,
  FoundRow,
  Histogram,
  Predicate,
  RowSelection,
  StructuralFault,
} from "../../dataset.ts";
import type { Levels } from "../../levels.ts";
import { patternsOf } from "../../predicates.ts";
import type { RowSketch } from "../../sketch.ts";
import type { Unmatched } from "../../unmatched.ts";
import type { WritePlan, WrittenRows } from "../../writing.ts";
import { aggregateSql, countsNulls, isCount, type PlainAggregate } from "./aggregates.ts";
import { Bins } from "./bins.ts";
import { Batch, cellOf, doubleSql, numericKinds, type SelectedColumn, shownSql, timeKinds } from "./cells.ts";
import { levelsOf } from "./levels.ts";
import { text } from "./literals.ts";
import { refused, toRe2 } from "./pattern.ts";
import { queryText, unmatchedText } from "./query-text.ts";
import { repeatingSql, repeatsSql, stepsDownSql } from "./repeats.ts";
import { drawnRows } from "./sampling.ts";
import type { Session } from "./session.ts";
import { sketchRows } from "./sketch.ts";
import type { OpenedSource, ReadFrom } from "./source.ts";
import { columnNamed, type EngineColumn, predicateSql, UsedColumns } from "./sql.ts";
import { isComparable, unmatchedSql } from "./unmatched.ts";
import { writeRows } from "./writing.ts";

/** All but lists and structures. */
const keyKinds: readonly ColumnKind[] = [...numericKinds, ...timeKinds, "boolean", "string"];

interface KeyedAggregate {
  readonly key: string;
  readonly aggregate: PlainAggregate;
}

/** The data set over an opened source; every method is a statement or two. */
export class Relation implements Dataset {
  readonly columns: readonly Column[];
  readonly #session: Session;
  readonly #source: OpenedSource;
  readonly #from: ReadFrom;
  readonly #byName: ReadonlyMap<string, EngineColumn>;
  readonly #fitting = new Map<string, boolean>();

  constructor(session: Session, source: OpenedSource, from: ReadFrom) {
    this.#from = from;
    this.#session = session;
    this.#source = source;
    this.#byName = new Map(source.columns.map((column) => [column.name, column]));
    this.columns = source.columns.map(({ sql: _sql, exact: _exact, misfit: _misfit, ...column }) => column);
  }

  async faults(): Promise<readonly StructuralFault[]> {
    return this.#source.faults;
  }

  async aggregate<K extends string>(plan: Readonly<Record<K, Aggregate>>): Promise<Readonly<Record<K, Cell>>> {
    const results: Record<string, Cell> = {};
    const nulls: KeyedAggregate[] = [];
    const wide: KeyedAggregate[] = [];
    await this.#checkPatterns(Object.values<Aggregate>(plan));
    for (const [key, aggregate] of Object.entries<Aggregate>(plan)) {
      if (this.columns.length === 0) results[key] = isCount(aggregate) ? 0 : null;
      else if (aggregate.fn === "duplicates") results[key] = await this.#countDuplicates(aggregate.columns);
      else if (aggregate.fn === "distinct") results[key] = await this.#countDistinct(aggregate.column, aggregate.where);
      else if (countsNulls(this.#byName, aggregate)) nulls.push({ key, aggregate });
      else wide.push({ key, aggregate });
    }
    for (const items of [nulls, wide].filter((some) => some.length > 0)) {
      const values = await this.#scan(items.map((item) => item.aggregate));
      for (const [at, item] of items.entries()) results[item.key] = values[at] ?? null;
    }
    return results as Record<K, Cell>;
  }

  async histograms(edges: ReadonlyMap<string, Float64Array>): Promise<ReadonlyMap<string, Histogram>> {
    const counted = [...edges].map(([name, ends]) => ({
      column: this.#require(name, [...numericKinds, ...timeKinds], "be counted by size"),
      bins: new Bins(ends),
    }));
    if (counted.length > 0) {
      const from = this.#source.table(counted.map(({ column }) => column));
      const doubles = counted.map(({ column }) => doubleSql(column));
      for await (const chunk of this.#session.chunks(`SELECT ${doubles.join(", ")} FROM ${from}`)) {
        const rows = chunk.rowCount;
        for (const [at, { bins }] of counted.entries()) bins.addAll(rows, chunk.getColumnVector(at));
      }
    }
    return new Map(counted.map(({ column, bins }) => [column.name, bins]));
  }

  async levels(name: string, limit: number): Promise<Levels> {
    return (await this.levelsOf([name], limit)).get(name) ?? { counts: new Map(), others: 0 };
  }

  async levelsOf(names: readonly string[], limit: number): Promise<ReadonlyMap<string, Levels>> {
    const columns = names.map((name) => this.#require(name, keyKinds, "be counted by level"));
    return levelsOf(this.#session, this.#source, columns, Math.max(0, Math.floor(limit)));
  }

  async sample(names: readonly string[], rows: number, seed: number, where?: Predicate): Promise<ColumnBatch> {
    const columns = await this.#selected(names);
    if (columns.length === 0) return new Map();
    const used = new UsedColumns(this.#byName);
    if (where !== undefined) await this.#checkPatterns([{ fn: "count", where }]);
    const asked = where === undefined ? "TRUE" : predicateSql(used, where);
    const total = await this.#count(used.used, asked);
    const wanted = Math.min(total, Math.max(0, Math.floor(rows)));
    // A row's place in a fixed pseudo-random order; whatever the number of threads, the first of that order are the sample.
    const rank = `hash(o, ${Math.trunc(seed)}::BIGINT)`;
    const share = total === 0 ? 1 : (wanted + 8 * Math.sqrt(wanted) + 64) / total;
    const enough = share >= 1 ? "TRUE" : `${rank} <= ${BigInt(Math.floor(share * 2 ** 53)) * 2048n}::UBIGINT`;
    for (const { column } of columns) columnNamed(used, column.name);
    const from = this.#source.table(used.used);
    const query = (drawn: string) =>
      `SELECT (${rank} >> 11)::DOUBLE, ${columns.map(({ sql }) => sql).join(", ")} FROM ${from} WHERE ${asked} AND ${drawn}`;
    const draw = (drawn: string, least: number) => drawnRows(this.#session, columns, query(drawn), { wanted, least });
    return (await draw(enough, wanted)) ?? (await draw("TRUE", 0)) ?? new Map();
  }

  async sketch(names: readonly string[], size: number): Promise<RowSketch> {
    return sketchRows(this.#session, this.#source, this.#byName, names, size);
  }

  async rows(where: Predicate, limit: number, shown?: readonly string[]): Promise<readonly FoundRow[]> {
    if (this.columns.length === 0) return [];
    await this.#checkPatterns([{ fn: "count", where }]);
    const columns = new UsedColumns(this.#byName);
    const cells = this.#cells(columns, shown);
    const condition = predicateSql(columns, where);
    return this.#find(cells, `${this.#source.table(columns.used)} WHERE ${condition}`, limit);
  }

  async duplicateRows(
    names: readonly string[],
    limit: number,
    shown?: readonly string[],
  ): Promise<readonly FoundRow[]> {
    const keys = this.#keys(names);
    const columns = new UsedColumns(this.#byName);
    const cells = this.#cells(columns, shown);
    for (const name of names) columnNamed(columns, name);
    return this.#find(cells, repeatingSql(this.#source, keys, columns.used), limit);
  }

  /** Rows by their order in the source, ascending. */
  async rowsAt(orders: readonly number[], shown?: readonly string[]): Promise<ReadonlyMap<number, FoundRow>> {
    const distinct = [...new Set(orders)].sort((a, b) => a - b);
    if (distinct.length === 0) return new Map();
    const columns = new UsedColumns(this.#byName);
    const cells = this.#cells(columns, shown);
    const from = `${this.#source.table(columns.used)} WHERE o IN (${distinct.join(", ")})`;
    const rows = await this.#find(cells, from, distinct.length);
    return new Map(rows.map((row, at) => [distinct[at] ?? 0, row]));
  }

  /** Rows whose key is in no row of another data set of the session; see `DatasetGroup.unmatched`. */
  async unmatched(
    names: readonly string[],
    other: Relation,
    otherNames: readonly string[],
    limit: number,
    shown?: readonly string[],
  ): Promise<Unmatched> {
    const [keys, otherKeys] = [this.#keys(names), other.#keys(otherNames)];
    for (const [at, key] of keys.entries()) requireComparable(key, otherKeys[at]);
    const from = (used: readonly EngineColumn[]) => unmatchedSql(this.#source, keys, used, other.#source, otherKeys);
    const count = Number((await this.#session.row(`SELECT count(*) FROM ${from(keys)}`))[0]);
    if (count === 0 || limit <= 0) return { count, first: [] };
    const columns = new UsedColumns(this.#byName);
    const cells = this.#cells(columns, shown);
    for (const name of names) columnNamed(columns, name);
    return { count, first: await this.#find(cells, from(columns.used), limit) };
  }

  async *batches(
    names: readonly string[],
    size: number,
    { fleeting = false }: BatchOptions = {},
  ): AsyncGenerator<ColumnBatch> {
    const columns = await this.#selected(names);
    if (columns.length === 0) return;
    const from = this.#source.table(columns.map(({ column }) => column));
    let batch = new Batch(columns, size);
    for await (const chunk of this.#session.chunks(`SELECT ${columns.map(({ sql }) => sql).join(", ")} FROM ${from}`)) {
      const count = chunk.rowCount;
      let start = 0;
      while (start < count) {
        const until = Math.min(count, start + size - batch.rows);
        for (let at = 0; at < columns.length; at += 1) batch.put(at, chunk.getColumnVector(at), start, until);
        batch.rows += until - start;
        start = until;
        if (batch.rows === size) {
          yield batch.finish();
          batch = new Batch(columns, size, fleeting ? batch : undefined);
        }
      }
    }
    if (batch.rows > 0) yield batch.finish();
  }

  query(selection: RowSelection, show: (file: string) => string): string | undefined {
    return queryText(this.#from, this.columns, selection, show);
  }

  /** A statement for a person that lists the rows of `unmatched`. */
  unmatchedQuery(
    names: readonly string[],
    other: Relation,
    otherNames: readonly string[],
    show: (file: string) => string,
  ): string | undefined {
    const far = { from: other.#from, columns: other.columns, names: otherNames };
    return unmatchedText({ from: this.#from, columns: this.columns, names }, far, show);
  }

  async write(plan: WritePlan): Promise<WrittenRows> {
    if (this.columns.length === 0) {
      const none = { read: 0, unreadable: 0, aside: 0, dropped: 0, kept: 0 };
      return { ...none, reasons: new Map(), filled: new Map(), files: {} };
    }
    for (const flaw of plan.flaws.values()) {
      if ("where" in flaw) await this.#checkPatterns([{ fn: "count", where: flaw.where }]);
      if ("repeats" in flaw) this.#keys(flaw.repeats);
    }
    return writeRows(this.#session, this.#source, this.#byName, plan);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #scan(plan: readonly PlainAggregate[], scale = 1): Promise<readonly Cell[]> {
    const columns = new UsedColumns(this.#byName);
    const items = plan.map((aggregate) => aggregateSql(columns, aggregate, scale));
    const from = this.#source.table(columns.used);
    try {
      const row = await this.#session.row(`SELECT ${items.map((item) => item.sql).join(", ")} FROM ${from}`);
      return items.map((item, at) => cellOf(item.kind, row[at] ?? null));
    } catch (error) {
      // The square of a value over 1e154 is no double.
      if (scale !== 1 || !(error instanceof Error) || !/STDDEV_SAMP is out of range/i.test(error.message)) throw error;
      return this.#scan(plan, 1e-160);
    }
  }

  #require(name: string, kinds: readonly ColumnKind[], what: string): EngineColumn {
    const column = columnNamed(this.#byName, name);
    if (kinds.includes(column.kind)) return column;
    throw configurationError(
      "TH_DATA_KIND",
      `column "${name}" holds values of kind ${column.kind}, which cannot ${what}`,
      `name a column of kind ${kinds.join(", ")}`,
    );
  }

  #keys(names: readonly string[]): readonly EngineColumn[] {
    return names.map((name) => this.#require(name, keyKinds, "be a key"));
  }

  /** The columns whose cells are shown. */
  #cells(columns: UsedColumns, names: readonly string[] | undefined): readonly EngineColumn[] {
    return (names ?? this.columns.map((column) => column.name)).map((name) => columnNamed(columns, name));
  }

  async #find(columns: readonly EngineColumn[], from: string, limit: number): Promise<readonly FoundRow[]> {
    const rows = await this.#session.rows(
      `SELECT ${["o", ...columns.map(shownSql)].join(", ")} FROM ${from} ORDER BY o LIMIT ${Math.max(0, Math.floor(limit))}`,
    );
    return rows.map(([order, ...values]) => ({
      ...this.#source.locate(Number(order)),
      cells: Object.fromEntries(columns.map((column, at) => [column.name, cellOf(column.kind, values[at] ?? null)])),
    }));
  }

  async #count(columns: readonly EngineColumn[], where: string): Promise<number> {
    return Number((await this.#session.row(`SELECT count(*) FROM ${this.#source.table(columns)} WHERE ${where}`))[0]);
  }

  async #countDuplicates(names: readonly string[]): Promise<number> {
    const columns = this.#keys(names);
    const [first] = columns;
    if (first === undefined) return 0;
    const single = columns.length === 1;
    if (single && Number((await this.#session.row(stepsDownSql(this.#source, first)))[0]) <= 1) return 0;
    return Number((await this.#session.row(repeatsSql(this.#source, columns)))[0]);
  }

  async #countDistinct(name: string, where: Predicate | undefined): Promise<number> {
    const columns = new UsedColumns(this.#byName);
    const key = columnNamed(columns, this.#require(name, keyKinds, "be told apart").name).sql;
    const filter = where === undefined ? "" : ` AND ${predicateSql(columns, where)}`;
    const row = await this.#session.row(
      `SELECT count(*) FROM (SELECT ${key} FROM ${this.#source.table(columns.used)} ` +
        `WHERE ${key} IS NOT NULL${filter} GROUP BY ${key})`,
    );
    return Number(row[0]);
  }

  /** Tells which expression the engine refuses, which a wide statement would not. */
  async #checkPatterns(plan: readonly Aggregate[]): Promise<void> {
    const patterns = plan.flatMap((item) =>
      "where" in item && item.where !== undefined ? patternsOf(item.where) : [],
    );
    for (const pattern of new Set(patterns)) {
      try {
        await this.#session.row(`SELECT regexp_matches('', ${text(toRe2(pattern))})`);
      } catch (cause) {
        if (!(cause instanceof Error) || !cause.message.startsWith("Invalid Input Error")) throw cause;
        throw refused(pattern, cause.message.replace("Invalid Input Error: ", "").split("\n")[0] ?? "", cause);
      }
    }
  }

  async #selected(names: readonly string[]): Promise<readonly SelectedColumn[]> {
    const columns = names.map((name) => this.#require(name, keyKinds, "be read"));
    await this.#measure(columns.filter((column) => column.kind === "integer" && !this.#fitting.has(column.name)));
    return columns.map((column) => {
      const doubles = column.kind === "number" || this.#fitting.get(column.name) === true;
      return { column, doubles, sql: doubles ? doubleSql(column) : shownSql(column) };
    });
  }

  /** Learns which columns of integers a double can hold. */
  async #measure(columns: readonly EngineColumn[]): Promise<void> {
    if (columns.length === 0) return;
    const ends = columns.map(({ sql }) => `min(${sql}), max(${sql})`).join(", ");
    const row = await this.#session.row(`SELECT ${ends} FROM ${this.#source.table(columns)}`);
    columns.forEach((column, at) => {
      const pair = row.slice(2 * at, 2 * at + 2);
      this.#fitting.set(
        column.name,
        pair.every((end) => end === null || Number.isSafeInteger(Number(end))),
      );
    });
  }
}

function requireComparable(key: EngineColumn, other: EngineColumn | undefined): void {
  if (other === undefined) throw new Error("a key and its counterpart have as many columns");
  if (isComparable(key.kind, other.kind)) return;
  throw configurationError(
    "TH_DATA_KIND",
    `column "${key.name}" holds values of kind ${key.kind}, and "${other.name}", which it refers to, of kind ${other.kind}`,
    "declare both columns of one type",
  );
}
