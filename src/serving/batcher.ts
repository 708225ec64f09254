import type { InputColumns } from "../model/columns.ts";
import type { FetchedTensor } from "../model/outputs.ts";
import { aligned, decodeTexts, encodeTexts } from "../model/tensors.ts";
import type { ServingSession } from "./session.ts";

/** One output for the rows of one request. */
export interface OutputTensor {
  readonly name: string;
  readonly type: string;
  /** Rows first. */
  readonly shape: readonly number[];
  /** Row by row. */
  readonly values: readonly (number | string | boolean)[];
}

interface Waiting {
  readonly rows: number;
  readonly bytes: readonly Uint8Array[];
  resolve(outputs: readonly OutputTensor[]): void;
  reject(error: unknown): void;
}

/**
 * Requests that arrive while the event loop turns once are scored together: under load that is most of them, and a single one waits for
 * nothing. Rows that make the model fail do not take their neighbours with them: a batch that failed is run again one request at a time.
 */
export class MicroBatcher {
  readonly #session: ServingSession;
  readonly #maxRows: number;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(session: ServingSession, maxRows: number) {
    this.#session = session;
    this.#maxRows = maxRows;
  }

  /** @param bytes a tensor for each of the session's inputs */
  submit(rows: number, bytes: readonly Uint8Array[]): Promise<readonly OutputTensor[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, bytes, resolve, reject });
      if (!this.#busy) this.#schedule();
    });
  }

  #schedule(): void {
    this.#busy = true;
    setImmediate(() => {
      void this.#flush().finally(() => {
        this.#busy = false;
        if (this.#waiting.length > 0) this.#schedule();
      });
    });
  }

  async #flush(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = [];
    for (let first = 0; first < all.length; ) {
      let end = first + 1;
      let rows = all[first]?.rows ?? 0;
      while (end < all.length && rows + (all[end]?.rows ?? 0) <= this.#maxRows) rows += all[end++]?.rows ?? 0;
      await this.#score(all.slice(first, end));
      first = end;
    }
  }

  async #score(batch: readonly Waiting[]): Promise<void> {
    const rows = batch.reduce((sum, request) => sum + request.rows, 0);
    try {
      const bytes = this.#session.inputs.map((input, at) => together(input, batch, at));
      const tensors = (await this.#session.run(rows, bytes)).map((tensor) => valuesOf(tensor, rows));
      let from = 0;
      for (const request of batch) {
        request.resolve(tensors.map((tensor) => cut(tensor, from, request.rows)));
        from += request.rows;
      }
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const request of batch) await this.#score([request]);
    }
  }
}

function together(input: InputColumns, batch: readonly Waiting[], at: number): Uint8Array {
  const parts = batch.map(({ bytes }) => bytes[at] ?? new Uint8Array(0));
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  if (input.type !== "string") return Buffer.concat(parts);
  const texts = batch.flatMap(({ rows }, place) =>
    decodeTexts(parts[place] ?? new Uint8Array(0), rows * Math.max(1, input.width)),
  );
  return encodeTexts(texts);
}

/** A whole output as numbers, texts and booleans; a whole number that no double holds becomes text. */
function valuesOf({ name, type, shape, bytes }: FetchedTensor, rows: number): OutputTensor {
  if (shape[0] !== rows) throw new Error(`output "${name}" has ${shape[0]} entries for ${rows} rows`);
  const count = shape.reduce((product, size) => product * size, 1);
  return { name, type, shape, values: decode(type, bytes, count) };
}

function decode(type: string, bytes: Uint8Array, count: number): OutputTensor["values"] {
  if (type === "string") return decodeTexts(bytes, count);
  const buffer = aligned(bytes);
  if (type === "float") return Array.from(new Float32Array(buffer));
  if (type === "double") return Array.from(new Float64Array(buffer));
  if (type === "int32") return Array.from(new Int32Array(buffer));
  if (type === "bool") return Array.from(new Uint8Array(buffer), (value) => value !== 0);
  return Array.from(new BigInt64Array(buffer), (value) =>
    Number.isSafeInteger(Number(value)) ? Number(value) : String(value),
  );
}

function cut(tensor: OutputTensor, from: number, rows: number): OutputTensor {
  const [, ...rest] = tensor.shape;
  const width = rest.reduce((product, size) => product * size, 1);
  return { ...tensor, shape: [rows, ...rest], values: tensor.values.slice(from * width, (from + rows) * width) };
}
