import type { Aggregate, Cell, Column, ColumnKind, DeclaredColumn, Predicate } from "../dataset/dataset.ts";
import { holds } from "./bounds.ts";
import type { Contract, ContractColumn, Rule } from "./contract.ts";
import { type ShapeAnswer, shapeAnswers } from "./shape.ts";
import { fieldNamed } from "./spot.ts";

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
  /** What the types of the data say of parts, and of how columns are kept. */
  readonly shape: readonly ShapeAnswer[];
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

/** What a text file is parsed by. */
export function declaredColumns(contract: Contract): readonly DeclaredColumn[] {
  return contract.columns.flatMap(({ name, kind, form }) =>
    kind === undefined || kind === "nested" ? [] : [{ name, kind, ...form }],
  );
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
    shape: shapeAnswers(contract.shape ?? [], byName),
    mistyped: contract.columns.flatMap((column) => {
      const found = byName.get(column.name);
      return found === undefined || isOfKind(found, column) ? [] : [{ column, found }];
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

/** Whole numbers are numbers, and bytes texts where the contract says so; nothing else may stand for another kind. */
function isOfKind(found: Column, { kind, form }: Pick<ContractColumn, "kind" | "form">): boolean {
  if (kind === undefined || found.kind === kind) return true;
  if (kind === "string") return form?.format === "binary" && found.storage?.type === "binary";
  return kind === "number" && found.kind === "integer";
}

function obstacle(rule: Rule, columns: ReadonlyMap<string, Column>): string | undefined {
  for (const name of rule.columns) {
    const column = columns.get(name);
    if (column === undefined) return `the data has no column ${name}`;
    if (column.kind === "nested" && rule.measure.kind === "duplicates") return `${name} holds lists or structures`;
  }
  return rule.measure.kind === "rows" ? unfit(rule.measure.violated, columns) : undefined;
}

/** Why the comparison cannot be made: what it speaks of is not there, or of a kind that does not have it. */
function unfit(where: Predicate, columns: ReadonlyMap<string, Column>): string | undefined {
  if (where.op === "not") return unfit(where.term, columns);
  if ("terms" in where) return where.terms.map((term) => unfit(term, columns)).find((why) => why !== undefined);
  const column = columns.get(where.column);
  if (column === undefined) return undefined;
  if (where.op !== "any-item" && where.op !== "field")
    return hasComparison(where, column)
      ? undefined
      : `${column.name} holds ${column.kind === "nested" ? "lists or structures" : `values of kind ${column.kind}`}`;
  const part = where.op === "any-item" ? column.items : fieldNamed(column, where.field);
  if (part !== undefined) return unfit(where.term, new Map([...columns, [where.as, { ...part, name: where.as }]]));
  return where.op === "any-item" ? `${column.name} is no list` : `${column.name} has no field ${where.field}`;
}

type Comparison = Exclude<Predicate, { readonly op: "not" | "and" | "or" | "any-item" | "field" }>;

function hasComparison(where: Comparison, column: Column): boolean {
  const { kind } = column;
  const isNumber = kind === "number" || kind === "integer";
  switch (where.op) {
    case "null":
      return true;
    case "in":
      return where.values.every((value) => isCellOf(value, kind));
    case "range":
      return [where.min, where.max].every((value) => isCellOf(value ?? null, kind));
    case "length":
    case "matches":
    case "time":
      return kind === "string";
    case "not-finite":
    case "multiple":
      return isNumber;
    case "size":
      return [column.items, column.fields, column.values].some((part) => part !== undefined);
    case "distinct-items":
      return column.items !== undefined;
  }
}

function isCellOf(value: Cell, kind: ColumnKind): boolean {
  if (value === null) return true;
  if (value instanceof Date) return kind === "date" || kind === "timestamp";
  if (typeof value === "number" || typeof value === "bigint") return kind === "number" || kind === "integer";
  return typeof value === kind;
}
