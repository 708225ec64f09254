import type { Outcome } from "../../contract/evaluation.ts";
import type { FaultyRow, StructuralFault } from "../../dataset/dataset.ts";
import type { Table } from "../../kernel/command.ts";
import { type Found, isTypeFault } from "./checks.ts";
import type { Masking } from "./masking.ts";

/** The first rows of every broken rule and of every fault. */
export function tablesOf(found: Found, limit: number, masking: Masking): readonly Table[] {
  const broken = found.outcomes.filter((outcome) => !outcome.holds);
  return [
    ...faultTable(
      "Rows that cannot be read",
      found.faults.filter((fault) => !isTypeFault(fault)),
      found,
      limit,
      (_fault, row) => masking.row(row.found),
    ),
    ...faultTable(
      "Values of the wrong type",
      found.faults.filter(isTypeFault),
      found,
      limit,
      (fault, row) => masking.cell(fault.column ?? "", row.found) ?? "",
    ),
    ...broken.flatMap((outcome) => ruleTable(outcome, found, masking)),
  ];
}

function faultTable(
  title: string,
  faults: readonly StructuralFault[],
  { show }: Found,
  limit: number,
  text: (fault: StructuralFault, row: FaultyRow) => string,
): readonly Table[] {
  const rows = faults.flatMap((fault) =>
    fault.first
      .slice(0, limit)
      .map((row) => [
        show(fault.file),
        row.row,
        row.line ?? null,
        fault.column === undefined ? fault.message : `${fault.column}: ${fault.message}`,
        text(fault, row).toWellFormed(),
      ]),
  );
  if (rows.length === 0) return [];
  const all = faults.reduce((sum, fault) => sum + fault.count, 0);
  const table = { title, columns: ["file", "row", "line", "fault", "found"], rows };
  return [all > rows.length ? { ...table, more: all - rows.length } : table];
}

function ruleTable(
  { rule, count }: Outcome,
  { contract, samples, queries, show }: Found,
  masking: Masking,
): readonly Table[] {
  const sample = samples.get(rule.id) ?? [];
  if (sample.length === 0) return [];
  const columns = [...new Set([...contract.key, ...rule.columns])].filter((name) => name in (sample[0]?.cells ?? {}));
  const rows = sample.map(({ file, row, cells }) => [
    show(file),
    row,
    ...columns.map((name) => masking.cell(name, cells[name] ?? null)),
  ]);
  const query = queries.get(rule.id);
  const table = {
    title: `${rule.id}: ${rule.expectation}`,
    columns: ["file", "row", ...columns],
    rows,
    ...(query === undefined ? {} : { query }),
  };
  return [count > rows.length ? { ...table, more: count - rows.length } : table];
}
