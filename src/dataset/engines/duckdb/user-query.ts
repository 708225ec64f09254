import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBValue } from "@duckdb/node-api";
import type { CellKind, QueryAnswer, QueryRequest } from "../../query.ts";
import { type Answered, cellsOf, marksOf, numberOf } from "./row-cells.ts";
import type { Session } from "./session.ts";
import { conditionRefusalOf, conditionSql, filterSql, linesBefore } from "./sql-condition.ts";
import { functionNames, type Permitted, permittedFunctions, type Refusal, refusalOf, tableKey } from "./sql-gate.ts";

type DuckDb = typeof import("@duckdb/node-api");
type Refused = Extract<QueryAnswer, { readonly outcome: "refused" }>;

/** How long a query that reached its limit may take to stop. */
const stopMs = 1500;

/**
 * Answers queries that somebody else wrote, each by one number, over the views of a locked session; or a condition, of each row. First the
 * gate: exactly one statement, parsed as SELECT and made of permitted parts, then prepared as SELECT with one column of numbers; only then
 * it runs.
 */
export class UserQueries {
  readonly #native: DuckDb;
  readonly #connection: DuckDBConnection;
  readonly #permitted: Permitted;

  private constructor(native: DuckDb, connection: DuckDBConnection, permitted: Permitted) {
    this.#native = native;
    this.#connection = connection;
    this.#permitted = permitted;
  }

  /** `tables`: the names that views of the session have. `absent`: those of tables without data. */
  static async over(
    native: DuckDb,
    session: Session,
    { tables, absent }: { readonly tables: readonly (readonly string[])[]; readonly absent: readonly string[] },
  ): Promise<UserQueries> {
    const names = (await session.rows(functionNames)).map(([name]) => String(name));
    return new UserQueries(native, session.connection, {
      tables: new Set(tables.map(tableKey)),
      absent: new Set(absent.map((name) => name.toLowerCase())),
      functions: permittedFunctions(names),
    });
  }

