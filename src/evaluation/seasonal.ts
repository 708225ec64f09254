import { leastClusters } from "../stats/cluster-t.ts";
import type { NumberTruth, Truth } from "./evaluation.ts";
import type { RowFacts } from "./row-facts.ts";

/** How the rows of a forecast lie in time. */
export interface Seasons {
  /** Moments of a season: 7 of days in weeks; 1 when there is none, so that the last value is the naive forecast. */
  readonly season: number;
  /** Moments between what was known and what was forecast, from 1; absent: one season or less for every row. */
  readonly horizon?: Float64Array;
}

/**
 * The rows' truth with what a seasonal-naive forecast says of them: the value of the same series as many whole seasons earlier as the
 * horizon asks, NaN where the data does not reach back; and the mean absolute error of the one-season step in the row's series, which MASE
 * is scaled by (R. J. Hyndman and A. B. Koehler, 2006; there of the training data, here of these rows).
 */
export function withSeasons(truth: Truth, { cluster, moment }: RowFacts, { season, horizon }: Seasons): Truth {
  if (truth.kind !== "numbers" || moment === undefined) return truth;
  const values = seriesOf(truth, moment, cluster);
  const before = (row: number, moments: number) => values(cluster?.[row] ?? 0, (moment[row] ?? 0) - moments);
  const naive = truth.target.map((_, row) => before(row, season * Math.ceil((horizon?.[row] ?? 1) / season)));
  const steps = truth.target.map((value, row) => Math.abs(value - before(row, season)));
  return { ...truth, naive, scale: meansOf(steps, cluster) };
}

/**
 * The weights with which rows are compared with the seasonal-naive forecast: none where the data does not reach back. Undefined where all
 * rows count alike.
 */
export function naiveWeights(naive: Float64Array, weights: Float64Array | undefined): Float64Array | undefined {
  if (naive.every(Number.isFinite)) return weights;
  return naive.map((value, row) => (Number.isFinite(value) ? (weights?.[row] ?? 1) : 0));
}

/** Without the series where they are too few for a test by groups: the test by moments, each with the rows of all series, stands alone. */
export function withoutFewSeries({ cluster, ...facts }: RowFacts): RowFacts {
  if (cluster === undefined || new Set(cluster).size < leastClusters) return facts;
  return { ...facts, cluster };
}

type ValueAt = (series: number, moment: number) => number;

function seriesOf({ target }: NumberTruth, moment: Int32Array, cluster: Int32Array | undefined): ValueAt {
  const moments = moment.reduce((most, place) => Math.max(most, place + 1), 0);
  const place = (series: number, at: number) => series * moments + at;
  const values = new Map(target.entries().map(([row, value]) => [place(cluster?.[row] ?? 0, moment[row] ?? 0), value]));
  return (series, at) => (at < 0 ? Number.NaN : (values.get(place(series, at)) ?? Number.NaN));
}

/** By row: the mean of its series' finite values; NaN where there is none. */
function meansOf(values: Float64Array, cluster: Int32Array | undefined): Float64Array {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [row, value] of values.entries()) {
    const series = sums.get(cluster?.[row] ?? 0) ?? { sum: 0, count: 0 };
    sums.set(cluster?.[row] ?? 0, series);
    if (!Number.isFinite(value)) continue;
    series.sum += value;
    series.count += 1;
  }
  return values.map((_, row) => {
    const { sum = 0, count = 0 } = sums.get(cluster?.[row] ?? 0) ?? {};
    return count === 0 ? Number.NaN : sum / count;
  });
}
