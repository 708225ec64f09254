import type { Answers, MetricName, MetricSettings, Need, Task, Truth } from "./evaluation.ts";

/**
 * One model's metric, ready to be computed with any weights of the units (rows; for metrics of queries the queries): sample weights, a
 * bootstrap's counts, both multiplied, or 0 for a unit that is left out.
 */
export interface Estimator {
  readonly units: number;
  /** In the metric's unit; NaN where it is not defined with these weights. `weights`: one a unit, ≥ 0; all 1 when absent. */
  value(weights?: Float64Array): number;
  /**
   * Each unit's influence on the value: the derivative by its share of the weight, so that the variance of the value of n independent,
   * equally weighted units is about the mean of the squares over n (F. R. Hampel, 1974). Its weighted mean is 0. NaN where the value is.
   */
  influence(weights?: Float64Array): Float64Array;
  /** The most degrees of freedom that the spread of the influences has, where fewer than all units make the value. */
  readonly mostDegreesOfFreedom?: number;
  /** Where the value is a weighted mean of one number a unit: those numbers. */
  readonly values?: Float64Array;
}

/** A metric by its definition; how two models are compared in it is `comparison.ts`. */
export interface Metric {
  readonly tasks: readonly Task[];
  readonly needs: Need;
  /** `better` of the settings goes before it. */
  readonly better: "higher" | "lower";
  /** The margin of non-inferiority where none is written, in the metric's unit; undefined where no number fits all: then one must be written. */
  readonly margin?: number;
  /** `smooth`: read by the influences. `resampled`: by a bootstrap, as its distribution is far from normal at usual sizes. */
  readonly shape: "smooth" | "resampled";
  /**
   * A metric that rare large errors mislead less. A sample without them looks good and cannot show that it lacks them, so that the report names
   * this metric at every test.
   */
  readonly steadier?: MetricName;
  /** @throws Error (a bug) when an answer that the metric needs is absent; the command asks for it before. */
  estimator(truth: Truth, answers: Answers, settings: MetricSettings): Estimator;
}

/** The weighted mean of one number a unit. */
export function meanEstimator(values: Float64Array): Estimator {
  const units = values.length;
  return {
    units,
    values,
    value: (weights) => weightedMean(values, weights),
    influence: (weights) => {
      const value = weightedMean(values, weights);
      return values.map((one) => one - value);
    },
  };
}

/** NaN without any weight. */
export function weightedMean(values: Float64Array, weights?: Float64Array): number {
  let [sum, total] = [0, 0];
  if (weights === undefined) {
    for (const value of values) sum += value;
    return values.length === 0 ? Number.NaN : sum / values.length;
  }
  // By index: a bootstrap passes here for every unit of every resample, and an iterator is ten times as slow.
  for (let unit = 0; unit < values.length; unit++) {
    const weight = weights[unit] ?? 0;
    if (weight === 0) continue;
    sum += weight * (values[unit] ?? Number.NaN);
    total += weight;
  }
  return total > 0 ? sum / total : Number.NaN;
}

/** One estimator as a function of another's value: its influence is the derivative times the other's (the delta method). */
export function transformed(
  inner: Estimator,
  apply: (value: number) => number,
  derivative: (value: number) => number,
): Estimator {
  return {
    units: inner.units,
    value: (weights) => apply(inner.value(weights)),
    influence: (weights) => {
      const slope = derivative(inner.value(weights));
      return inner.influence(weights).map((one) => slope * one);
    },
  };
}

/** @throws Error (a bug) */
export function needed<T>(answer: T | undefined, what: string): T {
  if (answer === undefined) throw new Error(`a metric was asked of a model that gives no ${what}`);
  return answer;
}
