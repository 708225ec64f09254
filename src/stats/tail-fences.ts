/** Beyond which a value does not belong to the rest; infinite where that cannot be said. */
export interface Fences {
  readonly low: number;
  readonly high: number;
}

/** Fewer values than this have no tail to judge by. */
const leastValues = 500;
/** Fewer different values are codes or ratings. */
const leastDistinct = 20;
/** A value that so many rows hold is a case of its own, such as 0 for "none": the rest is judged without it. */
const commonShare = 0.05;
/** The outermost quantile that is read off: up to this share of outliers on a side bends nothing. */
const outermost = 0.01;
/** It has at least so many values beyond it. */
const leastBeyond = 30;

/**
 * Fences that a clean column crosses in no more than a share `alpha` of the data sets, whatever the weight of its tails. Each tail is
 * continued as a generalised Pareto distribution whose index comes from three of its quantiles at equal ratios (after J. Pickands, Annals of
 * Statistics 3, 1975): with Q(p) = a + b·p^(−ξ) and p₁/p₂ = p₂/p₃ = r, ξ = ln((Q₃ − Q₂)/(Q₂ − Q₁))/ln r. Quantiles, not moments: up to 1% of
 * outliers on a side move nothing. ξ is taken as 0 at least, and raised by .05 + 1/√k, k the values beyond the outermost quantile, for
 * its error. What was simulated stands in test/unit/stats/tail-fences.test.ts.
 *
 * @param values finite, a sample of the column's
 * @param rows how many values will be held against the fences
 * @param alpha expected number of clean values beyond either fence, among `rows`
 */
export function tailFences(values: Float64Array, rows: number, alpha: number): Fences {
  const none = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const sorted = values.slice().sort();
  const common = commonestValue(sorted);
  const rest = common.count > commonShare * sorted.length ? sorted.filter((value) => value !== common.value) : sorted;
  if (rest.length < leastValues || distinctCount(rest) < leastDistinct) return none;
  const target = alpha / 2 / rows;
  const last = rest.length - 1;
  const fromAbove = (p: number) => rest[Math.min(last, Math.ceil((1 - p) * rest.length) - 1)] ?? Number.NaN;
  const fromBelow = (p: number) => -(rest[Math.floor(p * rest.length)] ?? Number.NaN);
  const [high, low] = [fence(fromAbove, rest.length, target), -fence(fromBelow, rest.length, target)];
  return rest === sorted ? { low, high } : { low: Math.min(low, common.value), high: Math.max(high, common.value) };
}

/** @param quantile the value that a share p of the values exceeds */
function fence(quantile: (p: number) => number, count: number, target: number): number {
  const p3 = Math.max(outermost, leastBeyond / count);
  const ratio = Math.sqrt(0.25 / p3);
  const [q1, q2, q3] = [quantile(0.25), quantile(p3 * ratio), quantile(p3)];
  const [outer, inner] = [q3 - q2, q2 - q1];
  if (!(outer > 0 && inner > 0)) return Number.POSITIVE_INFINITY;
  const index = Math.max(0, Math.log(outer / inner) / Math.log(ratio)) + 0.05 + 1 / Math.sqrt(count * p3);
  return q3 + (outer * ((p3 / target) ** index - 1)) / (1 - ratio ** -index);
}

/** @param sorted ascending */
function commonestValue(sorted: Float64Array): { readonly value: number; readonly count: number } {
  let best = { value: Number.NaN, count: 0 };
  let start = 0;
  for (let at = 1; at <= sorted.length; at += 1) {
    if (at < sorted.length && sorted[at] === sorted[start]) continue;
    if (at - start > best.count) best = { value: sorted[start] ?? Number.NaN, count: at - start };
    start = at;
  }
  return best;
}

function distinctCount(sorted: Float64Array): number {
  return sorted.reduce((count, value, at) => (at > 0 && value === sorted[at - 1] ? count : count + 1), 0);
}
