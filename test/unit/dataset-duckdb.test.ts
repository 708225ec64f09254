import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DataLimits, DataSource } from "../../src/dataset/dataset.ts";
import { Session } from "../../src/dataset/engines/duckdb/session.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

async function limitsOf(t: TestHost, more: Partial<DataLimits> = {}): Promise<DataLimits> {
  const spill = join(t.host.scratch, "spill");
  await t.host.files.makeDirectory(spill);
  return { memoryBytes: 2 ** 29, spill, signal: t.host.signal, ...more };
}

async function openParquet(t: TestHost, selects: readonly string[], more: Partial<DataLimits> = {}) {
  const files = await Promise.all(
    selects.map(async (select, at) => {
      const path = join(t.cwd, `${at}.parquet`);
      await writeParquet(t.host, path, select);
      return path;
    }),
  );
  const source: DataSource = { kind: "files", files: files as [string, ...string[]], format: "parquet" };
  return implementation.create({}, t.host).open(source, await limitsOf(t, more));
}

describe("the engine's lock", () => {
  test("stops other files, links out, the network, extensions, and its own undoing", async () => {
    await using t = await testHost({ files: { "in.csv": "a\n1\n", "other.csv": "a\n2\n", "g1.csv": "a\n3\n" } });
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    await using session = await Session.open(native, await limitsOf(t), [join(t.cwd, "in.csv")]);
    expect(await session.rows(`SELECT * FROM '${join(t.cwd, "in.csv")}'`)).toHaveLength(1);
    const forbidden = [
      `SELECT * FROM '${join(t.cwd, "other.csv")}'`,
      `SELECT * FROM '${join(t.cwd, "x/../other.csv")}'`,
      `SELECT * FROM '${join(t.cwd, "*.csv")}'`,
      "SELECT * FROM read_text('/proc/self/environ')",
      "SELECT * FROM 'https://example.com/x.csv'",
      `COPY (SELECT 1) TO '${join(t.cwd, "new.csv")}'`,
      `ATTACH '${join(t.cwd, "x.db")}'`,
      "INSTALL httpfs",
      "LOAD httpfs",
      "SET enable_external_access = true",
      `SET allowed_paths = ['${t.cwd}']`,
      "SET lock_configuration = false",
      "RESET allowed_paths",
    ];
    for (const sql of forbidden) await expect(session.run(sql), sql).rejects.toThrow();
  });

  test("memory and threads are those asked for", async () => {
    await using t = await testHost();
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    await using session = await Session.open(native, await limitsOf(t, { memoryBytes: 2 ** 28, threads: 1 }), []);
    const setting = async (name: string) => String((await session.row(`SELECT current_setting('${name}')`))[0]);
    expect(await setting("memory_limit")).toBe("256.0 MiB");
    expect(await setting("threads")).toBe("1");
    expect(await setting("TimeZone")).toBe("UTC");
    expect(await setting("max_temp_directory_size")).toBe("8.0 GiB");
  });
});

