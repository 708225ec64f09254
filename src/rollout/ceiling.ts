/**
 * Is the canary's own rate of failures below a ceiling that was declared beforehand? The question a ratio cannot answer when both arms
 * have next to no failures. A test martingale by betting on "below": the likelihood ratio of a mixture of rates under the ceiling
 * against the ceiling itself. If each request fails with a probability of at least the ceiling, given all before it, this product is a
 * nonnegative supermartingale, so the chance that it ever reaches 1/α is at most α, at every look together (S. R. Howard, A. Ramdas,
 * J. McAuliffe and J. Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence sequences", 2021; I. Waudby-Smith and A. Ramdas,
 * "Estimating means of bounded random variables by betting", 2024). Failures that come in bursts do not break it as long as the next
 * request's chance, given the past, is not below the ceiling; it speaks of the time that was looked at, not of a later hour.
 */

/** 100 rates as shares of the ceiling, denser towards 0: a density proportional to 1/√share, each point of equal weight. */
const shares = Array.from({ length: 100 }, (_, j) => ((j + 0.5) / 100) ** 2);

/**
 * ln of the evidence that the rate is below the ceiling; above ln(1/α) it is shown at level α.
 *
 * @param failures whole number, 0..requests
 * @param requests whole number from 0
 * @param ceiling 0 < ceiling < 1
 */
export function logEvidenceBelow(failures: number, requests: number, ceiling: number): number {
  if (!(ceiling > 0 && ceiling < 1)) throw new RangeError(`a ceiling must lie between 0 and 1, not ${ceiling}`);
  if (!(Number.isSafeInteger(requests) && Number.isSafeInteger(failures) && failures >= 0 && failures <= requests)) {
    throw new RangeError(`${failures} failures of ${requests} requests is not a count`);
  }
  const terms = shares.map(
    (share) =>
      failures * Math.log(share) + (requests - failures) * (Math.log1p(-share * ceiling) - Math.log1p(-ceiling)),
  );
  const largest = Math.max(...terms);
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0) / terms.length);
}

/**
 * The upper end of the confidence sequence that inverts {@link logEvidenceBelow}: the true rate stays below it at every look with
 * probability 1 − α. It is below a ceiling exactly when that ceiling's evidence has passed ln(1/α).
 *
 * @param alpha 0 < alpha < 1
 * @returns a rate in 0..1; 1 while nothing is known
 */
export function upperRate(failures: number, requests: number, alpha: number): number {
  const threshold = -Math.log(alpha);
  const shown = (rate: number) => logEvidenceBelow(failures, requests, rate) > threshold;
  let high = 1 - 2 ** -40;
  if (!shown(high)) return 1;
  let low = requests === 0 ? 0 : failures / requests;
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (shown(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Requests that show a rate below the ceiling when none of them fails: what it takes at the least. */
export function leastRequests(ceiling: number, alpha: number): number {
  const threshold = -Math.log(alpha);
  let high = 1;
  while (logEvidenceBelow(0, high, ceiling) <= threshold) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (logEvidenceBelow(0, middle, ceiling) > threshold) high = middle;
    else low = middle;
  }
  return high;
}
