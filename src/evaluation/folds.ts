import { correctedResampledTTest } from "../stats/corrected-resampled-t.ts";
import type { Folds } from "./design.ts";
import { asGainTest, type GainTest } from "./gain-test.ts";
import type { Estimator } from "./metric.ts";

/**
 * What is known of each row's fold, as a design.
 * @param fold each row's fold, by whole numbers from 0 that all occur
 * @param repeat each row's repeat, likewise; absent when there is one
 */
export function foldsOf(fold: Int32Array, repeat?: Int32Array): Folds {
  const tested = new Map<number, number>();
  const trained = new Map<number, number>();
  const repeatOf = new Map<number, number>();
  for (const [row, own] of fold.entries()) {
    const round = repeat?.[row] ?? 0;
    tested.set(own, (tested.get(own) ?? 0) + 1);
    trained.set(round, (trained.get(round) ?? 0) + 1);
    repeatOf.set(own, round);
  }
  let sum = 0;
  for (const [own, rows] of tested) sum += rows / ((trained.get(repeatOf.get(own) ?? 0) ?? 0) - rows);
  return { fold, count: tested.size, testShare: sum / tested.size };
}

export interface FoldMeans {
  /** The mean over folds. NaN when the metric is not defined in one of them. */
  readonly challenger: number;
  readonly champion: number;
  /** Of challenger less champion, positive is better, by fold. */
  readonly differences: readonly number[];
}

/** Both models' metric in each fold by itself. */
export function overFolds(
  one: Estimator,
  other: Estimator,
  sign: number,
  { fold, count }: Folds,
  weights?: Float64Array,
): FoldMeans {
  const values = Array.from({ length: count }, (_, own) => {
    const inside = Float64Array.from(fold, (place, row) => (place === own ? (weights?.[row] ?? 1) : 0));
    return [one.value(inside), other.value(inside)] as const;
  });
  const mean = (at: 0 | 1) => values.reduce((sum, pair) => sum + pair[at], 0) / count;
  return {
    challenger: mean(0),
    champion: mean(1),
    differences: values.map(([own, theirs]) => sign * (own - theirs)),
  };
}

/** The corrected resampled t of the folds' differences against a line. */
export function testFolds(
  differences: readonly number[],
  line: number,
  { count, testShare }: Folds,
  alpha: number,
): GainTest {
  const method = `corrected resampled t test over ${count} folds`;
  const test = correctedResampledTTest(
    differences.map((difference) => difference - line),
    testShare,
    alpha,
  );
  return asGainTest(test, line, method);
}