describe("limits of the engine", () => {
  test("an abort interrupts a statement that would run for hours", async () => {
    const stop = new AbortController();
    await using t = await testHost();
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    await using session = await Session.open(native, await limitsOf(t, { signal: stop.signal }), []);
    setTimeout(() => stop.abort(new Error("cancelled")), 100);
    const endless = session.rows("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b");
    await expect(endless).rejects.toThrow("cancelled");
  });

  test("too little memory is said with a fix", async () => {
    await using t = await testHost();
    const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
    await using session = await Session.open(native, await limitsOf(t, { memoryBytes: 2 ** 26 }), []);
    await expect(session.rows("SELECT list(range) FROM range(100000000)")).rejects.toMatchObject({
      kind: "configuration",
      code: "TH_DATA_MEMORY",
    });
  });

  test("data larger than the memory is read, in its order", async () => {
    await using t = await testHost();
    const lines = Array.from({ length: 600_000 }, (_, at) => `${at},${"abcdefgh".repeat(20)}${at}`);
    await t.write("a.csv", `n,text\n${lines.join("\n")}\n`);
    const source = { kind: "files", files: [join(t.cwd, "a.csv")], format: "csv" } as const;
    const limits = await limitsOf(t, { memoryBytes: 2 ** 27, threads: 1 });
    await using dataset = await implementation.create({}, t.host).open(source, limits);
    expect(await dataset.aggregate({ n: { fn: "count" }, texts: { fn: "distinct", column: "text" } })).toEqual({
      n: 600_000,
      texts: 600_000,
    });
    const [found] = await dataset.rows({ op: "in", column: "n", values: [599_998] }, 1);
    expect(found?.row).toBe(599_999);
  });

  test("a sample is the same whatever the number of threads", async () => {
    const samples: number[][] = [];
    for (const threads of [1, 2, 4]) {
      await using t = await testHost();
      await using dataset = await openParquet(t, ["SELECT range AS n FROM range(300000)"], { threads });
      const sample = (await dataset.sample(["n"], 5000, 7)).get("n");
      samples.push(Array.from(sample as Float64Array));
    }
    expect(samples[0]).toHaveLength(5000);
    expect(new Set(samples[0]).size).toBe(5000);
    expect(samples[1]).toEqual(samples[0]);
    expect(samples[2]).toEqual(samples[0]);
    const mean = (samples[0] ?? []).reduce((sum, value) => sum + value, 0) / 5000;
    expect(Math.abs(mean - 150_000)).toBeLessThan(6 * (300_000 / Math.sqrt(12 * 5000)));
  });
});

