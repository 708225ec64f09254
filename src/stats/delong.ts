import { mean, sampleCovariance, sampleVariance } from "simple-statistics";
import { degreesOfFreedomFor, fewUnitsReason, leastDegreesOfFreedom, skewedStudentTest, spreadOf } from "./skewness.ts";
import type { StudentTest } from "./student.ts";

/** With fewer rows of either class the variance of an AUC is a guess. */
const leastOfAClass = 10;

interface ClassCounts {
  readonly positives: number;
  readonly negatives: number;
}

export interface DeLongEstimate extends ClassCounts, StudentTest {
  readonly kind: "estimate";
  readonly championAuc: number;
  readonly challengerAuc: number;
  /** challengerAuc − championAuc */
  readonly difference: number;
  readonly championVariance: number;
  readonly challengerVariance: number;
  readonly covariance: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Of the rows' influences on the difference. */
  readonly skewness: number;
}

export interface DeLongInconclusive extends ClassCounts {
  readonly kind: "inconclusive";
  readonly reason: string;
}

/**
 * How many rows of the other class each row is rightly ordered against, a tie counting half: the midrank among all rows
 * less the midrank within its own class. In row order within a class.
 */
interface Placements {
  readonly ofPositives: readonly number[];
  readonly ofNegatives: readonly number[];
}

/**
 * The area under the ROC curve: the probability that a positive row scores above a negative one, a tie counting half;
 * in 0..1.
 *
 * @param positive one entry a row
 * @param scores as long as `positive`, finite; higher means more likely positive
 * @throws RangeError without rows of both classes, or on a score that is not finite
 */
export function rocAuc(positive: readonly boolean[], scores: ArrayLike<number>): number {
  const { ofPositives, ofNegatives } = placements(positive, scores);
  if (ofPositives.length === 0 || ofNegatives.length === 0) {
    throw new RangeError("an AUC needs rows of both classes");
  }
  return mean(ofPositives) / ofNegatives.length;
}

/**
 * The difference of two ROC AUCs on the same rows: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (Biometrics 44,
 * 1988), by midranks in one sort (X. Sun and W. Xu, IEEE Signal Processing Letters 21, 2014). Read against Student's t
 * with at most min(positives, negatives) − 1 degrees of freedom, fewer by the kurtosis of the rows' influences, and
 * corrected for their skewness; the normal rejects far too often with few rows of a class. Fewer than ten rows of either
 * class, a difference without variance, or one that hangs on a handful of rows, are inconclusive.
 *
 * @param positive one entry a row
 * @param champion scores of the champion, as long as `positive`, finite
 * @param challenger scores of the challenger, likewise
 * @param alpha one-sided error of each bound, 0 < alpha < 1
 */
export function deLongTest(
  positive: readonly boolean[],
  champion: ArrayLike<number>,
  challenger: ArrayLike<number>,
  alpha: number,
): DeLongEstimate | DeLongInconclusive {
  const one = placements(positive, champion);
  const two = placements(positive, challenger);
  const positives = one.ofPositives.length;
  const negatives = one.ofNegatives.length;
  if (Math.min(positives, negatives) < leastOfAClass) {
    const found = `there are ${positives} positive and ${negatives} negative`;
    const reason = `a comparison of AUCs needs ${leastOfAClass} rows of either class, ${found}`;
    return { kind: "inconclusive", positives, negatives, reason };
  }
  const gainOfPositives = one.ofPositives.map((placement, i) => (two.ofPositives[i] ?? 0) - placement);
  const gainOfNegatives = one.ofNegatives.map((placement, i) => (two.ofNegatives[i] ?? 0) - placement);
  if (isConstant(gainOfPositives) && isConstant(gainOfNegatives)) {
    return { kind: "inconclusive", positives, negatives, reason: "the difference of the two AUCs has no variance" };
  }
  const pairs = positives * negatives;
  const championAuc = mean(one.ofPositives) / negatives;
  const challengerAuc = mean(two.ofPositives) / negatives;
  const difference = mean(gainOfPositives) / negatives;
  // Placements are counts of the other class: the variance of shares divides twice by its size, that of a mean once by
  // its own.
  const combine = (ofPositives: number, ofNegatives: number) =>
    (ofPositives / negatives + ofNegatives / positives) / pairs;
  const standardError = Math.sqrt(combine(sampleVariance(gainOfPositives), sampleVariance(gainOfNegatives)));
  // What a row adds to the difference, times the number of rows.
  const rows = positives + negatives;
  const influences = [
    ...gainOfPositives.map((gain) => (gain / negatives - difference) * (rows / positives)),
    ...gainOfNegatives.map((gain) => (gain / positives - difference) * (rows / negatives)),
  ];
  const { skewness, kurtosis } = spreadOf(influences);
  const degreesOfFreedom = degreesOfFreedomFor(rows, kurtosis, Math.min(positives, negatives) - 1);
  if (degreesOfFreedom < leastDegreesOfFreedom) {
    return { kind: "inconclusive", positives, negatives, reason: fewUnitsReason };
  }
  return {
    kind: "estimate",
    positives,
    negatives,
    championAuc,
    challengerAuc,
    difference,
    championVariance: combine(sampleVariance(one.ofPositives), sampleVariance(one.ofNegatives)),
    challengerVariance: combine(sampleVariance(two.ofPositives), sampleVariance(two.ofNegatives)),
    covariance: combine(
      sampleCovariance(one.ofPositives, two.ofPositives),
      sampleCovariance(one.ofNegatives, two.ofNegatives),
    ),
    standardError,
    degreesOfFreedom,
    skewness,
    ...skewedStudentTest({ value: difference, standardError, degreesOfFreedom, skewness, units: rows }, alpha),
  };
}

