import type { DuckDBValue } from "@duckdb/node-api";
import { configurationError } from "../../../kernel/error.ts";
import type {
  Aggregate,
  Cell,
  Column,
  ColumnBatch,
  ColumnKind,
  Dataset,
  FoundRow,
  Predicate,
  StructuralFault,
} from "../../dataset.ts";
import { Bins } from "./bins.ts";
import { refused, toRe2 } from "./pattern.ts";
import type { Session } from "./session.ts";
import type { OpenedSource } from "./source.ts";
import { type Columns, columnNamed, double, type EngineColumn, patternsOf, predicateSql, text } from "./sql.ts";

const numericKinds: readonly ColumnKind[] = ["integer", "number"];
const timeKinds: readonly ColumnKind[] = ["date", "timestamp"];

/** The data set over an opened source; every method is one statement or two over the view `data`. */
export class Relation implements Dataset {
  readonly columns: readonly Column[];
  readonly #session: Session;
  readonly #source: OpenedSource;
  readonly #byName: Columns;
  readonly #fitting = new Map<string, boolean>();

  constructor(session: Session, source: OpenedSource) {
    this.#session = session;
    this.#source = source;
    this.#byName = new Map(source.columns.map((column) => [column.name, column]));
    this.columns = source.columns.map(({ name, kind, native, nullable }) => ({ name, kind, native, nullable }));
  }

  async faults(): Promise<readonly StructuralFault[]> {
    return this.#source.faults;
  }

  async aggregate<K extends string>(plan: Readonly<Record<K, Aggregate>>): Promise<Readonly<Record<K, Cell>>> {
    const results: Record<string, Cell> = {};
    const wide: { readonly key: string; readonly aggregate: PlainAggregate }[] = [];
    await this.#checkPatterns(Object.values<Aggregate>(plan));
    for (const [key, aggregate] of Object.entries<Aggregate>(plan)) {
      if (this.columns.length === 0) results[key] = isCount(aggregate) ? 0 : null;
      else if (aggregate.fn === "duplicates") results[key] = await this.#countDuplicates(aggregate.columns);
      else if (aggregate.fn === "distinct") results[key] = await this.#countDistinct(aggregate.column, aggregate.where);
      else wide.push({ key, aggregate });
    }
    if (wide.length > 0) {
      const values = await this.#scan(wide.map((item) => item.aggregate));
      for (const [at, item] of wide.entries()) results[item.key] = values[at] ?? null;
    }
    return results as Record<K, Cell>;
  }

  async histogram(
    name: string,
    edges: Float64Array,
  ): Promise<{ readonly counts: Float64Array; readonly atEdge: Float64Array; readonly sums: Float64Array }> {
    const bins = new Bins(edges);
    const column = this.#require(name, [...numericKinds, ...timeKinds], "be counted by size");
    for await (const chunk of this.#session.chunks(`SELECT ${doubleSql(column)} FROM data WHERE ${finite(column)}`)) {
      const vector = chunk.getColumnVector(0);
      const count = chunk.rowCount;
      for (let at = 0; at < count; at += 1) bins.add(vector.getItem(at) as number);
    }
    return { counts: bins.counts, atEdge: bins.atEdge, sums: bins.sums };
  }

