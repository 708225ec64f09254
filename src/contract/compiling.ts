import type { Place } from "../kernel/error.ts";
import type { Rule, SqlRule, Unsupported } from "./contract.ts";
import type { YamlPath } from "./document.ts";
import type { OdcsProperty } from "./odcs-schema.ts";

/** Where the parts of a contract put what they are compiled to. */
export interface Compiling {
  /** Where a value stands, or one of its keys. */
  place(path: YamlPath, key?: string): Place;
  rule(rule: Rule): void;
  sqlRule(rule: SqlRule): void;
  unsupported(item: Unsupported): void;
}

/** The name that a property's column has in the data. */
export function nameOf(property: OdcsProperty): string {
  return property.physicalName ?? property.name;
}