function placements(positive: readonly boolean[], scores: ArrayLike<number>): Placements {
  const rows = positive.length;
  if (scores.length !== rows) {
    throw new RangeError(`${scores.length} scores for ${rows} rows`);
  }
  const values = Float64Array.from(scores);
  if (!values.every(Number.isFinite)) {
    throw new RangeError("every score must be finite");
  }
  const own = byClass(positive, values);
  const [positives, negatives] = [new Ranks(own.positives), new Ranks(own.negatives)];
  return {
    ofPositives: placed(own.positives, (value) => negatives.below(value)),
    ofNegatives: placed(own.negatives, (value) => positives.size - positives.below(value)),
  };
}

function byClass(positive: readonly boolean[], values: Float64Array) {
  let count = 0;
  for (const is of positive) if (is) count += 1;
  const positives = new Float64Array(count);
  const negatives = new Float64Array(values.length - count);
  let at = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN;
    if (positive[row] === true) positives[at++] = value;
    else negatives[row - at] = value;
  }
  return { positives, negatives };
}

function placed(values: Float64Array, place: (value: number) => number): readonly number[] {
  const places = new Array<number>(values.length);
  for (let row = 0; row < values.length; row++) places[row] = place(values[row] ?? Number.NaN);
  return places;
}

const mostSlots = 2 ** 16;

/**
 * Where a number stands among others. They are sorted once, and the range is cut into equal slots, so that a search looks at the few numbers
 * of one slot: for each row of a million that is several times faster than a sort which carries the rows' places along.
 */
class Ranks {
  readonly size: number;
  readonly #ascending: Float64Array;
  readonly #least: number;
  readonly #slotsAUnit: number;
  /** How many numbers lie in the slots before each. */
  readonly #before: Uint32Array;

  constructor(unsorted: Float64Array) {
    const values = unsorted.toSorted();
    this.#ascending = values;
    this.size = values.length;
    this.#least = values[0] ?? 0;
    const range = (values.at(-1) ?? 0) - this.#least;
    const slots = Math.min(mostSlots, Math.max(1, this.size));
    const slotsAUnit = (slots - 1) / range;
    this.#slotsAUnit = Number.isFinite(slotsAUnit) ? slotsAUnit : 0;
    this.#before = new Uint32Array(slots + 1);
    for (const value of values) {
      const next = this.#slot(value) + 1;
      this.#before[next] = (this.#before[next] ?? 0) + 1;
    }
    for (let slot = 1; slot <= slots; slot++) {
      this.#before[slot] = (this.#before[slot] ?? 0) + (this.#before[slot - 1] ?? 0);
    }
  }

  /** How many lie below the number, those equal to it counting half. */
  below(value: number): number {
    const slot = this.#slot(value);
    const end = this.#before[slot + 1] ?? this.size;
    const first = this.#search(value, this.#before[slot] ?? 0, end, false);
    return this.#ascending[first] === value ? (first + this.#search(value, first, end, true)) / 2 : first;
  }

  /** Grows with the value, so that all of a slot lie below all of the next. */
  #slot(value: number): number {
    const slot = Math.floor((value - this.#least) * this.#slotsAUnit);
    return slot > 0 ? Math.min(slot, this.#before.length - 2) : 0;
  }

  #search(value: number, from: number, to: number, after: boolean): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const one = this.#ascending[middle] ?? Number.NaN;
      if (one < value || (after && one === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}
