import { degreesOfFreedomFor, fewUnitsReason, leastDegreesOfFreedom, skewedStudentTest, spreadOf } from "./skewness.ts";
import type { StudentTest } from "./student.ts";

export type PairedTResult =
  | ({
      readonly kind: "estimate";
      readonly rows: number;
      /** The mean gain of a row. */
      readonly difference: number;
      readonly standardDeviation: number;
      readonly standardError: number;
      /** At most `rows` − 1; fewer where few rows make most of the spread. */
      readonly degreesOfFreedom: number;
      readonly skewness: number;
    } & StudentTest)
  | { readonly kind: "inconclusive"; readonly rows: number; readonly difference: number; readonly reason: string };

/**
 * The paired t test (Student, 1908) of per-row gains, positive where the challenger is better, against a mean of zero,
 * corrected for skewness ({@link skewedStudentTest}) and for gains most of which are alike ({@link degreesOfFreedomFor}).
 * It assumes rows that are independent. Fewer than two rows, gains without any spread, or a spread that is the work of a
 * handful of rows, are inconclusive.
 *
 * @param gains one finite number a row
 * @param alpha one-sided error of each bound, 0 < alpha < 1
 * @param mostDegreesOfFreedom where something else than the rows bounds them too
 */
export function pairedTTest(
  gains: ArrayLike<number>,
  alpha: number,
  mostDegreesOfFreedom = Number.POSITIVE_INFINITY,
): PairedTResult {
  const rows = gains.length;
  if (rows < 2) {
    return {
      kind: "inconclusive",
      rows,
      difference: gains[0] ?? 0,
      reason: `a paired t test needs 2 rows, there is ${rows}`,
    };
  }
  const { mean: difference, standardDeviation, skewness, kurtosis } = spreadOf(gains);
  if (!Number.isFinite(difference)) {
    throw new RangeError("every gain must be finite");
  }
  const standardError = standardDeviation / Math.sqrt(rows);
  if (!(standardError > 0 && kurtosis > 0)) {
    return { kind: "inconclusive", rows, difference, reason: "the per-row gains have no spread" };
  }
  const degreesOfFreedom = degreesOfFreedomFor(rows, kurtosis, Math.min(rows - 1, mostDegreesOfFreedom));
  if (rows > leastDegreesOfFreedom && degreesOfFreedom < leastDegreesOfFreedom) {
    return { kind: "inconclusive", rows, difference, reason: fewUnitsReason };
  }
  return {
    kind: "estimate",
    rows,
    difference,
    standardDeviation,
    standardError,
    degreesOfFreedom,
    skewness,
    ...skewedStudentTest({ value: difference, standardError, degreesOfFreedom, skewness, units: rows }, alpha),
  };
}
