import { mcNemarTest } from "../stats/mcnemar.ts";
import { holm } from "../stats/multiplicity.ts";
import { tangoTest } from "../stats/tango.ts";
import { compareMetric } from "./comparison.ts";
import { areSimpleRows } from "./design.ts";
import type { Answers, MetricComparison, MetricRule, MetricState } from "./evaluation.ts";
import { type RowValues, selectRows } from "./select-rows.ts";

/** Some of the rows under a name. */
export interface Slice {
  readonly name: string;
  /** Places of its rows, from 0. */
  readonly rows: Uint32Array;
  /** The loss that is tolerated here, from 0, in each metric's unit or by the metric's name; the metric's own when absent. */
  readonly margin?: number | Readonly<Record<string, number>>;
}

/** `untestable`: whatever the rows' answers, no loss could have been shown. */
export type SliceState = Exclude<MetricState, "superior"> | "untestable";

/** One metric compared within a slice. Effects are turned so that positive is better; what could not be computed is null. */
export interface SliceComparison {
  readonly slice: string;
  readonly metric: string;
  readonly rows: number;
  readonly margin: number;
  readonly challenger: number | null;
  readonly champion: number | null;
  readonly effect: number | null;
  /** One-sided bounds of the effect at 1 − alpha/m, with m the tests of all slices: all of them hold together at 1 − alpha. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Against "not worse by more than the margin", adjusted by Holm over all tests of all slices. */
  readonly p: number | null;
  /** The smallest true loss that is blocked here with 80% power. */
  readonly foundLoss: number | null;
  readonly state: SliceState;
  /** Why it is untestable. */
  readonly reason?: string;
}

export interface SliceQuestion {
  readonly rules: readonly MetricRule[];
  /** Over all slices and metrics: the chance that a challenger which is nowhere worse by more than the margin is blocked. */
  readonly alpha: number;
  /** Slices of fewer rows are not tested: the approximations do not hold in them. */
  readonly leastRows: number;
}

/** What is found of a slice before its p is adjusted. */
interface Found {
  readonly comparison: SliceComparison;
  readonly raw: number | null;
}

/**
 * Tests every rule within every slice as non-inferiority. A slice is rejected where Holm's adjusted p (S. Holm, 1979) against "not worse by
 * more than the margin" is at most alpha. The family is every metric in every slice, as each is a further chance to block a good
 * challenger; slices with too few rows are not part of it, which is known before any answer is.
 *
 * @param onSlice called before each slice with the number of those that are done
 */
export function compareSlices(
  slices: readonly Slice[],
  values: RowValues,
  { rules, alpha, leastRows }: SliceQuestion,
  onSlice: (done: number) => void = () => undefined,
): readonly SliceComparison[] {
  const level = alpha / testsOf(slices, rules, leastRows);
  const found = slices.flatMap((slice, done) => {
    onSlice(done);
    const asked = rules.map((rule) => ruleWithin(slice, rule));
    if (slice.rows.length < leastRows) return asked.map((rule) => small(slice, rule, leastRows));
    const within = selectRows(values, slice.rows);
    return asked.map((rule) => compareWithin(slice, rule, within, level));
  });
  const tested = found.flatMap(({ raw }) => (raw === null ? [] : [raw]));
  // Tests that could not be computed stay in the family: their p is 1.
  const family = [...tested, ...new Array<number>(testsOf(slices, rules, leastRows) - tested.length).fill(1)];
  const adjusted = holm(family).values();
  return found.map(({ comparison, raw }) =>
    raw === null ? comparison : judged(comparison, adjusted.next().value, alpha),
  );
}

/** How many tests share alpha; at least 1. */
export function testsOf(slices: readonly Slice[], rules: readonly MetricRule[], leastRows: number): number {
  return Math.max(1, slices.filter(({ rows }) => rows.length >= leastRows).length * rules.length);
}

/** Where superiority is asked of all rows, a slice may still not be worse at all; the smallest number stands for no margin. */
function ruleWithin({ margin }: Slice, rule: MetricRule): MetricRule {
  const own = typeof margin === "number" ? margin : margin?.[rule.name];
  const tolerated = own ?? (rule.test === "superiority" ? 0 : rule.margin);
  return { ...rule, test: "non-inferiority", margin: Math.max(tolerated, Number.MIN_VALUE) };
}

function shownMargin({ margin }: MetricRule): number {
  return margin === Number.MIN_VALUE ? 0 : margin;
}

function small(slice: Slice, rule: MetricRule, leastRows: number): Found {
  const none = { challenger: null, champion: null, effect: null, lower: null, upper: null, p: null, foundLoss: null };
  const head = { slice: slice.name, metric: rule.name, rows: slice.rows.length, margin: shownMargin(rule) };
  return {
    comparison: { ...head, ...none, state: "untestable", reason: `fewer than ${leastRows} rows` },
    raw: null,
  };
}

function compareWithin(slice: Slice, rule: MetricRule, within: RowValues, level: number): Found {
  const [challenger = {}, champion = {}] = within.answers;
  const found = compareMetric(rule, within.truth, challenger, champion, { ...within.design, alpha: level });
  const { lower, upper, pWorse, detectable } = found;
  const margin = shownMargin(rule);
  const reason = untestable(rule, found, within, level);
  const state = reason === undefined ? stateOf(found) : "untestable";
  const comparison: SliceComparison = {
    slice: slice.name,
    metric: rule.name,
    rows: slice.rows.length,
    margin,
    challenger: found.challenger,
    champion: found.champion,
    effect: found.effect,
    lower,
    upper,
    p: null,
    foundLoss: detectable === null ? null : margin + detectable,
    state,
    ...(reason === undefined ? {} : { reason }),
  };
  return { comparison, raw: state === "untestable" ? null : state === "unchanged" ? 1 : pWorse };
}

/** A rejection waits for Holm. */
function stateOf({ state }: MetricComparison): SliceState {
  return state === "superior" || state === "rejected" ? "inconclusive" : state;
}

/**
 * Accuracy: fewer than ⌈log₂(m/alpha)⌉ discordant rows, or so few that the margin would not be exceeded beyond doubt if all of them were
 * losses. Other metrics: nothing could be computed.
 */
function untestable(
  { metric, margin }: MetricRule,
  { state, pWorse, reason }: MetricComparison,
  { truth, answers, design }: RowValues,
  level: number,
): string | undefined {
  if (state === "unchanged") return undefined;
  if (pWorse === null) return reason ?? "the test gives no p here";
  if (metric !== "accuracy" || truth.kind !== "classes" || !areSimpleRows(design)) return undefined;
  const [one = {}, other = {}] = answers;
  const discordant = discordantRows(truth.label, one, other);
  const allLost = { gains: 0, losses: discordant };
  const least = Math.max(
    mcNemarTest(allLost, "exact").pLess,
    tangoTest(allLost, truth.label.length, Math.max(-1, -margin)).pLess,
  );
  if (least <= level) return undefined;
  return `only ${discordant} discordant rows, where one model is right and the other wrong`;
}

function discordantRows(label: Uint16Array, one: Answers, other: Answers): number {
  let count = 0;
  for (let row = 0; row < label.length; row += 1) {
    if ((one.predicted?.[row] === label[row]) !== (other.predicted?.[row] === label[row])) count += 1;
  }
  return count;
}

function judged(comparison: SliceComparison, p: number | undefined, alpha: number): SliceComparison {
  if (p === undefined) throw new Error("a p was lost on the way");
  return { ...comparison, p, ...(p <= alpha ? { state: "rejected" as const } : {}) };
}
