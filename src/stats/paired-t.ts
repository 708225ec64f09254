import { mean, sampleStandardDeviation } from "simple-statistics";
import { type StudentTest, studentTest } from "./student.ts";

export type PairedTResult =
  | ({
      readonly kind: "estimate";
      readonly rows: number;
      /** The mean gain of a row. */
      readonly difference: number;
      readonly standardDeviation: number;
      readonly standardError: number;
      readonly degreesOfFreedom: number;
    } & StudentTest)
  | { readonly kind: "inconclusive"; readonly rows: number; readonly difference: number; readonly reason: string };

/**
 * The paired t test (Student, 1908) of per-row gains, positive where the challenger is better, against a mean of zero.
 * It assumes rows that are independent and gains that are not heavily skewed for their number. Fewer than two rows, or
 * gains without any spread, are inconclusive: a t statistic does not exist.
 *
 * @param gains one finite number a row
 * @param alpha one-sided error of each bound, 0 < alpha < 1
 */
export function pairedTTest(gains: readonly number[], alpha: number): PairedTResult {
  const rows = gains.length;
  if (rows < 2) {
    return {
      kind: "inconclusive",
      rows,
      difference: gains[0] ?? 0,
      reason: `a paired t test needs 2 rows, there is ${rows}`,
    };
  }
  if (!gains.every(Number.isFinite)) {
    throw new RangeError("every gain must be finite");
  }
  const spread = gains.some((gain) => gain !== gains[0]);
  const difference = spread ? mean(gains) : (gains[0] ?? 0);
  const standardDeviation = spread ? sampleStandardDeviation(gains) : 0;
  if (standardDeviation === 0) {
    return { kind: "inconclusive", rows, difference, reason: "the per-row gains have no spread" };
  }
  const standardError = standardDeviation / Math.sqrt(rows);
  const degreesOfFreedom = rows - 1;
  return {
    kind: "estimate",
    rows,
    difference,
    standardDeviation,
    standardError,
    degreesOfFreedom,
    ...studentTest({ value: difference, standardError, degreesOfFreedom }, alpha),
  };
}
