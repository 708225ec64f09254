import { valuesIn } from "../../profile/periods.ts";
import type { ColumnProfile, Profile } from "../../profile/profile.ts";

/** Texts of which more than this share of the values is beyond the commonest levels are names or prose, not categories. */
const textShare = 0.5;
const leastForUnique = 20;

/**
 * Columns whose values never come back, with the reason.
 * @param profiled counted at edges of its own
 */
export function movingColumns(profiled: Profile, current: Profile): ReadonlyMap<string, string> {
  const kinds = new Map((current.fields ?? []).map(({ name, kind }) => [name, kind]));
  const reasons = [...profiled.columns].flatMap(([name, column]): (readonly [string, string])[] => {
    const kind = kinds.get(name);
    if (kind === "date" || kind === "timestamp") return [[name, "a time: it goes on by itself"]];
    if (kind === "integer" && isUnique(column)) return [[name, "another value in every row, as identifiers have"]];
    return isText(column) ? [[name, "text: most of its values are rare"]] : [];
  });
  return new Map(reasons);
}

/** No sampled value occurs twice in the whole column. */
function isUnique(column: ColumnProfile): boolean {
  if (column.kind !== "numeric" || valuesIn(column) < leastForUnique) return false;
  const most = column.atEdge?.reduce((sum, count) => Math.max(sum, count), 0) ?? Number.POSITIVE_INFINITY;
  return column.edges.length >= leastForUnique && most <= 1;
}

function isText(column: ColumnProfile): boolean {
  if (column.kind !== "categorical") return false;
  const values = valuesIn(column);
  const isRare = [...column.levels.values()].every((count) => count === 1);
  return values >= leastForUnique && (column.others > textShare * values || isRare);
}
