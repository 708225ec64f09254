import type { OpenedSource } from "./source.ts";
import type { EngineColumn } from "./sql.ts";

/** SQL, from behind FROM, of the rows beyond the first of each key, with these columns and `o`; a row with a null in its key has none. */
export function repeatingSql(
  source: OpenedSource,
  keys: readonly EngineColumn[],
  used: readonly EngineColumn[],
): string {
  const parts = keys.map(({ sql }, at) => `${sql} AS k${at}`);
  const first =
    `SELECT ${parts.join(", ")}, min(o) AS first FROM ${source.table(keys)} ` +
    `WHERE ${keys.map(({ sql }) => `${sql} IS NOT NULL`).join(" AND ")} GROUP BY ${keys.map((_, at) => `k${at}`).join(", ")} HAVING count(*) > 1`;
  const joined = keys.map(({ sql }, at) => `${sql} = again.k${at}`).join(" AND ");
  return `${source.table(used)} JOIN (${first}) AS again ON ${joined} WHERE o > again.first`;
}
