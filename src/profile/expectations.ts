import {
  type CountedPeriod,
  detectableShare,
  type Interval,
  largestCount,
  leastPeriods,
  type MeasuredPeriod,
  meanInterval,
  rowsInterval,
  smallestCount,
} from "../stats/predictive.ts";
import { type Reference, valuesIn } from "./periods.ts";
import type { ColumnProfile, Profile } from "./profile.ts";

/**
 * Bounds that the reference's profile predicts for current data. Each of the four questions (missing values, range, levels, centre) has the
 * error `topicError` over all columns together: a clean batch breaks one of them with probability .04 at most, and with a fifth of the same
 * error, for the number of rows, any with .05.
 */
export const topicError = 0.01;

export type Topic = "missing" | "range" | "levels" | "mean" | "shares";

/** A bound, and what the current data has. */
export interface Finding {
  readonly column: string;
  readonly topic: Topic;
  readonly observed: number;
  /** Absent where fewer is never wrong. */
  readonly low?: number;
  readonly high: number;
  /** Rows, or values, that were counted in the current data. */
  readonly rows: number;
  /** What the reference has: rows that do the same, or its mean. */
  readonly reference: { readonly value: number; readonly rows: number };
  readonly holds: boolean;
  /** The smallest share of rows, or the smallest shift of the mean, that is found in four cases of five. */
  readonly detectable?: number;
  /** `range`: the reference's. `shares`: the value at or below which is counted. */
  readonly limits?: readonly number[];
  /** `levels`: those that the reference lacks, the commonest first. */
  readonly levels?: readonly string[];
}

/** A question that this reference, or this data, cannot answer. */
export interface Unanswered {
  readonly column: string;
  readonly topic: Topic;
  readonly reason: string;
}

type Numeric = ColumnProfile & { readonly kind: "numeric" };
type Categorical = ColumnProfile & { readonly kind: "categorical" };

/** Values farther than this from the mean, in standard deviations, make a tail heavy: an exponential's 10,000 values reach 9, a normal's 4. */
const lightTail = 6;
const leastForMean = 100;
/** With one reference nobody knows how the number of rows varies: these factors are stated, not estimated. */
const statedRows = { low: 0.5, high: 2 };
const rounding = 1e-12;
const quantiles = [0.1, 0.25, 0.5, 0.75, 0.9];

/**
 * Holds current data against the reference, column by column. The current profile was counted at the edges of `reference.whole`.
 *
 * @param moving columns that go on by themselves, such as times and identifiers: only their missing values are compared
 */
export function compareWithReference(
  reference: Reference,
  current: Profile,
  moving: ReadonlySet<string> = new Set(),
): readonly (Finding | Unanswered)[] {
  const names = [...reference.whole.columns.keys()].filter((name) => current.columns.has(name));
  const alpha = topicError / Math.max(1, names.length);
  return names.flatMap((name) => {
    const [before, after] = [reference.whole.columns.get(name), current.columns.get(name)];
    if (before === undefined || after === undefined) return [];
    const periods = reference.periods.flatMap((period) => period.columns.get(name) ?? []);
    const missing = missingFinding(name, periods, after, alpha);
    if (moving.has(name) || valuesIn(after) === 0) return [missing];
    if (before.kind === "categorical" && after.kind === "categorical")
      return [missing, levelsFinding(name, before, after, alpha)];
    if (before.kind !== "numeric" || after.kind !== "numeric") return [missing];
    const numbers = periods.filter((period) => period.kind === "numeric");
    return [missing, rangeFinding(name, before, after, alpha), ...centreFindings(name, numbers, before, after, alpha)];
  });
}

/**
 * The number of rows that a batch may have, in whole numbers: from three periods on by their spread, with the error {@link topicError}; before that half to twice
 * the newest's, which is stated.
 *
 * @param rows of each period, the oldest first
 */
export function expectedRows(rows: readonly number[]): Interval & { readonly estimated: boolean } {
  const newest = rows.at(-1) ?? 0;
  const estimated = rows.length >= leastPeriods && rows.every((count) => count > 0);
  const { low, high } = estimated
    ? rowsInterval(rows, topicError)
    : { low: statedRows.low * newest, high: statedRows.high * newest };
  // Periods of equal size must not miss their own by the rounding of a logarithm.
  return { low: Math.ceil(low * (1 - rounding)), high: Math.floor(high * (1 + rounding)), estimated };
}

