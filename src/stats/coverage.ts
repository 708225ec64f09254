import { normalSurvival } from "./distributions.ts";

/** How many of the rows of one sample are found in another, against what chance brings. */
export interface CoverageTest {
  /** Share of rows found, 0 to 1. */
  readonly share: number;
  /** Share that two samples of one population have in common on average. */
  readonly expected: number;
  /** p against "no more than chance"; 1 where nothing was found. */
  readonly p: number;
}

/**
 * Rows of a new sample whose kind stands in a reference, against what chance brings when rows are drawn from the same population: by
 * Good and Turing (I. J. Good, Biometrika 40, 1953) a further row is of a kind already seen with probability 1 − f₁/n, where f₁ of the n rows
 * of the reference are the only ones of their kind. The p is that of the score test of two equal shares, which counts the error of
 * f₁/n too.
 *
 * @param found rows of the new sample that are of a kind in the reference, of `rows`, at least 1
 * @param single rows of the reference that are the only ones of their kind, of `referenceRows`, at least 1
 */
export function coverageTest(found: number, rows: number, single: number, referenceRows: number): CoverageTest {
  if (!(rows >= 1 && referenceRows >= 1)) {
    throw new RangeError(`both samples need a row, they have ${rows} and ${referenceRows}`);
  }
  const [share, expected] = [found / rows, 1 - single / referenceRows];
  const pooled = (found + referenceRows - single) / (rows + referenceRows);
  const variance = pooled * (1 - pooled) * (1 / rows + 1 / referenceRows);
  if (found === 0 || variance === 0) {
    return { share, expected, p: 1 };
  }
  return { share, expected, p: normalSurvival((share - expected) / Math.sqrt(variance)) };
}
