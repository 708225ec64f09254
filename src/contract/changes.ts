import type { ColumnKind } from "../dataset/dataset.ts";
import type { Place } from "../kernel/error.ts";
import type { Contract, ContractColumn, Rule, Unsupported } from "./contract.ts";
import { renameColumns, renamings } from "./renamings.ts";
import { severityRank } from "./severity.ts";
import { compareRules, type Strictness, textOf } from "./strictness.ts";
import { type Visibility, visibilityOf } from "./visibility.ts";

/** Something that a later contract says otherwise than an earlier one. */
export interface ContractChange {
  /** Unique among the changes of two contracts: the rule's or column's name, and what of it changed. */
  readonly id: string;
  /** What was done, without old and new: `age.range is looser`. */
  readonly what: string;
  readonly old: string | null;
  readonly new: string | null;
  /** What it does to the gate: more data passes (`looser`), less (`tighter`), some more and some less (`different`), or the same. */
  readonly gate: Strictness;
  /** Whoever relied on the earlier contract may meet data that it ruled out, or miss some that it promised. */
  readonly breaking: boolean;
  /** In the later contract; of what is gone, where it would stand. */
  readonly place: Place;
  /** In the earlier contract. */
  readonly oldPlace?: Place;
  /** Ids of the checks that ask for it: by the earlier contract, and by the later one. */
  readonly asked: { readonly old: readonly string[]; readonly new: readonly string[] };
}

/** Whether data may pass that did not pass before. */
export function isLoosening({ gate }: Pick<ContractChange, "gate">): boolean {
  return gate === "looser" || gate === "different";
}

/**
 * Every difference between two contracts that a reader of the data, or the gate before it, can notice; breaking ones first, then those
 * that loosen the gate. Rules are known by what they count, then by their names, so that neither order nor a new name is a difference.
 * A column that is gone while one like it has come was renamed, as far as can be told.
 */
export function contractChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const renamed = renamings(earlier, later);
  const old = renameColumns(earlier, renamed);
  const changes = [
    ...headChanges(earlier, later),
    ...[...renamed].map(([from, to]) => renaming(from, to, earlier, later)),
    ...columnChanges(old, later),
    ...ruleChanges(old, later),
    ...unaskedChanges(old, later),
  ];
  const weight = (change: ContractChange) => (change.breaking ? 2 : 0) + (isLoosening(change) ? 1 : 0);
  return changes.sort((a, b) => weight(b) - weight(a));
}

function headChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const place = { file: later.columns[0]?.place.file ?? "" };
  const change = (id: string, old: string, now: string, breaking: boolean): readonly ContractChange[] =>
    old === now
      ? []
      : [{ id, what: `the ${id}`, old, new: now, gate: "same", breaking, place, asked: { old: [], new: [] } }];
  return [
    ...change("id", earlier.id, later.id, true),
    ...change("table", earlier.table, later.table, true),
    ...change("version", earlier.version, later.version, false),
  ];
}

function renaming(from: string, to: string, earlier: Contract, later: Contract): ContractChange {
  const asked = (contract: Contract, name: string) =>
    askedOf(
      name,
      contract.rules.filter(({ columns }) => columns.includes(name)),
    );
  const oldPlace = earlier.columns.find(({ name }) => name === from)?.place;
  return {
    id: `${to}.name`,
    what: `column ${from} seems to be called ${to} now`,
    old: from,
    new: to,
    gate: "same",
    breaking: true,
    place: placeOf(to, later),
    ...(oldPlace === undefined ? {} : { oldPlace }),
    asked: { old: asked(earlier, from), new: asked(later, to) },
  };
}

function columnChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const before = new Map(earlier.columns.map((column) => [column.name, column]));
  const after = new Map(later.columns.map((column) => [column.name, column]));
  return [
    ...earlier.columns.filter(({ name }) => !after.has(name)).map((column) => removed(column, earlier, later)),
    ...later.columns.flatMap((column) => {
      const old = before.get(column.name);
      return old === undefined
        ? [added(column, later)]
        : [...kindChange(old, column), ...visibilityChange(old, column)];
    }),
  ];
}

/** The rules of the column alone go with it, and are no changes of their own. */
function removed(column: ContractColumn, earlier: Contract, later: Contract): ContractChange {
  const rules = earlier.rules.filter(({ columns }) => isAbout(column.name, columns));
  return {
    id: column.name,
    what: `column ${column.name} was removed`,
    old: ruleCount(column.kind, rules),
    new: null,
    gate: "looser",
    breaking: true,
    place: { file: later.columns[0]?.place.file ?? "" },
    oldPlace: column.place,
    asked: { old: askedOf(column.name, rules), new: [] },
  };
}

function added(column: ContractColumn, later: Contract): ContractChange {
  const rules = later.rules.filter(({ columns }) => isAbout(column.name, columns));
  return {
    id: column.name,
    what: `column ${column.name} was added`,
    old: null,
    new: ruleCount(column.kind, rules),
    gate: "tighter",
    breaking: false,
    place: column.place,
    asked: { old: [], new: askedOf(column.name, rules) },
  };
}

function askedOf(column: string, rules: readonly Rule[]): readonly string[] {
  return [`${column}.present`, `${column}.type`, ...rules.map(({ id }) => id)];
}

function isAbout(column: string, columns: readonly string[]): boolean {
  return columns.length === 1 && columns[0] === column;
}

/** `integer with 2 rules`. */
function ruleCount(kind: ColumnKind | undefined, rules: readonly Rule[]): string {
  return `${kind ?? "of any type"} with ${rules.length} rule${rules.length === 1 ? "" : "s"}`;
}

