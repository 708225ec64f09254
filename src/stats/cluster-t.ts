import { degreesOfFreedomFor, skewedStudentTest, spreadOf, sumOf } from "./skewness.ts";
import type { StudentTest } from "./student.ts";

/** With fewer clusters the spread of their totals is a guess. */
export const leastClusters = 10;

export type ClusterTResult =
  | ({
      readonly kind: "estimate";
      readonly rows: number;
      /** Clusters that have rows. */
      readonly clusters: number;
      /**
       * The number of equal clusters that would say as much, at most `clusters`: well below it when a few clusters hold
       * most rows.
       */
      readonly effectiveClusters: number;
      readonly difference: number;
      readonly standardError: number;
      /** At most `effectiveClusters` − 1; fewer where few clusters make most of the spread. */
      readonly degreesOfFreedom: number;
    } & StudentTest)
  | {
      readonly kind: "inconclusive";
      readonly rows: number;
      readonly clusters: number;
      readonly difference: number;
      readonly reason: string;
    };

/**
 * Student's t test of a mean whose rows belong together in clusters (users, sites), while the clusters are independent
 * of each other: the error comes from the clusters' totals about the mean, Σ(S − n·mean)² / (1 − n/N) / N², which is
 * unbiased for independent rows of equal spread and for clusters of equal size (R. M. Bell and D. F. McCaffrey, Survey
 * Methodology 28, 2002, CR2, for a mean). Degrees of freedom are Satterthwaite's if all of a cluster's rows move
 * together; for clusters of equal size they are the number of clusters − 1, or fewer by the totals' kurtosis. Corrected
 * for skewed totals ({@link skewedStudentTest}). Fewer than {@link leastClusters} clusters, or totals without any spread,
 * are inconclusive.
 *
 * @param values one finite number a row: its gain, or its influence on a difference
 * @param cluster the row's cluster, whole numbers from 0; as long as `values`
 * @param alpha one-sided error of each bound, 0 < alpha < 1
 * @param difference what is tested against zero: the mean of `values`, unless they are influences on another estimate
 */
export function clusterTTest(
  values: ArrayLike<number>,
  cluster: ArrayLike<number>,
  alpha: number,
  difference: number = meanOf(values),
): ClusterTResult {
  const rows = values.length;
  const { sizes, deviations } = totals(values, cluster);
  const clusters = sizes.length;
  const inconclusive = (reason: string) => ({ kind: "inconclusive", rows, clusters, difference, reason }) as const;
  if (clusters < leastClusters) {
    return inconclusive(`a test over groups of rows needs ${leastClusters} groups, there are ${clusters}`);
  }
  const adjusted = deviations.map((deviation, i) => deviation / Math.sqrt(1 - (sizes[i] ?? 0) / rows));
  const standardError = Math.sqrt(sumOf(adjusted.map((value) => value * value))) / rows;
  if (!isSpread(values) || standardError === 0) {
    return inconclusive("the totals of the groups have no spread");
  }
  const { skewness, kurtosis } = spreadOf(adjusted);
  const bySize = satterthwaite(sizes, rows);
  const degreesOfFreedom = degreesOfFreedomFor(clusters, kurtosis, bySize);
  return {
    kind: "estimate",
    rows,
    clusters,
    effectiveClusters: bySize + 1,
    difference,
    standardError,
    degreesOfFreedom,
    ...skewedStudentTest({ value: difference, standardError, degreesOfFreedom, skewness, units: clusters }, alpha),
  };
}

/** Of each cluster with rows: how many, and the sum of their deviations from the mean of all rows. */
function totals(values: ArrayLike<number>, cluster: ArrayLike<number>) {
  const mean = meanOf(values);
  if (cluster.length !== values.length || !Number.isFinite(mean)) {
    throw new RangeError("every row needs a finite value and a cluster");
  }
  const places = Int32Array.from(cluster);
  const length = places.reduce((most, place) => Math.max(most, place + 1), 0);
  const counts = new Float64Array(length);
  const sums = new Float64Array(length);
  for (const [row, place] of places.entries()) {
    counts[place] = (counts[place] ?? Number.NaN) + 1;
    sums[place] = (sums[place] ?? Number.NaN) + ((values[row] ?? Number.NaN) - mean);
  }
  const deviations = sums.filter((_, place) => counts[place] !== 0);
  return { sizes: counts.filter((count) => count !== 0), deviations };
}

/**
 * (Σλ)² / Σλ² of the quadratic form that estimates the variance, where a total's own variance grows as its square of
 * rows. With shares p = n/N and a = 1/√(1 − p), totals about the mean are S_g − p_g·ΣS; the form's matrix has the
 * entries a_g·a_h·Cov(g, h) with Cov = [g = h]·n_g² − p_g·n_h² − p_h·n_g² + p_g·p_h·Σn².
 */
function satterthwaite(sizes: Float64Array, rows: number): number {
  const shares = sizes.map((size) => size / rows);
  const sum = (term: (p: number) => number) => sumOf(shares.map(term));
  const squares = sum((p) => p * p);
  const trace = sum((p) => (p * p * (1 - 2 * p + squares)) / (1 - p));
  // Off the diagonal the entry is p_g·p_h·(Σp² − p_g − p_h); its square, over (1 − p_g)(1 − p_h), summed over all g, h.
  const [zero, one, two] = [0, 1, 2].map((power) => sum((p) => (p * p * (squares / 2 - p) ** power) / (1 - p)));
  const all = 2 * (zero ?? 0) * (two ?? 0) + 2 * (one ?? 0) ** 2;
  const diagonal = (p: number) => (p * p * (1 - 2 * p + squares)) ** 2 / (1 - p) ** 2;
  const asOffDiagonal = (p: number) => (p * p * (squares - 2 * p)) ** 2 / (1 - p) ** 2;
  const quadratic = all + sum((p) => diagonal(p) - asOffDiagonal(p));
  return (trace * trace) / quadratic;
}

function meanOf(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : sumOf(values) / values.length;
}

function isSpread(values: ArrayLike<number>): boolean {
  return Array.prototype.some.call(values, (value) => value !== values[0]);
}
