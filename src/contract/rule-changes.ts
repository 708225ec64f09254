import type { Place } from "../kernel/error.ts";
import { type ContractChange, placeOf } from "./change.ts";
import type { Contract, Rule, SqlRule } from "./contract.ts";
import { severityRank } from "./severity.ts";
import { compareRules, compareSqlRules, type Strictness, textOf } from "./strictness.ts";

/** What both kinds of rules say alike. */
type Stated = Pick<Rule, "id" | "expectation" | "severity" | "place">;

/** Rules of the earlier contract that are gone, that have come, and that ask for something else or weigh otherwise. */
export function ruleChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const { pairs, removed: gone, added: come } = pairRules(earlier.rules, later.rules);
  const isNewColumn = namesOutside(later, earlier);
  const isGoneColumn = namesOutside(earlier, later);
  return [
    ...pairs.flatMap(([old, rule]) => pairChanges(old, rule, compareRules(old, rule))),
    ...gone
      .filter(({ columns }) => !isGoneColumn(columns))
      .map((rule) => removedRule(rule, placeOf(rule.columns[0], later))),
    ...come.filter(({ columns }) => !isNewColumn(columns)).map(addedRule),
  ];
}

/** The same of rules in SQL, which are known by their queries, then by their names. */
export function sqlChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const [left, right] = [new Set(earlier.sqlRules), new Set(later.sqlRules)];
  const changes: ContractChange[] = [];
  for (const isOne of [(a: SqlRule, b: SqlRule) => a.query === b.query, (a: SqlRule, b: SqlRule) => a.id === b.id]) {
    for (const old of left) {
      const match = [...right].find((rule) => isOne(old, rule));
      if (match === undefined) continue;
      changes.push(...pairChanges(old, match, compareSqlRules(old, match)));
      left.delete(old);
      right.delete(match);
    }
  }
  const gone = [...left].map((rule) => removedRule(rule, placeOf(undefined, later)));
  return [...changes, ...gone, ...[...right].map(addedRule)];
}

/** Whether a rule is about a single column that the other contract does not have. */
function namesOutside(contract: Contract, other: Contract): (columns: readonly string[]) => boolean {
  const known = new Set(other.columns.map(({ name }) => name));
  const own = new Set(contract.columns.map(({ name }) => name).filter((name) => !known.has(name)));
  return (columns) => columns.length === 1 && own.has(columns[0] ?? "");
}

function ruleChange(rule: Stated, done: string, gate: Strictness): ContractChange {
  return {
    id: rule.id,
    what: `rule ${rule.id} ${done}`,
    old: null,
    new: rule.expectation,
    gate,
    breaking: gate === "looser" || gate === "different",
    place: rule.place,
    asked: { old: [], new: [rule.id] },
  };
}

function addedRule(rule: Stated): ContractChange {
  return ruleChange(rule, "was added", "tighter");
}

function removedRule(rule: Stated, place: Place): ContractChange {
  return {
    ...ruleChange(rule, "was removed", "looser"),
    old: rule.expectation,
    new: null,
    place,
    oldPlace: rule.place,
    asked: { old: [rule.id], new: [] },
  };
}

const done: Readonly<Record<Exclude<Strictness, "same">, string>> = {
  looser: "is looser",
  tighter: "is tighter",
  different: "asks for something else",
};

function pairChanges(old: Stated, rule: Stated, gate: Strictness): readonly ContractChange[] {
  const pair = { oldPlace: old.place, asked: { old: [old.id], new: [rule.id] } };
  const bound = gate === "same" ? [] : [{ ...ruleChange(rule, done[gate], gate), old: old.expectation, ...pair }];
  if (old.severity === rule.severity) return bound;
  const [before, after] = [severityRank(old.severity), severityRank(rule.severity)];
  const severity: ContractChange = {
    ...ruleChange(rule, "", before === after ? "same" : after < before ? "looser" : "tighter"),
    ...pair,
    id: `${rule.id}.severity`,
    what: `the severity of ${rule.id}`,
    old: old.severity,
    new: rule.severity,
    breaking: false,
  };
  return [...bound, severity];
}

interface PairedRules {
  readonly pairs: readonly (readonly [Rule, Rule])[];
  readonly removed: readonly Rule[];
  readonly added: readonly Rule[];
}

/** First what asks for the same, then what has the same name, then what is about the same columns and can be held against each other. */
function pairRules(earlier: readonly Rule[], later: readonly Rule[]): PairedRules {
  const pairs: (readonly [Rule, Rule])[] = [];
  const [left, right] = [new Set(earlier), new Set(later)];
  const pair = (key: (rule: Rule) => string, fits: (a: Rule, b: Rule) => boolean) => {
    const groups = Map.groupBy(right, key);
    for (const old of left) {
      const match = groups.get(key(old))?.find((rule) => right.has(rule) && fits(old, rule));
      if (match === undefined) continue;
      pairs.push([old, match]);
      left.delete(old);
      right.delete(match);
    }
  };
  const about = ({ columns, measure }: Rule) => textOf([columns, measure.kind]);
  pair(
    (rule) => rule.id,
    (a, b) => compareRules(a, b) === "same",
  );
  pair(about, (a, b) => compareRules(a, b) === "same");
  pair(
    (rule) => textOf([rule.id, rule.measure.kind]),
    () => true,
  );
  pair(about, (a, b) => compareRules(a, b) !== "different");
  return { pairs, removed: [...left], added: [...right] };
}
