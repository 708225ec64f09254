import { z } from "zod";
import {
  type Average,
  averages,
  binnings,
  knownMetrics,
  type MetricName,
  type MetricRule,
  type MetricSettings,
  type MetricTest,
  mcNemarForms,
  metricNames,
  metricTests,
  type Task,
} from "../../evaluation/evaluation.ts";
import { metrics } from "../../evaluation/metrics.ts";
import { configurationError } from "../../kernel/error.ts";

const metricName = z.enum(knownMetrics);

const tested = {
  test: z.enum(metricTests).optional(),
  margin: z.number().positive().optional(),
  threshold: z.number().optional(),
};

const settings = {
  clip: z.number().positive().lt(0.5).optional(),
  average: z.enum(averages).optional(),
  k: z.int().positive().optional(),
  quantile: z.number().gt(0).lt(1).optional(),
  p: z.enum(mcNemarForms).optional(),
  better: z.enum(["higher", "lower"]).optional(),
  bins: z.int().min(2).max(1000).optional(),
  binning: z.enum(binnings).optional(),
  costs: z.record(z.string(), z.record(z.string(), z.number())).optional(),
};

/** One metric as users write it: its name alone, with its test, or one of their own. */
export const metricInput = z.union([
  metricName,
  z.strictObject({
    name: metricName,
    ...tested,
    ...settings,
  }),
  z.strictObject({
    name: z.string().min(1).max(100),
    sql: z.string().min(1),
    better: z.enum(["higher", "lower"]),
    ...tested,
  }),
  z.strictObject({
    name: z.string().min(1).max(100),
    command: z.array(z.string()).min(1),
    better: z.enum(["higher", "lower"]),
    ...tested,
  }),
]);
type MetricInput = z.output<typeof metricInput>;

/** Which settings each metric reads; the others have none. */
const settingsOf: Partial<Record<MetricName, readonly (keyof MetricSettings)[]>> = {
  accuracy: ["p"],
  "log-loss": ["clip"],
  precision: ["average"],
  recall: ["average"],
  f1: ["average"],
  "top-k": ["k"],
  pinball: ["quantile"],
  "roc-auc": ["average"],
  "average-precision": ["average"],
  ndcg: ["k"],
  mrr: ["k"],
  score: ["better"],
  ece: ["bins", "binning"],
  cost: ["costs"],
  sql: ["sql", "better"],
  command: ["command", "better"],
};

/** What is asked where nothing is written: no worse than the champion, so that a refactoring can pass. */
const usualMetrics: Readonly<Record<Task, readonly MetricInput[]>> = {
  binary: ["roc-auc", "log-loss"],
  multiclass: ["accuracy", "log-loss"],
  multilabel: ["f1"],
  regression: ["r2"],
  ranking: ["ndcg"],
  forecast: ["mase"],
  score: [{ name: "score", test: "superiority" }],
};

/** @throws TitleholderError TH_EVALUATION_METRICS (configuration) */
export function metricRules(given: readonly MetricInput[] | undefined, task: Task): readonly MetricRule[] {
  const rules = (given ?? usualMetrics[task]).map((metric) => ruleOf(metric, task));
  const twice = rules.find(({ name }, at) => rules.findIndex((rule) => rule.name === name) !== at);
  if (twice !== undefined) throw refuse(`${twice.name} is named twice`, "name each metric once");
  if (rules.length === 0) throw refuse("no metric is named", `name one or more of ${metricsOf(task).join(", ")}`);
  return rules;
}

function ruleOf(metric: MetricInput, task: Task): MetricRule {
  const { name: label, metric: name, test, margin, threshold, written } = writtenAs(metric);
  const facts = metrics[name];
  if (!facts.tasks.includes(task)) {
    const tasks = facts.tasks.join(" or ");
    throw refuse(
      `${label} is a metric of ${tasks}, and the task is ${task}`,
      `name one of ${metricsOf(task).join(", ")}`,
    );
  }
  if (test === "superiority" && margin !== undefined) {
    const fix = "leave the margin out, or test non-inferiority";
    throw refuse(`${label} is tested for superiority, which has no margin`, fix);
  }
  requireSettings(name, written);
  requireAverage(name, written, task);
  const tolerated = margin ?? facts.margin;
  if (test !== "superiority" && tolerated === undefined) {
    const fix = "write `margin` beside it: the largest loss that you would accept";
    throw refuse(`${label} has a unit of its own, so that no margin fits all`, fix);
  }
  // Superiority has no margin; the smallest number stands for it.
  return {
    name: label,
    metric: name,
    settings: written,
    test: test ?? "non-inferiority",
    margin: tolerated ?? Number.MIN_VALUE,
    ...(threshold === undefined ? {} : { threshold }),
  };
}

