import { exceeds } from "../../../contract/bounds.ts";
import { isMild } from "../../../contract/severity.ts";
import type { RowFlaw } from "../../../dataset/writing.ts";
import { type Found, isTypeFault } from "../checks.ts";

/**
 * What sets a row aside, by the id of the check that says so: a broken rule about rows whose breach fails the data, and a value that is
 * not of its column's type. A rule that holds sets nothing aside, also where its bound allows some rows; of one that is broken all its rows
 * go, as nobody can tell which of them would have been allowed. A rule that asks for more of something blames no row.
 */
export function flawsOf(found: Found): ReadonlyMap<string, RowFlaw> {
  const flaws = new Map<string, RowFlaw>();
  for (const { column } of found.faults.filter(isTypeFault))
    if (column !== undefined) flaws.set(`${column}.type`, { misfit: column });
  for (const { rule, count, share, holds } of found.outcomes) {
    const { measure } = rule;
    if (holds || isMild(rule.severity) || !exceeds(rule.bound, rule.unit === "percent" ? share * 100 : count)) continue;
    if (measure.kind === "rows") flaws.set(rule.id, { where: measure.violated });
    if (measure.kind === "duplicates") flaws.set(rule.id, { repeats: rule.columns });
  }
  return flaws;
}
