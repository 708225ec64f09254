import { z } from "zod";
import type { MetricRule } from "../../evaluation/evaluation.ts";
import { isHigherBetter } from "../../evaluation/metrics.ts";
import { type OwnValue, ownValue, type ThresholdState, thresholdState } from "../../evaluation/own-value.ts";
import type { Check, Table } from "../../kernel/command.ts";
import type { CheckVerdict } from "../../kernel/verdict.ts";
import { percent, rounded } from "./findings.ts";
import { designOf } from "./judge.ts";
import type { Topic } from "./part.ts";

const number = z.number().nullable();
export const thresholdDetails = z.array(
  z.strictObject({
    metric: z.string(),
    threshold: z.number(),
    value: number,
    lower: number,
    upper: number,
    state: z.enum(["reached", "missed", "inconclusive"]),
  }),
);

const verdicts: Readonly<Record<ThresholdState, CheckVerdict>> = {
  reached: "pass",
  missed: "fail",
  inconclusive: "inconclusive",
};

interface Judged {
  readonly rule: MetricRule;
  readonly threshold: number;
  readonly own: OwnValue;
  readonly state: ThresholdState;
}

/** Whether the challenger's own values reach the thresholds that were written beside the metrics, whoever the champion is. */
export const thresholds: Topic = ({ contest, scored, rules }) => {
  const { alpha } = contest.given;
  const design = designOf(scored, alpha);
  const judged = rules.flatMap((rule): readonly Judged[] => {
    const { threshold } = rule;
    if (threshold === undefined) return [];
    const own = ownValue(rule, scored.truth, scored.answers[0] ?? {}, design);
    return [{ rule, threshold, own, state: thresholdState(rule, own, threshold) }];
  });
  if (judged.length === 0) return {};
  return {
    checks: judged.map((one) => thresholdCheck(one, alpha)),
    tables: [thresholdTable(judged, alpha)],
    details: {
      thresholds: judged.map(({ rule, threshold, own: { value, lower, upper }, state }) => ({
        ...{ metric: rule.name, threshold, value, lower, upper, state },
      })),
    },
  };
};

function thresholdCheck({ rule, threshold, own, state }: Judged, alpha: number): Check {
  const { value, lower, upper, method, reason } = own;
  const { bound, asked } = sideOf(rule);
  const ends: Readonly<Record<ThresholdState, string>> = {
    reached: `so that it is ${asked} ${threshold}`,
    missed: `so that it is not ${asked} ${threshold}`,
    inconclusive: `too little evidence whether it is ${asked} ${threshold}${reason === undefined ? "" : ` (${reason})`}`,
  };
  const bounds =
    lower === null || upper === null ? "" : `, with one-sided bounds ${rounded(lower)} and ${rounded(upper)}`;
  const shown = value === null ? `${rule.name} could not be computed` : `${rule.name} is ${rounded(value)}${bounds}`;
  return {
    id: `threshold-${rule.name}`,
    verdict: verdicts[state],
    message: `${shown}: ${ends[state]}`,
    ...(value === null ? {} : { observed: value }),
    expected: threshold,
    ...(lower === null || upper === null ? {} : { interval: [lower, upper] as const }),
    method: `${method}; reached when the ${bound} bound is ${asked} the threshold; one-sided bounds at ${percent(1 - alpha)}`,
  };
}

function sideOf(rule: MetricRule) {
  return isHigherBetter(rule) ? { bound: "lower", asked: "at least" } : { bound: "upper", asked: "at most" };
}

function thresholdTable(judged: readonly Judged[], alpha: number): Table {
  return {
    title: `Thresholds of the challenger's own values (each bound is one-sided at ${percent(1 - alpha)})`,
    columns: ["metric", "asked", "value", "lower bound", "upper bound", "state"],
    rows: judged.map(({ rule, threshold, own, state }) => [
      rule.name,
      `${sideOf(rule).asked} ${threshold}`,
      ...[own.value, own.lower, own.upper].map((one) => (one === null ? null : rounded(one))),
      state,
    ]),
  };
}
