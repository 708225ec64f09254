import { studentQuantile, studentSurvival } from "./distributions.ts";
import { type Estimate, type StudentTest, studentTest } from "./student.ts";

export interface SkewedEstimate extends Estimate {
  /** Of the independent units (rows, clusters, batches) whose mean the estimate is, about. */
  readonly skewness: number;
  /** How many units there are. */
  readonly units: number;
}

/** With fewer degrees of freedom the spread is a guess, however many units there are. */
export const leastDegreesOfFreedom = 4;

export const fewUnitsReason = "a handful of rows makes nearly all of the difference's spread";

/**
 * Degrees of freedom of a variance estimated from `units` values of this kurtosis: 2n/(κ − 1), at most `most`, which is
 * what normal values have. By the variance of a sample variance, σ⁴·(κ − 1)/n about (F. E. Satterthwaite, 1946): values
 * nearly all of which are alike say little about their spread, as the influences of 10 positive rows among 500.
 */
export function degreesOfFreedomFor(units: number, kurtosis: number, most: number): number {
  // No kurtosis is below 1, but by rounding.
  return Math.min(most, (2 * units) / Math.max(0, kurtosis - 1));
}

/**
 * Student's test of a mean of skewed units, each bound and p the outer one of Student's own and of P. Hall's correction
 * for skewness (Journal of the Royal Statistical Society B 54, 1992): with S the mean over the units' standard deviation
 * and γ their skewness, S + γS²/3 + γ²S³/27 + γ/(6n) is closer to normal than S. A few large losses among many small
 * gains make Student's test promote too often; the outer one, because the correction in the other direction would rest
 * on a few large gains. `alpha`: one-sided error of each bound, 0 < alpha < ½.
 */
export function skewedStudentTest(estimate: SkewedEstimate, alpha: number): StudentTest {
  const plain = studentTest(estimate, alpha);
  const { value, standardError, degreesOfFreedom, skewness, units } = estimate;
  const root = Math.sqrt(units);
  const corrected = root * symmetric(plain.statistic / root, skewness, units);
  const pGreater = Math.max(plain.pGreater, studentSurvival(corrected, degreesOfFreedom));
  const pLess = Math.max(plain.pLess, studentSurvival(-corrected, degreesOfFreedom));
  const quantile = studentQuantile(1 - alpha, degreesOfFreedom) / root;
  const reach = (side: number) => standardError * root * inverse(side * quantile, skewness, units);
  return {
    statistic: plain.statistic,
    pGreater,
    pLess,
    pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)),
    lower: Math.min(plain.lower, value - reach(1)),
    upper: Math.max(plain.upper, value - reach(-1)),
  };
}

/** What the moments of some values say. */
export interface Spread {
  readonly mean: number;
  /** With n − 1; 0 for values that are all equal. */
  readonly standardDeviation: number;
  /** Σ(x − x̄)³/n / (Σ(x − x̄)²/n)^(3/2); NaN without spread. */
  readonly skewness: number;
  /** Σ(x − x̄)⁴/n / (Σ(x − x̄)²/n)²: 3 for a normal; NaN without spread. */
  readonly kurtosis: number;
}

/** The moments of finite values. */
export function spreadOf(values: ArrayLike<number>): Spread {
  const n = values.length;
  const mean = n === 0 ? 0 : sumOf(values) / n;
  let [squares, cubes, fourths, equal] = [0, 0, 0, true];
  for (let i = 0; i < n; i++) {
    const one = (values[i] ?? Number.NaN) - mean;
    squares += one * one;
    cubes += one * one * one;
    fourths += one * one * (one * one);
    equal &&= values[i] === values[0];
  }
  return {
    mean: equal ? (values[0] ?? 0) : mean,
    standardDeviation: equal ? 0 : Math.sqrt(squares / (n - 1)),
    skewness: cubes / n / (squares / n) ** 1.5,
    kurtosis: (fourths * n) / squares ** 2,
  };
}

/** W. M. Kahan's sum, as improved by A. Neumaier (1974). */
export function sumOf(values: ArrayLike<number>): number {
  let [sum, lost] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

/** Hall's cubic, which grows with `mean`. */
function symmetric(mean: number, skewness: number, units: number): number {
  return mean + (skewness * mean ** 2) / 3 + (skewness ** 2 * mean ** 3) / 27 + skewness / (6 * units);
}

function inverse(transformed: number, skewness: number, units: number): number {
  const shifted = transformed - skewness / (6 * units);
  // (∛(1 + γx) − 1)·3/γ without the cancellation at a small γ.
  const cube = Math.cbrt(1 + skewness * shifted);
  return (3 * shifted) / (cube * cube + cube + 1);
}
