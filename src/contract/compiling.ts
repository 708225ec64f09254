import type { Place } from "../kernel/error.ts";
import type { Reference, Rule, ShapeQuestion, SqlRule, Unsupported } from "./contract.ts";
import type { YamlDocument, YamlPath } from "./document.ts";
import type { OdcsProperty } from "./odcs-schema.ts";

/** Where the parts of a contract put what they are compiled to. */
export interface Compiling {
  /** What the data calls the table. */
  readonly table: string;
  /** Where a value stands, or one of its keys. */
  place(path: YamlPath, key?: string): Place;
  /** The id itself, or with a number where it is taken. */
  uniqueId(id: string): string;
  rule(rule: Rule): void;
  sqlRule(rule: SqlRule): void;
  shape(question: ShapeQuestion): void;
  reference(reference: Reference): void;
  unsupported(item: Unsupported): void;
}

/** What the parts of a contract were compiled to. */
export interface Collected {
  readonly compiling: Compiling;
  readonly rules: readonly Rule[];
  readonly sqlRules: readonly SqlRule[];
  readonly shape: readonly ShapeQuestion[];
  readonly references: readonly Reference[];
  readonly unsupported: readonly Unsupported[];
}

/**
 * Collects what a document is compiled to; no two of its ids are equal.
 * @param table what the data calls the table
 */
export function collect(document: YamlDocument, table = ""): Collected {
  const rules: Rule[] = [];
  const sqlRules: SqlRule[] = [];
  const shape: ShapeQuestion[] = [];
  const references: Reference[] = [];
  const unsupported: Unsupported[] = [];
  const taken = new Set<string>();
  const compiling: Compiling = {
    table,
    place: (path, key) => (key === undefined ? document.placeOf(path) : document.placeOfKey([...path, key])),
    uniqueId: (id) => uniqueId(id, taken),
    rule: (rule) => rules.push({ ...rule, id: uniqueId(rule.id, taken) }),
    sqlRule: (rule) => sqlRules.push({ ...rule, id: uniqueId(rule.id, taken) }),
    reference: (reference) => references.push({ ...reference, id: uniqueId(reference.id, taken) }),
    shape: (question) => shape.push({ ...question, id: uniqueId(question.id, taken) }),
    unsupported: (item) => unsupported.push({ ...item, id: uniqueId(item.id, taken) }),
  };
  return { compiling, rules, sqlRules, references, shape, unsupported };
}

function uniqueId(id: string, taken: Set<string>): string {
  let unique = id;
  for (let number = 2; taken.has(unique); number += 1) unique = `${id}-${number}`;
  taken.add(unique);
  return unique;
}

/** The name that a property's column has in the data. */
export function nameOf(property: OdcsProperty): string {
  return property.physicalName ?? property.name;
}
