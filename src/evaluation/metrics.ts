import type { MetricName, MetricRule } from "./evaluation.ts";
import type { Metric } from "./metric.ts";
import { accuracy, balancedAccuracy, cost, f1, mcc, precision, recall } from "./metrics/class-counts.ts";
import { hammingLoss, jaccard, subsetAccuracy } from "./metrics/label-sets.ts";
import { mae, mape, mase, mse, pinball, r2, rmse, smape } from "./metrics/numbers.ts";
import { brier, ece, logLoss, topK } from "./metrics/probabilities.ts";
import { map, mrr, ndcg } from "./metrics/queries.ts";
import { measured, score } from "./metrics/row-score.ts";
import { averagePrecision, rocAuc } from "./metrics/scores.ts";

export const metrics: Readonly<Record<MetricName, Metric>> = {
  accuracy,
  "balanced-accuracy": balancedAccuracy,
  precision,
  recall,
  f1,
  mcc,
  cost,
  "top-k": topK,
  "roc-auc": rocAuc,
  "average-precision": averagePrecision,
  "log-loss": logLoss,
  brier,
  ece,
  mse,
  rmse,
  mae,
  mape,
  r2,
  pinball,
  smape,
  mase,
  ndcg,
  mrr,
  map,
  score,
  "subset-accuracy": subsetAccuracy,
  "hamming-loss": hammingLoss,
  jaccard,
  sql: measured,
  command: measured,
};

/** Which way is better: as the rule says, else as the metric does. */
export function isHigherBetter({ metric, settings }: Pick<MetricRule, "metric" | "settings">): boolean {
  return (settings.better ?? metrics[metric].better) === "higher";
}
