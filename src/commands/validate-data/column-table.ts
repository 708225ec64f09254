import type { ContractColumn } from "../../contract/contract.ts";
import type { Table } from "../../kernel/command.ts";
import { type Found, isTypeFault } from "./checks.ts";
import type { Part, Situation } from "./part.ts";

const most = 200;

/**
 * What the contract says of each column to people, beside how it fared: type, classification, tags, whether it is critical, and its rules.
 * No table where the contract classifies and tags nothing. Critical columns stand first, then those with broken rules.
 */
export function columnTable({ found }: Situation): Part {
  const { columns } = found.contract;
  if (found.unreadable || !columns.some(isRemarked)) return {};
  const broken = new Map(columns.map(({ name }) => [name, rulesOf(name, found)]));
  const weight = (column: ContractColumn) =>
    (column.isCritical ? 2 : 0) + ((broken.get(column.name)?.broken ?? 0) > 0 ? 1 : 0);
  const sorted = [...columns].sort((a, b) => weight(b) - weight(a));
  const rows = sorted.slice(0, most).map((column) => {
    const { asked, broken: failed } = broken.get(column.name) ?? { asked: 0, broken: 0 };
    return [
      column.name,
      column.kind ?? null,
      column.isCritical ? "critical" : null,
      column.classification ?? null,
      column.tags.length === 0 ? null : column.tags.join(", "),
      asked,
      failed,
    ];
  });
  const table: Table = {
    title: "Columns of the contract",
    columns: ["column", "type", "critical", "classification", "tags", "rules", "broken"],
    rows,
  };
  return { tables: [columns.length > most ? { ...table, more: columns.length - most } : table] };
}

function isRemarked({ classification, tags, isCritical }: ContractColumn): boolean {
  return classification !== undefined || tags.length > 0 || isCritical;
}

/** Its type is a rule too, and so is that it is there. */
function rulesOf(name: string, { outcomes, plan, faults }: Found): { readonly asked: number; readonly broken: number } {
  const own = outcomes.filter(({ rule }) => rule.columns.includes(name));
  const isAbsent = plan.missing.some((column) => column.name === name);
  const isMistyped =
    plan.mistyped.some(({ column }) => column.name === name) ||
    faults.some((fault) => isTypeFault(fault) && fault.column === name);
  const failed = own.filter(({ holds }) => !holds).length;
  return { asked: own.length + 1, broken: failed + (isAbsent || isMistyped ? 1 : 0) };
}
