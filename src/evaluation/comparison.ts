import { deLongTest, rocAuc } from "../stats/delong.ts";
import { studentSurvival } from "../stats/distributions.ts";
import { mcNemarTest } from "../stats/mcnemar.ts";
import { pairedTTest } from "../stats/paired-t.ts";
import { minimumDetectableEffect, rowsNeeded } from "../stats/power.ts";
import { tangoBounds } from "../stats/tango.ts";
import type { Answers, MetricComparison, MetricRule, MetricState, Truth } from "./evaluation.ts";

/**
 * Compares two models in one metric, paired by row. Superiority in accuracy is McNemar's exact test, its bounds and non-inferiority are
 * Tango's score bounds; log-loss and Brier score are the paired t on per-row gains; ROC AUC is DeLong's test read against Student's t.
 * Superior and non-inferior: the lower bound clears 0 or −margin. Rejected: the upper bound is below −margin, or below 0 when superiority
 * was asked. Unchanged: the same answers in every row. Else inconclusive.
 *
 * @param alpha one-sided error, 0 < alpha < 0.5
 * @throws Error (a bug) when an answer that the metric needs is absent; the command asks for it before.
 */
export function compareMetric(
  rule: MetricRule,
  truth: Truth,
  challenger: Answers,
  champion: Answers,
  alpha: number,
): MetricComparison {
  if (rule.name === "accuracy") return compareAccuracy(rule, truth, challenger, champion, alpha);
  if (rule.name === "roc-auc") return compareAuc(rule, truth, challenger, champion, alpha);
  return compareLosses(rule, challenger, champion, alpha);
}

function need<T>(answer: T | undefined, rule: MetricRule): T {
  if (answer === undefined) throw new Error(`${rule.name} was asked of a model that does not give it`);
  return answer;
}

function compareAccuracy(
  rule: MetricRule,
  truth: Truth,
  challenger: Answers,
  champion: Answers,
  alpha: number,
): MetricComparison {
  const one = need(challenger.predicted, rule);
  const other = need(champion.predicted, rule);
  const rows = truth.label.length;
  let [gains, losses, both, different] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const right = one[row] === truth.label[row];
    const championRight = other[row] === truth.label[row];
    if (right && championRight) both += 1;
    else if (right) gains += 1;
    else if (championRight) losses += 1;
    if (one[row] !== other[row]) different += 1;
  }
  const { difference, lower, upper } = tangoBounds({ gains, losses }, rows, alpha);
  const { pGreater, pLess } = mcNemarTest({ gains, losses }, "exact");
  const superiority = rule.test === "superiority";
  const state = superiority
    ? stateOf(pGreater <= alpha, pLess <= alpha, rule)
    : stateOf(lower > -rule.margin, upper < -rule.margin, rule);
  const standardDeviation = Math.sqrt((gains + losses) / rows);
  return {
    rule,
    state: different === 0 ? "unchanged" : state,
    rows,
    challenger: (both + gains) / rows,
    champion: (both + losses) / rows,
    effect: difference,
    lower,
    upper,
    p: superiority ? pGreater : null,
    method: superiority ? "exact McNemar test, Tango score bounds" : "Tango score bounds",
    ...power(rule, difference, standardDeviation, rows, alpha),
  };
}

function compareAuc(
  rule: MetricRule,
  truth: Truth,
  challenger: Answers,
  champion: Answers,
  alpha: number,
): MetricComparison {
  const one = need(challenger.score, rule);
  const other = need(champion.score, rule);
  const rows = truth.label.length;
  const positive = Array.from(truth.label, (label) => label === truth.positive);
  const method = "DeLong test with Student's t";
  const test = deLongTest(positive, other, one, alpha);
  if (test.kind === "inconclusive") {
    const known = test.positives > 0 && test.negatives > 0;
    const [auc, championAuc] = known ? [rocAuc(positive, one), rocAuc(positive, other)] : [null, null];
    const effect = auc === null || championAuc === null ? null : auc - championAuc;
    return undecided(
      rule,
      sameNumbers(one, other),
      rows,
      { challenger: auc, champion: championAuc, effect },
      method,
      test.reason,
    );
  }
  const { difference, standardError, degreesOfFreedom, lower, upper } = test;
  const observed = { effect: difference, standardError, degreesOfFreedom, lower, upper };
  return {
    ...decided(rule, observed, rows, alpha),
    challenger: test.challengerAuc,
    champion: test.championAuc,
    method: `${method}, ${degreesOfFreedom} degrees of freedom`,
  };
}

