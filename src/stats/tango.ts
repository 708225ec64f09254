import { normalQuantile, normalSurvival } from "./distributions.ts";
import type { DiscordantPairs } from "./mcnemar.ts";
import { findRoot } from "./root.ts";

export interface DifferenceBounds {
  /** (gains − losses) / rows, in −1..1: the challenger's accuracy less the champion's. */
  readonly difference: number;
  /** The one-sided lower confidence bound at 1 − alpha. */
  readonly lower: number;
  /** The one-sided upper confidence bound at 1 − alpha; both together hold at 1 − 2·alpha. */
  readonly upper: number;
}

/**
 * The score bounds for a difference of two paired proportions (T. Tango, Statistics in Medicine 17, 1998): the
 * differences that the score test, with the discordance estimated under each difference, does not reject. It holds its
 * level with few discordant rows, where Wald's bound does not, and has a width even without any.
 *
 * @param pairs discordant counts; whole numbers from 0, together at most `rows`
 * @param rows all compared rows, at least 1
 * @param alpha one-sided error, 0 < alpha < ½
 */
export function tangoBounds(pairs: DiscordantPairs, rows: number, alpha: number): DifferenceBounds {
  if (!(rows >= 1 && pairs.gains >= 0 && pairs.losses >= 0 && pairs.gains + pairs.losses <= rows)) {
    throw new RangeError(`${pairs.gains} gains and ${pairs.losses} losses do not fit in ${rows} rows`);
  }
  const z = normalQuantile(1 - alpha);
  const difference = (pairs.gains - pairs.losses) / rows;
  const flipped = { gains: pairs.losses, losses: pairs.gains };
  return { difference, lower: -upperBound(flipped, rows, z), upper: upperBound(pairs, rows, z) };
}

/**
 * The score test of the same source against one difference: the p of one as large as the observed where the true one is `difference`, and of
 * one as small. It rejects what lies outside of {@link tangoBounds}.
 *
 * @param difference in −1 < difference < 1
 */
export function tangoTest(
  pairs: DiscordantPairs,
  rows: number,
  difference: number,
): { readonly pGreater: number; readonly pLess: number } {
  const excess = pairs.gains - pairs.losses - rows * difference;
  const standardError = standardErrorUnder(pairs, rows, difference);
  // No discordant row, asked about no difference: the limit of smaller and smaller ones.
  if (standardError === 0) return { pGreater: 0.5, pLess: 0.5 };
  const statistic = excess / standardError;
  return { pGreater: normalSurvival(statistic), pLess: normalSurvival(-statistic) };
}

function upperBound(pairs: DiscordantPairs, rows: number, z: number): number {
  const net = pairs.gains - pairs.losses;
  if (net === rows) {
    return 1;
  }
  // Multiplied out, because the standard error is zero at 1, and at the observed difference when all rows or none speak
  // for one side.
  const excess = (delta: number) => rows * delta - net - z * standardErrorUnder(pairs, rows, delta);
  const oneSided = pairs.gains + pairs.losses === 0 || -net === rows;
  return findRoot(excess, net / rows + (oneSided ? (z * z) / (2 * (rows + z * z)) : 0), 1);
}

/**
 * The standard error of gains − losses when the true difference is `delta`: rows·(2q + δ(1 − δ)), q the probability of
 * a loss by maximum likelihood.
 */
function standardErrorUnder({ gains, losses }: DiscordantPairs, rows: number, delta: number): number {
  const b = (2 * rows + losses - gains) * delta - gains - losses;
  const c = -losses * delta * (1 - delta);
  // Not below 0, but by rounding.
  const root = Math.sqrt(Math.max(0, b * b - 8 * rows * c));
  // The larger root of 2n·q² + b·q + c, in the form that does not cancel.
  const q = b > 0 ? (-2 * c) / (b + root) : (root - b) / (4 * rows);
  return Math.sqrt(Math.max(0, rows * (2 * q + delta * (1 - delta))));
}