function kindChange(old: ContractColumn, column: ContractColumn): readonly ContractChange[] {
  const gate = kindStrictness(old.kind, column.kind);
  if (gate === "same") return [];
  const id = `${column.name}.type`;
  return [
    {
      id,
      what: `the type of ${column.name}`,
      old: old.kind ?? "any",
      new: column.kind ?? "any",
      gate,
      breaking: gate !== "tighter",
      place: column.place,
      oldPlace: old.place,
      asked: { old: [id], new: [id] },
    },
  ];
}

function kindStrictness(old: ColumnKind | undefined, now: ColumnKind | undefined): Strictness {
  if (old === now) return "same";
  if (now === undefined || (old === "integer" && now === "number")) return "looser";
  return old === undefined || (old === "number" && now === "integer") ? "tighter" : "different";
}

const hidden: Readonly<Record<Visibility, number>> = { public: 0, unclassified: 1, sensitive: 2 };

/** Showing values that were masked lets something through as well. */
function visibilityChange(old: ContractColumn, column: ContractColumn): readonly ContractChange[] {
  const [before, after] = [visibilityOf(old), visibilityOf(column)];
  const words = ({ classification, showValues }: ContractColumn) =>
    `${classification ?? "no classification"}${showValues ? ", values shown" : ""}`;
  if (words(old) === words(column)) return [];
  return [
    {
      id: `${column.name}.classification`,
      what: hidden[after] < hidden[before] ? `${column.name} is masked less` : `the classification of ${column.name}`,
      old: words(old),
      new: words(column),
      gate: before === after ? "same" : hidden[after] < hidden[before] ? "looser" : "tighter",
      breaking: false,
      place: column.place,
      oldPlace: old.place,
      asked: { old: [], new: [] },
    },
  ];
}

function ruleChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const { pairs, removed: gone, added: come } = pairRules(earlier.rules, later.rules);
  const isNewColumn = namesOutside(later, earlier);
  const isGoneColumn = namesOutside(earlier, later);
  return [
    ...pairs.flatMap(([old, rule]) => [...boundChange(old, rule), ...severityChange(old, rule)]),
    ...gone.filter(({ columns }) => !isGoneColumn(columns)).map((rule) => removedRule(rule, later)),
    ...come
      .filter(({ columns }) => !isNewColumn(columns))
      .map((rule): ContractChange => ({ ...ruleChange(rule, "was added", "tighter"), new: stated(rule), old: null })),
  ];
}

/** Whether a rule is about a single column that the other contract does not have. */
function namesOutside(contract: Contract, other: Contract): (columns: readonly string[]) => boolean {
  const known = new Set(other.columns.map(({ name }) => name));
  const own = new Set(contract.columns.map(({ name }) => name).filter((name) => !known.has(name)));
  return (columns) => columns.length === 1 && own.has(columns[0] ?? "");
}

function ruleChange(rule: Rule, done: string, gate: Strictness): ContractChange {
  return {
    id: rule.id,
    what: `rule ${rule.id} ${done}`,
    old: null,
    new: null,
    gate,
    breaking: gate === "looser" || gate === "different",
    place: rule.place,
    asked: { old: [], new: [rule.id] },
  };
}

function removedRule(rule: Rule, later: Contract): ContractChange {
  return {
    ...ruleChange(rule, "was removed", "looser"),
    old: stated(rule),
    place: placeOf(rule.columns[0], later),
    oldPlace: rule.place,
    asked: { old: [rule.id], new: [] },
  };
}

const done: Readonly<Record<Exclude<Strictness, "same">, string>> = {
  looser: "is looser",
  tighter: "is tighter",
  different: "asks for something else",
};

function boundChange(old: Rule, rule: Rule): readonly ContractChange[] {
  const gate = compareRules(old, rule);
  if (gate === "same") return [];
  return [
    {
      ...ruleChange(rule, done[gate], gate),
      old: stated(old),
      new: stated(rule),
      oldPlace: old.place,
      asked: { old: [old.id], new: [rule.id] },
    },
  ];
}

function severityChange(old: Rule, rule: Rule): readonly ContractChange[] {
  if (old.severity === rule.severity) return [];
  const [before, after] = [severityRank(old.severity), severityRank(rule.severity)];
  const gate = before === after ? "same" : after < before ? "looser" : "tighter";
  return [
    {
      ...ruleChange(rule, "", gate),
      id: `${rule.id}.severity`,
      what: `the severity of ${rule.id}`,
      old: old.severity,
      new: rule.severity,
      breaking: false,
      oldPlace: old.place,
      asked: { old: [old.id], new: [rule.id] },
    },
  ];
}

function stated(rule: Rule): string {
  return rule.expectation;
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

/** What cannot be checked stops nothing, and is told all the same. */
function unaskedChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const key = ({ id, message }: Unsupported) => textOf([id, message]);
  const [before, after] = [earlier, later].map(({ unsupported }) => new Set(unsupported.map(key)));
  const change = (item: Unsupported, what: string): ContractChange => ({
    id: `${item.id}.unchecked`,
    what: `${item.id}, which is not checked, ${what}`,
    old: null,
    new: null,
    gate: "same",
    breaking: false,
    place: item.place,
    asked: { old: [], new: [] },
  });
  return [
    ...earlier.unsupported
      .filter((item) => after?.has(key(item)) === false)
      .map((item) => ({
        ...change(item, "is gone or was changed"),
        old: item.message,
        oldPlace: item.place,
        place: placeOf(undefined, later),
      })),
    ...later.unsupported
      .filter((item) => before?.has(key(item)) === false)
      .map((item) => ({ ...change(item, "is new or was changed"), new: item.message })),
  ];
}

function placeOf(column: string | undefined, { columns }: Contract): Place {
  return columns.find(({ name }) => name === column)?.place ?? { file: columns[0]?.place.file ?? "" };
}