  /** One query at a time; after `stuck` none any more. */
  async answer({ sql, wallMs, of }: QueryRequest): Promise<Answered> {
    let late = false;
    let giveUp: (() => void) | undefined;
    const stuck = new Promise<Answered>((resolve) => {
      giveUp = () => resolve({ answer: { outcome: "stuck" } });
    });
    const timers = [
      setTimeout(() => {
        late = true;
        this.#connection.interrupt();
      }, wallMs),
      setTimeout(() => giveUp?.(), wallMs + stopMs),
    ];
    const answer = this.#asked(sql, of).catch((error: unknown): Answered => {
      if (late) return { answer: { outcome: "time" } };
      if (error instanceof Error && /^Out of Memory Error|max_temp_directory_size|No space left/.test(error.message))
        return { answer: { outcome: "memory" } };
      throw error;
    });
    try {
      return await Promise.race([answer, stuck]);
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  #asked(sql: string, of: QueryRequest["of"]): Promise<Answered> {
    if (of === "rows") return this.#ofRows(sql, (statement) => this.#marks(statement));
    return of === "cells" ? this.#ofRows(sql, (statement) => this.#cells(statement)) : this.#answer(sql);
  }

  async #answer(sql: string): Promise<Answered> {
    const refusal = await this.#refusal(sql, (parsed) => refusalOf(parsed, this.#permitted));
    if (refusal?.absent !== undefined) return { answer: { outcome: "absent", table: refusal.absent } };
    if (refusal !== undefined) return { answer: refused(refusal.message, placeAt(sql, refusal.offset)) };
    const statement = await this.#prepare(sql);
    if (!("columnCount" in statement)) return { answer: statement };
    try {
      const misshapen = this.#misshapen(statement);
      return { answer: misshapen === undefined ? await firstNumber(statement) : refused(misshapen, null) };
    } finally {
      statement.destroySync();
    }
  }

  /** One expression about a row, asked of all rows. */
  async #ofRows(
    expression: string,
    read: (statement: DuckDBPreparedStatement) => Promise<Answered>,
  ): Promise<Answered> {
    const sql = conditionSql(expression);
    const whole = (await this.#parse(conditionSql("TRUE"))).statements?.[0];
    const refusal = await this.#refusal(sql, (parsed) => conditionRefusalOf(parsed, whole, this.#permitted));
    if (refusal !== undefined) return { answer: within(refused(refusal.message, placeAt(sql, refusal.offset))) };
    const filter = await this.#prepare(filterSql(expression));
    if (!("columnCount" in filter)) return { answer: within(filter) };
    filter.destroySync();
    const statement = await this.#prepare(sql);
    if (!("columnCount" in statement)) return { answer: within(statement) };
    try {
      return await read(statement);
    } catch (error) {
      return { answer: failureOf(error) };
    } finally {
      statement.destroySync();
    }
  }

  async #marks(statement: DuckDBPreparedStatement): Promise<Answered> {
    if (statement.columnTypeId(0) === this.#native.DuckDBTypeId.BOOLEAN) return marksOf(statement);
    return misfit(statement, "a condition is true or false");
  }

  async #cells(statement: DuckDBPreparedStatement): Promise<Answered> {
    const kind = this.#kindOf(statement);
    if (kind === undefined) return misfit(statement, "a row has a number, a boolean or a text");
    return cellsOf(statement, kind);
  }

  #kindOf(statement: DuckDBPreparedStatement): CellKind | undefined {
    const { DuckDBTypeId: id } = this.#native;
    const type = statement.columnTypeId(0);
    if (type === id.BOOLEAN) return "boolean";
    if (type === id.VARCHAR) return "text";
    if ([id.FLOAT, id.DOUBLE, id.DECIMAL].includes(type)) return "number";
    const integers = [id.TINYINT, id.SMALLINT, id.INTEGER, id.BIGINT, id.HUGEINT];
    const unsigned = [id.UTINYINT, id.USMALLINT, id.UINTEGER, id.UBIGINT, id.UHUGEINT];
    return [...integers, ...unsigned].includes(type) ? "integer" : undefined;
  }

  /** The statement as the engine parses it, without looking anything up. The text is a value here. */
  async #parse(sql: string): Promise<Parsed> {
    const read = await this.#connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    return JSON.parse(String(read.getRows()[0]?.[0])) as Parsed;
  }

  async #refusal(sql: string, judge: (parsed: unknown) => Refusal | undefined): Promise<Refusal | undefined> {
    const parsed = await this.#parse(sql);
    if (parsed.error && parsed.error_type === "parser")
      return { message: parsed.error_message ?? "it is no SQL", ...offsetOf(sql, parsed.position) };
    if (parsed.error) return { message: "it is no SELECT" };
    if (parsed.statements?.length !== 1)
      return { message: `it holds ${parsed.statements?.length ?? 0} statements, and a rule is one` };
    return judge(parsed.statements[0]);
  }

  async #prepare(sql: string): Promise<DuckDBPreparedStatement | QueryAnswer> {
    try {
      const extracted = await this.#connection.extractStatements(sql);
      if (extracted.count !== 1) return refused(`it holds ${extracted.count} statements, and a rule is one`, null);
      return await extracted.prepare(0);
    } catch (error) {
      if (!(error instanceof Error) || !/^[A-Z][A-Za-z ]+ Error: /.test(error.message)) throw error;
      if (/^(INTERRUPT|Out of Memory) Error/.test(error.message)) throw error;
      return refused(complaint(error), placeOfComplaint(sql, error.message));
    }
  }

  #misshapen(statement: DuckDBPreparedStatement): string | undefined {
    const { StatementType } = this.#native;
    if (statement.statementType !== StatementType.SELECT) return "it is no SELECT";
    if (statement.columnCount !== 1) return `it gives ${statement.columnCount} columns, and a rule gives one number`;
    const kind = this.#kindOf(statement);
    if (kind !== undefined && kind !== "text") return undefined;
    return `it gives a value of type ${statement.columnType(0).toString()}, and a rule gives a number or a boolean`;
  }
}

