import type { Cell, ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import { configurationError, type Place } from "../../../kernel/error.ts";
import type { Predictions } from "../../../model/model.ts";
import type { PredictionColumns } from "./columns.ts";

const batchRows = 65_536;
/** As many keys as a message names. */
export const namedKeys = 5;

/** A row's key: of one column the cell in one form, of several a text. Undefined where a part is missing. */
export type RowKey = number | string | undefined;

/** Reads the keys of a batch's rows. The number 7, its bigint and the text "7" are one key, whatever file they come from; "007" is another. */
export function keysOf(batch: ColumnBatch, key: readonly string[]): (row: number) => RowKey {
  const [only, ...others] = key.map((name) => batch.get(name) ?? []);
  if (only === undefined) throw new Error("a key without a column");
  if (others.length === 0) return (row) => partOf(only[row]);
  return (row) => {
    const parts = [only, ...others].map((values) => partOf(values[row]));
    return parts.includes(undefined) ? undefined : JSON.stringify(parts);
  };
}

const wholeNumber = /^(0|-?[1-9]\d{0,14})$/;

function partOf(cell: Cell | undefined): RowKey {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return undefined;
  if (typeof cell === "number") return cell;
  if (cell instanceof Date) return cell.toISOString();
  const text = String(cell);
  return wholeNumber.test(text) ? Number(text) : text;
}

export function shownKey(key: RowKey): string {
  const text = String(key);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** Predictions held by the key of their row. */
export interface PredictionTable {
  readonly rows: number;
  /** The row's place in the table; undefined when it has none. */
  place(key: RowKey): number | undefined;
  /** The first keys, in the table's order, of rows that `used` does not mark. */
  unused(used: Uint8Array): readonly RowKey[];
  /** The predictions at these places, in their order. */
  at(places: readonly number[]): Predictions;
}

/**
 * Reads all predictions of a data set into memory: 8 bytes a row and score, and the keys.
 * @throws TitleholderError (configuration) TH_PREDICTIONS_DUPLICATES, TH_PREDICTIONS_MISSING with count and first keys.
 */
export async function readPredictions(
  dataset: Dataset,
  key: readonly string[],
  columns: PredictionColumns,
  shown: string,
  place: Place,
): Promise<PredictionTable> {
  const { rows } = await dataset.aggregate({ rows: { fn: "count" } });
  const table = new Table(Number(rows), columns);
  const names = [...new Set([...key, ...(columns.label === undefined ? [] : [columns.label]), ...columns.scores])];
  for await (const batch of dataset.batches(names, batchRows)) table.add(batch, key);
  table.requireWhole(key, shown, place);
  return table;
}

class Table implements PredictionTable {
  readonly #columns: PredictionColumns;
  readonly #places = new Map<RowKey, number>();
  readonly #labels: (string | number)[] = [];
  readonly #scores: readonly Float64Array[];
  /** One object for each different class, which millions of rows share. */
  readonly #classes = new Map<string | number, string | number>();
  readonly #repeated: RowKey[] = [];
  readonly #empty: RowKey[] = [];
  #repeats = 0;
  #lacking = 0;
  #read = 0;

  constructor(rows: number, columns: PredictionColumns) {
    this.#columns = columns;
    this.#scores = columns.scores.map(() => new Float64Array(rows));
  }

  get rows(): number {
    return this.#read;
  }

  place(key: RowKey): number | undefined {
    return this.#places.get(key);
  }

  unused(used: Uint8Array): readonly RowKey[] {
    const found: RowKey[] = [];
    for (const [key, at] of this.#places) {
      if (used[at] !== 1 && found.push(key) === namedKeys) break;
    }
    return found;
  }

  at(places: readonly number[]): Predictions {
    return {
      ...(this.#columns.label === undefined ? {} : { label: places.map((at) => this.#labels[at] ?? "") }),
      ...(this.#scores.length === 0
        ? {}
        : { scores: this.#scores.map((values) => Float64Array.from(places, (at) => values[at] ?? Number.NaN)) }),
    };
  }

  add(batch: ColumnBatch, key: readonly string[]): void {
    const keyOf = keysOf(batch, key);
    const labels = this.#columns.label === undefined ? undefined : batch.get(this.#columns.label);
    const scores = this.#columns.scores.map((name) => batch.get(name) ?? []);
    const rows = batch.get(key[0] ?? "")?.length ?? 0;
    for (let row = 0; row < rows; row++) {
      const at = this.#read++;
      const own = keyOf(row);
      this.#place(own, at);
      if (labels !== undefined) this.#addLabel(labels[row], own);
      for (const [score, values] of scores.entries()) this.#addScore(score, at, values[row]);
    }
  }

  #place(key: RowKey, at: number): void {
    if (key !== undefined && !this.#places.has(key)) this.#places.set(key, at);
    else {
      this.#repeats += 1;
      if (this.#repeated.length < namedKeys) this.#repeated.push(key);
    }
  }

  #addLabel(cell: Cell | undefined, key: RowKey): void {
    if (cell === null || cell === undefined) {
      this.#lacking += 1;
      if (this.#empty.length < namedKeys) this.#empty.push(key);
    }
    const label = typeof cell === "number" ? cell : cell instanceof Date ? cell.toISOString() : String(cell);
    const shared = this.#classes.get(label) ?? label;
    if (this.#classes.size < 10_000) this.#classes.set(shared, shared);
    this.#labels.push(shared);
  }

  #addScore(score: number, at: number, cell: Cell | undefined): void {
    const values = this.#scores[score];
    if (values !== undefined) values[at] = cell === null || cell === undefined ? Number.NaN : Number(cell);
  }

  requireWhole(key: readonly string[], shown: string, place: Place): void {
    if (this.#repeats > 0) {
      throw configurationError(
        "TH_PREDICTIONS_DUPLICATES",
        `${shown} has ${this.#repeats} rows whose key (${key.join(", ")}) is missing or stands in an earlier row: ${this.#repeated.map(shownKey).join(", ")}`,
        "write one prediction for each key, or name a key that tells the rows apart",
        place,
      );
    }
    if (this.#lacking > 0) {
      throw configurationError(
        "TH_PREDICTIONS_MISSING",
        `${shown} has ${this.#lacking} rows without a prediction, at the keys ${this.#empty.map(shownKey).join(", ")}`,
        "write a prediction for every row: one that a model refuses is a prediction too, and is judged like the others",
        place,
      );
    }
  }
}
