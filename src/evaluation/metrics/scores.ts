import type { Answers, MetricSettings, Truth } from "../evaluation.ts";
import { type Estimator, type Metric, needed } from "../metric.ts";
import { labelRanks } from "./label-sets.ts";
import { areaEstimator, precisionEstimator } from "./ranks.ts";

/** Metrics of how a score orders rows, of two classes or of several labels. */

const tasks = ["binary", "multilabel"] as const;

export const rocAuc: Metric = {
  tasks,
  needs: "score",
  better: "higher",
  margin: 0.005,
  shape: "smooth",
  estimator: (truth, answers, settings) => ranks(truth, answers, "area", settings),
};

export const averagePrecision: Metric = {
  tasks,
  needs: "score",
  better: "higher",
  margin: 0.01,
  shape: "smooth",
  estimator: (truth, answers, settings) => ranks(truth, answers, "precision", settings),
};

function ranks(truth: Truth, answers: Answers, of: "area" | "precision", settings: MetricSettings): Estimator {
  if (truth.kind !== "classes") return labelRanks(truth, answers, of, settings);
  const positive = Uint8Array.from(truth.label, (place) => (place === truth.positive ? 1 : 0));
  return (of === "area" ? areaEstimator : precisionEstimator)(positive, needed(answers.score, "score"));
}
