import { baselineAnswers } from "../../evaluation/baseline.ts";
import { compareMetric } from "../../evaluation/comparison.ts";
import { decide, identicalAnswers, unbaselined } from "../../evaluation/decision.ts";
import type { Design } from "../../evaluation/design.ts";
import type { Answers, Decision, MetricComparison, MetricRule } from "../../evaluation/evaluation.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { baselineName, baselineSentence } from "./baselines.ts";
import type { Contest } from "./compare.ts";
import { metricCheck, metricsSummary, metricsTable, whatItTakes } from "./findings.ts";
import type { Scene } from "./part.ts";
import { againstBaseline } from "./rules.ts";
import type { Scored } from "./scoring.ts";

/** The metrics' verdicts, and what shows how they came about. */
export interface Judged extends Pick<Scene, "rules" | "opponent" | "comparisons"> {
  readonly decision: Decision;
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly tables: readonly Table[];
}

export function withChampion({ rules, given }: Contest, scored: Scored): Judged {
  const { truth, answers } = scored;
  const [challenger = {}, champion = {}] = answers;
  const identical = identicalAnswers(challenger, champion);
  const design = designOf(scored, given.alpha);
  const comparisons = rules.map((rule) => compareMetric(rule, truth, challenger, champion, design));
  const decision = decide(comparisons, identical);
  return {
    decision,
    rules,
    opponent: { name: "champion", answers: champion },
    comparisons,
    summary: identical
      ? "unchanged: both models give the same answers in every row"
      : `challenger is ${decision}: ${metricsSummary(comparisons, given.alpha)}${whatItTakes(comparisons)}`,
    checks: comparisons.map((comparison) => metricCheck(comparison, "the champion", given.alpha, identical)),
    tables: [metricsTable(comparisons, "champion", given.alpha)],
  };
}

export function withoutChampion(contest: Contest, scored: Scored): Judged {
  const { rules, given, championInput } = contest;
  const { truth, answers } = scored;
  const challenger: Answers = answers[0] ?? {};
  const why = championInput === undefined ? "no champion was named" : `there is no ${championInput} yet`;
  const baseline = contest.baseline === "none" ? challenger : standIn(scored);
  const stand = baselineName(contest.baseline);
  const asked = againstBaseline(rules);
  const design = designOf(scored, given.alpha);
  const comparisons = asked.map((rule) => compareMetric(rule, truth, challenger, baseline, design));
  if (contest.baseline === "none") return uncompared(why, asked, comparisons);
  const decision = unbaselined(decide(comparisons, false));
  const message = `unbaselined: ${why}; compared with ${baselineSentence(contest.baseline, truth)}`;
  return {
    decision,
    rules: asked,
    opponent: { name: "baseline", answers: baseline },
    comparisons,
    summary: `${decision === "inconclusive" ? "inconclusive and unbaselined" : decision}, ${why}; against the baseline ${stand}: ${metricsSummary(comparisons, given.alpha)}${whatItTakes(comparisons)}`,
    checks: [
      { id: "champion", verdict: "warn", message, place: { input: "champion" } },
      ...comparisons.map((comparison) => metricCheck(comparison, `the baseline ${stand}`, given.alpha, false)),
    ],
    tables: [metricsTable(comparisons, "baseline", given.alpha)],
  };
}

/** What stands in for a champion answers. */
export function standIn({ truth, answers, baseline, weights }: Scored): Answers {
  return baseline ?? baselineAnswers(truth, weights, [...(answers[0]?.quantiles?.keys() ?? [])]);
}

/** How the rows were drawn, as far as their columns tell. */
export function designOf({ weights, cluster, moment, folds }: Scored, alpha: number): Design {
  return {
    alpha,
    ...(weights === undefined ? {} : { weights }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(moment === undefined ? {} : { moment }),
    ...(folds === undefined ? {} : { folds }),
  };
}

/** Without champion and baseline the metrics stand alone: shown, and judged by nobody. */
function uncompared(why: string, rules: readonly MetricRule[], comparisons: readonly MetricComparison[]): Judged {
  const values = comparisons.flatMap(({ rule, challenger }) =>
    challenger === null ? [] : [[rule.name, challenger] as const],
  );
  const message = `unbaselined: ${why}, and no baseline was asked for; the challenger was compared with nothing`;
  return {
    decision: "unbaselined-pass",
    rules,
    comparisons: [],
    summary: `unbaselined-pass, ${why}; compared with nothing`,
    checks: [{ id: "champion", verdict: "warn", message, place: { input: "champion" } }],
    tables: [
      {
        title: "Metrics of the challenger",
        columns: ["metric", "value"],
        rows: values.map(([name, value]) => [name, value]),
      },
    ],
  };
}
