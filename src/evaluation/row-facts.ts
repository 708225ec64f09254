import type { Cell, ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import { readNumbers } from "./reading.ts";

/** Columns that tell how the rows were drawn. */
export interface RowColumns {
  /** Sample weights. */
  readonly weight?: string | undefined;
  /** Whom or what a row belongs to. */
  readonly group?: string | undefined;
  /** When a row was. */
  readonly time?: string | undefined;
}

/** See `Design`. */
export interface RowFacts {
  readonly weights?: Float64Array;
  readonly cluster?: Int32Array;
  readonly moment?: Int32Array;
}

/** Gathers batch by batch, in source order, what each row brings beside its truth. */
export class RowFactsReader {
  readonly columns: readonly string[];
  readonly #names: RowColumns;
  readonly #weights: Float64Array | undefined;
  readonly #groups: Numbering | undefined;
  readonly #times: Numbering | undefined;
  #rows = 0;

  constructor(names: RowColumns, rows: number) {
    const { weight, group, time } = names;
    this.#names = names;
    this.columns = [weight, group, time].filter((name) => name !== undefined);
    this.#weights = weight === undefined ? undefined : new Float64Array(rows);
    this.#groups = group === undefined ? undefined : new Numbering(group, "group", rows);
    this.#times = time === undefined ? undefined : new Numbering(time, "time", rows);
  }

  /** @throws TitleholderError TH_EVALUATION_NUMBERS, TH_EVALUATION_WEIGHT, TH_EVALUATION_GROUP (configuration) naming the row. */
  add(batch: ColumnBatch, count: number): void {
    const { weight } = this.#names;
    if (weight !== undefined && this.#weights !== undefined)
      readWeights(batch, weight, this.#weights, this.#rows, count);
    this.#groups?.add(batch, this.#rows);
    this.#times?.add(batch, this.#rows);
    this.#rows += count;
  }

  finish(): RowFacts {
    const weights = this.#weights === undefined ? undefined : usable(this.#weights);
    const cluster = this.#groups?.places();
    const moment = this.#times?.ordered();
    return {
      ...(weights === undefined ? {} : { weights }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(moment === undefined ? {} : { moment }),
    };
  }
}

/** Whole numbers from 0 for the different cells of a column. */
export class Numbering {
  readonly #column: string;
  readonly #input: string;
  readonly #place: Int32Array;
  readonly #byCell = new Map<string | number | bigint | boolean, number>();

  constructor(column: string, input: string, rows: number) {
    this.#column = column;
    this.#input = input;
    this.#place = new Int32Array(rows);
  }

  /** @throws TitleholderError TH_EVALUATION_GROUP (configuration) naming the row of a cell without a value. */
  add(batch: ColumnBatch, from: number): void {
    const values = batch.get(this.#column) ?? [];
    for (let row = 0; row < values.length; row++) {
      const key = keyOf(values[row]);
      if (key === undefined) throw this.#missing(from + row);
      const place = this.#byCell.get(key) ?? this.#byCell.size;
      this.#byCell.set(key, place);
      this.#place[from + row] = place;
    }
  }

  /** By row, in the order of the first appearance. */
  places(): Int32Array {
    return this.#place;
  }

  /** By row, in ascending order of the cells: numbers and times by size, texts by code unit. */
  ordered(): Int32Array {
    const cells = [...this.#byCell.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const rank = new Int32Array(cells.length);
    for (const [order, cell] of cells.entries()) rank[this.#byCell.get(cell) ?? 0] = order;
    return this.#place.map((place) => rank[place] ?? 0);
  }

  #missing(row: number) {
    return configurationError(
      "TH_EVALUATION_GROUP",
      `the column "${this.#column}" lacks a value in row ${row + 1}`,
      "give every row its value there, or leave such rows out before the evaluation",
      { input: this.#input },
    );
  }
}

function keyOf(cell: Cell | undefined): string | number | bigint | boolean | undefined {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return undefined;
  return cell instanceof Date ? cell.getTime() : cell;
}

function readWeights(batch: ColumnBatch, weight: string, into: Float64Array, from: number, count: number): void {
  readNumbers(batch, weight, into, from, "weight");
  const negative = into.subarray(from, from + count).findIndex((value) => value < 0);
  if (negative < 0) return;
  throw configurationError(
    "TH_EVALUATION_WEIGHT",
    `the weight of row ${from + negative + 1} is below 0`,
    "give weights of 0 or more",
    { input: "weight" },
  );
}

function usable(weights: Float64Array): Float64Array {
  if (weights.some((weight) => weight > 0)) return weights;
  throw configurationError("TH_EVALUATION_WEIGHT", "every row has the weight 0", "name the column that holds weights", {
    input: "weight",
  });
}
