import type { Rule } from "../../contract/contract.ts";
import type { Dataset } from "../../dataset/dataset.ts";

/** Statements by rule id that list all rows which break a rule, for people to run where the paths start from. */
export function queriesFor(
  rules: readonly Rule[],
  dataset: Dataset,
  show: (file: string) => string,
): ReadonlyMap<string, string> {
  const queries = new Map<string, string>();
  for (const rule of rules) {
    const { measure } = rule;
    const selection =
      measure.kind === "rows"
        ? { where: measure.violated }
        : measure.kind === "duplicates"
          ? { duplicates: rule.columns }
          : undefined;
    if (selection === undefined) continue;
    const query = dataset.query(selection, show);
    if (query !== undefined) queries.set(rule.id, query);
  }
  return queries;
}
