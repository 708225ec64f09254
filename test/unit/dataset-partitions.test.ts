import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { locateData, openData } from "../../src/commands/data.ts";
import type { Column } from "../../src/dataset/dataset.ts";
import { partitionsOf } from "../../src/dataset/partitions.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

type Declared = readonly Pick<Column, "name" | "kind">[];

const texts = {
  csv: (id: number) => `id\n${id}\n`,
  jsonl: (id: number) => `{"id":${id}}\n`,
};

async function writeFile(t: TestHost, path: string, id: number): Promise<void> {
  const format = path.slice(path.lastIndexOf(".") + 1);
  const full = await t.write(path, format === "parquet" ? "" : texts[format as keyof typeof texts](id));
  if (format === "parquet") await writeParquet(t.host, full, `SELECT ${id}::BIGINT AS id`);
}

async function read(t: TestHost, pattern: string, declared: Declared = []) {
  const { source } = await locateData([join(t.cwd, pattern)], t.host, "data", { declared });
  await using dataset = await openData(source, t.host, { faults: "keep" });
  const rows = await dataset.rows({ op: "and", terms: [] }, 100);
  return {
    columns: dataset.columns.map(({ name, kind }) => `${name}:${kind}`),
    rows: rows.map(({ row, cells }) => [row, ...Object.values(cells)]),
    faults: (await dataset.faults()).map(({ code, column, file, message }) => [
      code,
      column,
      file.slice(t.cwd.length + 1),
      message,
    ]),
  };
}

describe.each(["csv", "jsonl", "parquet"])("partitions by folder, of %s", (format) => {
  test("give columns, of the narrowest kind of all their values", async () => {
    await using t = await testHost();
    await writeFile(t, `d/day=2026-01-02/region=a%2Fb c/n=1/x=07/part.${format}`, 3);
    await writeFile(t, `d/day=2026-01-01/region=__HIVE_DEFAULT_PARTITION__/n=2/x=1/part.${format}`, 1);
    await writeFile(t, `d/day=2026-01-01/region=it's 100%/n=-3/x=2/part.${format}`, 2);
    const { columns, rows, faults } = await read(t, "d");
    expect(columns).toEqual(["id:integer", "day:date", "region:string", "n:integer", "x:string"]);
    expect(rows).toEqual([
      [1, 1, new Date("2026-01-01"), null, 2, "1"],
      [1, 2, new Date("2026-01-01"), "it's 100%", -3, "2"],
      [1, 3, new Date("2026-01-02"), "a/b c", 1, "07"],
    ]);
    expect(faults).toEqual([]);
  });

  test("have the declared kinds, and what does not fit is a fault of its file", async () => {
    await using t = await testHost();
    await writeFile(t, `d/year=2025/part.${format}`, 1);
    await writeFile(t, `d/year=then/part.${format}`, 2);
    const asText = await read(t, "d", [{ name: "year", kind: "string" }]);
    expect(asText.rows.map((row) => row[2])).toEqual(["2025", "then"]);
    const asYear = await read(t, "d", [{ name: "year", kind: "integer" }]);
    expect(asYear.columns).toEqual(["id:integer", "year:integer"]);
    expect(asYear.rows.map((row) => row[2])).toEqual([2025, null]);
    expect(asYear.faults).toEqual([
      ["TH_DATA_PARTITION", "year", `d/year=then/part.${format}`, 'the folder\'s value "then" is not of type integer'],
    ]);
  });

  test("can be asked like any column", async () => {
    await using t = await testHost();
    for (const [at, day] of ["2026-01-01", "2026-01-02", "2026-01-02"].entries())
      await writeFile(t, `d/day=${day}/part-${at}.${format}`, at);
    const { source } = await locateData([join(t.cwd, "d")], t.host, "data");
    await using dataset = await openData(source, t.host);
    const later = { op: "range", column: "day", min: new Date("2026-01-02") } as const;
    expect(
      await dataset.aggregate({
        n: { fn: "count", where: later },
        k: { fn: "distinct", column: "day" },
        twice: { fn: "duplicates", columns: ["day"] },
      }),
    ).toEqual({ n: 2, k: 2, twice: 1 });
    expect([...(await dataset.levels("day", 5)).counts]).toEqual([
      ["2026-01-02", 2],
      ["2026-01-01", 1],
    ]);
  });

  test("a column that the file has itself is the file's, and a fault", async () => {
    await using t = await testHost();
    await writeFile(t, `d/id=9/part.${format}`, 1);
    const { columns, rows, faults } = await read(t, "d");
    expect([columns, rows]).toEqual([["id:integer"], [[1, 1]]]);
    expect(faults).toMatchObject([
      ["TH_DATA_PARTITION", "id", `d/id=9/part.${format}`, expect.stringContaining("the file's is used")],
    ]);
  });

  test("a file beside the folders is a fault", async () => {
    await using t = await testHost();
    await writeFile(t, `d/day=2026-01-01/part.${format}`, 1);
    await writeFile(t, `d/loose.${format}`, 2);
    const { rows, faults } = await read(t, "d");
    expect(rows).toEqual([
      [1, 1, new Date("2026-01-01")],
      [1, 2, null],
    ]);
    expect(faults).toMatchObject([
      ["TH_DATA_PARTITION", "day", `d/loose.${format}`, expect.stringContaining("this one does not")],
    ]);
  });
});

describe("folders that name columns", () => {
  test.each([
    ["none", ["a/b.csv", "c.csv"], undefined],
    ["one", ["a=1/b.csv"], [{ a: "1" }]],
    ["escapes, and a percent sign that is none", ["a%20b=%C5%BC/c=%zz/d.csv"], [{ "a b": "ż", c: "%zz" }]],
    ["no value", ["a=__HIVE_DEFAULT_PARTITION__/b=/c.csv"], [{ a: null, b: null }]],
    ["an equals sign in the value", ["a=b=c/d.csv"], [{ a: "b=c" }]],
    ["the file's own name does not count", ["a=1.csv"], undefined],
  ])("%s", (_name, paths, found) => {
    expect(partitionsOf(paths)).toEqual(found);
  });
});
