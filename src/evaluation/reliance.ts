import { holm } from "../stats/multiplicity.ts";
import type { Design } from "./design.ts";
import type { Estimated } from "./estimated.ts";
import type { Answers, MetricRule, Truth } from "./evaluation.ts";
import { testGains } from "./gain-test.ts";
import { metrics } from "./metrics.ts";

/**
 * What a model loses in a metric when its answers are spoilt, as one number a row whose mean is the loss (positive: worse) and whose spread is
 * its own to first order: the loss and the difference of the rows' influences, averaged over several ways of spoiling. Undefined where the
 * metric is.
 */
export function lossByRow(
  rule: MetricRule,
  truth: Truth,
  intact: Answers,
  spoilt: readonly Answers[],
): Float64Array | undefined {
  const { estimator, better } = metrics[rule.metric];
  const sign = better === "higher" ? 1 : -1;
  const before = estimator(truth, intact, rule.settings);
  const [value, influence] = [before.value(), before.influence()];
  const losses = new Float64Array(before.units);
  for (const answers of spoilt) {
    const after = estimator(truth, answers, rule.settings);
    const loss = value - after.value();
    const own = after.influence();
    for (let unit = 0; unit < losses.length; unit++) {
      const part = loss + (influence[unit] ?? Number.NaN) - (own[unit] ?? Number.NaN);
      losses[unit] = (losses[unit] ?? 0) + (sign * part) / spoilt.length;
    }
  }
  return losses.every(Number.isFinite) ? losses : undefined;
}

export interface Loss extends Estimated {
  /** Two-sided, against no loss; 1 where every row is alike. */
  readonly p: number;
}

/** The mean of what the rows lose, with one-sided bounds. */
export function lossOf(losses: Float64Array, design: Design): Loss {
  const value = losses.reduce((sum, one) => sum + one, 0) / losses.length;
  const above = testGains(losses, value, 0, design);
  const below = testGains(
    losses.map((one) => -one),
    -value,
    0,
    design,
  );
  if (above.kind === "inconclusive" || below.kind === "inconclusive") {
    return { value, lower: null, upper: null, p: 1 };
  }
  return { value, lower: above.lower, upper: above.upper, p: Math.min(1, 2 * Math.min(above.p, below.p)) };
}

export interface RelianceChange {
  readonly difference: Loss;
  /** By Holm over all features that both models read. */
  readonly adjusted: number;
}

/** Whether the challenger relies more or less on a feature than the champion, row by row; undefined for what one of them does not read. */
export function relianceChanges(
  pairs: readonly (readonly [challenger: Float64Array | undefined, champion: Float64Array | undefined])[],
  design: Design,
): readonly (RelianceChange | undefined)[] {
  const differences = pairs.map(([one, other]) =>
    one === undefined || other === undefined
      ? undefined
      : lossOf(
          one.map((loss, unit) => loss - (other[unit] ?? Number.NaN)),
          design,
        ),
  );
  const tested = differences.filter((one) => one !== undefined);
  const adjusted = holm(tested.map(({ p }) => p));
  return differences.map((difference) =>
    difference === undefined ? undefined : { difference, adjusted: adjusted[tested.indexOf(difference)] ?? 1 },
  );
}
