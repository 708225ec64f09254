/** An expected count from which the chi-square approximation is usual (W. G. Cochran, 1954). */
const leastExpected = 5;
/** Rare levels stay a group of their own when one side holds this share of them: levels the other side never had. */
const leastShare = 0.01;

/** Levels taken together: their places in the counts given, and the sums of their counts. */
export interface LevelGroup {
  readonly members: readonly number[];
  readonly reference: number;
  readonly current: number;
}

/**
 * Merges the levels of a categorical column whose expected count, from the pooled shares, is below 5 on the smaller
 * side: kept levels first, in the order given, then at most one group of the merged ones. Pooled, because the
 * reference's shares alone call every level that it happens to lack a change. If that group is itself expected to hold
 * fewer than 5, the rarest kept level joins it, unless the group holds at least 1% of one side and would there be 5
 * rows of the smaller one: new levels must not vanish against a reference a thousand times as large. Levels without a
 * row on either side are left out. May return fewer than two groups: then there is nothing to compare.
 *
 * @param reference counts a level
 * @param current counts of the same levels
 */
export function mergeRareLevels(reference: ArrayLike<number>, current: ArrayLike<number>): LevelGroup[] {
  const levels = Array.from(
    reference,
    (count, place): LevelGroup => ({ members: [place], reference: count, current: current[place] ?? Number.NaN }),
  ).filter((level) => pooled(level) > 0);
  const n = levels.reduce((sum, level) => sum + level.reference, 0);
  const m = levels.reduce((sum, level) => sum + level.current, 0);
  const leastPooled = (leastExpected * (n + m)) / Math.min(n, m);
  const isRare = (level: LevelGroup) => pooled(level) < leastPooled;
  const rare = levels.filter(isRare);
  const kept = levels.filter((level) => !isRare(level));
  if (rare.length === 0) {
    return kept;
  }
  let merged = rare.reduce(together);
  const share = Math.max(merged.reference / n, merged.current / m);
  const standsOut = share >= leastShare && share * Math.min(n, m) >= leastExpected;
  if (isRare(merged) && !standsOut && kept.length > 0) {
    const rarest = kept.reduce((least, level) => (pooled(level) < pooled(least) ? level : least));
    kept.splice(kept.indexOf(rarest), 1);
    merged = together(merged, rarest);
  }
  return [...kept, merged];
}

function pooled(level: LevelGroup): number {
  return level.reference + level.current;
}

function together(one: LevelGroup, other: LevelGroup): LevelGroup {
  return {
    members: [...one.members, ...other.members],
    reference: one.reference + other.reference,
    current: one.current + other.current,
  };
}