  async levels(
    name: string,
    limit: number,
  ): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly others: number }> {
    const column = this.#require(name, ["integer", "number", "boolean", "string", ...timeKinds], "be counted by level");
    const rows = await this.#session.rows(
      `WITH groups AS (SELECT ${column.sql} AS level, count(*) AS n FROM data WHERE ${column.sql} IS NOT NULL GROUP BY level) ` +
        "SELECT CAST(level AS VARCHAR) AS shown, n, (SELECT sum(n) FROM groups) FROM groups " +
        `ORDER BY n DESC, shown LIMIT ${Math.max(0, Math.floor(limit))}`,
    );
    const counts = new Map(rows.map(([level, n]) => [String(level), Number(n)]));
    const total = rows.length > 0 ? Number(rows[0]?.[2]) : await this.#countWhere(`${column.sql} IS NOT NULL`);
    return { counts, others: total - [...counts.values()].reduce((sum, n) => sum + n, 0) };
  }

  async sample(names: readonly string[], rows: number, seed: number): Promise<ColumnBatch> {
    const columns = await this.#selected(names);
    if (columns.length === 0) return new Map();
    const total = await this.#countWhere("TRUE");
    const wanted = Math.max(0, Math.floor(rows));
    // A row's place in a fixed pseudo-random order; whatever the number of threads, the first of that order are the sample.
    const rank = `hash(o, ${Math.trunc(seed)}::BIGINT)`;
    const share = total === 0 ? 1 : (wanted + 8 * Math.sqrt(wanted) + 64) / total;
    const enough = share >= 1 ? "TRUE" : `${rank} <= ${BigInt(Math.floor(share * 2 ** 53)) * 2048n}::UBIGINT`;
    const picked = columns.map(({ column }) => column.sql).join(", ");
    const query = (where: string) =>
      `SELECT ${columns.map(({ sql }) => sql).join(", ")} FROM (SELECT o, ${picked} FROM data WHERE ${where} ` +
      `ORDER BY ${rank}, o LIMIT ${wanted}) ORDER BY o`;
    const sampled = await this.#collect(columns, query(enough));
    const got = sampled.values().next().value?.length ?? 0;
    return got >= Math.min(wanted, total) ? sampled : this.#collect(columns, query("TRUE"));
  }

  async rows(where: Predicate, limit: number): Promise<readonly FoundRow[]> {
    if (this.columns.length === 0) return [];
    await this.#checkPatterns([{ fn: "count", where }]);
    return this.#find(`SELECT o, ${this.#shown()} FROM data WHERE ${predicateSql(this.#byName, where)}`, limit);
  }

  async duplicateRows(names: readonly string[], limit: number): Promise<readonly FoundRow[]> {
    const keys = this.#keys(names);
    const parts = keys.map((key, at) => `${key} AS k${at}`);
    const first =
      `SELECT ${parts.join(", ")}, min(o) AS first FROM data WHERE ${keys.map((key) => `${key} IS NOT NULL`).join(" AND ")} ` +
      `GROUP BY ${keys.map((_, at) => `k${at}`).join(", ")} HAVING count(*) > 1`;
    const joined = keys.map((key, at) => `${key} = again.k${at}`).join(" AND ");
    return this.#find(
      `SELECT o, ${this.#shown()} FROM data JOIN (${first}) AS again ON ${joined} WHERE o > again.first`,
      limit,
    );
  }

  async *batches(names: readonly string[], size: number): AsyncGenerator<ColumnBatch> {
    const columns = await this.#selected(names);
    if (columns.length === 0) return;
    let batch = new Batch(columns, size);
    for await (const chunk of this.#session.chunks(`SELECT ${columns.map(({ sql }) => sql).join(", ")} FROM data`)) {
      const count = chunk.rowCount;
      let from = 0;
      while (from < count) {
        const until = Math.min(count, from + size - batch.rows);
        columns.forEach((_column, at) => {
          const vector = chunk.getColumnVector(at);
          for (let row = from; row < until; row += 1) batch.put(at, row - from, vector.getItem(row));
        });
        batch.rows += until - from;
        from = until;
        if (batch.rows === size) {
          yield batch.finish();
          batch = new Batch(columns, size);
        }
      }
    }
    if (batch.rows > 0) yield batch.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #scan(plan: readonly PlainAggregate[], scale = 1): Promise<readonly Cell[]> {
    const items = plan.map((aggregate) => aggregateSql(this.#byName, aggregate, scale));
    try {
      const row = await this.#session.row(`SELECT ${items.map((item) => item.sql).join(", ")} FROM data`);
      return items.map((item, at) => cell(item.kind, row[at] ?? null));
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

  #keys(names: readonly string[]): readonly string[] {
    return names.map(
      (name) => this.#require(name, ["integer", "number", "boolean", "string", ...timeKinds], "be a key").sql,
    );
  }

  #shown(): string {
    return this.#source.columns.map((column) => shownSql(column)).join(", ");
  }

  async #find(sql: string, limit: number): Promise<readonly FoundRow[]> {
    const rows = await this.#session.rows(`${sql} ORDER BY o LIMIT ${Math.max(0, Math.floor(limit))}`);
    return rows.map(([order, ...values]) => ({
      ...this.#source.locate(Number(order)),
      cells: Object.fromEntries(this.columns.map((column, at) => [column.name, cell(column.kind, values[at] ?? null)])),
    }));
  }

  async #countWhere(sql: string): Promise<number> {
    return Number((await this.#session.row(`SELECT count(*) FROM data WHERE ${sql}`))[0]);
  }

  async #countDuplicates(names: readonly string[]): Promise<number> {
    const keys = this.#keys(names);
    if (keys.length === 0) return 0;
    const row = await this.#session.row(
      `SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM data ` +
        `WHERE ${keys.map((key) => `${key} IS NOT NULL`).join(" AND ")} GROUP BY ${keys.join(", ")})`,
    );
    return Number(row[0]);
  }

  async #countDistinct(name: string, where: Predicate | undefined): Promise<number> {
    const [key] = this.#keys([name]);
    const filter = where === undefined ? "" : ` AND ${predicateSql(this.#byName, where)}`;
    const row = await this.#session.row(
      `SELECT count(*) FROM (SELECT ${key} FROM data WHERE ${key} IS NOT NULL${filter} GROUP BY ${key})`,
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

  /** How each column is handed out: as doubles where all its values fit, else as cells. */
  async #selected(names: readonly string[]): Promise<readonly SelectedColumn[]> {
    const selected: SelectedColumn[] = [];
    for (const name of names) {
      const column = this.#require(name, ["integer", "number", "boolean", "string", ...timeKinds], "be read");
      const doubles = column.kind === "number" || (column.kind === "integer" && (await this.#fitsDouble(column)));
      selected.push({ column, doubles, sql: doubles ? doubleSql(column) : shownSql(column) });
    }
    return selected;
  }

  async #fitsDouble(column: EngineColumn): Promise<boolean> {
    if (/^U?(TINYINT|SMALLINT|INTEGER)$/.test(column.native)) return true;
    const known = this.#fitting.get(column.name);
    if (known !== undefined) return known;
    const [low, high] = await this.#session.row(`SELECT min(${column.sql}), max(${column.sql}) FROM data`);
    const fits = [low, high].every((end) => end === null || end === undefined || Number.isSafeInteger(Number(end)));
    this.#fitting.set(column.name, fits);
    return fits;
  }

  async #collect(columns: readonly SelectedColumn[], sql: string): Promise<ColumnBatch> {
    const parts: Cell[][] = columns.map(() => []);
    for await (const chunk of this.#session.chunks(sql)) {
      const count = chunk.rowCount;
      columns.forEach(({ column, doubles }, at) => {
        const vector = chunk.getColumnVector(at);
        for (let row = 0; row < count; row += 1)
          parts[at]?.push(doubles ? (vector.getItem(row) as number) : cell(column.kind, vector.getItem(row)));
      });
    }
    return new Map(
      columns.map(({ column, doubles }, at) => {
        const values = parts[at] ?? [];
        return [column.name, doubles ? Float64Array.from(values as number[]) : values];
      }),
    );
  }
}

