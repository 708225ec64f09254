import type { ColumnProfile } from "../profile/profile.ts";
import { mergeRareLevels } from "../stats/levels.ts";
import { type Atoms, atomsOf, type Cut } from "./atoms.ts";

/** Counts of both sides in the same bins or levels. */
export interface Bins {
  /** Ascending for numbers, most frequent first for levels; `missing` stands last. */
  readonly labels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export interface Incomparable {
  readonly reason: string;
}

/** Deciles of the reference: the usual bins of the population stability index. */
const mostBins = 10;
/** A bin is told apart when it holds this share of one side's rows, and would hold this many rows of the smaller side. */
const leastShare = 0.01;
const leastRows = 5;
/** What `missing` is called on charts and in tables. */
export const missingLabel = "missing";

/**
 * The bins that a column is compared in. Numbers: deciles of the reference, cut at the edges that both profiles were counted at. Levels: as they
 * are, rare ones taken together by their pooled expected count. Missing values are a bin of their own when they are frequent enough.
 */
export function binsOf(reference: ColumnProfile, current: ColumnProfile): Bins | Incomparable {
  if (rowsOf(reference) === 0 || rowsOf(current) === 0) {
    return { reason: `there are no ${rowsOf(reference) === 0 ? "reference" : "current"} rows` };
  }
  const bins = valueBins(reference, current);
  if ("reason" in bins) return bins;
  const sizes = { reference: rowsOf(reference), current: rowsOf(current) };
  const missing = { reference: reference.missing, current: current.missing };
  const all =
    bins.labels.length > 0 && !stands(missing, sizes)
      ? bins
      : {
          labels: [...bins.labels, missingLabel],
          reference: [...bins.reference, missing.reference],
          current: [...bins.current, missing.current],
        };
  if (sum(all.reference) === 0 || sum(all.current) === 0) return { reason: "too few rows hold a value" };
  return all;
}

function valueBins(reference: ColumnProfile, current: ColumnProfile): Bins | Incomparable {
  if (reference.kind === "numeric" && current.kind === "numeric") {
    const atoms = atomsOf(reference, current);
    if (atoms === undefined) return { reason: "the two profiles were counted at different edges" };
    return numericBins(atoms);
  }
  if (reference.kind === "categorical" && current.kind === "categorical") return levelBins(reference, current);
  return { reason: `the reference is ${reference.kind} and the current data ${current.kind}` };
}

/** All rows of a column, missing ones included. */
export function rowsOf(profile: ColumnProfile): number {
  return valuesOf(profile) + profile.missing;
}

/** Rows of a column that hold a value. */
export function valuesOf(profile: ColumnProfile): number {
  if (profile.kind === "numeric") return sum(profile.counts);
  return sum([...profile.levels.values()]) + profile.others;
}

interface Pair {
  readonly reference: number;
  readonly current: number;
}

/** Whether a bin is frequent enough, on the side that has more of it, to be told apart. */
function stands(bin: Pair, sizes: Pair): boolean {
  const share = Math.max(bin.reference / Math.max(1, sizes.reference), bin.current / Math.max(1, sizes.current));
  return share >= leastShare && share * Math.min(sizes.reference, sizes.current) >= leastRows;
}

interface Span extends Pair {
  /** The cut at its upper end; none at the last bin's. */
  readonly upper: Cut | undefined;
}

function numericBins(atoms: Atoms): Bins {
  const sizes = { reference: sum(atoms.reference), current: sum(atoms.current) };
  const spans = mergeSmall(quantileSpans(atoms, sizes), sizes);
  const write = edgeWriter(spans.flatMap(({ upper }) => (upper === undefined ? [] : [upper.edge])));
  return {
    labels: spans.map(({ upper }, index) => spanLabel(spans[index - 1]?.upper, upper, write)),
    reference: spans.map((span) => span.reference),
    current: spans.map((span) => span.current),
  };
}

/** Cuts the atoms where the reference comes nearest to each decile. */
function quantileSpans({ cuts, reference, current }: Atoms, sizes: Pair): readonly Span[] {
  if (sizes.reference + sizes.current === 0) return [];
  const below = cumulative(sizes.reference > 0 ? reference : current);
  const all = sizes.reference > 0 ? sizes.reference : sizes.current;
  // A cut before an edge is worth its odd label only where the edge itself is a frequent value.
  const candidates = [...cuts.keys()].filter(
    (index) =>
      cuts[index]?.inclusive === true ||
      stands({ reference: reference[index + 1] ?? 0, current: current[index + 1] ?? 0 }, sizes),
  );
  const chosen = new Set<number>();
  for (let quantile = 1; quantile < mostBins; quantile++) {
    const target = (quantile / mostBins) * all;
    const distance = (index: number) => Math.abs((below[index] ?? 0) - target);
    const inclusive = (index: number) => cuts[index]?.inclusive === true;
    const nearest = candidates.reduce<number | undefined>((best, index) => {
      if (best === undefined || distance(index) < distance(best)) return index;
      return distance(index) === distance(best) && inclusive(index) && !inclusive(best) ? index : best;
    }, undefined);
    if (nearest !== undefined) chosen.add(nearest);
  }
  const ends = [...chosen].sort((a, b) => a - b);
  return [...ends, cuts.length].map((end, index) => {
    const from = (ends[index - 1] ?? -1) + 1;
    return {
      upper: cuts[end],
      reference: sum(reference.slice(from, end + 1)),
      current: sum(current.slice(from, end + 1)),
    };
  });
}

/** Joins the smallest span that does not stand to its smaller neighbour, until all stand or one is left. */
function mergeSmall(spans: readonly Span[], sizes: Pair): readonly Span[] {
  const merged = [...spans];
  const weight = (span: Span | undefined) =>
    span === undefined
      ? Number.POSITIVE_INFINITY
      : span.reference / Math.max(1, sizes.reference) + span.current / Math.max(1, sizes.current);
  while (merged.length > 1) {
    const small = merged.filter((span) => !stands(span, sizes));
    if (small.length === 0) break;
    const least = small.reduce((one, other) => (weight(other) < weight(one) ? other : one));
    const index = merged.indexOf(least);
    const first = weight(merged[index - 1]) <= weight(merged[index + 1]) ? index - 1 : index;
    const [below, above] = [merged[first], merged[first + 1]];
    if (below === undefined || above === undefined) break;
    merged.splice(first, 2, {
      upper: above.upper,
      reference: below.reference + above.reference,
      current: below.current + above.current,
    });
  }
  return merged;
}

/** Writes edges with as few digits as keep them apart. */
function edgeWriter(edges: readonly number[]): (edge: number) => string {
  const distinct = new Set(edges);
  for (let digits = 4; digits < 17; digits++) {
    const write = (edge: number) => String(Number(edge.toPrecision(digits)));
    if (new Set([...distinct].map(write)).size === distinct.size) return write;
  }
  return String;
}

function spanLabel(lower: Cut | undefined, upper: Cut | undefined, write: (edge: number) => string): string {
  if (lower === undefined) {
    if (upper === undefined) return "all values";
    return `${upper.inclusive ? "≤" : "<"} ${write(upper.edge)}`;
  }
  if (upper === undefined) return `${lower.inclusive ? ">" : "≥"} ${write(lower.edge)}`;
  if (lower.edge === upper.edge) return `= ${write(upper.edge)}`;
  return `${lower.inclusive ? "(" : "["}${write(lower.edge)}, ${write(upper.edge)}${upper.inclusive ? "]" : ")"}`;
}

type Categorical = Extract<ColumnProfile, { kind: "categorical" }>;

function levelBins(reference: Categorical, current: Categorical): Bins {
  const names = [...new Set([...reference.levels.keys(), ...current.levels.keys()])].sort();
  const labels = [...names, "all other levels"];
  const counts = (profile: Categorical) => [...names.map((name) => profile.levels.get(name) ?? 0), profile.others];
  const groups = mergeRareLevels(counts(reference), counts(current)).map(({ members, ...counted }) => ({
    ...counted,
    label: members.length === 1 ? (labels[members[0] ?? 0] ?? "") : `${members.length} other levels`,
    rest: members.length > 1,
  }));
  const sizes = { reference: valuesOf(reference), current: valuesOf(current) };
  const share = (group: Pair) =>
    group.reference / Math.max(1, sizes.reference) + group.current / Math.max(1, sizes.current);
  const ordered = groups.sort(
    (a, b) => Number(a.rest) - Number(b.rest) || share(b) - share(a) || (a.label < b.label ? -1 : 1),
  );
  return {
    labels: ordered.map(({ label }) => label),
    reference: ordered.map((group) => group.reference),
    current: ordered.map((group) => group.current),
  };
}

/** Rows in all the bins. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return total;
}

function cumulative(values: readonly number[]): readonly number[] {
  let total = 0;
  return values.map((value) => {
    total += value;
    return total;
  });
}