describe("Parquet", () => {
  test("rows are numbered over row groups and files", async () => {
    await using t = await testHost();
    await using dataset = await openParquet(t, [
      "SELECT range AS n FROM range(300000)",
      "SELECT range + 300000 AS n FROM range(300000)",
    ]);
    const found = await dataset.rows({ op: "in", column: "n", values: [0, 122_881, 299_999, 300_000, 599_999] }, 9);
    expect(found.map(({ file, row, cells }) => [file.slice(-9), row, cells.n])).toEqual([
      ["0.parquet", 1, 0],
      ["0.parquet", 122_882, 122_881],
      ["0.parquet", 300_000, 299_999],
      ["1.parquet", 1, 300_000],
      ["1.parquet", 300_000, 599_999],
    ]);
    let expected = 0;
    for await (const batch of dataset.batches(["n"], 70_000))
      for (const n of batch.get("n") ?? []) {
        if (n !== expected) throw new Error(`row ${expected} holds ${String(n)}`);
        expected += 1;
      }
    expect(expected).toBe(600_000);
  });

  test("every type has its kind and its cells", async () => {
    await using t = await testHost();
    await using dataset = await openParquet(t, [
      `SELECT 1::TINYINT AS i8, 18446744073709551615::UBIGINT AS u64, 0.1::FLOAT AS f32, 1.25::DECIMAL(9, 2) AS d,
        'a'::ENUM('a', 'b') AS e, TIMESTAMPTZ '2026-01-31 12:00:00+02' AS tz, TIMESTAMP_NS '2026-01-31 10:00:00.123456789' AS ns,
        TIME '08:30:00' AS time, uuid() AS u, [1, 2] AS list, {'a': 1} AS struct, 'x'::BLOB AS blob`,
    ]);
    expect(dataset.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["i8", "integer"],
      ["u64", "integer"],
      ["f32", "number"],
      ["d", "number"],
      ["e", "string"],
      ["tz", "timestamp"],
      ["ns", "timestamp"],
      ["time", "string"],
      ["u", "string"],
      ["list", "nested"],
      ["struct", "nested"],
      ["blob", "nested"],
    ]);
    const [found] = await dataset.rows({ op: "and", terms: [] }, 1);
    expect(found?.cells).toMatchObject({
      i8: 1,
      u64: 18446744073709551615n,
      d: 1.25,
      e: "a",
      tz: new Date("2026-01-31T10:00:00Z"),
      ns: new Date("2026-01-31T10:00:00.123Z"),
      time: "08:30:00",
      list: "[1, 2]",
    });
    expect(await dataset.rows({ op: "range", column: "f32", min: 0.1, max: 0.1 }, 1)).toHaveLength(1);
    await expect(dataset.levels("list", 3)).rejects.toMatchObject({ code: "TH_DATA_KIND" });
    await expect(dataset.batches(["struct"], 3)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "TH_DATA_KIND",
    });
  });

  test("a column of another type in a later file is a fault; whole numbers and fractions go together", async () => {
    await using t = await testHost();
    await using dataset = await openParquet(t, ["SELECT 1 AS x, 1 AS y", "SELECT 'a' AS x, 1.5 AS y"]);
    expect(await dataset.faults()).toMatchObject([
      {
        code: "TH_DATA_SCHEMA",
        column: "x",
        file: join(t.cwd, "1.parquet"),
        message: expect.stringContaining("VARCHAR here and INTEGER"),
      },
      { column: "y", severity: "note", message: expect.stringContaining("DECIMAL(2,1) here and INTEGER") },
    ]);
    expect(dataset.columns.map(({ kind }) => kind)).toEqual(["string", "number"]);
  });

  test("a file that was cut off, or is no Parquet, is a fault beside the ones that can be read", async () => {
    await using t = await testHost();
    await writeParquet(t.host, join(t.cwd, "good.parquet"), "SELECT range AS n FROM range(1000)");
    const bytes = await readFile(join(t.cwd, "good.parquet"));
    await writeFile(join(t.cwd, "cut.parquet"), bytes.subarray(0, bytes.length - 100));
    await writeFile(join(t.cwd, "empty.parquet"), "");
    const files = ["cut", "empty", "good"].map((name) => join(t.cwd, `${name}.parquet`));
    const source = { kind: "files", files: files as [string, string, string], format: "parquet" } as const;
    await using dataset = await implementation.create({}, t.host).open(source, await limitsOf(t));
    expect(await dataset.faults()).toMatchObject([
      { code: "TH_DATA_PARQUET", file: files[0], count: 0 },
      { code: "TH_DATA_PARQUET", file: files[1], count: 0 },
    ]);
    expect(await dataset.aggregate({ n: { fn: "count" } })).toEqual({ n: 1000 });
    const [found] = await dataset.rows({ op: "in", column: "n", values: [5] }, 1);
    expect(found).toMatchObject({ file: files[2], row: 6 });
  });

  test("broken pages are told when they are read, without a stack", async () => {
    await using t = await testHost();
    const path = join(t.cwd, "broken.parquet");
    await writeParquet(t.host, path, "SELECT repeat(md5(range::VARCHAR), 3) AS text FROM range(20000)");
    const bytes = await readFile(path);
    bytes.fill(0xff, 20, bytes.length >> 1);
    await writeFile(path, bytes);
    const source = { kind: "files", files: [path], format: "parquet" } as const;
    await using dataset = await implementation.create({}, t.host).open(source, await limitsOf(t));
    const error = await dataset.aggregate({ texts: { fn: "distinct", column: "text" } }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TitleholderError);
    expect(error).toMatchObject({ kind: "configuration", code: "TH_DATA_UNREADABLE" });
  });

  test("a column under the engine's own names is refused", async () => {
    await using t = await testHost();
    await expect(openParquet(t, ["SELECT 1 AS file_row_number"])).rejects.toMatchObject({ code: "TH_DATA_RESERVED" });
  });

  test("names that need quoting, and names with wild cards in paths", async () => {
    await using t = await testHost();
    const path = join(t.cwd, "a[1]*'.parquet");
    await writeParquet(t.host, path, `SELECT 1 AS "x ""y"" ' ; --", 2 AS "żółw", 3 AS "SELECT"`);
    const source = { kind: "files", files: [path], format: "parquet" } as const;
    await using dataset = await implementation.create({}, t.host).open(source, await limitsOf(t));
    expect(dataset.columns.map(({ name }) => name)).toEqual(['x "y" \' ; --', "żółw", "SELECT"]);
    const [found] = await dataset.rows({ op: "range", column: 'x "y" \' ; --', min: 1 }, 1);
    expect(found?.cells).toEqual({ 'x "y" \' ; --': 1, żółw: 2, SELECT: 3 });
  });
});
