import type { ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import type { Folds } from "./design.ts";
import { foldsOf } from "./folds.ts";
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
  /** The fold of a cross-validation, or its repeat and then the fold. */
  readonly fold?: readonly string[] | undefined;
}

/** See `Design`. */
export interface RowFacts {
  readonly weights?: Float64Array;
  readonly cluster?: Int32Array;
  readonly moment?: Int32Array;
  /** Moments ahead, from 1. */
  readonly horizon?: Float64Array;
  readonly folds?: Folds;
}

/** Gathers batch by batch, in source order, what each row brings beside its truth. */
export class RowFactsReader {
  readonly columns: readonly string[];
  readonly #names: RowColumns;
  readonly #weights: Float64Array | undefined;
  readonly #horizon: Float64Array | undefined;
  readonly #groups: Numbering | undefined;
  readonly #times: Numbering | undefined;
  readonly #folds: readonly Numbering[];
  #rows = 0;

  constructor(names: RowColumns, rows: number) {
    const { weight, group, time, horizon, fold = [] } = names;
    this.#names = names;
    this.columns = [weight, group, time, horizon, ...fold].filter((name) => name !== undefined);
    this.#weights = weight === undefined ? undefined : new Float64Array(rows);
    this.#horizon = horizon === undefined ? undefined : new Float64Array(rows);
    this.#groups = group === undefined ? undefined : new Numbering(group, "group", rows);
    this.#times = time === undefined ? undefined : new Numbering(time, "time", rows);
    this.#folds = fold.map((column) => new Numbering(column, "fold", rows));
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
    for (const folds of this.#folds) folds.add(batch, this.#rows);
    this.#rows += count;
  }

  finish(): RowFacts {
    const weights = this.#weights === undefined ? undefined : usable(this.#weights);
    const cluster = this.#groups?.places();
    const moment = this.#times?.ordered();
    const folds = foldsBy(this.#folds);
    return {
      ...(weights === undefined ? {} : { weights }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(moment === undefined ? {} : { moment }),
      ...(this.#horizon === undefined ? {} : { horizon: this.#horizon }),
      ...(folds === undefined ? {} : { folds }),
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

/** Of a repeat and a fold, each pair is a fold of its own. */
function foldsBy(numberings: readonly Numbering[]): Folds | undefined {
  const [first, second] = numberings.map((numbering) => numbering.places());
  if (first === undefined) return undefined;
  if (second === undefined) return usableFolds(foldsOf(first));
  const places = new Map<string, number>();
  const pairs = first.map((repeat, row) => {
    const key = `${repeat} ${second[row]}`;
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  });
  return usableFolds(foldsOf(pairs, first));
}

function usableFolds(folds: Folds): Folds {
  const most = 1000;
  if (Number.isFinite(folds.testShare) && folds.count <= most) return folds;
  const why =
    folds.count > most ? `tells ${folds.count} folds` : "tells one fold alone, so that no row is left to train on";
  throw configurationError(
    "TH_EVALUATION_FOLDS",
    `the column that \`fold\` names ${why}`,
    "name the column with the number of each row's fold, or the columns of the repeat and of the fold",
    { input: "fold" },
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
