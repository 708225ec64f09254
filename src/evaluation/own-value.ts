import { proportion } from "../stats/proportions.ts";
import { areSimpleRows, type Design } from "./design.ts";
import type { Answers, MetricRule, Truth } from "./evaluation.ts";
import { type GainTest, mostResampled, testGains, testResampled } from "./gain-test.ts";
import { type Estimator, needed } from "./metric.ts";
import { isHigherBetter, metrics } from "./metrics.ts";
import { designOfUnits, unitOf } from "./query-design.ts";

/** One model's own value of a metric, with one-sided bounds, each at 1 − alpha. What could not be computed is null. */
export interface OwnValue {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly method: string;
  /** Why there are no bounds. */
  readonly reason?: string;
}

/** `reached` and `missed`: the bound on that side says so. */
export type ThresholdState = "reached" | "missed" | "inconclusive";

/**
 * A model's own value. Accuracy of independent rows has Wilson's score bounds; all else is tested as differences of two models are: metrics
 * of shape `resampled` by the bootstrap, the others by Student's t on the rows' influences.
 */
export function ownValue(rule: MetricRule, truth: Truth, answers: Answers, design: Design): OwnValue {
  if (rule.metric === "accuracy" && areSimpleRows(design) && truth.kind === "classes") {
    const predicted = needed(answers.predicted, "class");
    const count = truth.label.reduce((hits, label, row) => hits + (predicted[row] === label ? 1 : 0), 0);
    const { share, lower, upper } = proportion({ count, rows: truth.label.length }, design.alpha);
    return { value: share, lower, upper, method: "Wilson score bounds" };
  }
  const one = metrics[rule.metric].estimator(truth, answers, rule.settings);
  const ofUnits = designOfUnits(truth, design);
  const value = one.value(ofUnits.weights);
  if (!Number.isFinite(value)) {
    return {
      ...unbounded,
      value: null,
      method: "none",
      reason: `${rule.name} is not defined on these ${unitOf(truth)}`,
    };
  }
  const test = testValue(rule, one, value, ofUnits, unitOf(truth));
  const method = test.method.replaceAll("paired ", "").replaceAll("gains", "influences");
  if (test.kind === "inconclusive") return { ...unbounded, value, method, reason: test.reason };
  return { value, lower: test.lower, upper: test.upper, method };
}

/** The threshold is the least value where higher is better, and the greatest where lower is. */
export function thresholdState(rule: MetricRule, { lower, upper }: OwnValue, threshold: number): ThresholdState {
  if (lower === null || upper === null) return "inconclusive";
  const higher = isHigherBetter(rule);
  if (higher ? lower >= threshold : upper <= threshold) return "reached";
  return (higher ? upper < threshold : lower > threshold) ? "missed" : "inconclusive";
}

const unbounded = { lower: null, upper: null } as const;

function testValue(
  { metric, name }: MetricRule,
  one: Estimator,
  value: number,
  design: Design,
  unit: string,
): GainTest {
  const { weights } = design;
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? one.units;
  const scale = one.units / total;
  const around = one.influence(weights).map((own, unit) => value + scale * (weights?.[unit] ?? 1) * own);
  if (metrics[metric].shape === "smooth" || one.units > mostResampled)
    return testGains(around, value, 0, design, one.mostDegreesOfFreedom);
  return testResampled((resampled) => one.value(resampled), around, 0, design, {
    seed: `threshold of ${name}`,
    unit,
  });
}
