import type { Check } from "../../kernel/command.ts";
import type { Contestant } from "./columns.ts";
import type { Part, Scene } from "./part.ts";

/** A column of more levels than this is a key rather than a category: what lies beyond is counted as unseen. */
const mostLevels = 10_000;
const shownLevels = 5;
const shownLength = 40;

/**
 * Rows with a category that a model was not trained on, where the model says which it knows: an encoder gives such a row zeros, or the same
 * number as any other unknown one, without a word.
 */
export async function unseenCategories({ dataset, holdout }: Scene, models: readonly Contestant[]): Promise<Part> {
  const checks: Check[] = [];
  const rows: [string, string, string, number][] = [];
  for (const { name, session } of models) {
    for (const [column, known] of session.categories ?? []) {
      const { counts, others } = await dataset.levels(column, mostLevels);
      for (const [level, count] of counts) if (!known.has(level)) rows.push([name, column, brief(level), count]);
      if (others > 0) rows.push([name, column, "(levels beyond the commonest)", others]);
    }
    if ((session.categories?.size ?? 0) === 0) continue;
    const unseen = rows.filter(([model]) => model === name);
    const count = unseen.reduce((sum, [, , , own]) => sum + own, 0);
    const named = unseen.slice(0, shownLevels).map(([, column, level]) => `${column} ${JSON.stringify(level)}`);
    const message =
      count === 0
        ? `every category is one that the ${name} knows`
        : `the ${name} does not know the categories of ${count} values: ${named.join(", ")}${unseen.length > named.length ? " and more" : ""}`;
    const verdict = count === 0 ? "pass" : "warn";
    checks.push({ id: `unseen-categories-${name}`, verdict, message, observed: count, n: holdout.rows });
  }
  if (rows.length === 0) return { checks };
  const sorted = rows.toSorted((a, b) => b[3] - a[3]);
  const columns = ["model", "column", "category", "rows"];
  const table = { title: "Categories that the models were not trained on", columns, rows: sorted.slice(0, 20) };
  return { checks, tables: [sorted.length > 20 ? { ...table, more: sorted.length - 20 } : table] };
}

function brief(level: string): string {
  return level.length > shownLength ? `${level.slice(0, shownLength)}…` : level;
}
