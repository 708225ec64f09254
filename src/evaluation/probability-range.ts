import { configurationError } from "../kernel/error.ts";

/** Probabilities from a 32-bit model may miss the range, or a sum of one, by rounding. */
export const rounding = 1e-4;

/** Between which numbers a model's scores lie. */
export class ProbabilityRange {
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;
  #notFinite = 0;

  add(values: Iterable<number>): void {
    for (const value of values) this.take(value);
  }

  take(value: number): void {
    if (!Number.isFinite(value)) this.#notFinite += 1;
    if (value < this.#least) this.#least = value;
    if (value > this.#greatest) this.#greatest = value;
  }

  get isProbable(): boolean {
    return this.#least >= -rounding && this.#greatest <= 1 + rounding;
  }

  /** For messages. */
  get shown(): string {
    return `scores between ${brief(this.#least)} and ${brief(this.#greatest)}`;
  }

  /** @throws TitleholderError TH_EVALUATION_SCORES (configuration) */
  requireFinite(who: string, rows: number): void {
    if (this.#notFinite === 0) return;
    throw configurationError(
      "TH_EVALUATION_SCORES",
      `${who} gives ${this.#notFinite} scores that are no finite numbers (NaN or infinity) in ${rows} rows`,
      "fill missing values as in training, or mend the model: a score that is no number cannot be compared",
    );
  }
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)));
}
