import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { locateData, openData } from "../../src/commands/data.ts";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

async function open(t: TestHost, selects: Readonly<Record<string, string>>): Promise<Dataset> {
  for (const [name, select] of Object.entries(selects))
    await writeParquet(t.host, join(t.cwd, `${name}.parquet`), select);
  const { source } = await locateData([join(t.cwd, "*.parquet")], t.host, "data");
  return openData(source, t.host, { faults: "keep" });
}

async function all(dataset: Dataset) {
  return (await dataset.rows({ op: "and", terms: [] }, 100)).map(({ cells }) => Object.values(cells));
}

describe("types of Parquet", () => {
  test.each([
    [
      "times with a zone are instants",
      "TIMESTAMPTZ '2026-01-01 10:00:00+02'",
      "timestamp",
      new Date("2026-01-01T08:00:00Z"),
    ],
    ["times without one", "TIMESTAMP '2026-01-01 10:00:00'", "timestamp", new Date("2026-01-01T10:00:00Z")],
    ["nanoseconds", "TIMESTAMP_NS '2026-01-01 10:00:00.123456789'", "timestamp", new Date("2026-01-01T10:00:00.123Z")],
    ["seconds", "TIMESTAMP_S '2026-01-01 10:00:00'", "timestamp", new Date("2026-01-01T10:00:00Z")],
    ["decimals", "12.34::DECIMAL(10, 2)", "number", 12.34],
    [
      "decimals of 38 digits",
      "1234567890123456789012345678.9::DECIMAL(38, 1)",
      "number",
      Number("1234567890123456789012345678.9"),
    ],
    ["unsigned integers", "18446744073709551615::UBIGINT", "integer", 18446744073709551615n],
    ["tiny integers", "-7::TINYINT", "integer", -7],
    ["singles", "1.5::FLOAT", "number", 1.5],
    ["times of day", "TIME '10:00:00.5'", "string", "10:00:00.5"],
    ["identifiers", "'b27f5d1e-6d3f-4b2a-9d0d-3f1f6b1c1a11'::UUID", "string", "b27f5d1e-6d3f-4b2a-9d0d-3f1f6b1c1a11"],
    ["enumerations", "'a'::ENUM('a', 'b')", "string", "a"],
    ["bytes", "'\\x00\\xFF'::BLOB", "nested", "\\x00\\xFF"],
    ["maps", "MAP {'k': 1}", "nested", "{k=1}"],
    ["lists of structures", "[{'x': 1}]", "nested", "[{'x': 1}]"],
    ["intervals", "INTERVAL 1 DAY", "nested", "1 day"],
  ] as const)("%s", async (_name, value, kind, cell) => {
    await using t = await testHost();
    await using dataset = await open(t, { a: `SELECT ${value} AS v UNION ALL SELECT NULL` });
    expect(dataset.columns.map((column) => column.kind)).toEqual([kind]);
    expect(await all(dataset)).toEqual([[cell], [null]]);
  });

  test("a file without rows has columns", async () => {
    await using t = await testHost();
    await using dataset = await open(t, { a: "SELECT 1 AS a, 'x' AS b WHERE false" });
    expect(dataset.columns.map((column) => column.kind)).toEqual(["integer", "string"]);
    expect(await dataset.aggregate({ n: { fn: "count" }, a: { fn: "max", column: "a" } })).toEqual({ n: 0, a: null });
  });
});

