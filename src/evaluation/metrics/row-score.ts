import { type Metric, meanEstimator, needed } from "../metric.ts";

/** The mean of a number that stands for each row already: a judge's, a benchmark's, one computed elsewhere. */
export const score: Metric = {
  tasks: ["score"],
  needs: "value",
  better: "higher",
  shape: "smooth",
  estimator: (_, answers) => meanEstimator(needed(answers.value, "score")),
};
