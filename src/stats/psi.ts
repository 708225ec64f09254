import { noncentralChiSquareSurvival } from "./distributions.ts";
import { usualPower } from "./power.ts";
import { findRoot } from "./root.ts";

/** Added to every count, so that an empty bin leaves the index finite. */
const smoothing = 0.5;

/** What the distribution of a PSI depends on besides the true shares. */
export interface PsiDesign {
  /** Bins or levels, at least 2. */
  readonly bins: number;
  readonly referenceRows: number;
  readonly currentRows: number;
}

/**
 * The population stability index Σ (pᵢ − qᵢ)·ln(pᵢ/qᵢ) (Jeffreys's divergence; N. Siddiqi, "Credit Risk Scorecards",
 * 2006), half a count added to each bin. From 0, without an upper end.
 *
 * @param reference counts a bin, at least one bin
 * @param current counts of the same bins
 */
export function populationStabilityIndex(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const p = smoothedShares(reference);
  const q = smoothedShares(current);
  if (p.length !== q.length || p.length === 0) {
    throw new RangeError(`the counts must share their bins, there are ${p.length} and ${q.length}`);
  }
  return p.reduce((sum, share, bin) => {
    const other = q[bin] ?? Number.NaN;
    return sum + (share - other) * Math.log(share / other);
  }, 0);
}

function smoothedShares(counts: ArrayLike<number>): number[] {
  const smoothed = Array.from(counts, (count) => count + smoothing);
  const total = smoothed.reduce((sum, count) => sum + count, 0);
  return smoothed.map((count) => count / total);
}

/**
 * The expected PSI of two samples of one distribution, (B − 1)·(1/n + 1/m) (B. Yurdakul and J. Naranjo, Journal of Risk
 * Model Validation 14, 2020). A PSI less this is comparable between sample sizes; it may be negative.
 */
export function psiBias({ bins, referenceRows, currentRows }: PsiDesign): number {
  return (bins - 1) * (1 / referenceRows + 1 / currentRows);
}

/**
 * p against "the true PSI is at most `minimumEffect`": k·PSI with k = nm/(n + m) is noncentral chi-square with B − 1
 * degrees of freedom and noncentrality k·δ, near enough when every bin is expected to hold 5 rows. `minimumEffect` 0
 * gives the plain test for any change.
 */
export function psiTest(psi: number, design: PsiDesign, minimumEffect: number): number {
  const k = effectiveRows(design);
  return noncentralChiSquareSurvival(k * psi, design.bins - 1, k * minimumEffect);
}

/**
 * The smallest true PSI that {@link psiTest} at `alpha` finds with 80% power: above `minimumEffect`, and approaching it
 * as rows grow.
 *
 * @param alpha the error of the test, 0 < alpha < 0.8
 */
export function minimumDetectablePsi(design: PsiDesign, minimumEffect: number, alpha: number): number {
  const k = effectiveRows(design);
  const df = design.bins - 1;
  const survival = (x: number, psi: number) => noncentralChiSquareSurvival(x, df, k * psi);
  const critical = solveIncreasing((x) => alpha - survival(x, minimumEffect), 0, df + k * minimumEffect);
  return solveIncreasing((psi) => survival(critical, psi) - usualPower, minimumEffect, critical / k);
}

/** The root above `low` of a function that grows from below zero; `scale` is a first guess of its distance. */
function solveIncreasing(f: (x: number) => number, low: number, scale: number): number {
  let high = low + scale;
  while (f(high) < 0) {
    high = low + 2 * (high - low);
  }
  return findRoot(f, low, high);
}

function effectiveRows({ bins, referenceRows, currentRows }: PsiDesign): number {
  if (!(bins >= 2 && referenceRows > 0 && currentRows > 0)) {
    throw new RangeError(
      `a PSI needs 2 bins and rows on both sides: ${bins} bins, ${referenceRows} and ${currentRows} rows`,
    );
  }
  return (referenceRows * currentRows) / (referenceRows + currentRows);
}
