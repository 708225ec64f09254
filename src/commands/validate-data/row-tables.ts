import type { AlikeRows, FoundRow } from "../../dataset/dataset.ts";
import type { Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import type { Situation } from "./part.ts";

type Showing = Pick<Situation, "found" | "masking">;

/**
 * Rows with the cells of the columns `shown`; no table where there is none.
 * @param total all such rows
 */
export function rowsTable(
  title: string,
  rows: readonly FoundRow[],
  total: number,
  shown: readonly string[],
  { found, masking }: Showing,
): readonly Table[] {
  const cells = rows.map((row): readonly Json[] => [
    found.show(row.file),
    row.row,
    ...shown.map((name) => masking.cell(name, row.cells[name] ?? null)),
  ]);
  return tableOf({ title, columns: ["file", "row", ...shown], rows: cells }, total);
}

/**
 * Rows beside those that they are like; no table where there is none.
 * @param total all such rows
 * @param both columns whose cells are shown of both rows, as they may differ
 */
export function pairsTable(
  title: string,
  pairs: readonly AlikeRows[],
  total: number,
  { shown, both }: { readonly shown: readonly string[]; readonly both: readonly string[] },
  { found, masking }: Showing,
): readonly Table[] {
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
  return tableOf({ title, columns: ["file", "row", "like file", "like row", ...heads], rows }, total);
}

function tableOf(table: Table, total: number): readonly Table[] {
  const { rows } = table;
  if (rows.length === 0) return [];
  return [total > rows.length ? { ...table, more: total - rows.length } : table];
}
