import type { MetricSettings } from "../evaluation.ts";
import { type Metric, meanEstimator, needed } from "../metric.ts";

/** The mean of a number that stands for each row already: a judge's, a benchmark's, one computed elsewhere. */
export const score: Metric = {
  tasks: ["score"],
  needs: "value",
  better: "higher",
  shape: "smooth",
  estimator: (_, answers) => meanEstimator(needed(answers.value, "score")),
};

/** The mean of what an expression or a program of the user's gives for each row: a profit, a cost, an error in a unit of one's own. */
export const measured: Metric = {
  tasks: ["binary", "multiclass", "regression", "ranking", "forecast", "score"],
  needs: "measured",
  better: "higher",
  shape: "smooth",
  estimator: (_, answers, settings) =>
    meanEstimator(needed(answers.measured?.get(measureKey(settings)), "such measure")),
};

/** By what the measures of the answers are found. */
export function measureKey({ sql, command }: MetricSettings): string {
  return sql ?? JSON.stringify(command);
}
