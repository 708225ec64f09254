import type { ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import { Numbering } from "./numbering.ts";
import { readNumbers } from "./read-numbers.ts";

/** Columns that tell how the rows were drawn. */
export interface RowColumns {
  /** Sample weights. */
  readonly weight?: string | undefined;
  /** Whom or what a row belongs to. */
  readonly group?: string | undefined;
  /** When a row was. */
  readonly time?: string | undefined;
  /** How many moments ahead a row was forecast. */
  readonly horizon?: string | undefined;
}

/** See `Design`. */
export interface RowFacts {
  readonly weights?: Float64Array;
  readonly cluster?: Int32Array;
  readonly moment?: Int32Array;
  /** Moments ahead, from 1. */
  readonly horizon?: Float64Array;
}

/** Gathers batch by batch, in source order, what each row brings beside its truth. */
export class RowFactsReader {
  readonly columns: readonly string[];
  readonly #names: RowColumns;
  readonly #weights: Float64Array | undefined;
  readonly #horizon: Float64Array | undefined;
  readonly #groups: Numbering | undefined;
  readonly #times: Numbering | undefined;
  #rows = 0;

  constructor(names: RowColumns, rows: number) {
    const { weight, group, time, horizon } = names;
    this.#names = names;
    this.columns = [weight, group, time, horizon].filter((name) => name !== undefined);
    this.#weights = weight === undefined ? undefined : new Float64Array(rows);
    this.#horizon = horizon === undefined ? undefined : new Float64Array(rows);
    this.#groups = group === undefined ? undefined : new Numbering(group, "group", rows);
    this.#times = time === undefined ? undefined : new Numbering(time, "time", rows);
  }

  /** @throws TitleholderError TH_EVALUATION_NUMBERS, TH_EVALUATION_WEIGHT, TH_EVALUATION_GROUP (configuration) naming the row. */
  add(batch: ColumnBatch, count: number): void {
    const { weight, horizon } = this.#names;
    if (weight !== undefined && this.#weights !== undefined)
      readWeights(batch, weight, this.#weights, this.#rows, count);
    if (horizon !== undefined && this.#horizon !== undefined) {
      readHorizon(batch, horizon, this.#horizon, this.#rows, count);
    }
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
      ...(this.#horizon === undefined ? {} : { horizon: this.#horizon }),
    };
  }
}

function readHorizon(batch: ColumnBatch, column: string, into: Float64Array, from: number, count: number): void {
  readNumbers(batch, column, into, from, "horizon");
  const wrong = into.subarray(from, from + count).findIndex((value) => !(Number.isInteger(value) && value >= 1));
  if (wrong < 0) return;
  throw configurationError(
    "TH_EVALUATION_NUMBERS",
    `the horizon of row ${from + wrong + 1} is no whole number from 1`,
    "give how many steps of time lie between what was known and what was forecast",
    { input: "horizon" },
  );
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
