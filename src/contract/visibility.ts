import type { ContractColumn } from "./contract.ts";

/**
 * Who may see a column's values: `public` everybody, `sensitive` nobody, and `unclassified`, of which the contract says nothing, only
 * who sits at the machine.
 */
export type Visibility = "public" | "unclassified" | "sensitive";

export function visibilityOf(column: Pick<ContractColumn, "classification" | "showValues">): Visibility {
  if (column.showValues || column.classification?.toLowerCase() === "public") return "public";
  return column.classification === undefined ? "unclassified" : "sensitive";
}
