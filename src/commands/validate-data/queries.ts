import type { Rule } from "../../contract/contract.ts";
import type { Column, DataSource } from "../../dataset/dataset.ts";
import type { Host } from "../../kernel/host.ts";
import { dataEngine } from "../data.ts";
import { shownPath } from "../paths.ts";

/** Statements by rule id that list all rows which break a rule, for people to run where the paths start from. */
export async function queriesFor(
  rules: readonly Rule[],
  source: DataSource,
  columns: readonly Column[],
  host: Host,
): Promise<ReadonlyMap<string, string>> {
  const engine = await dataEngine(host);
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
    const query = engine.query(source, columns, selection, (file) => shownPath(host, file));
    if (query !== undefined) queries.set(rule.id, query);
  }
  return queries;
}