/** Missing values of each period. */
export function missingIn(periods: readonly ColumnProfile[]): readonly CountedPeriod[] {
  return periods.map((period) => ({ count: period.missing, rows: valuesIn(period) + period.missing }));
}

/** Values beyond the first and the last edge; undefined where a profile does not tell them from those at the edge. */
export function beyondEdges({ counts, atEdge, edges }: Numeric): number | undefined {
  if (atEdge === undefined || edges.length === 0) return undefined;
  return (counts[0] ?? 0) - (atEdge[0] ?? 0) + (counts.at(-1) ?? 0);
}

/** Levels that occur once: as large a share of the next values is expected to be new (I. J. Good, Biometrika 40, 1953). */
export function singlesOf({ levels }: Categorical): number {
  return [...levels.values()].filter((count) => count === 1).length;
}

/** Whether no value lies far from the mean, and there is a spread beyond rounding: only then does a mean's error follow Student's t. */
function isLightTailed({ edges, range }: Numeric, { mean, sd, rows }: MeasuredPeriod): boolean {
  const [low, high] = range ?? [edges[0] ?? mean, edges.at(-1) ?? mean];
  const isSpread = sd > 1e-9 * Math.abs(mean);
  return rows >= leastForMean && isSpread && Math.max(mean - low, high - mean) <= lightTail * sd;
}

/**
 * Mean and standard deviation. The mean is exact; the deviation adds, to that between the bins, of each inner bin what evenly spread values
 * have in it. Undefined where sums were too large to keep, and of fewer than two values.
 */
export function measured({ counts, sums, edges, range }: Numeric): MeasuredPeriod | undefined {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (sums === undefined || rows < 2) return undefined;
  const mean = sums.reduce((sum, value) => sum + value, 0) / rows;
  let squares = 0;
  counts.forEach((count, bin) => {
    if (count === 0) return;
    const between = (sums[bin] ?? 0) / count - mean;
    const [low, high] = [edges[bin - 1] ?? range?.[0], edges[bin] ?? range?.[1]];
    const width = low === undefined || high === undefined || count === 1 ? 0 : high - low;
    squares += count * (between * between + (width * width) / 12);
  });
  const sd = Math.sqrt(squares / (rows - 1));
  return Number.isFinite(mean) && Number.isFinite(sd) ? { rows, mean, sd } : undefined;
}

function missingFinding(
  column: string,
  periods: readonly ColumnProfile[],
  after: ColumnProfile,
  alpha: number,
): Finding | Unanswered {
  return counted("missing", column, missingIn(periods), after.missing, valuesIn(after) + after.missing, alpha);
}

function rangeFinding(column: string, before: Numeric, after: Numeric, alpha: number): Finding | Unanswered {
  const [outside, beyond] = [beyondEdges(after), beyondEdges(before)];
  if (outside === undefined || beyond === undefined || before.range === undefined)
    return { column, topic: "range", reason: "the reference holds no value, or its profile does not tell its range" };
  const period = { count: beyond, rows: valuesIn(before) };
  return { ...counted("range", column, [period], outside, valuesIn(after), alpha, 2), limits: before.range };
}

function levelsFinding(column: string, before: Categorical, after: Categorical, alpha: number): Finding | Unanswered {
  if (before.others > 0)
    return { column, topic: "levels", reason: `the reference has more than ${before.levels.size} levels` };
  if (valuesIn(before) === 0) return { column, topic: "levels", reason: "the reference holds no value" };
  const fresh = [...after.levels].filter(([level]) => !before.levels.has(level));
  const unseen = fresh.reduce((sum, [, count]) => sum + count, after.others);
  const period = { count: singlesOf(before), rows: valuesIn(before) };
  const finding = counted("levels", column, [period], unseen, valuesIn(after), alpha);
  return { ...finding, levels: fresh.sort(([, a], [, b]) => b - a).map(([level]) => level) };
}

