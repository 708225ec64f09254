import type { Cell, Column, Dataset } from "../../../dataset/dataset.ts";

/** Whole numbers of more values than this are quantities; other kinds of more values than `mostClasses` are neither. */
const mostWholeClasses = 20;
const mostClasses = 100;

/** What kind of thing is to be predicted. */
export type LabelFacts =
  | { readonly kind: "classes"; readonly classes: ReadonlyMap<string, number> }
  | { readonly kind: "number" }
  | { readonly kind: "other"; readonly why: string };

/** Reads what the label is off a data set. */
export async function labelFacts(dataset: Dataset, label: string): Promise<LabelFacts> {
  const kind = kindOf(dataset, label);
  if (kind === "number") return { kind: "number" };
  if (kind === "date" || kind === "timestamp") return { kind: "other", why: `${label} is a time` };
  const { counts, others } = await dataset.levels(label, mostClasses);
  if (kind === "integer" && (counts.size > mostWholeClasses || others > 0)) return { kind: "number" };
  if (others > 0) return { kind: "other", why: `${label} has more than ${mostClasses} different values` };
  return { kind: "classes", classes: counts };
}

/** A class as the cell that stands for it. */
export function cellOfClass(dataset: Dataset, label: string, name: string): Cell {
  const kind = kindOf(dataset, label);
  if (kind === "integer") return BigInt(name);
  return kind === "boolean" ? name === "true" : name;
}

function kindOf(dataset: Dataset, name: string): Column["kind"] | undefined {
  return dataset.columns.find((column) => column.name === name)?.kind;
}
