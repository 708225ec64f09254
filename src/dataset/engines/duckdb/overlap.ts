import type { Overlap } from "../../dataset.ts";

/**
 * One row of sums over the kinds of rows there are.
 * @param sides for each set, SQL of its rows with the columns of `HashedRows`
 */
export function overlapSql(sides: readonly string[]): string {
  const places = [...sides.keys()];
  const marked = sides.map((side, at) => `SELECT ${at} AS side, k1, k2, v FROM (${side})`);
  const counts = places.map((at) => `count(CASE WHEN side = ${at} THEN 1 END) AS n${at}`);
  const sums = places.flatMap((a) => [
    `sum(n${a})`,
    `sum(greatest(n${a} - 1, 0))`,
    `count(CASE WHEN n${a} = 1 THEN 1 END)`,
    `sum(CASE WHEN conflict THEN n${a} END)`,
    ...places.flatMap((b) => [
      `sum(CASE WHEN n${b} > 0 THEN n${a} END)`,
      `count(CASE WHEN n${a} > 0 AND n${b} > 0 THEN 1 END)`,
    ]),
  ]);
  return (
    `SELECT ${sums.join(", ")} FROM (SELECT k1, k2, min(v) <> max(v) AS conflict, ${counts.join(", ")} ` +
    `FROM (${marked.join(" UNION ALL ")}) GROUP BY k1, k2)`
  );
}

/** The sums of `overlapSql`, in its order. */
export function overlapOf<K extends string>(names: readonly K[], sums: readonly number[]): Overlap<K> {
  const width = 4 + 2 * names.length;
  const at = (set: number, place: number) => sums[set * width + place] ?? 0;
  const sets = names.map((name, set) => {
    const [rows, repeated, single, conflicting] = [at(set, 0), at(set, 1), at(set, 2), at(set, 3)];
    return [name, { rows, repeated, single, conflicting }];
  });
  const shared = names.map((name, set) => [
    name,
    Object.fromEntries(names.map((other, b) => [other, { rows: at(set, 4 + 2 * b), kinds: at(set, 5 + 2 * b) }])),
  ]);
  return { sets: Object.fromEntries(sets), shared: Object.fromEntries(shared) } as Overlap<K>;
}

/**
 * Pairs of orders: rows of one set, each with the first row of the other that is like it.
 * @param mine SQL of rows with the columns of `HashedRows`, and so is `theirs`
 * @param options `earlier`: only those that stand before the row; `differing`: only those whose `v` is another
 */
export function alikeSql(
  mine: string,
  theirs: string,
  { limit, earlier, differing }: { readonly limit: number; readonly earlier: boolean; readonly differing: boolean },
): string {
  const conditions = [
    ...(earlier ? ["theirs.first < mine.o"] : []),
    ...(differing ? ["theirs.v <> mine.v"] : []),
    "TRUE",
  ];
  // One row a kind, so that many rows that are all alike are not all joined with each other.
  const firsts =
    `SELECT k1, k2, min(o) AS first, arg_min(v, o) AS v FROM (${theirs}) ` +
    `${differing ? "WHERE v IS NOT NULL " : ""}GROUP BY k1, k2`;
  return (
    `SELECT mine.o, theirs.first FROM (${mine}) AS mine JOIN (${firsts}) AS theirs ` +
    `ON mine.k1 = theirs.k1 AND mine.k2 = theirs.k2 WHERE ${conditions.join(" AND ")} ` +
    `ORDER BY mine.o LIMIT ${Math.max(0, Math.floor(limit))}`
  );
}
