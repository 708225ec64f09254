import type { ColumnProfile } from "./profile.ts";

/**
 * The lower median of a profiled column: the first of its edges at or below which at least half of the finite values lie. An edge is a
 * value that occurs. Exact where every value is an edge (up to about a thousand different ones), else off by less than a thousandth of
 * the rows and the sample's error. Undefined for levels and where there are no values.
 */
export function medianOf(profile: ColumnProfile): number | undefined {
  if (profile.kind !== "numeric") return undefined;
  const half = total(profile.counts) / 2;
  if (half === 0) return undefined;
  let below = 0;
  for (const [at, edge] of profile.edges.entries()) {
    below += profile.counts[at] ?? 0;
    if (below >= half) return edge;
  }
  return profile.edges.at(-1);
}

/** The mean of a column's finite values; undefined for levels, where there are no values, and in a profile without sums. */
export function meanOf(profile: ColumnProfile): number | undefined {
  if (profile.kind !== "numeric" || profile.sums === undefined) return undefined;
  const count = total(profile.counts);
  return count === 0 ? undefined : total(profile.sums) / count;
}

/**
 * The commonest value: of levels the first by text among equally common ones; of numbers the least, by the counts at the edges, and
 * undefined where none occurs twice.
 */
export function modeOf(profile: ColumnProfile): number | string | undefined {
  if (profile.kind === "categorical")
    return [...profile.levels].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).at(0)?.[0];
  let best: { readonly edge: number; readonly count: number } | undefined;
  for (const [at, edge] of profile.edges.entries()) {
    const count = profile.atEdge?.[at] ?? 0;
    if (count > (best?.count ?? 1)) best = { edge, count };
  }
  return best?.edge;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
