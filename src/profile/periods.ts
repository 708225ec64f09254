import { digestOf } from "../kernel/digest.ts";
import type { ColumnProfile, Profile } from "./profile.ts";

/** What current data is held against: one or several periods, the oldest first. */
export interface Reference {
  readonly periods: readonly Profile[];
  /** The periods as one: current data is counted at its edges and levels, so that the two compare exactly. */
  readonly whole: Profile;
}

type Numeric = ColumnProfile & { readonly kind: "numeric" };
type Categorical = ColumnProfile & { readonly kind: "categorical" };

/**
 * Takes periods together. Levels add up where all periods name all of theirs, numbers where they were counted at the same edges; else the
 * newest period stands for them. The first and the last edge enclose what any period holds.
 *
 * @param hidden columns whose levels are named by digest, as their values may not be shown
 */
export function referenceOf(periods: readonly [Profile, ...Profile[]], hidden: readonly string[] = []): Reference {
  const shown = periods.map((period) => hideLevels(period, hidden));
  const newest = shown.at(-1) ?? periods[0];
  const columns = new Map<string, ColumnProfile>();
  for (const [name, column] of newest.columns) {
    const all = shown.flatMap((period) => period.columns.get(name) ?? []);
    columns.set(name, column.kind === "numeric" ? numbersOf(all, column) : levelsOf(all, column));
  }
  const { rows, fields } = newest;
  return { periods: shown, whole: { rows, ...(fields === undefined ? {} : { fields }), columns } };
}

/** Values of a column that are not missing. */
export function valuesIn(profile: ColumnProfile): number {
  if (profile.kind === "numeric") return profile.counts.reduce((sum, count) => sum + count, 0);
  return [...profile.levels.values()].reduce((sum, count) => sum + count, profile.others);
}

/** A level's name where its value may not be shown. */
export function hashOfLevel(level: string): string {
  return `#${digestOf(level).slice("sha256:".length, "sha256:".length + 16)}`;
}

function hideLevels(profile: Profile, hidden: readonly string[]): Profile {
  const columns = new Map<string, ColumnProfile>();
  for (const [name, column] of profile.columns) {
    const isOpen = column.kind === "categorical" && column.hashed !== true && hidden.includes(name);
    columns.set(name, isOpen ? hashed(column) : column);
  }
  return { ...profile, columns };
}

function hashed(column: Categorical): Categorical {
  const levels = new Map([...column.levels].map(([level, count]) => [hashOfLevel(level), count]));
  return { ...column, levels, hashed: true };
}

function numbersOf(periods: readonly ColumnProfile[], newest: Numeric): Numeric {
  const all = periods.filter((period) => period.kind === "numeric");
  const isLike = (period: Numeric) =>
    period.edges.length === newest.edges.length &&
    period.edges.every((edge, at) => edge === newest.edges[at]) &&
    (period.atEdge === undefined) === (newest.atEdge === undefined) &&
    (period.sums === undefined) === (newest.sums === undefined);
  const sum = all.every(isLike) ? all.reduce(added) : newest;
  const ranges = all.map(rangeOf).filter((range) => range !== undefined);
  if (ranges.length === 0) return sum;
  return enclosing(sum, Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high)));
}

/** The range of what was counted; of an old profile the range of its edges, beyond which there can be values. */
function rangeOf({ range, edges }: Numeric): readonly [low: number, high: number] | undefined {
  const [low, high] = [edges[0], edges.at(-1)];
  return range ?? (low === undefined || high === undefined ? undefined : [low, high]);
}

function added(one: Numeric, other: Numeric): Numeric {
  const plus = (a: Float64Array | undefined, b: Float64Array | undefined) =>
    a === undefined || b === undefined ? undefined : a.map((value, at) => value + (b[at] ?? 0));
  const [atEdge, sums] = [plus(one.atEdge, other.atEdge), plus(one.sums, other.sums)];
  return {
    kind: "numeric",
    n: one.n + other.n,
    missing: one.missing + other.missing,
    edges: one.edges,
    counts: one.counts.map((count, at) => count + (other.counts[at] ?? 0)),
    ...(atEdge === undefined ? {} : { atEdge }),
    ...(sums === undefined ? {} : { sums }),
  };
}

/** Adds an edge right below `low` and right above `high` where the edges end before: that no value lies beyond them is known exactly. */
function enclosing(profile: Numeric, low: number, high: number): Numeric {
  const { edges, counts, atEdge, sums } = profile;
  const below = (edges[0] ?? Number.POSITIVE_INFINITY) > low ? [neighbour(low, -1)] : [];
  const above = (edges.at(-1) ?? Number.NEGATIVE_INFINITY) < high ? [neighbour(high, 1)] : [];
  const nothing = (of: readonly number[]) => of.map(() => 0);
  const widened = (values: Float64Array | undefined) =>
    values === undefined ? undefined : Float64Array.of(...nothing(below), ...values, ...nothing(above));
  const [ties, added] = [widened(atEdge), widened(sums)];
  return {
    kind: "numeric",
    n: profile.n,
    missing: profile.missing,
    edges: Float64Array.of(...below, ...edges, ...above),
    counts: widened(counts) ?? counts,
    ...(ties === undefined ? {} : { atEdge: ties }),
    ...(added === undefined ? {} : { sums: added }),
    range: [low, high],
  };
}

/** The nearest double below (−1) or above (1). */
function neighbour(value: number, side: 1 | -1): number {
  if (value === 0) return side * Number.MIN_VALUE;
  const bits = new BigInt64Array(Float64Array.of(value).buffer);
  bits[0] = (bits[0] ?? 0n) + (value > 0 === side > 0 ? 1n : -1n);
  return new Float64Array(bits.buffer)[0] ?? value;
}

function levelsOf(periods: readonly ColumnProfile[], newest: Categorical): Categorical {
  const all = periods.filter((period) => period.kind === "categorical");
  if (!all.every(({ others, hashed: isHashed }) => others === 0 && isHashed === newest.hashed)) return newest;
  const levels = new Map<string, number>();
  for (const period of all)
    for (const [level, count] of period.levels) levels.set(level, (levels.get(level) ?? 0) + count);
  return {
    ...newest,
    n: all.reduce((sum, { n }) => sum + n, 0),
    missing: all.reduce((sum, { missing }) => sum + missing, 0),
    levels,
  };
}
