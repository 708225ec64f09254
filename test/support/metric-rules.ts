import type { MetricName, MetricRule, MetricSettings, MetricTest } from "../../src/evaluation/evaluation.ts";
import { metrics } from "../../src/evaluation/metrics.ts";

/** A rule as the command makes it of a metric's name and test; the margin is the metric's own, or 0.01. */
export function metricRule(
  metric: MetricName,
  test: MetricTest,
  margin: number = metrics[metric].margin ?? 0.01,
  settings: MetricSettings = {},
): MetricRule {
  return { name: metric, metric, settings, test, margin };
}
