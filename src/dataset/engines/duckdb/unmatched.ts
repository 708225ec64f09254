import type { ColumnKind } from "../../dataset.ts";
import type { OpenedSource } from "./source.ts";
import type { EngineColumn } from "./sql.ts";

/**
 * SQL, from behind FROM, of the rows of `source` whose key is in no row of `other`, with these columns and `o`: a hash anti-join. A null
 * is equal to nothing, so that rows with one in their key are left out by hand.
 */
export function unmatchedSql(
  source: OpenedSource,
  keys: readonly EngineColumn[],
  used: readonly EngineColumn[],
  other: OpenedSource,
  otherKeys: readonly EngineColumn[],
): string {
  const named = (columns: readonly EngineColumn[], word: string) =>
    columns.map(({ sql }, at) => `${sql} AS ${word}${at}`).join(", ");
  const near = `SELECT *, ${named(keys, "near")} FROM ${source.table(used)}`;
  const far = `SELECT ${named(otherKeys, "far")} FROM ${other.table(otherKeys)}`;
  const equal = keys.map((_key, at) => `near${at} = far${at}`).join(" AND ");
  const present = keys.map((_key, at) => `near${at} IS NOT NULL`).join(" AND ");
  return `(${near}) AS near ANTI JOIN (${far}) AS far ON ${equal} WHERE ${present}`;
}

/** Whether values of two kinds can be equal. */
export function isComparable(one: ColumnKind, other: ColumnKind): boolean {
  return family(one) === family(other);
}

function family(kind: ColumnKind): string {
  if (kind === "integer") return "number";
  return kind === "timestamp" ? "date" : kind;
}
