export interface KolmogorovSmirnov {
  /** The largest distance of the two empirical distribution functions, in 0..1. */
  readonly statistic: number;
  /**
   * Two-sided p by Kolmogorov's limit distribution, as R's ks.test(exact = FALSE); errs to the large side for small
   * samples.
   */
  readonly p: number;
}

/**
 * The two-sample Kolmogorov–Smirnov test (N. V. Smirnov, 1939). Counts a distinct value give the test itself. Counts a
 * bin give a statistic that is at most the exact one, and a p that is at least it.
 *
 * @param reference counts a bin, bins in ascending order; not all zero
 * @param current counts of the same bins; not all zero
 */
export function kolmogorovSmirnov(reference: ArrayLike<number>, current: ArrayLike<number>): KolmogorovSmirnov {
  const referenceCounts = Array.from(reference);
  const n = referenceCounts.reduce((sum, count) => sum + count, 0);
  const m = Array.from(current).reduce((sum, count) => sum + count, 0);
  if (!(n > 0 && m > 0 && reference.length === current.length)) {
    throw new RangeError(`the counts must share their bins and not be empty: ${n} and ${m} rows`);
  }
  let [below, belowCurrent, statistic] = [0, 0, 0];
  for (const [bin, count] of referenceCounts.entries()) {
    below += count;
    belowCurrent += current[bin] ?? Number.NaN;
    statistic = Math.max(statistic, Math.abs(below / n - belowCurrent / m));
  }
  return { statistic, p: kolmogorovSurvival(statistic * Math.sqrt((n * m) / (n + m))) };
}

/**
 * P(K > x) of Kolmogorov's distribution (1933): the alternating series, and below 1, where that converges slowly, its
 * theta transform.
 */
function kolmogorovSurvival(x: number): number {
  if (x <= 0) {
    return 1;
  }
  let sum = 0;
  if (x < 1) {
    const base = -(Math.PI ** 2) / (8 * x * x);
    for (let odd = 1; odd <= 19; odd += 2) {
      sum += Math.exp(odd * odd * base);
    }
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k <= 5; k++) {
    sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  }
  return 2 * sum;
}