function compareLosses(rule: MetricRule, challenger: Answers, champion: Answers, alpha: number): MetricComparison {
  const one = need(challenger.ofTrue, rule);
  const other = need(champion.ofTrue, rule);
  const rows = one.length;
  const losses = rowLosses(rule, one);
  const championLosses = rowLosses(rule, other);
  const gains = Array.from(championLosses.values, (loss, row) => loss - (losses.values[row] ?? Number.NaN));
  const means = { challenger: mean(losses.values), champion: mean(championLosses.values) };
  const clipped =
    rule.name === "log-loss" ? { clipped: { challenger: losses.clipped, champion: championLosses.clipped } } : {};
  const method = "paired t test on the rows' gains";
  const test = pairedTTest(gains, alpha);
  if (test.kind === "inconclusive") {
    const numbers = { ...means, effect: rows === 0 ? null : test.difference };
    return { ...undecided(rule, sameNumbers(one, other), rows, numbers, method, test.reason), ...clipped };
  }
  const { difference, standardError, degreesOfFreedom, lower, upper } = test;
  const observed = { effect: difference, standardError, degreesOfFreedom, lower, upper };
  return { ...decided(rule, observed, rows, alpha), ...means, method, ...clipped };
}

/** −ln of the probability given to the true class, or its squared distance from 1 (which for two classes is the Brier score). */
function rowLosses(
  rule: MetricRule,
  ofTrue: Float64Array,
): { readonly values: Float64Array; readonly clipped: number } {
  if (rule.name === "brier") return { values: ofTrue.map((probability) => (1 - probability) ** 2), clipped: 0 };
  let clipped = 0;
  const values = ofTrue.map((probability) => {
    const within = Math.min(Math.max(probability, rule.clip), 1 - rule.clip);
    if (within !== probability) clipped += 1;
    return -Math.log(within);
  });
  return { values, clipped };
}

interface Observed {
  readonly effect: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly lower: number;
  readonly upper: number;
}

function decided(rule: MetricRule, observed: Observed, rows: number, alpha: number) {
  const { effect, standardError, degreesOfFreedom, lower, upper } = observed;
  const line = rule.test === "superiority" ? 0 : -rule.margin;
  return {
    rule,
    state: stateOf(lower > line, upper < line, rule),
    rows,
    effect,
    lower,
    upper,
    p: studentSurvival((effect - line) / standardError, degreesOfFreedom),
    ...power(rule, effect, standardError * Math.sqrt(rows), rows, alpha),
  };
}

function stateOf(cleared: boolean, below: boolean, rule: MetricRule): MetricState {
  if (cleared) return rule.test === "superiority" ? "superior" : "non-inferior";
  return below ? "rejected" : "inconclusive";
}

function undecided(
  rule: MetricRule,
  identical: boolean,
  rows: number,
  numbers: Pick<MetricComparison, "challenger" | "champion" | "effect">,
  method: string,
  reason: string,
): MetricComparison {
  const none = { lower: null, upper: null, p: null, detectable: null, rowsNeeded: null };
  if (identical) return { rule, state: "unchanged", rows, ...numbers, ...none, method };
  return { rule, state: "inconclusive", rows, ...numbers, ...none, method, reason };
}

function power(rule: MetricRule, effect: number, standardDeviation: number, rows: number, alpha: number) {
  if (standardDeviation === 0) return { detectable: null, rowsNeeded: null };
  const detectable = minimumDetectableEffect(standardDeviation, rows, alpha);
  const sought = rule.test === "superiority" ? effect : rule.margin;
  return { detectable, rowsNeeded: sought > 0 ? rowsNeeded(sought, standardDeviation, alpha) : null };
}

function mean(values: Float64Array): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sameNumbers(one: Float64Array, other: Float64Array): boolean {
  return one.every((value, row) => value === other[row]);
}
