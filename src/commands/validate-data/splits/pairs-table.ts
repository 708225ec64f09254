import type { AlikeRows } from "../../../dataset/dataset.ts";
import type { Table } from "../../../kernel/command.ts";
import type { Json } from "../../../kernel/json.ts";
import type { Situation } from "../part.ts";

/**
 * Rows beside those that they are like.
 * @param total all such rows
 * @param both columns whose cells are shown of both rows, as they may differ
 */
export function pairsTable(
  title: string,
  pairs: readonly AlikeRows[],
  total: number,
  { shown, both }: { readonly shown: readonly string[]; readonly both: readonly string[] },
  { found, masking }: Pick<Situation, "found" | "masking">,
): readonly Table[] {
  if (pairs.length === 0) return [];
  const rows = pairs.map(({ row, like }): readonly Json[] => [
    found.show(row.file),
    row.row,
    found.show(like.file),
    like.row,
    ...shown.flatMap((name) => {
      const cell = masking.cell(name, row.cells[name] ?? null);
      return both.includes(name) ? [cell, masking.cell(name, like.cells[name] ?? null)] : [cell];
    }),
  ]);
  const heads = shown.flatMap((name) => (both.includes(name) ? [name, `${name} there`] : [name]));
  const table = { title, columns: ["file", "row", "like file", "like row", ...heads], rows };
  return [total > rows.length ? { ...table, more: total - rows.length } : table];
}
