import { deLongTest, rocAuc } from "../stats/delong.ts";
import { studentSurvival } from "../stats/distributions.ts";
import { mcNemarTest } from "../stats/mcnemar.ts";
import { detectableEffect, minimumDetectableEffect, rowsNeeded } from "../stats/power.ts";
import { skewedStudentTest } from "../stats/skewness.ts";
import { tangoBounds, tangoTest } from "../stats/tango.ts";
import { areSimpleRows, type Design } from "./design.ts";
import type {
  Answers,
  ClassTruth,
  LabelAnswers,
  MetricComparison,
  MetricRule,
  MetricState,
  Truth,
} from "./evaluation.ts";
import { overFolds, testFolds } from "./folds.ts";
import { type GainTest, mostResampled, testGains, testResampled } from "./gain-test.ts";
import { type Estimator, needed } from "./metric.ts";
import { predictedQuantiles } from "./metrics/numbers.ts";
import { clippedRows } from "./metrics/probabilities.ts";
import { measureKey } from "./metrics/row-score.ts";
import { isHigherBetter, metrics } from "./metrics.ts";
import { designOfUnits, unitOf } from "./query-design.ts";

/**
 * Compares two models in one metric, paired by row. Of equally weighted, independent rows superiority in accuracy is McNemar's test (exact,
 * or mid-p where asked), its bounds and non-inferiority are Tango's score bounds, and ROC AUC is DeLong's test read against Student's t.
 * Metrics whose distribution is far from normal are read by a seeded paired bootstrap. Every other metric is Student's t on the difference of
 * the rows' influences, which for a mean is the paired t on its gains and else the delta method. Where rows belong together, or follow each
 * other in time, groups and batches take the place of rows; of a cross-validation the folds' differences are read by the corrected resampled t.
 * Superior and non-inferior: the lower bound clears 0 or −margin. Rejected: the upper bound is below −margin, or below 0 when superiority
 * was asked. Unchanged: the same answers in every row. Else inconclusive.
 *
 * @throws Error (a bug) when an answer that the metric needs is absent; the command asks for it before.
 */
export function compareMetric(
  rule: MetricRule,
  truth: Truth,
  challenger: Answers,
  champion: Answers,
  design: Design,
): MetricComparison {
  if (areSimpleRows(design) && truth.kind === "classes") {
    if (rule.metric === "accuracy") return compareAccuracy(rule, truth, challenger, champion, design.alpha);
    if (rule.metric === "roc-auc") return compareAuc(rule, truth, challenger, champion, design.alpha);
  }
  return compareInfluences(rule, truth, challenger, champion, designOfUnits(truth, design));
}

function compareAccuracy(
  rule: MetricRule,
  truth: ClassTruth,
  challenger: Answers,
  champion: Answers,
  alpha: number,
): MetricComparison {
  const one = needed(challenger.predicted, "class");
  const other = needed(champion.predicted, "class");
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
  const form = rule.settings.p ?? "exact";
  const { pGreater, pLess } = mcNemarTest({ gains, losses }, form);
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
    // With few discordant rows the score test alone would be too sure of a small margin.
    pWorse: superiority ? pLess : Math.max(pLess, tangoTest({ gains, losses }, rows, Math.max(-1, -rule.margin)).pLess),
    method: superiority ? `${form} McNemar test, Tango score bounds` : "Tango score bounds",
    ...power(rule, difference, standardDeviation, rows, alpha),
  };
}

function compareAuc(
  rule: MetricRule,
  truth: ClassTruth,
  challenger: Answers,
  champion: Answers,
  alpha: number,
): MetricComparison {
  const one = needed(challenger.score, "score");
  const other = needed(champion.score, "score");
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
  const aboveLine = { ...test, value: difference - lineOf(rule), units: rows };
  const { pGreater: p, pLess: pWorse } = skewedStudentTest(aboveLine, alpha);
  const observed = { effect: difference, standardError, degreesOfFreedom, lower, upper, p, pWorse };
  return {
    ...decided(rule, observed, rows, alpha),
    challenger: test.challengerAuc,
    champion: test.championAuc,
    method: `${method}, ${Number(degreesOfFreedom.toFixed(1))} degrees of freedom`,
  };
}