type PlainAggregate = Exclude<Aggregate, { readonly fn: "duplicates" }>;

interface SelectedColumn {
  readonly column: EngineColumn;
  readonly doubles: boolean;
  readonly sql: string;
}

/** A batch under construction. */
class Batch {
  rows = 0;
  readonly #columns: readonly SelectedColumn[];
  readonly #values: (Float64Array | Cell[])[];

  constructor(columns: readonly SelectedColumn[], size: number) {
    this.#columns = columns;
    this.#values = columns.map(({ doubles }) => (doubles ? new Float64Array(size) : []));
  }

  put(column: number, offset: number, value: DuckDBValue): void {
    const values = this.#values[column];
    if (values instanceof Float64Array) values[this.rows + offset] = value as number;
    else values?.push(cell(this.#columns[column]?.column.kind ?? "string", value));
  }

  finish(): ColumnBatch {
    return new Map(
      this.#columns.map(({ column }, at) => {
        const values = this.#values[at] ?? [];
        return [column.name, values instanceof Float64Array ? values.subarray(0, this.rows) : values];
      }),
    );
  }
}

function isCount(aggregate: Aggregate): boolean {
  return aggregate.fn === "count" || aggregate.fn === "distinct" || aggregate.fn === "duplicates";
}

function aggregateSql(
  columns: Columns,
  aggregate: PlainAggregate,
  scale: number,
): { readonly sql: string; readonly kind: ColumnKind } {
  const conditions = aggregate.where === undefined ? [] : [predicateSql(columns, aggregate.where)];
  const filtered = () => (conditions.length === 0 ? "" : ` FILTER (WHERE ${conditions.join(" AND ")})`);
  if (aggregate.fn === "count") return { sql: `count(*)${filtered()}`, kind: "integer" };
  const column = columnNamed(columns, aggregate.column);
  if (column.kind === "nested" || (/mean|sd/.test(aggregate.fn) && !numericKinds.includes(column.kind)))
    throw configurationError(
      "TH_DATA_KIND",
      `column "${column.name}" holds values of kind ${column.kind}, which have no ${aggregate.fn}`,
      "name another column",
    );
  if (column.kind === "number") conditions.push(`isfinite(${column.sql})`);
  if (aggregate.fn === "mean") return { sql: `avg(${column.sql})${filtered()}`, kind: "number" };
  if (aggregate.fn === "sd")
    return { sql: `stddev_samp(${column.sql} * ${double(scale)})${filtered()} / ${double(scale)}`, kind: "number" };
  const value = timeKinds.includes(column.kind) ? shownSql(column) : column.sql;
  return { sql: `${aggregate.fn}(${value})${filtered()}`, kind: column.kind };
}

/** Times travel as milliseconds since 1970. */
function shownSql(column: EngineColumn): string {
  if (timeKinds.includes(column.kind)) return `epoch_ms(CAST(${column.sql} AS TIMESTAMP))`;
  return column.kind === "nested" ? `CAST(${column.sql} AS VARCHAR)` : column.sql;
}

/** Without nulls, whose mask costs more to read than all the rest. */
function doubleSql(column: EngineColumn): string {
  return `coalesce(CAST(${timeKinds.includes(column.kind) ? shownSql(column) : column.sql} AS DOUBLE), 'nan'::DOUBLE)`;
}

function finite(column: EngineColumn): string {
  return column.kind === "number" ? `isfinite(${column.sql})` : `${column.sql} IS NOT NULL`;
}

function cell(kind: ColumnKind, value: DuckDBValue): Cell {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (timeKinds.includes(kind)) return new Date(Number(value));
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number") return value;
  throw new Error(`a ${kind} column gave a value of type ${typeof value}`);
}
