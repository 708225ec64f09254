import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DataEngine, DataSource, Dataset } from "../../src/dataset/dataset.ts";
import type { WritePlan } from "../../src/dataset/writing.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { tableAsCsv, tableAsJson, tableAsSelect } from "../support/data-table.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { readParquet, writeParquet } from "../support/parquet.ts";

type Make = (host: TestHost["host"]) => DataEngine | Promise<DataEngine>;

/** What every engine keeps to when it parts rows and writes them. */
export function dataWritingContract(name: string, make: Make): void {
  for (const format of ["csv", "json", "parquet"] as const)
    describe(`data engine ${name} writing ${format}`, () => parting(make, format));
  describe(`data engine ${name} writing`, () => originals(make));
}

const plan: WritePlan = {
  flaws: new Map([
    ["amount.range", { where: { op: "range", column: "amount", max: 0 } }],
    ["it's", { where: { op: "null", column: "big" } }],
    ["key", { repeats: ["id"] }],
  ]),
  unreadable: (code) => code,
  missing: [],
  show: (file) => file.slice(file.lastIndexOf("/") + 1),
  notes: { aside: '{"it\'s":1}', kept: "{}" },
};

function parting(make: Make, format: DataSource["format"]): void {
  test("every row is set aside with all its reasons, or kept", async () => {
    await using t = await testHost();
    await using dataset = await openTable(make, t, format);
    const written = await dataset.write(plan);
    expect(written).toMatchObject({ read: 7, unreadable: 0, aside: 4, dropped: 0, kept: 3 });
    expect([...written.reasons]).toEqual([
      ["amount.range", 1],
      ["it's", 1],
      ["key", 2],
    ]);
    const aside = await readParquet(t.host, written.files.aside ?? "", "id, _file, _row, _reasons, _text");
    expect(aside).toEqual([
      [3, `a.${format}`, 3, ["it's"], null],
      [4, `a.${format}`, 4, ["amount.range"], null],
      [2, `a.${format}`, 6, ["key"], null],
      [2, `a.${format}`, 7, ["key"], null],
    ]);
    expect(await readParquet(t.host, written.files.kept ?? "", "id, who")).toEqual([
      [1, "ada"],
      [2, 'bob "b" O\'Neil'],
      [5, "żółw"],
    ]);
  });

  test("missing cells are dropped with their row, filled and marked as the plan says", async () => {
    await using t = await testHost();
    await using dataset = await openTable(make, t, format);
    const written = await dataset.write({
      ...plan,
      flaws: new Map([["key", { repeats: ["id"] }]]),
      missing: [
        { column: "who", value: "it's nobody", indicator: "who was missing" },
        { column: "amount", value: 0.1 },
        { column: "day", value: new Date("2020-02-29") },
        { column: "at", indicator: "at_missing" },
      ],
    });
    expect([...written.filled]).toEqual([
      ["who", 1],
      ["amount", 1],
      ["day", 1],
      ["at", 1],
    ]);
    const shown = 'id, who, amount, day::VARCHAR, "at"::VARCHAR, "who was missing", at_missing';
    expect((await readParquet(t.host, written.files.kept ?? "", shown))[2]).toEqual([
      3,
      "it's nobody",
      0.1,
      "2020-02-29",
      null,
      true,
      true,
    ]);
    const dropping = await dataset.write({ ...plan, flaws: new Map(), missing: [{ column: "ok", drop: true }] });
    expect(dropping).toMatchObject({ read: 7, aside: 0, dropped: 1, kept: 6 });
  });

  test("the same plan gives the same bytes, whatever the number of threads", async () => {
    const digests = new Set<string>();
    for (const threads of [1, 3]) {
      await using t = await testHost();
      await using dataset = await openTable(make, t, format, threads);
      const { files } = await dataset.write(plan);
      for (const path of [files.aside, files.kept])
        digests.add(
          createHash("sha256")
            .update(await readFile(path ?? ""))
            .digest("hex"),
        );
    }
    expect(digests.size).toBe(2);
  });

  test("a value that the column cannot hold is refused by name", async () => {
    await using t = await testHost();
    await using dataset = await openTable(make, t, format);
    for (const [column, value] of [
      ["id", 1.5],
      ["id", "x"],
      ["day", true],
    ] as const) {
      const error = await dataset.write({ ...plan, missing: [{ column, value }] }).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(TitleholderError);
      expect(error).toMatchObject({ code: "TH_DATA_KIND", message: expect.stringContaining(`column "${column}"`) });
    }
  });

  test("what is not wanted is not written, and counted all the same", async () => {
    await using t = await testHost();
    await using dataset = await openTable(make, t, format);
    expect(await dataset.write({ ...plan, notes: {} })).toMatchObject({ aside: 4, kept: 3, files: {} });
    expect(Object.keys((await dataset.write({ ...plan, notes: { kept: "" } })).files)).toEqual(["kept"]);
  });
}