/**
 * With d the difference of the two models' influences on a row, turned so that positive is better, the effect plus d is a gain whose mean
 * is the effect, and whose spread is that of the effect to first order.
 */
function compareInfluences(
  rule: MetricRule,
  truth: Truth,
  challenger: Answers,
  champion: Answers,
  design: Design,
): MetricComparison {
  const metric = metrics[rule.metric];
  const one = metric.estimator(truth, challenger, rule.settings);
  const other = metric.estimator(truth, champion, rule.settings);
  const { alpha, weights } = design;
  const sign = isHigherBetter(rule) ? 1 : -1;
  const inFolds = design.folds === undefined ? undefined : overFolds(one, other, sign, design.folds, weights);
  const value = inFolds?.challenger ?? one.value(weights);
  const championValue = inFolds?.champion ?? other.value(weights);
  const clipped = clippedIn(rule, challenger, champion);
  const same = sameAnswers(rule, challenger, champion);
  if (!Number.isFinite(value) || !Number.isFinite(championValue)) {
    const numbers = { challenger: finite(value), champion: finite(championValue), effect: null };
    const reason = `${rule.name} is not defined on these ${unitOf(truth)}`;
    return { ...undecided(rule, same, one.units, numbers, "none", reason), ...clipped };
  }
  const effect = sign * (value - championValue);
  const numbers = { challenger: value, champion: championValue, effect };
  const test =
    inFolds === undefined || design.folds === undefined
      ? testDifference(rule, one, other, sign, effect, design, unitOf(truth))
      : testFolds(inFolds.differences, lineOf(rule), design.folds, alpha);
  if (test.kind === "inconclusive") {
    return { ...undecided(rule, same, one.units, numbers, test.method, test.reason), ...clipped };
  }
  const observed = { effect, ...test };
  const limit = metric.steadier === undefined ? "" : `; rare large errors mislead it, ${metric.steadier} less`;
  return { ...decided(rule, observed, one.units, alpha), ...numbers, method: `${test.method}${limit}`, ...clipped };
}

function testDifference(
  rule: MetricRule,
  one: Estimator,
  other: Estimator,
  sign: number,
  effect: number,
  design: Design,
  unit: string,
): GainTest {
  const line = lineOf(rule);
  const gains = gainsOf(one, other, sign, effect, design.weights);
  if (metrics[rule.metric].shape === "smooth" || one.units > mostResampled)
    return testGains(gains, effect, line, design, one.mostDegreesOfFreedom);
  const difference = (weights: Float64Array) => sign * (one.value(weights) - other.value(weights));
  return testResampled(difference, gains, line, design, { seed: rule.name, unit });
}

function clippedIn({ metric, settings }: MetricRule, challenger: Answers, champion: Answers) {
  if (metric !== "log-loss") return {};
  const rows = (answers: Answers) => clippedRows(answers, settings.clip);
  return { clipped: { challenger: rows(challenger), champion: rows(champion) } };
}

/** Rounding of sums and differences of influences: a spread below it is none. */
const rounding = 1e-12;

function gainsOf(
  one: Estimator,
  other: Estimator,
  sign: number,
  effect: number,
  weights: Float64Array | undefined,
): Float64Array {
  const [values, otherValues] = [one.values, other.values];
  if (weights === undefined && values !== undefined && otherValues !== undefined) {
    return values.map((value, unit) => sign * (value - (otherValues[unit] ?? Number.NaN)));
  }
  const [influence, otherInfluence] = [one.influence(weights), other.influence(weights)];
  const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? one.units;
  const scale = (sign * one.units) / total;
  const difference = influence.map(
    (own, unit) => scale * (weights?.[unit] ?? 1) * (own - (otherInfluence[unit] ?? Number.NaN)),
  );
  const size = influence.reduce((most, own) => Math.max(most, Math.abs(own)), 0);
  const spread = difference.reduce((most, own) => Math.max(most, Math.abs(own)), 0);
  return spread <= rounding * size ? difference.fill(effect) : difference.map((own) => effect + own);
}

