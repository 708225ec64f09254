import { execFile } from "node:child_process";
import { rename, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { describeFault, locateData, openData } from "../../src/commands/data.ts";
import { covers } from "../../src/dataset/fingerprint.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

async function failure(promise: Promise<unknown>): Promise<TitleholderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`expected a TitleholderError, got ${String(error)}`);
  return error;
}

const locate = (t: TestHost, ...patterns: readonly string[]) =>
  locateData(
    patterns.map((pattern) => join(t.cwd, pattern)),
    t.host,
    "data",
  );

describe("locating data", () => {
  const files = { "b.csv": "a\n1\n", "sub/a.csv": "a\n2\n", "sub/deep/c.tsv": "a\n3\n", "sub/notes.md": "no data" };

  test.each([
    ["a path", ["b.csv"], ["b.csv"]],
    ["several, once each and sorted", ["sub/a.csv", "b.csv", "b.csv"], ["b.csv", "sub/a.csv"]],
    ["a glob", ["*/*.csv"], ["sub/a.csv"]],
    ["a glob over folders", ["**/*.{csv,tsv}"], ["b.csv", "sub/a.csv", "sub/deep/c.tsv"]],
    ["a folder, in depth, data files alone", ["sub"], ["sub/a.csv", "sub/deep/c.tsv"]],
  ] as const)("%s", async (_name, patterns, found) => {
    await using t = await testHost({ files });
    const { source, fingerprint } = await locate(t, ...patterns);
    expect(source).toEqual({ kind: "files", format: "csv", files: found.map((path) => join(t.cwd, path)) });
    expect(fingerprint.files.map(({ path }) => path)).toEqual(found);
  });

  test("each file is fingerprinted, and the set covers its parts under other names", async () => {
    await using t = await testHost({ files: { ...files, "copy.csv": "a\n2\n", "new.csv": "a\n4\n" } });
    const all = (await locate(t, "b.csv", "sub")).fingerprint;
    expect(all.files[0]).toEqual({ path: "b.csv", size: 4, digest: digestOf("a\n1\n") });
    expect(covers(all.files, (await locate(t, "copy.csv")).fingerprint)).toEqual([]);
    expect(covers(all.files, (await locate(t, "new.csv")).fingerprint).map(({ path }) => path)).toEqual(["new.csv"]);
    expect(t.logs.some((line) => line.startsWith("progress fingerprinting the data"))).toBe(true);
  });

  test("a file that is written or replaced after its fingerprint was taken is told", async () => {
    await using t = await testHost({ files: { "a.csv": "a\n1\n", "b.csv": "a\n2\n" } });
    const { requireUnchanged } = await locate(t, "*.csv");
    await requireUnchanged();
    await t.write("new.csv", "a\n3\n");
    await utimes(join(t.cwd, "new.csv"), 1, 1);
    await rename(join(t.cwd, "new.csv"), join(t.cwd, "b.csv"));
    expect(await failure(requireUnchanged())).toMatchObject({ code: "TH_DATA_CHANGED", place: { file: "b.csv" } });
  });

  test("5,000 files of a glob are found and fingerprinted in good time", async () => {
    const names = Array.from({ length: 5000 }, (_, at) => `parts/day=2026-01-${10 + (at % 20)}/part-${at}.csv`);
    await using t = await testHost({ files: Object.fromEntries(names.map((name, at) => [name, `a\n${at}\n`])) });
    const from = performance.now();
    const { source } = await locate(t, "parts/**/*.csv");
    expect([source.files.length, source.partitions?.length]).toEqual([5000, 5000]);
    expect(performance.now() - from).toBeLessThan(30_000);
  });

  test("Parquet is told by its name", async () => {
    await using t = await testHost();
    await writeParquet(t.host, join(t.cwd, "x.parquet"), "SELECT 1 AS a");
    expect((await locate(t, "x.parquet")).source.format).toBe("parquet");
  });

  const parquetHead = "PAR1 and more";
  test.each([
    ["TH_DATA_MISSING", ["mising.csv"], { "missing.csv": "a\n" }, 'did you mean "missing.csv"?'],
    ["TH_DATA_MISSING", ["*.parquet"], {}, "name files that exist"],
    ["TH_DATA_MISSING", ["sub"], { "sub/readme.md": "x" }, "holds no data file"],
    ["TH_DATA_MISSING", [], {}, "no data is named"],
    ["TH_DATA_FORMAT", ["x.csv", "y.parquet"], { "x.csv": "a\n", "y.parquet": parquetHead }, "one format"],
    ["TH_DATA_FORMAT", ["x.xlsx"], { "x.xlsx": "x" }, "is an Excel workbook"],
    ["TH_DATA_FORMAT", ["x.dat"], { "x.dat": "x" }, "no ending that tells its format"],
    ["TH_DATA_FORMAT", ["x.gz"], { "x.gz": "x" }, "no ending that tells its format"],
    ["TH_DATA_FORMAT", ["x.csv.zip"], { "x.csv.zip": "PK\x03\x04" }, "unzip FILE"],
    ["TH_DATA_FORMAT", ["x.csv"], { "x.csv": "PK\x03\x04" }, "is a zip archive"],
    ["TH_DATA_FORMAT", ["x.csv.bz2"], { "x.csv.bz2": "BZh9" }, "bunzip2"],
    ["TH_DATA_FORMAT", ["x.parquet"], { "x.parquet": "PARE\x01" }, "encrypted"],
    ["TH_DATA_FORMAT", ["x.csv"], { "x.csv": "\x80\x04\x95" }, "pickle"],
    ["TH_DATA_FORMAT", ["x"], { x: "a\n1\n" }, "no ending that tells its format"],
    ["TH_DATA_FORMAT", ["x.csv"], { "x.csv": parquetHead }, "rename it to end in .parquet"],
    ["TH_DATA_FORMAT", ["x.parquet"], { "x.parquet": "a,b\n1,2\n" }, "holds text"],
    ["TH_DATA_REMOTE", ["s3://bucket/x.csv"], {}, "aws s3 cp --recursive s3://bucket/x.csv data/"],
    ["TH_DATA_REMOTE", ["gs://bucket/x"], {}, "gcloud storage cp"],
    ["TH_DATA_REMOTE", ["abfss://c@account.dfs.core.windows.net/x"], {}, "azcopy copy"],
    ["TH_DATA_REMOTE", ["https://host/x.parquet"], {}, "--remote-name https://host/x.parquet"],
    ["TH_DATA_REMOTE", ["hdfs://name/x"], {}, "hdfs dfs -get hdfs://name/x data/"],
    ["TH_DATA_REMOTE", ["dbfs:/x"], {}, "databricks fs cp --recursive dbfs:/x data/"],
    ["TH_DATA_REMOTE", ["snowflake://account/db"], {}, "COPY INTO"],
    ["TH_DATA_REMOTE", ["main.sales.orders"], {}, "spark.table("],
  ] as const)("what cannot be used is refused: %s %j", async (code, patterns, written, words) => {
    await using t = await testHost({
      files: Object.fromEntries(Object.entries(written).map(([path, text]) => [path, Buffer.from(text, "latin1")])),
    });
    const error = await failure(locate(t, ...patterns));
    expect(error).toMatchObject({ kind: "configuration", code, place: { input: "data" } });
    expect(`${error.message} ${error.fix}`).toContain(words);
    expect(`${error.message} ${error.fix}`).not.toContain(t.cwd);
  });
});

