import type { Column } from "../../../dataset/dataset.ts";
import { configurationError } from "../../../kernel/error.ts";
import { suggest } from "../../../kernel/naming.ts";
import type { SplitInputs } from "./inputs.ts";

/** Which column plays which part. */
export interface Roles {
  readonly label: string | undefined;
  readonly time: string | undefined;
  readonly group: readonly string[];
  /** Columns that every table has, with single values in them. */
  readonly common: readonly string[];
  /** Columns of every split that rows are compared by: all but the label, the key and what is to be ignored. */
  readonly compared: readonly string[];
  /** Those of them that a model may learn from: neither time nor group. */
  readonly features: readonly string[];
}

/**
 * @param tables columns of each table that takes part
 * @param key columns of the contract's primary key
 * @throws TH_DATA_COLUMN (configuration) for an input that names a column which one of them lacks.
 */
export function rolesOf(given: SplitInputs, tables: readonly (readonly Column[])[], key: readonly string[]): Roles {
  const common = commonColumns(tables);
  requireColumns(given, common, tables.length > 1);
  const { label, time, group = [], ignore = [] } = given;
  const out = new Set([...ignore, ...key, ...(label === undefined ? [] : [label])]);
  const compared = common.filter((name) => !out.has(name));
  const features = compared.filter((name) => name !== time && !group.includes(name));
  return { label, time, group, common, compared, features };
}

/** Columns that every table has, but for lists and structures. */
function commonColumns([first = [], ...others]: readonly (readonly Column[])[]): readonly string[] {
  const names = (columns: readonly Column[]) => columns.flatMap(({ name, kind }) => (kind === "nested" ? [] : [name]));
  return names(first).filter((name) => others.every((columns) => names(columns).includes(name)));
}

function requireColumns(given: SplitInputs, common: readonly string[], several: boolean): void {
  const named: readonly (readonly [input: string, names: readonly string[]])[] = [
    ["label", given.label === undefined ? [] : [given.label]],
    ["time", given.time === undefined ? [] : [given.time]],
    ["group", given.group ?? []],
    ["ignore", given.ignore ?? []],
    ["allowed-predictors", given.allowedPredictors ?? []],
  ];
  for (const [input, names] of named)
    for (const name of names) {
      if (common.includes(name)) continue;
      const message = `${several ? "not every split has" : "the data does not have"} a column "${name}" of single values`;
      throw configurationError("TH_DATA_COLUMN", message, suggest(name, common), { input });
    }
}
