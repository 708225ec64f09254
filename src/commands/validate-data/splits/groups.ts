import type { Check } from "../../../kernel/command.ts";
import { ofRows, plural } from "../checks.ts";
import type { Part } from "../part.ts";
import { pairsOf, type Question } from "./opening.ts";
import { pairsTable } from "./pairs-table.ts";

/** Groups that stand in two splits: a model that has seen a customer's rows is not tested on the same customer's. */
export async function groupsPart({ splits, roles, situation, limit, shown }: Question): Promise<Part> {
  const columns = roles.group;
  const likeness = { columns, by: "exact", present: true } as const;
  const overlap = await splits.group.overlap(likeness);
  const name = columns.join(", ");
  const parts: Part[] = [];
  for (const [earlier, later] of pairsOf(splits.names)) {
    const { rows, kinds } = overlap.shared[later][earlier];
    const head = {
      id: `split.groups.${later}-in-${earlier}`,
      observed: rows,
      expected: "no rows",
      n: overlap.sets[later].rows,
    };
    if (rows === 0) {
      const message = `no value of ${name} stands in both ${earlier} and ${later}`;
      parts.push({ checks: [{ ...head, verdict: "pass", message }] });
      continue;
    }
    const message =
      `${plural(kinds, "value")} of ${name} ${kinds === 1 ? "stands" : "stand"} in both ${earlier} and ${later}: ` +
      `${ofRows(rows, splits.rows[later])} of ${later}, ${ofRows(overlap.shared[earlier][later].rows, splits.rows[earlier])} of ${earlier}`;
    const cells = [...new Set([...columns, ...shown])];
    const pairs = limit === 0 ? [] : await splits.group.alike(later, earlier, likeness, { limit, shown: cells });
    const title = `Rows of ${later} whose ${name} stands in ${earlier} too`;
    parts.push({
      checks: [{ ...head, verdict: "fail", message }],
      tables: pairsTable(title, pairs, rows, { shown: cells, both: [] }, situation),
    });
  }
  const missing = splits.names.flatMap((split): readonly Check[] => {
    const count = splits.rows[split] - overlap.sets[split].rows;
    if (count === 0) return [];
    const message = `${ofRows(count, splits.rows[split])} of ${split} have no ${name}, and belong to no group`;
    return [{ id: `split.groups.missing.${split}`, verdict: "warn", message, observed: count, n: splits.rows[split] }];
  });
  return {
    checks: [...parts.flatMap((part) => part.checks ?? []), ...missing],
    tables: parts.flatMap((part) => part.tables ?? []),
  };
}
