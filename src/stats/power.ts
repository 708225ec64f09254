import { normalQuantile, studentQuantile } from "./distributions.ts";

/** The power that a minimum detectable effect and a number of needed rows refer to. */
export const usualPower = 0.8;

/**
 * The smallest true mean difference that a one-sided test at `alpha` finds with 80% power: (z₁₋α + z₀.₈)·sd/√n, by the
 * normal approximation (J. Cohen, "Statistical Power Analysis", 1988). In the unit of `standardDeviation`.
 *
 * @param standardDeviation of one row's difference; for accuracy about the square root of the share of discordant rows
 * @param rows at least 1
 * @param alpha the error of this look, 0 < alpha < 1
 */
export function minimumDetectableEffect(standardDeviation: number, rows: number, alpha: number): number {
  return (reach(alpha) * standardDeviation) / Math.sqrt(rows);
}

/**
 * The same from an estimate's standard error, with Student's quantiles: for few clusters, batches or folds. In the unit
 * of `standardError`.
 */
export function detectableEffect(standardError: number, degreesOfFreedom: number, alpha: number): number {
  const quantile = (p: number) => studentQuantile(p, degreesOfFreedom);
  return (quantile(1 - alpha) + quantile(usualPower)) * standardError;
}

/**
 * The rows with which {@link minimumDetectableEffect} comes down to `effect` (above 0), rounded up to a whole number,
 * at least 1.
 */
export function rowsNeeded(effect: number, standardDeviation: number, alpha: number): number {
  if (!(effect > 0)) {
    throw new RangeError(`the effect must be above 0, not ${effect}`);
  }
  return Math.max(1, Math.ceil(((reach(alpha) * standardDeviation) / effect) ** 2));
}

function reach(alpha: number): number {
  return normalQuantile(1 - alpha) + normalQuantile(usualPower);
}