/** A count that only too many of is wrong. */
function counted(
  topic: Topic,
  column: string,
  periods: readonly CountedPeriod[],
  observed: number,
  rows: number,
  alpha: number,
  gaps = 1,
): Finding {
  const high = largestCount(periods, rows, alpha, gaps);
  return {
    column,
    topic,
    observed,
    high,
    rows,
    reference: {
      value: periods.reduce((sum, period) => sum + period.count, 0),
      rows: periods.reduce((sum, period) => sum + period.rows, 0),
    },
    holds: observed <= high,
    detectable: detectableShare(high, rows),
  };
}

/** The mean where no tail is heavy, else the shares below quantiles of the reference; of one single value neither. */
function centreFindings(
  column: string,
  periods: readonly Numeric[],
  before: Numeric,
  after: Numeric,
  alpha: number,
): readonly Finding[] {
  const means = periods.map(meanOfLightTailed).filter((period) => period !== undefined);
  const now = measured(after);
  if (means.length === periods.length && now !== undefined) return [meanFinding(column, means, now, alpha)];
  const found = sharesFindings(column, periods, before, after, alpha);
  const [worst] = found.filter(({ holds }) => !holds).sort((a, b) => excess(b) - excess(a));
  return worst === undefined ? found.slice(0, 1) : [worst];
}

function meanOfLightTailed(profile: Numeric): MeasuredPeriod | undefined {
  const period = measured(profile);
  return period !== undefined && isLightTailed(profile, period) ? period : undefined;
}

function meanFinding(column: string, periods: readonly MeasuredPeriod[], now: MeasuredPeriod, alpha: number): Finding {
  const { low, high } = meanInterval(periods, now.rows, alpha);
  const rows = periods.reduce((sum, period) => sum + period.rows, 0);
  return {
    column,
    topic: "mean",
    observed: now.mean,
    low,
    high,
    rows: now.rows,
    reference: { value: (low + high) / 2, rows },
    holds: now.mean >= low && now.mean <= high,
    detectable: (high - low) / 2,
  };
}

/** One finding a quantile of the reference; of fewer distinct values, fewer. */
function sharesFindings(
  column: string,
  periods: readonly Numeric[],
  before: Numeric,
  after: Numeric,
  alpha: number,
): readonly Finding[] {
  const rows = valuesIn(after);
  const edges = edgesAt(before);
  if (rows === 0) return [];
  const each = alpha / (2 * Math.max(1, edges.length));
  return edges.map((edge): Finding => {
    const whole = { count: countUpTo(before, edge), rows: valuesIn(before) };
    const counts =
      periods.length < leastPeriods
        ? [whole]
        : periods.map((period) => ({ count: countUpTo(period, edge), rows: valuesIn(period) }));
    const observed = countUpTo(after, edge);
    const [low, high] = [smallestCount(counts, rows, each), largestCount(counts, rows, each)];
    const holds = observed >= low && observed <= high;
    const reference = { value: whole.count, rows: whole.rows };
    return { column, topic: "shares", observed, low, high, rows, reference, holds, limits: [edge] };
  });
}

function excess({ observed, low = observed, high }: Finding): number {
  return Math.max(low - observed, observed - high);
}

/** The edges nearest to the quantiles; ends of the data say nothing. */
function edgesAt(profile: Numeric): readonly number[] {
  const total = valuesIn(profile);
  const found = new Set<number>();
  for (const quantile of quantiles) {
    let [sum, at] = [0, 0];
    while (at < profile.edges.length && sum + (profile.counts[at] ?? 0) < quantile * total) {
      sum += profile.counts[at] ?? 0;
      at += 1;
    }
    const edge = profile.edges[at];
    if (edge !== undefined && sum + (profile.counts[at] ?? 0) < total) found.add(edge);
  }
  return [...found];
}

/** Values at or below x: exact at an edge, between two by the line through them; whole. */
function countUpTo({ edges, counts }: Numeric, x: number): number {
  let sum = 0;
  for (let at = 0; at < edges.length; at += 1) {
    const [edge, count] = [edges[at] ?? 0, counts[at] ?? 0];
    if (edge > x) {
      const below = edges[at - 1];
      return below === undefined ? 0 : Math.round(sum + (count * (x - below)) / (edge - below));
    }
    sum += count;
    if (edge === x) return sum;
  }
  return sum + (counts[edges.length] ?? 0);
}
