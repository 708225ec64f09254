import { describe, expect, test } from "vitest";
import type { DataEngine, DeclaredColumn, Predicate } from "../../src/dataset/dataset.ts";
import { openOn, writeFiles } from "../support/data-engine.ts";
import { type TestHost, testHost } from "../support/host.ts";

type Make = (host: TestHost["host"]) => DataEngine | Promise<DataEngine>;

/** How every engine reads the cells of text files as they are declared, and what it knows of numbers, times and lists. */
export function declaredCellsContract(name: string, make: Make): void {
  describe(`data engine ${name}: cells as declared`, () => {
    forms(make);
    zones(make);
  });
  describe(`data engine ${name}: conditions`, () => conditions(make));
}

function forms(make: Make): void {
  /** What cells become, and which do not fit, by row. */
  async function read(column: Omit<DeclaredColumn, "name">, cells: readonly string[]) {
    await using t = await testHost();
    const file = await t.write("a.csv", `id,x\n${cells.map((cell, at) => `${at + 1},"${cell}"`).join("\n")}\n`);
    const declared = [{ name: "x", ...column }];
    await using dataset = await openOn(make, t, { kind: "files", files: [file], format: "csv", declared });
    const rows = await dataset.rows({ op: "and", terms: [] }, 100);
    const [fault] = await dataset.faults();
    return {
      values: rows.map(({ cells: { x } }) =>
        x instanceof Date ? x.toISOString().replace(/(T00:00)?:00\.000Z$/, "") : x,
      ),
      misfits: fault?.first.map(({ row }) => row) ?? [],
      message: fault?.message,
    };
  }

  test.each([
    [
      "dd/MM/yyyy",
      "date",
      ["31/12/2026", "1/12/2026", "31/02/2026", "2026-12-31", "07/01/1999"],
      ["2026-12-31", null, null, null, "1999-01-07"],
    ],
    ["d.M.yy", "date", ["1.2.70", "31.12.05"], ["2070-02-01", "2005-12-31"]],
    ["dd MMM uuuu", "date", ["03 Feb 2026", "03 Feburary 2026"], ["2026-02-03", null]],
    ["EEEE d MMMM yyyy", "date", ["Tuesday 3 February 2026"], ["2026-02-03"]],
    ["yyyyMMdd", "date", ["20260203", "2026023", "20261301"], ["2026-02-03", null, null]],
    ["yyyyDDD", "date", ["2026034"], ["2026-02-03"]],
    ["MM/dd/yyyy hh:mm a", "timestamp", ["02/03/2026 01:05 PM", "02/03/2026 13:05 PM"], ["2026-02-03T13:05", null]],
    [
      "yyyy-MM-dd'T'HH:mm:ssXXX",
      "timestamp",
      ["2026-02-03T13:05:00+02:00", "2026-02-03T13:05:00Z", "2026-02-03T13:05:00"],
      ["2026-02-03T11:05", "2026-02-03T13:05", null],
    ],
    ["yyyy-MM-dd HH:mm:ss.SSSX", "timestamp", ["2026-02-03 13:05:00.000+0530"], ["2026-02-03T07:35"]],
    [
      "dd.MM.yyyy[ HH:mm[:ss]]",
      "timestamp",
      ["03.02.2026 04:05:00", "03.02.2026 04:05", "03.02.2026", "03.02.2026 4"],
      ["2026-02-03T04:05", "2026-02-03T04:05", "2026-02-03", null],
    ],
    ["dd%MM%yyyy", "date", ["03%02%2026"], ["2026-02-03"]],
  ] as const)("dates and times written %s as %s", async (format, kind, cells, values) => {
    const misfits = values.flatMap((value, at) => (value === null ? [at + 1] : []));
    const result = await read({ kind, format }, cells);
    expect(result.values).toEqual(values);
    expect(result.misfits).toEqual(misfits);
    if (misfits.length > 0) expect(result.message).toBe(`values that are not of type ${kind}, written ${format}`);
  });

  test("texts that stand for no value are missing, and no misfits", async () => {
    const missing = ["NA", "it's", "-"];
    expect(await read({ kind: "integer", missing }, ["1", "NA", "x", "it's", "2"])).toMatchObject({
      values: [1, null, null, null, 2],
      misfits: [3],
    });
    expect(await read({ kind: "number", missing }, ["1.5", "NA"])).toMatchObject({ values: [1.5, null], misfits: [] });
    expect(await read({ kind: "boolean", missing }, ["true", "-", "?"])).toMatchObject({
      values: [true, null, null],
      misfits: [3],
    });
    expect(await read({ kind: "date", missing, format: "dd/MM/yyyy" }, ["NA", "01/02/2026"])).toMatchObject({
      values: [null, "2026-02-01"],
      misfits: [],
    });
  });

  test("integers beyond 64 bits are read where they are declared so", async () => {
    const cells = [
      "18446744073709551615",
      "-1",
      "170141183460469231731687303715884105727",
      "340282366920938463463374607431768211455",
    ];
    expect(await read({ kind: "integer", format: "u64" }, cells)).toMatchObject({
      values: [18446744073709551615n, -1, 170141183460469231731687303715884105727n, null],
      misfits: [4],
    });
    expect((await read({ kind: "integer", format: "u128" }, cells)).misfits).toEqual([2]);
    expect((await read({ kind: "integer" }, cells)).misfits).toEqual([1, 3, 4]);
  });

  test("a time must name its offset from UTC, or must not, where that is declared", async () => {
    const cells = ["2026-01-01T10:00:00+02:00", "2026-01-01 10:00:00", "2026-01-01 10:00Z", "2026-01-01", "10:00"];
    expect(await read({ kind: "timestamp", zoned: true }, cells)).toMatchObject({
      values: ["2026-01-01T08:00", null, "2026-01-01T10:00", null, null],
      message: "values that are not of type timestamp with its offset from UTC",
    });
    expect((await read({ kind: "timestamp", zoned: false }, cells)).misfits).toEqual([1, 3, 5]);
  });

  test("the rows that a rule finds are found by its query too", async () => {
    await using t = await testHost();
    const file = await t.write("a.csv", "id,x\n1,31/12/2026\n2,01/01/2020\n3,NA\n4,?\n");
    const declared: DeclaredColumn[] = [{ name: "x", kind: "date", format: "dd/MM/yyyy", missing: ["NA"] }];
    const source = { kind: "files", files: [file], format: "csv", declared } as const;
    await using dataset = await openOn(make, t, source);
    const where: Predicate = { op: "range", column: "x", max: new Date("2021-01-01") };
    const query = dataset.query({ where }, (path) => path) ?? "";
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    const instance = await native.DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      expect((await connection.runAndReadAll(query)).getRowObjectsJson()).toMatchObject([{ id: "2", x: "01/01/2020" }]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
}

function zones(make: Make): void {
  const at = { name: "at", kind: "timestamp", zone: "Europe/Berlin" } as const;
  const summer = { op: "in", column: "at", values: [new Date("2026-07-01T10:00:00Z")] } as const;

  test("times that name no zone are of the zone declared: of text", async () => {
    await using t = await testHost();
    const file = await t.write("a.csv", "at\n2026-07-01 12:00\n2026-07-01T13:00+03:00\n2026-07-01T12:00Z\n");
    await using dataset = await openOn(make, t, { kind: "files", files: [file], format: "csv", declared: [at] });
    expect((await dataset.rows(summer, 9)).map(({ row }) => row)).toEqual([1, 2]);
    const formatted = { ...at, format: "dd.MM.yyyy HH:mm" };
    const other = await t.write("b.csv", "at\n01.07.2026 12:00\n");
    await using dataset2 = await openOn(
      make,
      t,
      { kind: "files", files: [other], format: "csv", declared: [formatted] },
      "2",
    );
    expect(await dataset2.rows(summer, 9)).toHaveLength(1);
  });

  test("times that name no zone are of the zone declared: of Parquet, where instants stay what they are", async () => {
    await using t = await testHost();
    const select = "SELECT TIMESTAMP '2026-07-01 12:00' AS at, TIMESTAMPTZ '2026-07-01 10:00:00+00' AS instant";
    const [file] = await writeFiles(t, { "a.parquet": select });
    const declared = [at, { ...at, name: "instant" }];
    await using dataset = await openOn(make, t, { kind: "files", files: [file ?? ""], format: "parquet", declared });
    const [row] = await dataset.rows(summer, 9);
    expect(row?.cells).toEqual({ at: new Date("2026-07-01T10:00:00Z"), instant: new Date("2026-07-01T10:00:00Z") });
  });
}

function conditions(make: Make): void {
  const select = `SELECT * REPLACE (single::FLOAT AS single) FROM (VALUES
    (1, 0.3::DOUBLE, 0.3::FLOAT, 0.30::DECIMAL(6,2), 6::BIGINT, '08:30', [1, 2], {'a': 1, 'b': NULL}, MAP {'k': 1}, 12345678901234567890.05::DECIMAL(38,10)),
    (2, 0.35, 0.35, 0.35, 7, '08:30:00.5', [1, 1], {'a': NULL, 'b': NULL}, MAP {}, 12345678901234567890.10),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 1e300, 1e30, 4000, 9007199254740993, '24:00', [NULL, NULL], {'a': 1, 'b': 2}, MAP {'k': 1, 'l': 2}, 0),
    (5, 'nan', 'inf', 0.01, -12, '10:30+02:00', [NULL, 1], {'a': 3, 'b': 4}, MAP {'m': NULL}, -0.1),
    (6, 450359962737049.7, 2.5, -0.2, 0, 'noon', [], {'a': 5, 'b': NULL}, MAP {'n': 1}, 0.1))
    t(id, x, single, price, n, "at", list, pair, counts, fine)`;
  const open = async (t: TestHost) => {
    const [file = ""] = await writeFiles(t, { "a.parquet": select });
    return openOn(make, t, { kind: "files", files: [file], format: "parquet" });
  };
  const multiple = (column: string, of: number): Predicate => ({ op: "multiple", column, of });
  const not = (term: Predicate): Predicate => ({ op: "not", term });
  const found: readonly (readonly [string, Predicate, readonly number[]])[] = [
    ["a multiple of 0.1, as decimals", multiple("x", 0.1), [1, 4, 6]],
    ["no multiple, nor is NaN", not(multiple("x", 0.1)), [2, 5]],
    ["a multiple of 0.05, as decimals", multiple("x", 0.05), [1, 2, 4, 6]],
    ["a single's multiple", multiple("single", 0.1), [1, 4, 6]],
    ["a decimal's multiple", multiple("price", 0.1), [1, 4, 6]],
    ["a decimal's multiple of a finer step", multiple("price", 0.025), [1, 2, 4, 6]],
    ["a decimal's multiple beyond the digits of a double", multiple("fine", 0.1), [2, 4, 5, 6]],
    ["a whole number's multiple", multiple("n", 6), [1, 5, 6]],
    ["a whole number's multiple of a fraction", multiple("n", 1.5), [1, 4, 5, 6]],
    ["a multiple of a large step", multiple("n", 1e30), [6]],
    ["a multiple of a whole number, of doubles", multiple("x", 2), [4]],
    ["a time of day", { op: "time", column: "at" }, [1, 2, 5]],
    ["no time of day", not({ op: "time", column: "at" }), [4, 6]],
    ["times by the clock, not by the text", { op: "time", column: "at", min: "08:30:00" }, [1, 2, 5]],
    ["times after", { op: "time", column: "at", min: "08:30:00", openMin: true, max: "20:00" }, [2]],
    ["times at most", { op: "time", column: "at", max: "08:30:00" }, [1, 5]],
    ["times with their offset", { op: "time", column: "at", zoned: true }, [5]],
    ["times without", { op: "time", column: "at", zoned: false }, [1, 2]],
    ["times of a format", { op: "time", column: "at", format: "HH:mm" }, [1]],
    ["a size", { op: "size", column: "list", min: 1, max: 2 }, [1, 2, 4, 5]],
    ["no size", not({ op: "size", column: "list", min: 1 }), [6]],
    ["a structure's size", { op: "size", column: "pair", min: 1, max: 1 }, [1, 6]],
    ["a map's size", { op: "size", column: "counts", max: 0 }, [2]],
    ["items that differ", { op: "distinct-items", column: "list" }, [1, 5, 6]],
    ["items that do not", not({ op: "distinct-items", column: "list" }), [2, 4]],
  ];
  test.each(found)("rows are found: %s", async (_name, where, rows) => {
    await using t = await testHost();
    await using dataset = await open(t);
    expect((await dataset.rows(where, 100)).map(({ row }) => row)).toEqual(rows);
    expect(await dataset.aggregate({ n: { fn: "count", where } })).toEqual({ n: rows.length });
  });

  test.each([
    multiple("at", 2),
    { op: "time", column: "n" },
    { op: "size", column: "n", min: 1 },
    { op: "distinct-items", column: "pair" },
  ] as const)("a condition that the kind does not have is refused: %j", async (where) => {
    await using t = await testHost();
    await using dataset = await open(t);
    await expect(dataset.aggregate({ n: { fn: "count", where } })).rejects.toMatchObject({ code: "TH_DATA_KIND" });
  });
}
