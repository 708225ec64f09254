import type { Aggregate, Cell, Column, ColumnKind, Predicate } from "../dataset/dataset.ts";
import { holds } from "./bounds.ts";
import type { Contract, ContractColumn, Rule } from "./contract.ts";

/** What a contract asks of data with these columns. */
export interface ContractPlan {
  /** All that must be counted, in one scan: by rule id, and `rows`. */
  readonly aggregates: Readonly<Record<string, Aggregate>>;
  readonly rules: readonly Rule[];
  /** Rules that cannot be asked of these columns. */
  readonly idle: readonly { readonly rule: Rule; readonly why: string }[];
  readonly missing: readonly ContractColumn[];
  /** Columns that the contract does not describe. */
  readonly extra: readonly string[];
  /** Columns of another kind than declared. */
  readonly mistyped: readonly { readonly column: ContractColumn; readonly found: Column }[];
}

/** What a rule found. */
export interface Outcome {
  readonly rule: Rule;
  /** Rows that were counted; of `row count` all rows. */
  readonly count: number;
  /** Of all rows, 0 to 1. */
  readonly share: number;
  readonly holds: boolean;
}

/** The count's key for all rows. Rule ids hold a dot or are words of their own, so that none is equal. */
const allRows = "(rows)";

/** The contract as it applies to data: columns that it lets be absent, and rules about them, are left out where the data lacks them. */
export function applicable(contract: Contract, columns: readonly Column[]): Contract {
  const names = new Set(columns.map((column) => column.name));
  const isAbsent = ({ name, mayBeAbsent }: ContractColumn) => mayBeAbsent === true && !names.has(name);
  const absent = new Set(contract.columns.filter(isAbsent).map((column) => column.name));
  if (absent.size === 0 || absent.size === contract.columns.length) return contract;
  return {
    ...contract,
    columns: contract.columns.filter((column) => !absent.has(column.name)),
    rules: contract.rules.filter((rule) => !rule.columns.some((name) => absent.has(name))),
  };
}

/** Turns a contract into one plan of counts. */
export function planContract(contract: Contract, columns: readonly Column[]): ContractPlan {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const aggregates: Record<string, Aggregate> = { [allRows]: { fn: "count" } };
  const rules: Rule[] = [];
  const idle: { rule: Rule; why: string }[] = [];
  for (const rule of contract.rules) {
    const why = obstacle(rule, byName);
    if (why !== undefined) idle.push({ rule, why });
    else {
      rules.push(rule);
      if (rule.measure.kind === "duplicates") aggregates[rule.id] = { fn: "duplicates", columns: rule.columns };
      if (rule.measure.kind === "rows") aggregates[rule.id] = { fn: "count", where: rule.measure.violated };
    }
  }
  const described = new Set(contract.columns.map((column) => column.name));
  return {
    aggregates,
    rules,
    idle,
    missing: contract.columns.filter((column) => !byName.has(column.name)),
    extra: columns.map((column) => column.name).filter((name) => !described.has(name)),
    mistyped: contract.columns.flatMap((column) => {
      const found = byName.get(column.name);
      return found === undefined || isOfKind(found.kind, column.kind) ? [] : [{ column, found }];
    }),
  };
}

/** Judges the counts of a plan. */
export function judge(
  plan: ContractPlan,
  counts: Readonly<Record<string, Cell>>,
): { readonly rows: number; readonly outcomes: readonly Outcome[] } {
  const rows = Number(counts[allRows] ?? 0);
  const outcomes = plan.rules.map((rule): Outcome => {
    const count = rule.measure.kind === "row count" ? rows : Number(counts[rule.id] ?? 0);
    const share = rows === 0 ? 0 : count / rows;
    return { rule, count, share, holds: holds(rule.bound, rule.unit === "percent" ? share * 100 : count) };
  });
  return { rows, outcomes };
}

/** Whole numbers are numbers; nothing else may stand for another kind. */
function isOfKind(found: ColumnKind, declared: ColumnKind | undefined): boolean {
  return declared === undefined || found === declared || (declared === "number" && found === "integer");
}

function obstacle(rule: Rule, columns: ReadonlyMap<string, Column>): string | undefined {
  for (const name of rule.columns) {
    const column = columns.get(name);
    if (column === undefined) return `the data has no column ${name}`;
    if (column.kind === "nested" && (rule.measure.kind === "duplicates" || usesCells(rule)))
      return `${name} holds lists or structures`;
  }
  if (rule.measure.kind !== "rows") return undefined;
  const wrong = unfit(rule.measure.violated, columns);
  return wrong === undefined ? undefined : `${wrong.name} holds values of kind ${wrong.kind}`;
}

function usesCells(rule: Rule): boolean {
  return rule.measure.kind === "rows" && rule.measure.violated.op !== "null";
}

/** The column whose kind does not have the comparison. */
function unfit(where: Predicate, columns: ReadonlyMap<string, Column>): Column | undefined {
  if (where.op === "not") return unfit(where.term, columns);
  if ("terms" in where) return where.terms.map((term) => unfit(term, columns)).find((column) => column !== undefined);
  const column = columns.get(where.column);
  if (column === undefined) return undefined;
  if (where.op === "any-item" || where.op === "field") {
    const part = where.op === "any-item" ? column.items : partNamed(column, where.field);
    return part === undefined
      ? column
      : unfit(where.term, new Map([...columns, [where.as, { ...part, name: where.as }]]));
  }
  if (where.op === "in") return where.values.every((value) => isCellOf(value, column.kind)) ? undefined : column;
  if (where.op === "range")
    return [where.min, where.max].every((value) => isCellOf(value ?? null, column.kind)) ? undefined : column;
  if (where.op === "length" || where.op === "matches") return column.kind === "string" ? undefined : column;
  if (where.op === "not-finite") return column.kind === "number" || column.kind === "integer" ? undefined : column;
  return undefined;
}

/** A field of a structure, or what the values of a map are like. */
function partNamed(column: Column, name: string): Column | undefined {
  return column.values ?? column.fields?.find((field) => field.name === name);
}

function isCellOf(value: Cell, kind: ColumnKind): boolean {
  if (value === null) return true;
  if (value instanceof Date) return kind === "date" || kind === "timestamp";
  if (typeof value === "number" || typeof value === "bigint") return kind === "number" || kind === "integer";
  return typeof value === kind;
}
