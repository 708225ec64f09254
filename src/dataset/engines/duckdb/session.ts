import { join } from "node:path";
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBValue } from "@duckdb/node-api";
import { configurationError, type Place, TitleholderError } from "../../../kernel/error.ts";
import type { DataLimits } from "../../dataset.ts";
import { text } from "./literals.ts";

/** How many times its memory the engine may spill to disk. */
export const spillFactor = 32;

/** Milliseconds. */
const tellingEvery = 250;

type DuckDb = typeof import("@duckdb/node-api");

/** Where a session keeps rows that it has read from text. The caller makes the folder. */
export function heldFolder({ spill }: Pick<DataLimits, "spill">): string {
  return join(spill, "held");
}

/** One locked connection: it reads the listed files and nothing else, and loads no code. One statement at a time. */
export class Session implements AsyncDisposable {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal;
  readonly #held: string;
  readonly #written: string | undefined;
  readonly #onProgress: ((percent: number) => void) | undefined;
  #suspects: readonly Suspect[] = [];
  #stores = 0;
  #files = 0;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    limits: DataLimits,
    onProgress?: (percent: number) => void,
  ) {
    this.#onProgress = onProgress;
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = limits.signal;
    this.#held = heldFolder(limits);
    this.#written = limits.written;
  }

  /**
   * `allowed`: absolute paths of all the files that will ever be read. What is written goes to a folder of its own.
   * @param onProgress called four times a second while a statement runs, with the share of it that is done
   */
  static async open(
    native: DuckDb,
    limits: DataLimits,
    allowed: readonly string[],
    onProgress?: (percent: number) => void,
  ): Promise<Session> {
    limits.signal.throwIfAborted();
    const instance = await native.DuckDBInstance.create(":memory:");
    const session = new Session(instance, await instance.connect(), limits, onProgress);
    const memory = Math.max(64, Math.floor(limits.memoryBytes / 2 ** 20));
    // The order matters: what is locked can no longer be set. Allowed paths may also be written: user SQL passes the gate first.
    const settings = [
      ...(limits.threads === undefined ? [] : [`threads = ${Math.max(1, Math.floor(limits.threads))}`]),
      `memory_limit = '${memory}MiB'`,
      `temp_directory = ${text(join(limits.spill, "duckdb"))}`,
      `max_temp_directory_size = '${spillFactor * memory}MiB'`,
      "TimeZone = 'UTC'",
      "preserve_insertion_order = true",
      // Progress is counted only where it would be shown.
      `enable_progress_bar = ${onProgress !== undefined}`,
      "enable_progress_bar_print = false",
      "progress_bar_time = 0",
      `allowed_paths = [${allowed.map(text).join(", ")}]`,
      `allowed_directories = [${[heldFolder(limits), ...(limits.written === undefined ? [] : [limits.written])].map(text).join(", ")}]`,
      "enable_external_access = false",
      "autoinstall_known_extensions = false",
      "autoload_known_extensions = false",
      "allow_community_extensions = false",
      "lock_configuration = true",
    ];
    for (const setting of settings) await session.run(`SET ${setting}`);
    return session;
  }

  /** Name of the newest store. */
  get store(): string {
    return `held${this.#stores}`;
  }

  /** Attaches a database for the rows of one source, compressed in memory; returns its name. */
  async newStore(): Promise<string> {
    this.#stores += 1;
    await this.run(`ATTACH ':memory:' AS ${this.store} (COMPRESS)`);
    return this.store;
  }

  /** Path of a file of rows that is yet to be written, for this session alone. */
  newHeld(): string {
    this.#files += 1;
    return join(this.#held, `${this.#files}.parquet`);
  }

  /** Path of a file that is yet to be written. */
  newFile(): string {
    if (this.#written === undefined) throw new Error("this session may not write");
    this.#files += 1;
    return join(this.#written, `${this.#files}.parquet`);
  }

  /** Adds rows of our own making to a table of a store. */
  async append(store: string, table: string, put: (appender: DuckDBAppender) => void): Promise<void> {
    await this.#guarded(table, {}, async () => {
      const appender = await this.#connection.createAppender(table, "main", store);
      put(appender);
      appender.closeSync();
    });
  }

  async run(sql: string, place: Place = {}): Promise<void> {
    await this.#guarded(sql, place, () => this.#connection.run(sql));
  }

  /** The whole result, in memory. */
  async rows(sql: string, place: Place = {}): Promise<readonly (readonly DuckDBValue[])[]> {
    return this.#guarded(sql, place, async () => (await this.#connection.runAndReadAll(sql)).getRows());
  }

  /** The only row of a query of one row. */
  async row(sql: string, place: Place = {}): Promise<readonly DuckDBValue[]> {
    return (await this.rows(sql, place))[0] ?? [];
  }

  /** The result in chunks of at most 2,048 rows, in its order. */
  async *chunks(sql: string, place: Place = {}): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#guarded(sql, place, () => this.#connection.stream(sql));
    for (;;) {
      const chunk = await this.#guarded(sql, place, () => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /** Parquet files that statements read from here on. */
  suspect(files: readonly Suspect[]): void {
    this.#suspects = [...this.#suspects, ...files];
  }

  /** The connection itself, for statements that are not ours: their errors are not translated, and the caller interrupts them. */
  get connection(): DuckDBConnection {
    return this.#connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #guarded<T>(sql: string, place: Place, body: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const interrupt = () => this.#connection.interrupt();
    this.#signal.addEventListener("abort", interrupt, { once: true });
    const told = this.#onProgress;
    const telling = told && setInterval(() => told(Math.max(0, this.#connection.progress.percentage)), tellingEvery);
    try {
      return await body();
    } catch (cause) {
      this.#signal.throwIfAborted();
      throw await this.#placed(translate(cause, sql, place));
    } finally {
      clearInterval(telling);
      this.#signal.removeEventListener("abort", interrupt);
    }
  }

  /** The engine does not tell which of several files is broken: each is read by itself, and the first that cannot be is named. */
  async #placed(error: unknown): Promise<unknown> {
    if (!(error instanceof TitleholderError) || error.code !== "TH_DATA_UNREADABLE" || error.place.file !== undefined)
      return error;
    for (const { path, at } of this.#suspects) {
      try {
        await this.#connection.run(`SELECT count(hash(r)) FROM read_parquet([${text(at)}]) r`);
      } catch {
        return configurationError(error.code, error.message, error.fix, { file: path }, error.cause);
      }
    }
    return error;
  }
}

/** A file that statements read from: as it is named to people, and where it stands. */
interface Suspect {
  readonly path: string;
  readonly at: string;
}

/** The engine's complaints about content and resources become the user's; all others are bugs and stay what they are. */
function translate(cause: unknown, sql: string, place: Place): unknown {
  const message = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
  if (/^Out of Memory Error|No space left|max_temp_directory_size/.test(message))
    return configurationError(
      "TH_DATA_MEMORY",
      `the data engine ran out of memory, or of room to spill to: ${message}`,
      "free disk space in the folder for temporary files, or use a machine with more memory",
      place,
      cause,
    );
  const reads = /parquet_schema\(|read_parquet\(/.test(sql);
  const isContent = /^(IO|Permission|Invalid Input|Invalid|Serialization) Error: |Error while reading file/;
  if (reads && isContent.test(message))
    return configurationError(
      "TH_DATA_UNREADABLE",
      `the data cannot be read: ${message.replace(/^[A-Z][A-Za-z ]+ Error: /, "")}`,
      "write the file again, or fetch it again: it is damaged or incomplete",
      place,
      cause,
    );
  return cause;
}