/**
 * That the models predict what the metrics read, as far as the levels of their quantiles tell.
 * @throws TitleholderError TH_EVALUATION_METRICS (configuration)
 */
export function requireLevels(rules: readonly MetricRule[], quantiles: readonly number[]): void {
  const given = quantiles.length === 0 ? [0.5] : quantiles;
  for (const { name, metric, settings } of rules) {
    const { needs } = metrics[metric];
    const level =
      needs === "quantile" ? settings.quantile : needs === "value" && quantiles.length > 0 ? 0.5 : undefined;
    if (level === undefined || given.includes(level)) continue;
    const levels =
      quantiles.length === 0 ? "one number, which stands for the median" : `the quantiles ${quantiles.join(", ")}`;
    const fix = `name the levels that the models predict in their order with \`quantiles\`, ${level} among them, or compare in another metric`;
    throw refuse(`${name} reads the quantile ${level}, and the models predict ${levels}`, fix);
  }
}

interface Written extends Pick<MetricRule, "name" | "metric"> {
  readonly test?: MetricTest | undefined;
  readonly margin?: number | undefined;
  readonly threshold?: number | undefined;
  readonly written: MetricSettings;
}

/** A metric's own name, or the one that the user gave to an expression. */
function writtenAs(metric: MetricInput): Written {
  if (typeof metric === "string") return { name: nameOf(metric, {}), metric, written: {} };
  const { name, test, margin, threshold, ...written } = metric;
  const asked = { test, margin, threshold, written };
  const own = "sql" in metric ? "sql" : "command" in metric ? "command" : undefined;
  if (own === undefined) return { name: nameOf(name as MetricName, written), metric: name as MetricName, ...asked };
  if (!metricNames.some((known) => known === name)) return { name, metric: own, ...asked };
  throw refuse(`${name} is a metric already`, "give your own a name of its own");
}

function requireSettings(name: MetricName, written: MetricSettings): void {
  const own = settingsOf[name] ?? [];
  const keys = Object.keys(written) as (keyof MetricSettings)[];
  const foreign = keys.find((key) => written[key] !== undefined && !own.includes(key));
  if (foreign !== undefined) {
    const owners = knownMetrics.filter((metric) => settingsOf[metric]?.includes(foreign));
    throw refuse(`${name} has no \`${foreign}\``, `write it beside ${owners.join(", ")} alone`);
  }
  if (name === "cost" && written.costs === undefined) {
    const fix = "write `costs: { TRUE-CLASS: { PREDICTED-CLASS: NUMBER } }`";
    throw refuse("cost needs the cost of each mistake", fix);
  }
}

function requireAverage(name: MetricName, { average }: MetricSettings, task: Task): void {
  const known = averagesOf(name, task);
  if (average === undefined || known.includes(average)) return;
  const fix = known.length === 0 ? "leave `average` out" : `write one of ${known.join(", ")}`;
  throw refuse(`${name} of a ${task} task has no average \`${average}\``, fix);
}

/** By what a row has: one of two classes, one of several, or several labels. */
function averagesOf(name: MetricName, task: Task): readonly Average[] {
  const several = task === "multilabel";
  if (name === "roc-auc") return several ? ["macro"] : [];
  if (name === "average-precision") return several ? ["macro", "micro"] : [];
  const own: readonly Average[] = several ? ["samples"] : task === "binary" ? ["positive"] : [];
  return ["macro", "weighted", "micro", ...own];
}

/** `f1-macro`, `top-3`, `pinball-0.9`: what tells it from another of the same. */
function nameOf(name: MetricName, { average, k, quantile }: MetricSettings): string {
  if (name === "top-k") return `top-${k ?? 5}`;
  if (name === "pinball") return quantile === undefined ? name : `pinball-${quantile}`;
  if (k !== undefined) return `${name}-${k}`;
  return average === undefined ? name : `${name}-${average}`;
}

function metricsOf(task: Task): readonly MetricName[] {
  return knownMetrics.filter((name) => metrics[name].tasks.includes(task));
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
