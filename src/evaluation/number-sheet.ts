import { configurationError } from "../kernel/error.ts";
import type { Predictions } from "../model/model.ts";
import type { Answers } from "./evaluation.ts";
import type { Sheet } from "./sheet.ts";

/** One model's predicted numbers: one column, or one for each declared quantile. */
export class NumberSheet implements Sheet {
  readonly #who: string;
  readonly #quantiles: readonly number[];
  readonly #columns: readonly Float64Array[];
  #rows = 0;
  #notFinite = 0;

  /** `who`: the model as messages name it. `quantiles`: the levels of the model's columns in their order; empty for one predicted number. */
  constructor(who: string, quantiles: readonly number[], rows: number) {
    this.#who = who;
    this.#quantiles = quantiles;
    this.#columns = Array.from({ length: Math.max(1, quantiles.length) }, () => new Float64Array(rows));
  }

  add({ scores, label }: Predictions, rows: number): void {
    const given = scores ?? (label === undefined ? [] : [Float64Array.from(label, Number)]);
    if (given.length !== this.#columns.length) throw this.#wrongWidth(given.length);
    for (const [at, column] of this.#columns.entries()) {
      const values = given[at] ?? new Float64Array(rows);
      for (const value of values) if (!Number.isFinite(value)) this.#notFinite += 1;
      column.set(values, this.#rows);
    }
    this.#rows += rows;
  }

  finish(): Answers {
    if (this.#notFinite > 0) {
      throw configurationError(
        "TH_EVALUATION_SCORES",
        `${this.#who} gives ${this.#notFinite} numbers that are not finite (NaN or infinity) in ${this.#rows} rows`,
        "fill missing values as in training, or mend the model: what is no number cannot be compared",
      );
    }
    const [first = new Float64Array(0)] = this.#columns;
    if (this.#quantiles.length === 0) return { value: first };
    const quantiles = new Map(this.#quantiles.map((level, at) => [level, this.#columns[at] ?? first]));
    const median = quantiles.get(0.5);
    return { quantiles, ...(median === undefined ? {} : { value: median }) };
  }

  #wrongWidth(given: number) {
    const wanted =
      this.#quantiles.length === 0 ? "one number a row" : `${this.#quantiles.length} (${this.#quantiles.join(", ")})`;
    return configurationError(
      "TH_EVALUATION_SCORES",
      `${this.#who} gives ${given} numbers a row, and ${wanted} is expected`,
      "name the levels of the model's columns in their order with the input `quantiles`, or give one number a row",
      { input: "quantiles" },
    );
  }
}