function misfit(statement: DuckDBPreparedStatement, wanted: string): Answered {
  const type = statement.columnType(0).toString();
  return { answer: refused(`it gives a value of type ${type}, and ${wanted}`, null) };
}

/** What the engine says of a text that it parsed. */
interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly unknown[];
}

/** The place in the condition itself, of which the statement has a line more. */
function within(answer: QueryAnswer): QueryAnswer {
  if (answer.outcome !== "refused" || answer.at === null) return answer;
  return { ...answer, at: { ...answer.at, line: Math.max(1, answer.at.line - linesBefore) } };
}

/** Values of the first column, in the result's order; no more than a chunk of its rows is ever held. */
async function firstValues(statement: DuckDBPreparedStatement, limit: number): Promise<readonly DuckDBValue[]> {
  const result = await statement.stream();
  const values: DuckDBValue[] = [];
  while (values.length < limit) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const vector = chunk.getColumnVector(0);
    for (let row = 0; row < chunk.rowCount && values.length < limit; row += 1) values.push(vector.getItem(row));
  }
  return values;
}

/** The answer of a query of one column. */
async function firstNumber(statement: DuckDBPreparedStatement): Promise<QueryAnswer> {
  const failed = (message: string): QueryAnswer => ({ outcome: "failed", message });
  try {
    const values = await firstValues(statement, 2);
    if (values.length === 0) return failed("it gave no row");
    if (values.length > 1) return failed("it gave more than one row");
    const number = numberOf(values[0] ?? null);
    if (number === undefined) return failed("it gave NULL");
    return Number.isFinite(number) ? { outcome: "value", value: number } : failed(`it gave ${number}`);
  } catch (error) {
    return failureOf(error);
  }
}

/** A statement that ended because of the data; all else, a limit that was reached among it, is thrown on. */
function failureOf(error: unknown): QueryAnswer {
  if (!(error instanceof Error) || !/^[A-Z][A-Za-z ]+ Error: /.test(error.message)) throw error;
  if (/^(INTERRUPT|Out of Memory) Error/.test(error.message)) throw error;
  return { outcome: "failed", message: complaint(error) };
}

function refused(message: string, at: Refused["at"]): Refused {
  return { outcome: "refused", message, at };
}

/** The engine's complaint on one line, without its kind. */
function complaint(error: Error): string {
  return (error.message.split("\n")[0] ?? "").replace(/^[A-Z][A-Za-z ]+ Error: /, "");
}

/** The parser counts characters, all else bytes. */
function offsetOf(sql: string, position: string | undefined): { readonly offset?: number } {
  const characters = Number(position ?? Number.NaN);
  if (!Number.isSafeInteger(characters)) return {};
  return { offset: Buffer.byteLength([...sql].slice(0, characters).join("")) };
}

/** Line and column, from 1, of a byte of the query. */
function placeAt(sql: string, offset: number | undefined): Refused["at"] {
  if (offset === undefined) return null;
  const before = Buffer.from(sql).subarray(0, offset).toString().split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The engine shows the line, cut at its ends where it is long, with a caret below the place. */
function placeOfComplaint(sql: string, message: string): Refused["at"] {
  const [, number, shown = "", indent = ""] = /^LINE (\d+): (.*)\n( *)\^/m.exec(message) ?? [];
  if (number === undefined) return null;
  const line = Number(number);
  const cut = shown.startsWith("...") ? 3 : 0;
  const start = (sql.split("\n")[line - 1] ?? "").indexOf(shown.slice(cut).replace(/\.\.\.$/, ""));
  const column = indent.length - `LINE ${number}: `.length - cut + Math.max(0, start);
  return { line, column: Math.max(0, column) + 1 };
}
