import { type CellKind, type QueryAnswer, type QueryArgs, type QueryRequest, queryAnswer } from "../dataset/query.ts";
import { TitleholderError } from "../kernel/error.ts";
import type { HelperProcess } from "../kernel/helper.ts";
import type { Host } from "../kernel/host.ts";
import type { ProcessExit } from "../kernel/process.ts";

/**
 * What the engine of the queries may hold before it spills; its limit is soft, the operating system's is not. The latter counts addresses,
 * of which an allocator takes more than it fills.
 */
export const engineBytes = 2 ** 30;
const processBytes = 2.5 * 2 ** 30;
/** Opening reads text files as a whole, at this pace or faster. */
const openingMs = 3600e3;
/** How long a query may take to stop beyond its limit before its process is given up. */
const stopMs = 5000;

type Asked = Exclude<QueryRequest["of"], undefined>;

/** What an expression gave, row by row. */
export interface RowCells {
  readonly kind: CellKind;
  /** A boolean is 1 or 0, a text its place in `texts`; NaN where there is no value. */
  readonly values: Float64Array;
  readonly texts: readonly string[];
}

/** The helper that answers; started again when one is lost. */
export class Queries implements AsyncDisposable {
  readonly #host: Host;
  readonly #args: QueryArgs;
  readonly #limitMs: number;
  readonly #wallMs: number;
  #helper: HelperProcess | undefined;
  /** Where the data itself is too much for the helper, each rule would find that out anew. */
  #unopened: QueryAnswer | undefined;

  constructor(host: Host, args: QueryArgs, rules: number, limitMs: number) {
    this.#host = host;
    this.#args = args;
    this.#limitMs = limitMs;
    this.#wallMs = openingMs + rules * (limitMs + stopMs);
  }

  /** The one number of a query. */
  async answer(sql: string): Promise<QueryAnswer> {
    return (await this.#ask(sql, "table")).answer;
  }

  /** Which rows of the table `data` satisfy a condition: one byte a row, in source order, when it could be answered. */
  async rows(condition: string): Promise<{ readonly answer: QueryAnswer; readonly marks?: Uint8Array }> {
    const { answer, bytes } = await this.#ask(condition, "rows");
    return { answer, ...(bytes?.[0] === undefined ? {} : { marks: bytes[0] }) };
  }

  /** What an expression gives in each row of the table `data`, in source order, when it could be answered. */
  async cells(expression: string): Promise<{ readonly answer: QueryAnswer; readonly cells?: RowCells }> {
    const { answer, bytes } = await this.#ask(expression, "cells");
    if (answer.outcome !== "value" || answer.kind === undefined || bytes?.[0] === undefined) return { answer };
    const values = new Float64Array(Uint8Array.from(bytes[0]).buffer);
    const texts = bytes[1] === undefined ? [] : (JSON.parse(new TextDecoder().decode(bytes[1])) as string[]);
    return { answer, cells: { kind: answer.kind, values, texts } };
  }

  async #ask(
    sql: string,
    of: Asked,
  ): Promise<{ readonly answer: QueryAnswer; readonly bytes?: readonly Uint8Array[] }> {
    if (this.#unopened !== undefined) return { answer: this.#unopened };
    try {
      this.#helper ??= await this.#start();
      const { message, bytes } = await this.#helper.request({ sql, wallMs: this.#limitMs, of });
      const answer = queryAnswer.parse(message);
      if (answer.outcome === "stuck") await this.#end();
      return { answer, ...(bytes === undefined ? {} : { bytes }) };
    } catch (error) {
      this.#host.signal.throwIfAborted();
      if (!(error instanceof TitleholderError) || error.code !== "TH_HELPER_LOST") throw error;
      if (this.#helper === undefined) this.#unopened = lost(error);
      await this.#end();
      return { answer: lost(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  #start(): Promise<HelperProcess> {
    const limits = { memoryBytes: processBytes, wallMs: this.#wallMs };
    return this.#host.spawnSelf("sql", this.#args as unknown as Parameters<Host["spawnSelf"]>[1], limits);
  }

  async #end(): Promise<void> {
    await this.#helper?.[Symbol.asyncDispose]();
    this.#helper = undefined;
  }
}

function lost(error: TitleholderError): QueryAnswer {
  const why = (error.cause as ProcessExit | undefined)?.why;
  if (why === "memory" || why === "time") return { outcome: why };
  return { outcome: "failed", message: "the process that ran it ended" };
}
