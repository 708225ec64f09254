import { mean, sampleVariance } from "simple-statistics";
import { type StudentTest, studentTest } from "./student.ts";

/** With fewer folds a bound is wider than any difference. */
const leastFolds = 5;

export type CorrectedResampledTResult =
  | ({
      readonly kind: "estimate";
      readonly folds: number;
      /** The mean over folds of challenger less champion. */
      readonly difference: number;
      readonly standardError: number;
      readonly degreesOfFreedom: number;
    } & StudentTest)
  | { readonly kind: "inconclusive"; readonly folds: number; readonly difference: number; readonly reason: string };

/**
 * The corrected resampled t test of a difference measured in the folds of a cross-validation (C. Nadeau and Y. Bengio,
 * Machine Learning 52, 2003; for repeats R. R. Bouckaert and E. Frank, 2004): the folds' models share training rows, so
 * that the variance of the mean of J folds is taken as (1/J + n_test/n_train)·s² rather than s²/J, with J − 1 degrees of
 * freedom. It speaks of the way of training, not of one trained model. Fewer than five folds, or differences without any
 * spread, are inconclusive.
 *
 * @param differences one finite number for each fold of each repeat
 * @param testShare rows tested over rows trained on, of one fold: 1 / (K − 1) for K folds
 * @param alpha one-sided error of each bound, 0 < alpha < 1
 */
export function correctedResampledTTest(
  differences: readonly number[],
  testShare: number,
  alpha: number,
): CorrectedResampledTResult {
  const folds = differences.length;
  if (!(differences.every(Number.isFinite) && testShare > 0 && testShare < Number.POSITIVE_INFINITY)) {
    throw new RangeError("every difference must be finite, and the share of tested rows above 0");
  }
  const difference = folds === 0 ? 0 : mean([...differences]);
  if (folds < leastFolds) {
    const reason = `a test over folds needs ${leastFolds} of them, there are ${folds}`;
    return { kind: "inconclusive", folds, difference, reason };
  }
  const variance = differences.every((each) => each === differences[0]) ? 0 : sampleVariance([...differences]);
  if (variance === 0) {
    return { kind: "inconclusive", folds, difference, reason: "the folds' differences have no spread" };
  }
  const standardError = Math.sqrt((1 / folds + testShare) * variance);
  const degreesOfFreedom = folds - 1;
  return {
    kind: "estimate",
    folds,
    difference,
    standardError,
    degreesOfFreedom,
    ...studentTest({ value: difference, standardError, degreesOfFreedom }, alpha),
  };
}
