import type { Column } from "../../../dataset/dataset.ts";
import type { MetricRule } from "../../../evaluation/evaluation.ts";
import { configurationError } from "../../../kernel/error.ts";
import { suggest } from "../../../kernel/naming.ts";
import type { ColumnCut } from "./columns.ts";
import { refuseSlices, type SlicePlan } from "./inputs.ts";

/**
 * That every column is there and can be cut, and that margins speak of metrics that are compared: before a row is scored.
 * @throws TitleholderError TH_EVALUATION_SLICES (configuration)
 */
export function requireSlices(
  plans: readonly SlicePlan[],
  rules: readonly MetricRule[],
  columns: readonly Column[],
): void {
  const names = rules.map(({ name }) => name);
  for (const plan of plans) {
    if (plan.kind === "columns") for (const cut of plan.parts) requireCuttable(cut, columns, "slices");
    const margins = typeof plan.margin === "object" ? Object.keys(plan.margin) : [];
    const unknown = margins.find((metric) => !names.includes(metric));
    if (unknown !== undefined) throw refuseSlices(`no metric ${unknown} is compared`, suggest(unknown, names));
  }
}

/** @param input that names the column */
export function requireCuttable({ column, bins }: ColumnCut, columns: readonly Column[], input: string): void {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) {
    const fix = suggest(
      column,
      columns.map(({ name }) => name),
    );
    throw configurationError("TH_EVALUATION_SLICES", `the data has no column "${column}"`, fix, { input });
  }
  if (found.kind === "nested" || (bins !== undefined && found.kind !== "integer" && found.kind !== "number")) {
    const what =
      bins === undefined ? "has no single values" : `holds values of kind ${found.kind}, which have no quantiles`;
    const fix = bins === undefined ? "choose another column" : "leave `bins` out, or choose a column of numbers";
    throw configurationError("TH_EVALUATION_SLICES", `the column "${column}" ${what}`, fix, { input });
  }
}