describe("schemas that differ from file to file", () => {
  const verdicts = async (dataset: Dataset) =>
    (await dataset.faults()).map(({ code, column, severity, message }) => [code, column, severity ?? "error", message]);

  test.each([
    [
      "the order of columns means nothing",
      "SELECT 1 AS x, 'a' AS y",
      "SELECT 'b' AS y, 2 AS x",
      [],
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "a column that comes later is a warning",
      "SELECT 1 AS x",
      "SELECT 2 AS x, 'b' AS y",
      [["warning", 'it adds "y"']],
      [
        [1, null],
        [2, "b"],
      ],
    ],
    [
      "a column that is gone is an error",
      "SELECT 1 AS x, 'a' AS y",
      "SELECT 2 AS x",
      [["error", 'it lacks "y"']],
      [
        [1, "a"],
        [2, null],
      ],
    ],
    [
      "a wider integer is a note",
      "SELECT 1::INTEGER AS x",
      "SELECT 2::BIGINT AS x",
      [["note", "BIGINT here and INTEGER"]],
      [[1], [2]],
    ],
    [
      "a double after integers is a note",
      "SELECT 1 AS x",
      "SELECT 2.5::DOUBLE AS x",
      [["note", "DOUBLE here"]],
      [[1], [2.5]],
    ],
    [
      "text after numbers is an error",
      "SELECT 1 AS x",
      "SELECT 'b' AS x",
      [["error", "VARCHAR here and INTEGER"]],
      [["1"], ["b"]],
    ],
    [
      "a structure after a number is an error, and its file is not read",
      "SELECT 1 AS x",
      "SELECT {'a': 1} AS x",
      [["error", "the file is not read"]],
      [[1]],
    ],
    [
      "a number after a list is an error, and its file is not read",
      "SELECT [1] AS x",
      "SELECT 1 AS x",
      [["error", "the file is not read"]],
      [["[1]"]],
    ],
    [
      "a structure with a further field is a warning, and no field is lost",
      "SELECT {'a': 1} AS x",
      "SELECT {'a': 2, 'b': 'z'} AS x",
      [["warning", "the parts of the column differ"]],
      [["{'a': 1, 'b': NULL}"], ["{'a': 2, 'b': z}"]],
    ],
  ] as const)("%s", async (_name, first, second, faults, rows) => {
    await using t = await testHost();
    await using dataset = await open(t, { a: first, b: second });
    const found = await verdicts(dataset);
    expect(found.map((fault) => fault[2])).toEqual(faults.map(([severity]) => severity));
    for (const [at, [, words]] of faults.entries()) expect(found[at]?.[3]).toContain(words);
    expect(await all(dataset)).toEqual(rows);
  });

  test("files that differ in the same way are named once", async () => {
    await using t = await testHost();
    const later = Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`b${at}`, "SELECT 2 AS x, 3 AS y"]));
    await using dataset = await open(t, { a: "SELECT 1 AS x", ...later });
    expect(await dataset.faults()).toMatchObject([
      { severity: "warning", message: expect.stringMatching(/it adds "y"; so in 3 further files$/) },
    ]);
  });
});

describe("Parquet that is broken", () => {
  const select = "SELECT i AS id, i * 0.5 AS v, 'text ' || (i % 97) AS s, [i] AS l FROM range(3000) t(i)";

  test("cut off anywhere, it is a fault of its file, and the others are read", async () => {
    await using t = await testHost();
    await writeParquet(t.host, join(t.cwd, "whole.parquet"), select);
    const whole = (await t.host.files.read(join(t.cwd, "whole.parquet"))) ?? new Uint8Array();
    for (let length = 4; length < whole.length; length += Math.ceil(whole.length / 40)) {
      await writeFile(join(t.cwd, "cut.parquet"), whole.subarray(0, length));
      const { source } = await locateData([join(t.cwd, "*.parquet")], t.host, "data");
      await using dataset = await openData(source, t.host, { faults: "keep" });
      expect(await dataset.faults()).toMatchObject([{ code: "TH_DATA_PARQUET", file: join(t.cwd, "cut.parquet") }]);
      expect(await dataset.aggregate({ n: { fn: "count" } })).toEqual({ n: 3000 });
    }
  });

  test("with bytes changed anywhere, it is read, or refused by name; never a crash", async () => {
    await using t = await testHost();
    await writeParquet(t.host, join(t.cwd, "a.parquet"), select);
    const whole = Buffer.from((await t.host.files.read(join(t.cwd, "a.parquet"))) ?? new Uint8Array());
    let refused = 0;
    for (let at = 4; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const broken = Buffer.from(whole);
      for (let offset = at; offset < Math.min(at + 3, whole.length); offset += 1)
        broken[offset] = (broken[offset] ?? 0) ^ 0xff;
      await writeFile(join(t.cwd, "a.parquet"), broken);
      try {
        const { source } = await locateData([join(t.cwd, "a.parquet")], t.host, "data");
        await using dataset = await openData(source, t.host);
        if (dataset.columns.length > 0) await dataset.rows({ op: "and", terms: [] }, 5000);
      } catch (error) {
        expect(error).toBeInstanceOf(TitleholderError);
        expect(error).toMatchObject({ kind: "configuration" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  test("encrypted, it is refused by name", async () => {
    await using t = await testHost({ files: { "a.parquet": Buffer.from("PARE\x15\x04\x15PARE") } });
    await expect(locateData([join(t.cwd, "a.parquet")], t.host, "data")).rejects.toMatchObject({
      code: "TH_DATA_FORMAT",
      message: "a.parquet is an encrypted Parquet file",
    });
  });
});
