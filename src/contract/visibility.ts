import type { ContractColumn } from "./contract.ts";

/**
 * Who may see a column's values: `public` everybody, `sensitive` nobody, and `unclassified`, of which the contract says nothing, only
 * who sits at the machine.
 */
export type Visibility = "public" | "unclassified" | "sensitive";

export function visibilityOf(column: Pick<ContractColumn, "classification" | "showValues" | "tags">): Visibility {
  if (column.showValues) return "public";
  if (column.tags.some((tag) => sensitive.test(tag))) return "sensitive";
  if (column.classification === undefined) return "unclassified";
  return column.classification.trim().toLowerCase() === "public" ? "public" : "sensitive";
}

/** Tags that say what a classification would: `PII`, `pii:email`, `sensitive`. */
const sensitive = /^(pii|phi|pci|spi|sensitive|confidential|restricted|secret|private|personal)([-_ :./].*)?$/i;

const weights: Readonly<Record<Visibility, number>> = { public: 0, unclassified: 1, sensitive: 2 };

/** The one of two under which fewer people see the values. */
export function stricter(a: Visibility, b: Visibility): Visibility {
  return weights[a] < weights[b] ? b : a;
}
