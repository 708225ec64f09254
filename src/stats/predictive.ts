import { betaBinomialUpperBound } from "./beta-binomial.ts";
import { binomialUpperTail, studentQuantile } from "./distributions.ts";
import { usualPower } from "./power.ts";
import { findRoot } from "./root.ts";

/**
 * What a batch of data may look like if it is like the reference: bounds that a clean batch crosses with probability
 * alpha at most. With fewer than three periods of reference nothing is known of how periods differ, and a bound holds
 * only where they do not; from three on the spread between them widens it.
 */

/** Periods from which the spread between them is estimated. */
export const leastPeriods = 3;

/** Rows that satisfy something in one period: 0 ≤ count ≤ rows, both whole. */
export interface CountedPeriod {
  readonly count: number;
  readonly rows: number;
}

/** One period's values: their number, at least 1, mean and sample standard deviation. */
export interface MeasuredPeriod {
  readonly rows: number;
  readonly mean: number;
  readonly sd: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The largest count that `rows` further rows may have: the quantile of BetaBin(m, x + 1, n − x), which is Fisher's exact
 * one-sided test turned round, hence exact whatever the rate. With three periods or more at least the prediction limit
 * of Student's t on the logit of their rates; where the new batch is smaller than they were, the larger binomial error
 * is added.
 *
 * @param gaps between the reference's ordered values in which a row counts although none of the reference's does: 1, but
 *   2 for what lies outside the reference's own range, on either side (BetaBin(m, 2, n − 1))
 */
export function largestCount(periods: readonly CountedPeriod[], rows: number, alpha: number, gaps = 1): number {
  const { count, rows: all } = pooled(periods);
  const a = count + gaps;
  const exact = a > all ? rows : betaBinomialUpperBound(alpha, rows, a, all + 1 - a);
  if (periods.length < leastPeriods) {
    return exact;
  }
  return Math.max(exact, Math.min(rows, Math.floor(rows * shareLimit(periods, rows, alpha))));
}

/** The smallest count that `rows` further rows may have: {@link largestCount} of the rows that do not satisfy it. */
export function smallestCount(periods: readonly CountedPeriod[], rows: number, alpha: number): number {
  const others = periods.map((period) => ({ count: period.rows - period.count, rows: period.rows }));
  return rows - largestCount(others, rows, alpha);
}

/** The share that is exceeded by the next period's with probability alpha. */
function shareLimit(periods: readonly CountedPeriod[], rows: number, alpha: number): number {
  const logits = periods.map((period) => Math.log((period.count + 0.5) / (period.rows - period.count + 0.5)));
  const { mean, sd } = momentsOf(logits);
  const k = periods.length;
  const share = 1 / (1 + Math.exp(-mean));
  const error = (n: number) => 1 / (n * share * (1 - share) + 0.5);
  const seen = periods.reduce((sum, period) => sum + error(period.rows), 0) / k;
  const variance = sd * sd * (1 + 1 / k) + Math.max(0, error(rows) - seen);
  return 1 / (1 + Math.exp(-(mean + studentQuantile(1 - alpha, k - 1) * Math.sqrt(variance))));
}

/**
 * Where the mean of `rows` further values lies, but for a probability of alpha: mean ± t·s·√(1/n + 1/m), for values
 * without heavy tails. With three periods or more at least as wide as the prediction interval of the periods' means.
 */
export function meanInterval(periods: readonly MeasuredPeriod[], rows: number, alpha: number): Interval {
  const { mean, sd, n } = pooledMoments(periods);
  const within = studentQuantile(1 - alpha / 2, n - 1) * sd * Math.sqrt(1 / n + 1 / rows);
  const means = momentsOf(periods.map((period) => period.mean));
  const k = periods.length;
  const between = k < leastPeriods ? 0 : studentQuantile(1 - alpha / 2, k - 1) * means.sd * Math.sqrt(1 + 1 / k);
  const reach = Math.max(within, between);
  return { low: mean - reach, high: mean + reach };
}

/**
 * Where the next period's number of rows lies, but for a probability of alpha: Student's t on the logarithm.
 *
 * @param rows of each period, at least {@link leastPeriods} of them, each at least 1
 */
export function rowsInterval(rows: readonly number[], alpha: number): Interval {
  const { mean, sd } = momentsOf(rows.map(Math.log));
  const reach = studentQuantile(1 - alpha / 2, rows.length - 1) * sd * Math.sqrt(1 + 1 / rows.length);
  return { low: Math.exp(mean - reach), high: Math.exp(mean + reach) };
}

/** The smallest true share that more than `bound` of `rows` rows show in four cases of five; 1 where none does. */
export function detectableShare(bound: number, rows: number): number {
  if (bound >= rows) {
    return 1;
  }
  return findRoot((share) => binomialUpperTail(bound + 1, rows, share) - usualPower, 1e-12, 1 - 1e-12);
}

/** Mean and sample standard deviation of all periods' values together (T. F. Chan, G. H. Golub and R. J. LeVeque, 1983). */
export function pooledMoments(periods: readonly MeasuredPeriod[]): {
  readonly mean: number;
  readonly sd: number;
  readonly n: number;
} {
  let [n, mean, squares] = [0, 0, 0];
  for (const period of periods) {
    const difference = period.mean - mean;
    const total = n + period.rows;
    squares += period.sd * period.sd * (period.rows - 1) + (difference * difference * n * period.rows) / total;
    mean += (difference * period.rows) / total;
    n = total;
  }
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, n };
}

function pooled(periods: readonly CountedPeriod[]): CountedPeriod {
  return {
    count: periods.reduce((sum, period) => sum + period.count, 0),
    rows: periods.reduce((sum, period) => sum + period.rows, 0),
  };
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  return pooledMoments(values.map((mean) => ({ rows: 1, mean, sd: 0 })));
}
