import type { Likeness, Overlap } from "../../../dataset/dataset.ts";
import type { Check } from "../../../kernel/command.ts";
import { ofRows, plural } from "../checks.ts";
import type { Part } from "../part.ts";
import { pairsTable } from "../row-tables.ts";
import { pairsOf, type Question, type SplitName } from "./opening.ts";

/** Groups that stand in two splits: a model that has seen a customer's rows is not tested on the same customer's. */
export async function groupsPart(question: Question): Promise<Part> {
  const { splits, roles } = question;
  const likeness = { columns: roles.group, by: "exact", present: true } as const;
  const overlap = await splits.group.overlap(likeness);
  const parts: Part[] = [];
  for (const pair of pairsOf(splits.names)) parts.push(await sharedPart(pair, overlap, likeness, question));
  const missing = splits.names.flatMap((name): readonly Check[] => {
    const [n, observed] = [splits.rows[name], splits.rows[name] - overlap.sets[name].rows];
    if (observed === 0) return [];
    const message = `${ofRows(observed, n)} of ${name} have no ${roles.group.join(", ")}, and belong to no group`;
    return [{ id: `split.groups.missing.${name}`, verdict: "warn", message, observed, expected: "no rows", n }];
  });
  return {
    checks: [...parts.flatMap((part) => part.checks ?? []), ...missing],
    tables: parts.flatMap((part) => part.tables ?? []),
  };
}

async function sharedPart(
  [earlier, later]: readonly [SplitName, SplitName],
  overlap: Overlap<SplitName>,
  likeness: Likeness,
  { splits, situation, limit, shown }: Question,
): Promise<Part> {
  const name = likeness.columns.join(", ");
  const { rows, kinds } = overlap.shared[later][earlier];
  const id = `split.groups.${later}-in-${earlier}`;
  const head = { id, observed: rows, expected: "no rows", n: overlap.sets[later].rows };
  if (rows === 0)
    return {
      checks: [{ ...head, verdict: "pass", message: `no value of ${name} stands in both ${earlier} and ${later}` }],
    };
  const message =
    `${plural(kinds, "value")} of ${name} ${kinds === 1 ? "stands" : "stand"} in both ${earlier} and ${later}: ` +
    `${ofRows(rows, splits.rows[later])} of ${later}, ` +
    `${ofRows(overlap.shared[earlier][later].rows, splits.rows[earlier])} of ${earlier}`;
  const cells = [...new Set([...likeness.columns, ...shown])];
  const pairs = limit === 0 ? [] : await splits.group.alike(later, earlier, likeness, { limit, shown: cells });
  const title = `Rows of ${later} whose ${name} stands in ${earlier} too`;
  return {
    checks: [{ ...head, verdict: "fail", message }],
    tables: pairsTable(title, pairs, rows, { shown: cells, both: [] }, situation),
  };
}
