import { z } from "zod";
import { defaultMargins, type MetricRule, metricFacts, metricNames, metricTests } from "../../evaluation/evaluation.ts";
import { configurationError } from "../../kernel/error.ts";

const metricName = z.enum(metricNames);

/** One metric as users write it: its name alone, or with its test. */
export const metricInput = z.union([
  metricName,
  z.strictObject({
    name: metricName,
    test: z.enum(metricTests).optional(),
    margin: z.number().positive().optional(),
    clip: z.number().positive().lt(0.5).optional(),
  }),
]);
type MetricInput = z.output<typeof metricInput>;

/** As scikit-learn clips: no more than keeps the logarithm finite. */
const defaultClip = 1e-15;

/** What is asked where nothing is written: no worse than the champion, so that a refactoring can pass. */
const usualMetrics = {
  binary: ["roc-auc", "log-loss"],
  multiclass: ["accuracy", "log-loss"],
} as const;

/** @throws TitleholderError TH_EVALUATION_METRICS (configuration) */
export function metricRules(
  given: readonly MetricInput[] | undefined,
  task: "binary" | "multiclass",
): readonly MetricRule[] {
  const rules = (given ?? usualMetrics[task]).map((metric): MetricRule => {
    const { name, test, margin, clip } = typeof metric === "string" ? { name: metric } : metric;
    if (test === "superiority" && margin !== undefined) {
      throw refuse(
        `${name} is tested for superiority, which has no margin`,
        "leave the margin out, or test non-inferiority",
      );
    }
    if (clip !== undefined && name !== "log-loss") {
      throw refuse(`${name} has nothing to clip`, "write clip beside log-loss alone");
    }
    return {
      name,
      test: test ?? "non-inferiority",
      margin: margin ?? defaultMargins[name],
      clip: clip ?? defaultClip,
    };
  });
  const binaryOnly = rules.find(({ name }) => task === "multiclass" && metricFacts[name].binaryOnly);
  if (binaryOnly !== undefined) {
    throw refuse(`${binaryOnly.name} is a metric of two classes`, "compare several classes by accuracy or log-loss");
  }
  const twice = rules.find(({ name }, at) => rules.findIndex((rule) => rule.name === name) !== at);
  if (twice !== undefined) throw refuse(`${twice.name} is named twice`, "name each metric once");
  if (rules.length === 0) throw refuse("no metric is named", `name one or more of ${metricNames.join(", ")}`);
  return rules;
}

/**
 * Against a baseline the first metric must be superior: a model that is merely no worse than always giving the same answer is of no use.
 */
export function againstBaseline(rules: readonly MetricRule[]): readonly MetricRule[] {
  return rules.map((rule, at) => (at === 0 ? { ...rule, test: "superiority" } : rule));
}

function refuse(message: string, fix: string) {
  return configurationError("TH_EVALUATION_METRICS", message, fix, { input: "metrics" });
}
