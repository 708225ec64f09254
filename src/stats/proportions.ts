import { normalQuantile } from "./distributions.ts";
import type { DifferenceBounds } from "./tango.ts";

/** How many of a group's rows have the property in question. */
export interface Proportion {
  /** A whole number in 0..rows. */
  readonly count: number;
  /** At least 1. */
  readonly rows: number;
}

/**
 * The difference of two groups' proportions, `one` less `other`, with bounds by R. G. Newcombe's hybrid of Wilson's
 * score intervals (Statistics in Medicine 17, 1998, method 10): they stay within −1..1 and have a width even at shares
 * of 0 and 1. For differences between groups of rows, such as demographic parity (share predicted positive) and equal
 * opportunity (the same among the positive rows).
 *
 * @param alpha one-sided error of each bound, 0 < alpha < ½; both together hold at 1 − 2·alpha
 */
export function proportionDifference(one: Proportion, other: Proportion, alpha: number): DifferenceBounds {
  const z = normalQuantile(1 - alpha);
  const [p, q] = [shareOf(one), shareOf(other)];
  const [first, second] = [wilsonBounds(one, z), wilsonBounds(other, z)];
  return {
    difference: p - q,
    lower: p - q - Math.hypot(p - first.lower, second.upper - q),
    upper: p - q + Math.hypot(first.upper - p, q - second.lower),
  };
}

/**
 * The share of a group's rows with its score bounds (E. B. Wilson, 1927).
 *
 * @param alpha one-sided error of each bound, 0 < alpha < ½
 */
export function proportion(group: Proportion, alpha: number): { share: number; lower: number; upper: number } {
  return { share: shareOf(group), ...wilsonBounds(group, normalQuantile(1 - alpha)) };
}

function shareOf({ count, rows }: Proportion): number {
  if (!(rows >= 1 && count >= 0 && count <= rows)) {
    throw new RangeError(`${count} of ${rows} rows is no share`);
  }
  return count / rows;
}

function wilsonBounds({ count, rows }: Proportion, z: number): { lower: number; upper: number } {
  const square = z * z;
  const centre = count + square / 2;
  const reach = z * Math.sqrt((count * (rows - count)) / rows + square / 4);
  const total = rows + square;
  return {
    lower: count === 0 ? 0 : (centre - reach) / total,
    upper: count === rows ? 1 : (centre + reach) / total,
  };
}
