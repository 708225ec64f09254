import { binomialUpperTail } from "../stats/distributions.ts";
import { pairedTTest } from "../stats/paired-t.ts";

/** One model's requests in the order in which they were made, in milliseconds; the reference is a fixed amount of arithmetic beside each. */
export interface Requests {
  readonly ms: readonly number[];
  readonly referenceMs: readonly number[];
}

/** Milliseconds, or a ratio; a bound that so few requests do not have is null. */
export interface Bounded {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * A quantile of independent requests with bounds from the order statistics, whatever the distribution: of n requests as many as a binomial
 * variable lie below the quantile (H. A. David and H. N. Nagaraja, "Order Statistics", 2003, 7.1). For p99 at 95% an upper bound takes 299.
 *
 * @param ms at least one
 * @param level in 0..1
 * @param alpha one-sided error of each bound
 */
export function quantileBounds(ms: readonly number[], level: number, alpha: number): Bounded {
  const ascending = ms.toSorted((a, b) => a - b);
  const n = ascending.length;
  const middle = Math.ceil(n * level);
  // The k-th smallest is a lower bound while at least k requests lie below the quantile with probability 1 − alpha.
  let low = middle;
  while (low > 0 && binomialUpperTail(low, n, level) < 1 - alpha) low -= 1;
  let high = middle;
  while (high <= n && binomialUpperTail(high, n, level) > alpha) high += 1;
  return {
    value: ascending[middle - 1] ?? Number.NaN,
    lower: ascending[low - 1] ?? null,
    upper: ascending[high - 1] ?? null,
  };
}

const blocks = 20;

/**
 * How many times the other's median one median is: by Student's t of the logarithm of the ratio in successive blocks of requests, so that
 * a machine that slows down for a while, and both models with it, widens the bounds and does not move the ratio.
 */
export function medianRatio(one: readonly number[], other: readonly number[], alpha: number): Bounded {
  const logs = blockMedians(one).map((own, block) => Math.log(own / (blockMedians(other)[block] ?? Number.NaN)));
  const value = median(one) / median(other);
  const test = logs.every(Number.isFinite) ? pairedTTest(logs, alpha) : undefined;
  if (test?.kind !== "estimate") return { value, lower: null, upper: null };
  // About the mean of the blocks; the median of all stays what is shown.
  return { value, lower: Math.min(value, Math.exp(test.lower)), upper: Math.max(value, Math.exp(test.upper)) };
}

/** Of the reference arithmetic: its 99th percentile over its median, and its slowest block's median over its fastest one's. */
const mostTail = 2;
const mostDrift = 1.3;

/** Why the machine was too busy to call a model slow; undefined when it was not. */
export function disturbance(requests: readonly Requests[]): string | undefined {
  const tails = requests.map(({ referenceMs }) => quantileBounds(referenceMs, 0.99, 0.5).value / median(referenceMs));
  const drifts = requests.map(({ referenceMs }) => {
    const medians = blockMedians(referenceMs);
    return Math.max(...medians) / Math.min(...medians);
  });
  const times = (ratio: number) => `${Number(ratio.toPrecision(2))} times`;
  if (Math.max(...tails) > mostTail) {
    return `a fixed amount of arithmetic took ${times(Math.max(...tails))} as long as usual in 1% of the requests`;
  }
  if (Math.max(...drifts) > mostDrift) {
    return `a fixed amount of arithmetic took ${times(Math.max(...drifts))} as long at one time as at another`;
  }
  return undefined;
}

export type LatencyState = "pass" | "fail" | "inconclusive";

/** Within the limit when the upper bound is; over it when the lower bound is, unless the machine was disturbed. */
export function latencyState({ lower, upper }: Bounded, limit: number, disturbed: boolean): LatencyState {
  if (upper !== null && upper <= limit) return "pass";
  return lower !== null && lower > limit && !disturbed ? "fail" : "inconclusive";
}

export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const half = ascending.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [ascending[Math.ceil(half) - 1], ascending[Math.floor(half)]];
  return (low + high) / 2;
}

function blockMedians(values: readonly number[]): readonly number[] {
  const length = Math.floor(values.length / blocks);
  return length === 0
    ? []
    : Array.from({ length: blocks }, (_, block) => median(values.slice(block * length, (block + 1) * length)));
}
