import { studentQuantile, studentSurvival } from "./distributions.ts";

export interface Estimate {
  readonly value: number;
  /** Above 0. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/**
 * A test of the estimate against zero, and its bounds. Each bound and each one-sided p stands alone at the error alpha.
 */
export interface StudentTest {
  readonly statistic: number;
  readonly pGreater: number;
  readonly pLess: number;
  readonly pTwoSided: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Student's test of an estimate whose error is t-distributed. `alpha`: one-sided error of each bound, 0 < alpha < 1.
 */
export function studentTest({ value, standardError, degreesOfFreedom }: Estimate, alpha: number): StudentTest {
  const statistic = value / standardError;
  const reach = studentQuantile(1 - alpha, degreesOfFreedom) * standardError;
  const pGreater = studentSurvival(statistic, degreesOfFreedom);
  const pLess = studentSurvival(-statistic, degreesOfFreedom);
  return {
    statistic,
    pGreater,
    pLess,
    pTwoSided: 2 * Math.min(pGreater, pLess),
    lower: value - reach,
    upper: value + reach,
  };
}