/** Whether two models answered the same in every row, in what the metric reads. */
function sameAnswers({ metric, settings }: MetricRule, one: Answers, other: Answers): boolean {
  const { needs } = metrics[metric];
  if (one.labels !== undefined) return sameLabels(one.labels, other.labels, needs === "class" ? "predicted" : "score");
  if (needs === "class") return sameNumbers(one.predicted, other.predicted);
  if (needs === "value") return sameNumbers(one.value, other.value);
  if (needs === "measured") {
    const key = measureKey(settings);
    return sameNumbers(one.measured?.get(key), other.measured?.get(key));
  }
  if (needs === "quantile") {
    const theirs = predictedQuantiles(other, settings.quantile);
    return predictedQuantiles(one, settings.quantile).every(([, values], at) => sameNumbers(values, theirs[at]?.[1]));
  }
  if (one.score !== undefined) return sameNumbers(one.score, other.score);
  return (
    sameNumbers(one.ofTrue, other.ofTrue) &&
    sameNumbers(one.rankOfTrue, other.rankOfTrue) &&
    sameNumbers(one.confidence, other.confidence) &&
    sameNumbers(one.squaredDistance, other.squaredDistance)
  );
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

interface Observed {
  readonly effect: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly lower: number;
  readonly upper: number;
  /** Against the line, from above and from below; Student's when absent. */
  readonly p?: number;
  readonly pWorse?: number;
}

/** What the lower bound must clear. */
function lineOf({ test, margin }: MetricRule): number {
  return test === "superiority" ? 0 : -margin;
}

function decided(rule: MetricRule, observed: Observed, rows: number, alpha: number) {
  const { effect, standardError, degreesOfFreedom, lower, upper } = observed;
  const line = lineOf(rule);
  const { rowsNeeded } = power(rule, effect, standardError * Math.sqrt(rows), rows, alpha);
  return {
    rule,
    state: stateOf(lower > line, upper < line, rule),
    rows,
    effect,
    lower,
    upper,
    p: observed.p ?? studentSurvival((effect - line) / standardError, degreesOfFreedom),
    pWorse: observed.pWorse ?? studentSurvival((line - effect) / standardError, degreesOfFreedom),
    detectable: detectableEffect(standardError, degreesOfFreedom, alpha),
    rowsNeeded,
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
  const none = { lower: null, upper: null, p: null, pWorse: null, detectable: null, rowsNeeded: null };
  if (identical) return { rule, state: "unchanged", rows, ...numbers, ...none, method };
  return { rule, state: "inconclusive", rows, ...numbers, ...none, method, reason };
}

function power(rule: MetricRule, effect: number, standardDeviation: number, rows: number, alpha: number) {
  if (standardDeviation === 0) return { detectable: null, rowsNeeded: null };
  const detectable = minimumDetectableEffect(standardDeviation, rows, alpha);
  const sought = rule.test === "superiority" ? effect : rule.margin;
  return { detectable, rowsNeeded: sought > 0 ? rowsNeeded(sought, standardDeviation, alpha) : null };
}

export function sameLabels(
  one: readonly LabelAnswers[] | undefined,
  other: readonly LabelAnswers[] | undefined,
  part: keyof LabelAnswers,
): boolean {
  return (one ?? []).every((own, at) => sameNumbers(own[part], other?.[at]?.[part]));
}

type Numbers = Float64Array | Uint16Array | Uint8Array | undefined;

/** Absent in both is the same. */
export function sameNumbers(one: Numbers, other: Numbers): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.every((value: number, row: number) => value === other[row]);
}
