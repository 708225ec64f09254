import { clusterTTest } from "./cluster-t.ts";
import type { StudentTest } from "./student.ts";

/** With fewer batches their spread is a guess. */
const leastBatches = 10;

export type BatchMeansResult =
  | ({
      readonly kind: "estimate";
      readonly rows: number;
      readonly batches: number;
      /** Rows of a batch; some have more, so that none is left over. */
      readonly length: number;
      /** Of one batch's mean with the next one's, in −1..1: well above 0 when the batches are still too short. */
      readonly autocorrelation: number;
      readonly difference: number;
      readonly standardError: number;
      /** About `batches` − 1: batches differ by a row at most. */
      readonly degreesOfFreedom: number;
    } & StudentTest)
  | {
      readonly kind: "inconclusive";
      readonly rows: number;
      readonly batches: number;
      readonly difference: number;
      readonly reason: string;
    };

/**
 * Student's t test of a mean of rows in the order of time, neighbours of which may be alike: by means of successive
 * batches (L. Schmeiser, Operations Research 30, 1982). A batch has 2·n^(1/3) rows, or as many as E. Carlstein (Annals of
 * Statistics 14, 1986) derives from the autocorrelation of successive rows where that is more: above .66. Fewer than ten
 * batches, or batches without any spread, are inconclusive.
 *
 * @param values one finite number a row, in order: its gain, or its influence on a difference
 * @param alpha one-sided error of each bound, 0 < alpha < 1
 * @param difference what is tested against zero: the mean of `values`, unless they are influences on another estimate
 * @param moment each row's place in time when rows are in another order, or several are of one moment: see {@link batchesOf}
 */
export function batchMeansTest(
  values: ArrayLike<number>,
  alpha: number,
  difference?: number,
  moment?: Int32Array,
): BatchMeansResult {
  const rows = values.length;
  const { batch, batches, length, moments } = batchesOf(values, moment);
  const test = clusterTTest(values, batch, alpha, difference);
  const inconclusive = (reason: string) =>
    ({ kind: "inconclusive", rows, batches, difference: test.difference, reason }) as const;
  if (batches < leastBatches) {
    return inconclusive(
      `a test of rows in order needs ${leastBatches} batches, and these ${moments} ${moment === undefined ? "rows" : "moments"} make ${batches} of ${length}`,
    );
  }
  if (test.kind === "inconclusive") {
    return inconclusive("the batches of rows in order have no spread");
  }
  const { effectiveClusters: _, clusters: __, ...estimate } = test;
  const left = autocorrelation(batchMeans(values, batch, batches));
  return { ...estimate, batches, length, autocorrelation: left };
}

/** Successive stretches of the rows in the order of time. */
export interface Batches {
  /** Each row's batch, from 0. */
  readonly batch: Int32Array;
  readonly batches: number;
  /** Moments of a batch. */
  readonly length: number;
  readonly moments: number;
}

/**
 * The batches of {@link batchMeansTest}.
 *
 * @param moment each row's place in time, whole numbers from 0 that all occur; the rows of one moment stay together, and moments take the
 *   place of rows in the batch's length. Absent: every row is a moment, in order.
 */
export function batchesOf(values: ArrayLike<number>, moment?: Int32Array): Batches {
  const sums = moment === undefined ? Float64Array.from(values) : momentSums(values, moment);
  const moments = sums.length;
  const length = batchLength(moments, autocorrelation(sums));
  const batches = moments === 0 ? 0 : Math.floor(moments / length);
  const batch = Int32Array.from({ length: values.length }, (_, row) =>
    Math.floor(((moment?.[row] ?? row) * batches) / moments),
  );
  return { batch, batches, length, moments };
}

/** By moment: the sum of its rows' distances from the mean of all rows. */
function momentSums(values: ArrayLike<number>, moment: Int32Array): Float64Array {
  const mean = Float64Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Float64Array(moment.reduce((most, place) => Math.max(most, place + 1), 0));
  for (const [row, place] of moment.entries()) sums[place] = (sums[place] ?? 0) + (values[row] ?? 0) - mean;
  return sums;
}

/**
 * Rows of a batch of {@link batchMeansTest}, at most all: the larger of ⌈2·n^(1/3)⌉ and ⌈(3n/2)^(1/3)·(2ρ/(1 −
 * ρ²))^(2/3)⌉.
 *
 * @param autocorrelation ρ, of one row with the next
 */
export function batchLength(rows: number, autocorrelation: number): number {
  const likeness = Math.max(0, (2 * autocorrelation) / (1 - autocorrelation ** 2));
  const carlstein = Math.cbrt(1.5 * rows) * Math.cbrt(likeness) ** 2;
  return Math.min(rows, Math.ceil(Math.max(2 * Math.cbrt(rows), carlstein)));
}

function batchMeans(values: ArrayLike<number>, batch: Int32Array, batches: number): Float64Array {
  const sums = new Float64Array(batches);
  const counts = new Float64Array(batches);
  for (const [row, place] of batch.entries()) {
    sums[place] = (sums[place] ?? 0) + (values[row] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return sums.map((sum, place) => sum / (counts[place] ?? 1));
}

/** Of one value with the next, in −1..1; 0 when they are all equal. */
function autocorrelation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [products, squares] = [0, 0];
  for (const [place, value] of values.entries()) {
    products += (value - mean) * ((values[place + 1] ?? mean) - mean);
    squares += (value - mean) ** 2;
  }
  return squares === 0 ? 0 : products / squares;
}
