import { nearest } from "../kernel/naming.ts";
import type { Contract, ContractColumn, Rule } from "./contract.ts";
import { columnSpot, fieldSpot, itemSpot, type Spot } from "./spot.ts";
import { textOf } from "./strictness.ts";

/**
 * Columns that are gone, by name, and the new ones that they seem to live on in: of the same kind and under the same rules, and either of
 * a near name, at the same position, or the only two that are alike.
 */
export function renamings(earlier: Contract, later: Contract): ReadonlyMap<string, string> {
  const names = (contract: Contract) => new Set(contract.columns.map((column) => column.name));
  const [before, after] = [names(earlier), names(later)];
  const gone = earlier.columns.filter(({ name }) => !after.has(name));
  const come = later.columns.filter(({ name }) => !before.has(name));
  const found = new Map<string, string>();
  if (gone.length === 0 || come.length === 0) return found;
  const [formerly, now] = [likenesses(earlier), likenesses(later)];
  for (const column of gone) {
    const likeness = formerly(column);
    const alike = come.filter((other) => now(other) === likeness && ![...found.values()].includes(other.name));
    const at = earlier.columns.indexOf(column);
    const [only, another] = alike;
    const near = nearest(
      column.name,
      alike.map(({ name }) => name),
    );
    const same = alike.find((other) => later.columns.indexOf(other) === at);
    const isAlone = another === undefined && gone.filter((other) => formerly(other) === likeness).length === 1;
    const choice = near ?? same?.name ?? (isAlone ? only?.name : undefined);
    if (choice !== undefined && column.kind !== undefined) found.set(column.name, choice);
  }
  return found;
}

/** What is said of a column, its name left out. */
function likenesses(contract: Contract): (column: ContractColumn) => string {
  const rules = new Map<string, Rule[]>();
  for (const rule of contract.rules)
    for (const name of rule.columns) rules.set(name, [...(rules.get(name) ?? []), rule]);
  return ({ name, kind, classification, showValues }) =>
    textOf([
      [kind ?? null, classification ?? null, showValues],
      (rules.get(name) ?? []).map((rule) => {
        const { measure, bound, unit, columns, severity } = renameRule(rule, new Map([[name, ""]]));
        return textOf([measure, bound, unit, columns, severity]);
      }),
    ]);
}

/** The contract as it would read under the new names. */
export function renameColumns(contract: Contract, names: ReadonlyMap<string, string>): Contract {
  if (names.size === 0) return contract;
  return {
    ...contract,
    columns: contract.columns.map((column) => ({ ...column, name: names.get(column.name) ?? column.name })),
    key: contract.key.map((name) => names.get(name) ?? name),
    rules: contract.rules.map((rule) => renameRule(rule, names)),
    ...(contract.shape === undefined
      ? {}
      : { shape: contract.shape.map((question) => ({ ...question, spot: renameSpot(question.spot, names) })) }),
  };
}

function renameSpot({ column, holder }: Spot, names: ReadonlyMap<string, string>): Spot {
  if (holder === undefined) return columnSpot(names.get(column) ?? column);
  const whole = renameSpot(holder.spot, names);
  return holder.field === undefined ? itemSpot(whole) : fieldSpot(whole, holder.field);
}

function renameRule(rule: Rule, names: ReadonlyMap<string, string>): Rule {
  if (!rule.columns.some((name) => names.has(name))) return rule;
  return {
    ...rule,
    columns: rule.columns.map((name) => names.get(name) ?? name),
    measure: renameWithin(rule.measure, names) as Rule["measure"],
  };
}

/** Names stand in predicates under the key `column`, however deep. */
function renameWithin(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renameWithin(item, names));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "column" && typeof inner === "string" ? (names.get(inner) ?? inner) : renameWithin(inner, names),
    ]),
  );
}
