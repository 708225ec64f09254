import { describe, expect, test } from "vitest";
import { openDataGroup } from "../../src/commands/data.ts";
import type { DataSource } from "../../src/dataset/dataset.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

/** Two Parquet files, each from a SELECT, opened as one group. */
async function pair(t: TestHost, near: string, far: string) {
  const source = async (name: string, select: string): Promise<DataSource> => {
    const path = `${t.cwd}/${name}.parquet`;
    await writeParquet(t.host, path, select);
    return { kind: "files", files: [path], format: "parquet" };
  };
  return openDataGroup({ near: await source("near", near), far: await source("far", far) }, t.host);
}

const key = (dataset: "near" | "far", ...columns: readonly string[]) => ({ dataset, columns });

describe("rows whose key is in no row of another data set", () => {
  test("are counted over all rows, and the first are found in their order", async () => {
    await using t = await testHost();
    const rows = 300_000;
    const near = `SELECT i AS id, (i * 7919) % ${rows} + CASE WHEN i % 1000 = 999 THEN ${rows} ELSE 0 END AS ref FROM range(${rows}) r(i)`;
    await using group = await pair(t, near, `SELECT i AS id FROM range(${rows}) r(i)`);
    const found = await group.unmatched(key("near", "ref"), key("far", "id"), 3, ["id"]);
    expect(found.count).toBe(rows / 1000);
    expect(found.first.map(({ row, cells }) => [row, cells])).toEqual([
      [1000, { id: 999 }],
      [2000, { id: 1999 }],
      [3000, { id: 2999 }],
    ]);
  });

  test("are told by all columns together; a null refers to nothing, and nothing refers to a null", async () => {
    await using t = await testHost();
    await using group = await pair(
      t,
      "FROM (VALUES (1, 'a'), (1, 'b'), (2, 'a'), (NULL, 'a'), (1, NULL)) v(n, s)",
      "FROM (VALUES (1, 'a'), (2, NULL), (1, 'a'), (NULL, 'b')) v(n, s)",
    );
    const found = await group.unmatched(key("near", "n", "s"), key("far", "n", "s"), 10);
    expect(found.count).toBe(2);
    expect(found.first.map(({ row }) => row)).toEqual([2, 3]);
  });

  test("are compared across the types of one kind, and refused across kinds", async () => {
    await using t = await testHost();
    await using group = await pair(
      t,
      "FROM (VALUES (1::TINYINT, 1.5::FLOAT, DATE '2026-01-01'), (2, 2, DATE '2026-01-02')) v(n, f, d)",
      "FROM (VALUES (1::UBIGINT, 1.5::DECIMAL(5, 2), TIMESTAMP '2026-01-01', 'x')) v(n, f, d, s)",
    );
    for (const name of ["n", "f", "d"])
      expect(await group.unmatched(key("near", name), key("far", name), 0)).toEqual({ count: 1, first: [] });
    expect((await group.unmatched(key("near", "n"), key("far", "f"), 0)).count).toBe(2);
    await expect(group.unmatched(key("near", "n"), key("far", "s"), 0)).rejects.toMatchObject({ code: "TH_DATA_KIND" });
    await expect(group.unmatched(key("near", "m"), key("far", "n"), 0)).rejects.toMatchObject({
      code: "TH_DATA_COLUMN",
    });
  });

  test("are listed by a statement for a person, from text and Parquet", async () => {
    await using t = await testHost({ files: { "near.csv": "n,s\n1,a\n2,a\n,a\n3,\n1,b\n" } });
    const path = `${t.cwd}/far.parquet`;
    await writeParquet(t.host, path, "FROM (VALUES (1, 'a'), (2, NULL), (NULL, 'b')) v(x, y)");
    const near: DataSource = { kind: "files", files: [`${t.cwd}/near.csv`], format: "csv" };
    const far: DataSource = { kind: "files", files: [path], format: "parquet" };
    await using group = await openDataGroup({ near, far }, t.host);
    const query = group.unmatchedQuery(key("near", "n", "s"), key("far", "x", "y"), (file) => file);
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    const connection = await (await native.DuckDBInstance.create(":memory:")).connect();
    const read = await connection.runAndReadAll(`SELECT n, s FROM (${query})`);
    expect(read.getRows().map((row) => row.map(String))).toEqual([
      ["2", "a"],
      ["1", "b"],
    ]);
    expect((await group.unmatched(key("near", "n", "s"), key("far", "x", "y"), 0)).count).toBe(2);
  });

  test("are looked for in their own data set too", async () => {
    await using t = await testHost();
    await using group = await pair(t, "FROM (VALUES (1, NULL), (2, 1), (3, 9)) v(id, parent)", "SELECT 1 AS x");
    const found = await group.unmatched(key("near", "parent"), key("near", "id"), 5, ["id"]);
    expect(found).toMatchObject({ count: 1, first: [{ row: 3, cells: { id: 3 } }] });
  });
});
