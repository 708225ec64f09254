import { proportion } from "../stats/proportions.ts";
import { areSimpleRows, type Design } from "./design.ts";
import { testGains } from "./gain-test.ts";

/** A share of all rows, or a mean over them, with one-sided bounds, each at 1 − alpha; null where there are none. */
export interface Estimated {
  readonly value: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** The mean of one number a row, by Student's t; over groups or batches where rows belong together. */
export function estimatedMean(values: Float64Array, design: Design): Estimated {
  const value = values.reduce((sum, one) => sum + one, 0) / values.length;
  const test = testGains(values, value, 0, design);
  return test.kind === "estimate"
    ? { value, lower: test.lower, upper: test.upper }
    : { value, lower: null, upper: null };
}

/** The share of rows that are 1, and not 0: with Wilson's score bounds where rows are independent. */
export function estimatedShare(hits: Float64Array, design: Design): Estimated & { readonly count: number } {
  const count = hits.reduce((sum, one) => sum + one, 0);
  if (!areSimpleRows(design)) return { count, ...estimatedMean(hits, design) };
  const { share, lower, upper } = proportion({ count, rows: hits.length }, design.alpha);
  return { count, value: share, lower, upper };
}

/**
 * An estimate against the most that is allowed: passes when its upper bound is within, fails when its lower bound is over. Without bounds
 * (every row is alike, or there are too few) nothing is decided, unless the value is exactly nothing.
 */
export function limitVerdict({ value, lower, upper }: Estimated, limit: number): "pass" | "fail" | "inconclusive" {
  if (lower === null || upper === null) return value === 0 ? "pass" : "inconclusive";
  if (upper <= limit) return "pass";
  return lower > limit ? "fail" : "inconclusive";
}