describe("opening data", () => {
  test("two data sets may be open at once", async () => {
    await using t = await testHost({ files: { "a.csv": 'a\n"x\n"\n', "b.csv": 'a\n"y"y\n2\n' } });
    await using a = await openData((await locate(t, "a.csv")).source, t.host);
    await using b = await openData((await locate(t, "b.csv")).source, t.host, { faults: "keep" });
    expect(await a.aggregate({ n: { fn: "count" } })).toEqual({ n: 1 });
    expect(await b.aggregate({ n: { fn: "count" } })).toEqual({ n: 1 });
  });

  test("data with faults is refused, unless the caller takes them on", async () => {
    await using t = await testHost({ files: { "a.csv": "a,b\n1,2\n3\n" } });
    const { source } = await locate(t, "a.csv");
    const error = await failure(openData(source, t.host, { input: "data" }));
    expect(error).toMatchObject({
      code: "TH_DATA_FAULTY",
      message: "the data cannot be read as it stands: a number of cells other than the header's 2 (row 2)",
      place: { file: "a.csv", line: 3, input: "data" },
    });
    await using kept = await openData(source, t.host, { faults: "keep" });
    expect(await kept.faults()).toHaveLength(1);
  });

  test.each([
    "a b.csv",
    "it's.csv",
    'say "x".csv',
    "line\nbreak.csv",
    "[x].csv",
    "{a,b}.csv",
    "*.csv",
    "żółw.csv",
    "-x.csv",
    "a;b,c.csv",
  ])("a file may have any name: %j", async (name) => {
    await using t = await testHost({ files: { [name]: 'a,b\n1,"x"y\n2,z\n', "other.csv": "a,b\n7,w\n" } });
    const { source } = await locate(t, name);
    await using dataset = await openData(source, t.host, { faults: "keep" });
    const [found, ...more] = await dataset.rows({ op: "in", column: "a", values: [2] }, 9);
    expect([found?.file, found?.row, more]).toEqual([join(t.cwd, name), 2, []]);
  });

  test("a pipe, a loop of links and a link to a file are told apart", async () => {
    await using t = await testHost({ files: { "real/a.csv": "a\n1\n" } });
    await promisify(execFile)("mkfifo", [join(t.cwd, "pipe.csv")]);
    await symlink(join(t.cwd, "real"), join(t.cwd, "real/loop"));
    await symlink(join(t.cwd, "real/a.csv"), join(t.cwd, "link.csv"));
    expect(await failure(locate(t, "pipe.csv"))).toMatchObject({
      code: "TH_DATA_MISSING",
      message: expect.stringContaining("pipe or a device"),
    });
    expect((await locate(t, "real")).source.files).toEqual([join(t.cwd, "real/a.csv")]);
    await using linked = await openData((await locate(t, "link.csv")).source, t.host);
    expect(await linked.aggregate({ n: { fn: "count" } })).toEqual({ n: 1 });
  });

  test("declared types are passed on", async () => {
    await using t = await testHost({ files: { "a.csv": "a\n1\n" } });
    const { source } = await locateData([join(t.cwd, "a.csv")], t.host, "data", {
      declared: [{ name: "a", kind: "string" }],
    });
    await using dataset = await openData(source, t.host);
    expect(dataset.columns[0]?.kind).toBe("string");
  });

  test("faults are worded", () => {
    const fault = { code: "TH_DATA_X", file: "/f", message: "wrong", count: 0, first: [] } as const;
    expect(describeFault(fault)).toBe("wrong");
    expect(describeFault({ ...fault, column: "a", count: 3, first: [{ row: 2, found: "x" }] })).toBe(
      'column "a": wrong (3 rows, the first is row 2)',
    );
  });
});
