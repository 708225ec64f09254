import type { ColumnKind } from "../dataset/dataset.ts";
import type { Place } from "../kernel/error.ts";
import { type ContractChange, isLoosening, placeOf } from "./change.ts";
import type { Contract, ContractColumn, Rule, Unsupported } from "./contract.ts";
import { renameColumns, renamings } from "./renamings.ts";
import { ruleChanges, sqlChanges } from "./rule-changes.ts";
import { kindStrictness, shapeChanges } from "./shape-changes.ts";
import { textOf } from "./strictness.ts";
import { stricter, visibilityOf } from "./visibility.ts";

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
    ...sqlChanges(earlier, later),
    ...shapeChanges(old, later),
    ...furtherChanges(old, later),
    ...unaskedChanges(old, later),
  ];
  const weight = (change: ContractChange) => (change.breaking ? 2 : 0) + (isLoosening(change) ? 1 : 0);
  return changes.sort((a, b) => weight(b) - weight(a));
}

function headChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const place = placeOf(undefined, later);
  const change = (id: string, old: string, now: string, breaking: boolean): readonly ContractChange[] =>
    old === now
      ? []
      : [
          {
            id: `contract.${id}`,
            what: `the ${id}`,
            old,
            new: now,
            gate: "same",
            breaking,
            place,
            asked: { old: [], new: [] },
          },
        ];
  return [
    ...change("id", earlier.id, later.id, true),
    ...change("table", earlier.table, later.table, true),
    ...change("physical table", earlier.physicalTable, later.physicalTable, true),
    ...change("version", earlier.version, later.version, false),
  ];
}

function renaming(from: string, to: string, earlier: Contract, later: Contract): ContractChange {
  const asked = (contract: Contract, name: string) =>
    askedOf(
      name,
      contract.rules.filter(({ columns }) => columns.includes(name)),
      contract,
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
    place: placeOf(undefined, later),
    oldPlace: column.place,
    asked: { old: askedOf(column.name, rules, earlier), new: [] },
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
    asked: { old: [], new: askedOf(column.name, rules, later) },
  };
}

function askedOf(column: string, rules: readonly Rule[], { shape = [] }: Contract): readonly string[] {
  const questions = shape.filter(({ spot }) => spot.column === column);
  return [`${column}.present`, `${column}.type`, ...[...rules, ...questions].map(({ id }) => id)];
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

/** Showing values that were masked lets something through as well. */
function visibilityChange(old: ContractColumn, column: ContractColumn): readonly ContractChange[] {
  const [before, after] = [visibilityOf(old), visibilityOf(column)];
  const words = ({ classification, tags, showValues }: ContractColumn) =>
    [classification ?? "no classification", ...[...tags].sort(), ...(showValues ? ["values shown"] : [])].join(", ");
  if (words(old) === words(column)) return [];
  const isMaskedLess = before !== after && stricter(before, after) === before;
  return [
    {
      id: `${column.name}.classification`,
      what: isMaskedLess ? `${column.name} is masked less` : `the classification of ${column.name}`,
      old: words(old),
      new: words(column),
      gate: before === after ? "same" : isMaskedLess ? "looser" : "tighter",
      breaking: false,
      place: column.place,
      oldPlace: old.place,
      asked: { old: [], new: [] },
    },
  ];
}

/** Keys of a contract and of its columns that the comparisons above read, or that say only where something stands. */
const compared = [
  "id",
  "version",
  "apiVersion",
  "table",
  "physicalTable",
  "columns",
  "key",
  "rules",
  "sqlRules",
  "shape",
  "unsupported",
];
const comparedOfColumns = ["name", "kind", "classification", "tags", "isCritical", "showValues", "place"];

/** Whatever else a contract is compiled to: which way it goes is not known, that it changed is told. */
function furtherChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const change = (id: string, what: string, old: unknown, now: unknown, place: Place): readonly ContractChange[] =>
    textWithoutPlaces(old) === textWithoutPlaces(now)
      ? []
      : [
          {
            id,
            what,
            old: old === undefined ? null : textWithoutPlaces(old),
            new: now === undefined ? null : textWithoutPlaces(now),
            gate: "different",
            breaking: true,
            place,
            asked: { old: idsIn(old, id), new: idsIn(now, id) },
          },
        ];
  const before = new Map(earlier.columns.map((column) => [column.name, column]));
  const top = furtherKeys(earlier, later, compared).flatMap((key) =>
    change(key, `the contract's ${key}`, keyOf(earlier, key), keyOf(later, key), placeOf(undefined, later)),
  );
  const columns = later.columns.flatMap((column) => {
    const old = before.get(column.name);
    if (old === undefined) return [];
    return furtherKeys(old, column, comparedOfColumns).flatMap((key) =>
      change(`${column.name}.${key}`, `${key} of ${column.name}`, keyOf(old, key), keyOf(column, key), column.place),
    );
  });
  return [...top, ...columns];
}

/** Checks are named like the items that ask for them. */
function idsIn(value: unknown, key: string): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const ids = items
    .map((item) => (item as { readonly id?: unknown } | null)?.id)
    .filter((id) => typeof id === "string");
  return ids.length === 0 ? [key] : ids;
}

function furtherKeys(one: object, other: object, known: readonly string[]): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !known.includes(key));
}

function keyOf(value: object, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key];
}

function textWithoutPlaces(value: unknown): string {
  const without = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(without);
    if (typeof inner !== "object" || inner === null || inner instanceof Date) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([key]) => key !== "place")
        .map(([key, part]) => [key, without(part)]),
    );
  };
  return value === undefined ? "" : textOf(without(value));
}

/** What cannot be checked stops nothing, and is told all the same. */
function unaskedChanges(earlier: Contract, later: Contract): readonly ContractChange[] {
  const [before, after] = [earlier, later].map(
    ({ unsupported }) => new Map(unsupported.map((item) => [item.id, item])),
  );
  const words = (item: Unsupported | undefined) => item?.words ?? item?.message ?? null;
  return [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])].flatMap((id) => {
    const [old, now] = [before?.get(id), after?.get(id)];
    if (words(old) === words(now)) return [];
    const what = old === undefined ? "is new" : now === undefined ? "is gone" : "was changed";
    return {
      id: `${id}.unchecked`,
      what: `${id}, which is not checked, ${what}`,
      old: words(old),
      new: words(now),
      gate: "same",
      breaking: false,
      place: now?.place ?? placeOf(undefined, later),
      ...(old === undefined ? {} : { oldPlace: old.place }),
      asked: { old: [], new: [] },
    } satisfies ContractChange;
  });
}
