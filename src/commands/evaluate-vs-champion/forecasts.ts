import type { Answers, MetricRule, Task } from "../../evaluation/evaluation.ts";
import { metrics } from "../../evaluation/metrics.ts";
import { naiveWeights } from "../../evaluation/seasonal.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Json } from "../../kernel/json.ts";
import type { Scene, Topic } from "./part.ts";
import type { Scored } from "./scoring.ts";

/** More than this are not listed. */
const mostHorizons = 60;

/**
 * The rows as they are compared with the seasonal-naive forecast: those before which the data has no season have no weight.
 * @throws TitleholderError TH_EVALUATION_TIME (configuration) when that is all of them.
 */
export function againstNaive(scored: Scored): Scored {
  const { truth, weights, ...others } = scored;
  if (truth.kind !== "numbers" || truth.naive === undefined) return scored;
  if (!truth.naive.some(Number.isFinite)) {
    const fix = "give rows of more than one season (see `season`), or write `baseline: none`";
    throw refuse("no row has a value of its series one season earlier, which the baseline repeats", fix, "season");
  }
  const own = naiveWeights(truth.naive, weights);
  return { ...others, truth, ...(own === undefined ? {} : { weights: own }) };
}

/** What of the rows the comparison of forecasts rests on. */
export const forecastTopic: Topic = ({ contest, scored, opponent }) => {
  const { truth } = scored;
  if (truth.kind !== "numbers" || truth.naive === undefined) return {};
  const known = truth.naive.filter(Number.isFinite).length;
  const rows = truth.naive.length;
  const parts = [
    ...(opponent?.name === "baseline" && known < rows
      ? [`${rows - known} of ${rows} rows have no value one season earlier and do not count against the baseline`]
      : []),
    ...(contest.question.group !== undefined && scored.cluster === undefined
      ? ["there are fewer than ten series, so that stretches of time alone are the pieces of evidence"]
      : []),
  ];
  const message =
    parts.length === 0 ? `${rows} forecasts, each with a value one season earlier or none needed` : parts.join("; ");
  return { checks: [{ id: "forecasts", verdict: "pass", message, observed: known, n: rows }] };
};

/** By how far ahead was forecast: both models' values of the first metric, which no test rests on. */
export const horizonTopic: Topic = ({ scored, rules, opponent }) => {
  const { horizon } = scored;
  const [rule] = rules;
  if (horizon === undefined || rule === undefined) return {};
  const steps = [...new Set(horizon)].sort((a, b) => a - b);
  const models = [scored.answers[0] ?? {}, ...(opponent === undefined ? [] : [opponent.answers])];
  const values = models.map((answers) => valuesBy(answers, rule, scored, steps.slice(0, mostHorizons), horizon));
  const rows = steps
    .slice(0, mostHorizons)
    .map((step, at): readonly Json[] => [
      step,
      horizon.filter((own) => own === step).length,
      ...values.map((own) => own[at] ?? null),
    ]);
  const title = `By horizon: ${rule.name}`;
  const columns = ["horizon", "rows", "challenger", ...(opponent === undefined ? [] : [opponent.name])];
  const more = steps.length - rows.length;
  return { tables: [{ title, columns, rows, ...(more > 0 ? { more } : {}) }] };
};

function valuesBy(
  answers: Answers,
  rule: MetricRule,
  { truth, weights }: Scene["scored"],
  steps: readonly number[],
  horizon: Float64Array,
): readonly (number | null)[] {
  const estimator = metrics[rule.metric].estimator(truth, answers, rule.settings);
  return steps.map((step) => {
    const value = estimator.value(horizon.map((own, row) => (own === step ? (weights?.[row] ?? 1) : 0)));
    return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
  });
}

/** @throws TitleholderError TH_EVALUATION_TIME (configuration) for what a forecast lacks, or another task does not know. */
export function requireForecast(given: {
  readonly task: Task;
  readonly time?: string | undefined;
  readonly season?: number | undefined;
  readonly horizon?: string | undefined;
}): void {
  const { task, time, season, horizon } = given;
  if (task === "forecast") {
    if (time !== undefined) return;
    const fix = "name the column of the time that was forecast with the input `time`";
    throw refuse("a forecast needs to know when each row was", fix, "time");
  }
  const input = season !== undefined ? "season" : horizon !== undefined ? "horizon" : undefined;
  if (input === undefined) return;
  throw refuse(`a ${task} task has no ${input}`, "leave it out, or write `task: forecast`", input);
}

function refuse(message: string, fix: string, input: string) {
  return configurationError("TH_EVALUATION_TIME", message, fix, { input });
}
