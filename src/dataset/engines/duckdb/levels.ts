import type { Levels } from "../../levels.ts";
import type { Session } from "./session.ts";
import type { OpenedSource } from "./source.ts";
import type { EngineColumn } from "./sql.ts";

/** So many columns the engine's GROUPING tells apart by the bits of a number; it can do a few more. */
const mostAtOnce = 50;

/**
 * The commonest levels of each column, in one scan for up to 50 columns: a statement a column would have the engine look through all columns of
 * a file each time, in the square of their number.
 */
export async function levelsOf(
  session: Session,
  source: OpenedSource,
  columns: readonly EngineColumn[],
  limit: number,
): Promise<ReadonlyMap<string, Levels>> {
  const found = new Map<string, Levels>();
  for (let from = 0; from < columns.length; from += mostAtOnce) {
    const some = columns.slice(from, from + mostAtOnce);
    for (const [name, levels] of await countLevels(session, source, some, limit)) found.set(name, levels);
  }
  return found;
}

async function countLevels(
  session: Session,
  source: OpenedSource,
  columns: readonly EngineColumn[],
  limit: number,
): Promise<ReadonlyMap<string, Levels>> {
  const rows = await session.rows(levelsSql(source, columns, Math.max(1, limit)));
  return new Map(
    columns.map(({ name }, at) => {
      const own = rows.filter(([set]) => BigInt(set as number | bigint) === setOf(at, columns.length));
      const counts = new Map(own.slice(0, limit).map(([, level, n]) => [String(level), Number(n)]));
      const total = Number(own[0]?.[3] ?? 0);
      return [name, { counts, others: total - [...counts.values()].reduce((sum, n) => sum + n, 0) }];
    }),
  );
}

/** What GROUPING gives for the set of one column: a bit for each column that is not in it, the first column's the highest. */
function setOf(at: number, columns: number): bigint {
  return 2n ** BigInt(columns) - 1n - 2n ** BigInt(columns - 1 - at);
}

/** Rows of set, level, count, and values of the column: grouped by each column by itself, in which the others are null. */
function levelsSql(source: OpenedSource, columns: readonly EngineColumn[], limit: number): string {
  const names = columns.map((_column, at) => `l${at}`);
  const cells = columns.map(({ sql }, at) => `${sql} AS l${at}`).join(", ");
  const shown = names.map((name) => `CAST(${name} AS VARCHAR)`).join(", ");
  const groups =
    `SELECT GROUPING(${names.join(", ")}) AS s, coalesce(${shown}, NULL) AS shown, count(*) AS n ` +
    `FROM (SELECT ${cells} FROM ${source.table(columns)}) GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(", ")})`;
  const first = `min({ 'less': -n, 'shown': shown }, ${limit})`;
  return (
    `SELECT s, item.shown, -item.less, total FROM (SELECT s, total, unnest(first) AS item FROM ` +
    `(SELECT s, sum(n) AS total, ${first} AS first FROM (${groups}) WHERE shown IS NOT NULL GROUP BY s)) ORDER BY s, item`
  );
}
