import { majorityAnswers } from "../../evaluation/baseline.ts";
import { compareMetric } from "../../evaluation/comparison.ts";
import { decide, identicalAnswers, unbaselined } from "../../evaluation/decision.ts";
import type { Answers, Decision, MetricComparison, MetricRule } from "../../evaluation/evaluation.ts";
import {
  calibrationSeries,
  confusionTables,
  disagreementTables,
  type NamedAnswers,
  rocSeries,
} from "../../evaluation/pictures.ts";
import type { Check, Series, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import type { PredictorLimits } from "../../model/model.ts";
import { openData } from "../data.ts";
import type { LocatedModel } from "../model-reference.ts";
import { openPredictor } from "../predictor.ts";
import { type Contestant, examineHoldout, type HoldoutQuestion, requireQuestion } from "./columns.ts";
import { type Given, type Result, result } from "./facts.ts";
import {
  keyChecks,
  metricCheck,
  metricsSummary,
  metricsTable,
  missingCheck,
  missingTables,
  signatureCheck,
} from "./findings.ts";
import type { Rows } from "./rows.ts";
import { againstBaseline } from "./rules.ts";
import { type Scored, scoreRows } from "./scoring.ts";

export interface Contest {
  readonly given: Given;
  readonly rules: readonly MetricRule[];
  readonly limits: PredictorLimits;
  readonly features: readonly string[] | undefined;
  readonly challenger: LocatedModel;
  readonly champion: LocatedModel | undefined;
  /** How the champion was named, though there is none by that name. */
  readonly championInput: string | undefined;
  readonly rows: Rows;
  readonly question: HoldoutQuestion;
}

/** Opens the models, scores every row with both, compares and decides. */
export async function compareModels(contest: Contest, host: Host): Promise<Result> {
  const { rows, question, rules } = contest;
  const times = [host.now().getTime()];
  const mark = () => void times.push(host.now().getTime());
  await using stack = new AsyncDisposableStack();
  await using dataset = await openData(rows.source, host, { input: rows.input });
  // Before the models are opened, which takes longer.
  requireQuestion(dataset.columns, question);
  const contestants = await openContestants(contest, host, stack);
  const [one, other] = contestants;
  const holdout = await examineHoldout(dataset, contestants, question, rows.input);
  mark();
  const scored = await scoreRows(dataset, holdout, question.label, contestants, rules, host);
  mark();
  const checks = [
    ...rows.checks,
    ...(one === undefined || other === undefined ? [] : [signatureCheck(one, other)]),
    missingCheck(holdout),
    ...keyChecks(holdout),
  ];
  const compared = other === undefined ? withoutChampion(contest, scored) : withChampion(contest, scored);
  mark();
  const [start = 0, opened = 0, answered = 0, end = 0] = times;
  return result(contest.given, contest, compared.decision, holdout.rows, compared.comparisons, {
    verdict: overallVerdict([...compared.checks, ...checks].map(({ verdict }) => verdict)),
    summary: compared.summary,
    checks: [...compared.checks, ...checks],
    tables: [...compared.tables, ...missingTables(holdout)],
    series: compared.series,
    timings: { open: opened - start, score: answered - opened, compare: end - answered },
  });
}

/** Both models at once, as most of the time to open one is the start of its process; what opened is closed by the stack. */
async function openContestants(
  { challenger, champion, limits, features }: Contest,
  host: Host,
  stack: AsyncDisposableStack,
): Promise<readonly Contestant[]> {
  const models = [
    { name: "challenger" as const, model: challenger },
    ...(champion === undefined ? [] : [{ name: "champion" as const, model: champion }]),
  ];
  const opened = await Promise.allSettled(models.map(({ model }) => openPredictor(model, host, limits, features)));
  const sessions = opened.map((one) => (one.status === "fulfilled" ? stack.use(one.value) : undefined));
  return models.map(({ name, model }, at) => {
    const session = sessions[at];
    if (session === undefined) throw opened[at]?.status === "rejected" ? opened[at].reason : new Error("no session");
    return { name, shown: model.reference, session };
  });
}

interface Compared {
  readonly decision: Decision;
  readonly comparisons: readonly MetricComparison[];
  readonly summary: string;
  readonly checks: readonly Check[];
  readonly tables: readonly Table[];
  readonly series: readonly Series[];
}

function withChampion({ rules, given }: Contest, { truth, answers }: Scored): Compared {
  const [challenger = {}, champion = {}] = answers;
  const identical = identicalAnswers(challenger, champion);
  const comparisons = rules.map((rule) => compareMetric(rule, truth, challenger, champion, given.alpha));
  const decision = decide(comparisons, identical);
  return {
    decision,
    comparisons,
    summary: identical
      ? "unchanged: both models give the same answers in every row"
      : `challenger is ${decision}: ${metricsSummary(comparisons, given.alpha)}`,
    checks: comparisons.map((comparison) => metricCheck(comparison, "the champion", given.alpha, identical)),
    ...pictures(
      truth,
      comparisons,
      { name: "challenger", answers: challenger },
      { name: "champion", answers: champion },
      given.alpha,
    ),
  };
}

function withoutChampion(contest: Contest, { truth, answers }: Scored): Compared {
  const { rules, given, championInput } = contest;
  const challenger: Answers = answers[0] ?? {};
  const why = championInput === undefined ? "no champion was named" : `there is no ${championInput} yet`;
  const baseline = majorityAnswers(truth);
  const asked = againstBaseline(rules);
  const comparisons = asked.map((rule) => compareMetric(rule, truth, challenger, baseline, given.alpha));
  const own: NamedAnswers = { name: "challenger", answers: challenger };
  if (given.baseline === "none") return uncompared(why, comparisons, own, truth);
  const decision = unbaselined(decide(comparisons, false));
  const message = `unbaselined: ${why}; compared with always answering the commonest class, which says little of how good the model is`;
  return {
    decision,
    comparisons,
    summary: `${decision}, ${why}; against the majority baseline: ${metricsSummary(comparisons, given.alpha)}`,
    checks: [
      { id: "champion", verdict: "warn", message, place: { input: "champion" } },
      ...comparisons.map((comparison) => metricCheck(comparison, "the majority baseline", given.alpha, false)),
    ],
    ...pictures(truth, comparisons, own, { name: "baseline", answers: baseline }, given.alpha),
  };
}

/** Without champion and baseline the metrics stand alone: shown, and judged by nobody. */
function uncompared(
  why: string,
  comparisons: readonly MetricComparison[],
  own: NamedAnswers,
  truth: Scored["truth"],
): Compared {
  const values = comparisons.flatMap(({ rule, challenger }) =>
    challenger === null ? [] : [[rule.name, challenger] as const],
  );
  const message = `unbaselined: ${why}, and no baseline was asked for; the challenger was compared with nothing`;
  return {
    decision: "unbaselined-pass",
    comparisons: [],
    summary: `unbaselined-pass, ${why}; compared with nothing`,
    checks: [{ id: "champion", verdict: "warn", message, place: { input: "champion" } }],
    tables: [
      {
        title: "Metrics of the challenger",
        columns: ["metric", "value"],
        rows: values.map(([name, value]) => [name, value]),
      },
      ...confusionTables(truth, [own]),
    ],
    series: [...rocSeries(truth, [own]), ...calibrationSeries(truth, [own])],
  };
}

function pictures(
  truth: Scored["truth"],
  comparisons: readonly MetricComparison[],
  challenger: NamedAnswers,
  opponent: NamedAnswers,
  alpha: number,
): Pick<Compared, "tables" | "series"> {
  const both = [challenger, opponent];
  // A baseline has one score for all rows: its curves say nothing.
  const drawn = opponent.name === "baseline" ? [challenger] : both;
  return {
    tables: [
      metricsTable(comparisons, opponent.name, alpha),
      ...disagreementTables(truth, challenger, opponent),
      ...confusionTables(truth, both),
    ],
    series: [...rocSeries(truth, drawn), ...calibrationSeries(truth, drawn)],
  };
}
