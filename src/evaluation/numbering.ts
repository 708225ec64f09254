import type { Cell, ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";

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

  get size(): number {
    return this.#byCell.size;
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
