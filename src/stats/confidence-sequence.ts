import { normalSurvival } from "./distributions.ts";
import { findRoot } from "./root.ts";

/**
 * The one-sided normal mixture boundary (S. R. Howard, A. Ramdas, J. McAuliffe and J. Sekhon, "Time-uniform,
 * nonparametric, nonasymptotic confidence sequences", 2021): a sum of independent errors with variance
 * `time` in all stays below it at every time at once with probability 1 − alpha. Every boundary of this kind is tight
 * about one time, `tightAt`, and wider before and after.
 *
 * @param time cumulative variance, above 0
 * @param alpha 0 < alpha < ½
 * @param tightAt cumulative variance, above 0
 */
export function normalMixtureBoundary(time: number, alpha: number, tightAt: number): number {
  const tail = -2 * Math.log(2 * alpha);
  const rho = tightAt / (tail + Math.log1p(tail));
  const threshold = -Math.log(alpha);
  const excess = (sum: number) =>
    0.5 * Math.log((4 * rho) / (time + rho)) +
    (sum * sum) / (2 * (time + rho)) +
    Math.log1p(-normalSurvival(sum / Math.sqrt(time + rho))) -
    threshold;
  let high = Math.sqrt(time + rho);
  while (excess(high) < 0) {
    high *= 2;
  }
  return findRoot(excess, 0, high);
}