function originals(make: Make): void {
  test("types of Parquet are kept: nested, decimals, times with their zone; the note stands in the file", async () => {
    await using t = await testHost();
    const path = join(t.cwd, "a.parquet");
    const select =
      "SELECT i::UTINYINT AS n, (i / 10)::DECIMAL(9,2) AS price, TIMESTAMPTZ '2026-01-01 10:00:00+02' AS moment, " +
      "{'a': i, 'b': [i, NULL]} AS deep, 'x'::ENUM('x', 'y') AS level, TIME '10:00:00' AS clock, 'a'::BLOB AS raw FROM range(3) AS r(i)";
    await writeParquet(t.host, path, select);
    await using dataset = await openOn(make, t, { kind: "files", files: [path], format: "parquet" });
    const written = await dataset.write({
      ...plan,
      flaws: new Map([["one", { where: { op: "in", column: "n", values: [1] } }]]),
      missing: [{ column: "price", value: 9.99 }],
    });
    const types =
      "typeof(n), typeof(price), typeof(moment), typeof(deep), typeof(clock), typeof(raw), price::VARCHAR, deep::VARCHAR";
    const before = await readParquet(t.host, path, types);
    expect(await readParquet(t.host, written.files.kept ?? "", types)).toEqual([before[0], before[2]]);
    expect(await readParquet(t.host, written.files.aside ?? "", types)).toEqual([before[1]]);
    expect((await readFile(written.files.aside ?? "")).includes('titleholder\x18\x0a{"it\'s":1}')).toBe(true);
  });

  test("rows that cannot be read are set aside as they stand in the file, all of them", async () => {
    const broken = Array.from({ length: 150 }, (_, at) => `${at},x,y,z`).join("\n");
    const latin = Buffer.concat([Buffer.from("3,Andr"), Buffer.from([0xe9]), Buffer.from("\n")]);
    const text = Buffer.concat([Buffer.from(`id,who\n1,ada\n2,"b"c\n`), latin, Buffer.from(`4,x\n${broken}\n5,y\n`)]);
    await using t = await testHost({ files: { "a.csv": text, "b.csv": "id,who\n7,a\nx,b\n8,c,d\n" } });
    const files = [join(t.cwd, "a.csv"), join(t.cwd, "b.csv")] as const;
    const declared = [{ name: "id", kind: "integer" }] as const;
    await using dataset = await openOn(make, t, { kind: "files", files, format: "csv", declared });
    const written = await dataset.write({
      ...plan,
      flaws: new Map([
        ["id.type", { misfit: "id" }],
        ["small", { where: { op: "range", column: "id", max: 4 } }],
      ]),
    });
    expect(written).toMatchObject({ read: 5, unreadable: 153, aside: 156, kept: 2 });
    expect(Object.fromEntries(written.reasons)).toEqual({
      "id.type": 1,
      small: 2,
      TH_DATA_QUOTE: 1,
      TH_DATA_ENCODING: 1,
      TH_DATA_RAGGED: 151,
    });
    const aside = await readParquet(
      t.host,
      written.files.aside ?? "",
      "id, _file, _row, _line, _reasons, _misfits::VARCHAR, _text",
    );
    expect(aside.slice(0, 4)).toEqual([
      [1, "a.csv", 1, 2, ["small"], "{}", null],
      [null, "a.csv", 2, 3, ["TH_DATA_QUOTE"], "{}", '2,"b"c'],
      [null, "a.csv", 3, 4, ["TH_DATA_ENCODING"], "{}", "3,Andr\\xE9"],
      [4, "a.csv", 4, 5, ["small"], "{}", null],
    ]);
    expect(aside.slice(-3)).toEqual([
      [null, "a.csv", 154, 155, ["TH_DATA_RAGGED"], "{}", "149,x,y,z"],
      [null, "b.csv", 2, 3, ["id.type"], "{id=x}", null],
      [null, "b.csv", 3, 4, ["TH_DATA_RAGGED"], "{}", "8,c,d"],
    ]);
    expect(await readParquet(t.host, written.files.kept ?? "", "id, who")).toEqual([
      [5, "y"],
      [7, "a"],
    ]);
  });

  test("objects that cannot be read are set aside as they stand in the file, and misfits with their text", async () => {
    const lines = ['{"id":1,"tags":["a"]}', "{broken", '{"id":"x","tags":[]}', '{"id":2,"tags":null}', "[1]"];
    await using t = await testHost({ files: { "a.jsonl": `${lines.join("\n")}\n` } });
    const declared = [{ name: "id", kind: "integer" }] as const;
    const files = [join(t.cwd, "a.jsonl")] as const;
    await using dataset = await openOn(make, t, { kind: "files", files, format: "json", declared });
    const written = await dataset.write({ ...plan, flaws: new Map([["id.type", { misfit: "id" }]]) });
    expect(written).toMatchObject({ read: 3, unreadable: 2, aside: 3, kept: 2 });
    const aside = await readParquet(t.host, written.files.aside ?? "", "_row, _reasons[1], _misfits::VARCHAR, _text");
    expect(
      aside.map(([row, reason, misfits, raw]) => [row, /TH_DATA|type/.test(String(reason)), misfits, raw]),
    ).toEqual([
      [2, true, "{}", "{broken"],
      [3, true, "{id='\"x\"'}", null],
      [5, true, "{}", "[1]"],
    ]);
    const kept = await readParquet(t.host, written.files.kept ?? "", "id, tags::VARCHAR, typeof(tags)");
    expect(kept).toEqual([
      [1, "[a]", "VARCHAR[]"],
      [2, null, "VARCHAR[]"],
    ]);
  });

  test("names of our own give way to the data's", async () => {
    await using t = await testHost({ files: { "a.csv": '_ROW,_row_,A,a,b"\n1,2,3,4,5\n' } });
    await using dataset = await openOn(make, t, { kind: "files", files: [join(t.cwd, "a.csv")], format: "csv" });
    const names = dataset.columns.map(({ name }) => name);
    const { files } = await dataset.write({
      ...plan,
      flaws: new Map([["one", { where: { op: "in", column: "_ROW", values: [1] } }]]),
    });
    const cells = await readParquet(t.host, files.aside ?? "", "_row__, _file, A");
    expect([names.slice(0, 2), cells]).toEqual([["_ROW", "_row_"], [[1, "a.csv", 3]]]);
  });
}

async function openTable(make: Make, t: TestHost, format: DataSource["format"], threads?: number): Promise<Dataset> {
  const path = join(t.cwd, `a.${format}`);
  if (format === "csv") await t.write("a.csv", tableAsCsv);
  else if (format === "json") await t.write("a.json", tableAsJson);
  else await writeParquet(t.host, path, tableAsSelect);
  return openOn(make, t, { kind: "files", files: [path], format }, threads);
}

async function openOn(make: Make, t: TestHost, source: DataSource, threads?: number): Promise<Dataset> {
  const spill = join(t.host.scratch, "spill");
  const written = join(spill, "written");
  await t.host.files.makeDirectory(written);
  const limits = {
    memoryBytes: 2 ** 29,
    spill,
    written,
    signal: t.host.signal,
    ...(threads === undefined ? {} : { threads }),
  };
  return (await make(t.host)).open(source, limits);
}
