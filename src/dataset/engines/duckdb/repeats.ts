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

/** SQL of how many rows there are beyond the first of each key; a row with a null in its key has none. */
export function repeatsSql(source: OpenedSource, keys: readonly EngineColumn[]): string {
  const names = keys.map(({ sql }) => sql);
  return (
    `SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM ${source.table(keys)} ` +
    `WHERE ${names.map((key) => `${key} IS NOT NULL`).join(" AND ")} GROUP BY ${names.join(", ")})`
  );
}

/**
 * SQL of how many values are not above the one before them, up to 2. The first is one of them, and so is a null and what follows it: where
 * there is no other, as in keys that were counted up, all values differ. A tenth of the work of telling them apart.
 */
export function stepsDownSql(source: OpenedSource, key: EngineColumn): string {
  const steps = `SELECT ${key.sql} > lag(${key.sql}) OVER () AS up FROM ${source.table([key])}`;
  return `SELECT count(*) FROM (SELECT 1 FROM (${steps}) WHERE up IS NOT TRUE LIMIT 2)`;
}
