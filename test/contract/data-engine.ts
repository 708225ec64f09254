import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Column, DataEngine, DataSource, Dataset, Predicate } from "../../src/dataset/dataset.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { tableAsCsv, tableAsJson, tableAsSelect } from "../support/data-table.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

type Make = (host: TestHost["host"]) => DataEngine | Promise<DataEngine>;

interface Opened extends AsyncDisposable {
  readonly dataset: Dataset;
  readonly files: readonly string[];
}

/** What every engine keeps to, whatever the files' format. */
export function dataEngineContract(name: string, make: Make): void {
  for (const format of ["csv", "json", "parquet"] as const)
    describe(`data engine ${name} on ${format}`, () => answers(make, format));
  describe(`data engine ${name} on nested columns`, () => nestedAnswers(make));
  describe(`data engine ${name}`, () => refusals(make));
}

function answers(make: Make, format: DataSource["format"]): void {
  const open = () => openTable(make, format);

  test("columns have their kinds, in the order of the file", async () => {
    await using opened = await open();
    expect(opened.dataset.columns.map((column) => [column.name, column.kind])).toEqual([
      ["id", "integer"],
      ["who", "string"],
      ["amount", "number"],
      ["big", "integer"],
      ["ok", "boolean"],
      ["day", "date"],
      ["at", "timestamp"],
    ]);
    expect(await opened.dataset.faults()).toEqual([]);
  });

  const counted: readonly (readonly [string, Predicate, readonly number[]])[] = [
    ["null", { op: "null", column: "amount" }, [3]],
    ["not finite", { op: "not-finite", column: "amount" }, [5]],
    ["in, exactly", { op: "in", column: "amount", values: [0.1, 1e300] }, [1, 7]],
    ["in, texts with quotes", { op: "in", column: "who", values: ['bob "b" O\'Neil', "two\nlines"] }, [2, 4]],
    ["in, beyond 2^53", { op: "in", column: "big", values: [9007199254740993n] }, [1]],
    ["in, one off beyond 2^53", { op: "in", column: "big", values: [9007199254740992] }, []],
    ["in nothing", { op: "in", column: "who", values: [] }, []],
    ["not in", { op: "not", term: { op: "in", column: "who", values: ["ada"] } }, [2, 4, 5]],
    [
      "not in nothing leaves nulls out",
      { op: "not", term: { op: "in", column: "who", values: [] } },
      [1, 2, 4, 5, 6, 7],
    ],
    ["in booleans", { op: "in", column: "ok", values: [false] }, [2, 5]],
    ["range with both ends", { op: "range", column: "amount", min: 0.1, max: 2.5 }, [1, 2, 6]],
    ["range with open ends", { op: "range", column: "amount", min: 0.1, max: 2.5, openMin: true, openMax: true }, []],
    ["range leaves NaN out", { op: "range", column: "amount", min: -1e308 }, [1, 2, 4, 6, 7]],
    ["not in range holds NaN, not null", { op: "not", term: { op: "range", column: "amount", max: 2 } }, [2, 5, 6, 7]],
    ["fractional ends on integers", { op: "range", column: "id", min: 1.5, max: 3.5, openMin: true }, [2, 3, 6, 7]],
    ["a range without ends", { op: "not", term: { op: "range", column: "id" } }, []],
    [
      "no integer is above infinity",
      { op: "not", term: { op: "range", column: "big", min: Infinity, max: 9 } },
      [1, 2, 4, 5, 6, 7],
    ],
    ["not at least, of NaN and null", { op: "not", term: { op: "range", column: "amount", min: -8 } }, [5]],
    ["infinite ends on integers", { op: "range", column: "id", min: Number.NEGATIVE_INFINITY, max: 1 }, [1]],
    [
      "range of dates",
      { op: "range", column: "day", min: new Date("2026-01-04"), max: new Date("2026-01-05") },
      [4, 5],
    ],
    ["range of times", { op: "range", column: "at", min: new Date("2026-01-04T00:00:00.250Z"), openMin: true }, [5, 7]],
    ["times by their instant", { op: "in", column: "at", values: [new Date("2026-01-01T10:00:00Z")] }, [1, 2]],
    ["range of texts", { op: "range", column: "who", min: "b", max: "u" }, [2, 4]],
    ["length in code points", { op: "length", column: "who", min: 4, max: 4 }, [5]],
    ["matches anywhere", { op: "matches", column: "who", pattern: "d" }, [1, 6, 7]],
    ["matches by anchors and escapes", { op: "matches", column: "who", pattern: "^\\u017c\\p{L}+$" }, [5]],
    ["not matches leaves nulls out", { op: "not", term: { op: "matches", column: "who", pattern: "a" } }, [2, 4, 5]],
    [
      "and, or",
      {
        op: "or",
        terms: [
          {
            op: "and",
            terms: [
              { op: "in", column: "id", values: [2] },
              { op: "in", column: "ok", values: [true] },
            ],
          },
          { op: "null", column: "who" },
        ],
      },
      [3, 6, 7],
    ],
    ["no terms of and", { op: "and", terms: [] }, [1, 2, 3, 4, 5, 6, 7]],
    ["no terms of or", { op: "or", terms: [] }, []],
  ];
  test.each(counted)("a predicate finds its rows: %s", async (_name, where, rows) => {
    await using opened = await open();
    expect((await opened.dataset.rows(where, 100)).map((found) => found.row)).toEqual(rows);
    expect(await opened.dataset.aggregate({ n: { fn: "count", where } })).toEqual({ n: rows.length });
  });

  test("found rows bear their file, number and cells", async () => {
    await using opened = await open();
    const [found] = await opened.dataset.rows({ op: "null", column: "ok" }, 5);
    expect(found).toMatchObject({
      file: opened.files[0],
      row: 3,
      cells: { id: 3, who: null, amount: null, big: null, ok: null, day: null, at: null },
    });
    const [first] = await opened.dataset.rows({ op: "and", terms: [] }, 1);
    expect(first?.cells).toEqual({
      id: 1,
      who: "ada",
      amount: 0.1,
      big: 9007199254740993n,
      ok: true,
      day: new Date("2026-01-01"),
      at: new Date("2026-01-01T10:00:00Z"),
    });
  });

  test("found rows show the columns asked for", async () => {
    await using opened = await open();
    const [found] = await opened.dataset.rows({ op: "null", column: "ok" }, 5, ["who", "id"]);
    expect(found?.cells).toEqual({ who: null, id: 3 });
    const [again] = await opened.dataset.duplicateRows(["id"], 1, ["ok"]);
    expect(again).toMatchObject({ row: 6, cells: { ok: true } });
  });

  test("aggregates come back under their keys, over finite values", async () => {
    await using opened = await open();
    const { dataset } = opened;
    const some: Predicate = { op: "range", column: "amount", max: 10 };
    expect(
      await dataset.aggregate({
        rows: { fn: "count" },
        low: { fn: "min", column: "amount" },
        high: { fn: "max", column: "amount" },
        mean: { fn: "mean", column: "amount", where: some },
        sd: { fn: "sd", column: "id" },
        last: { fn: "max", column: "at" },
        whos: { fn: "distinct", column: "who" },
        again: { fn: "duplicates", columns: ["id"] },
        pairs: { fn: "duplicates", columns: ["id", "who"] },
        nulls: { fn: "duplicates", columns: ["who", "amount"] },
      }),
    ).toEqual({
      rows: 7,
      low: -7,
      high: 1e300,
      mean: expect.closeTo((0.1 + 2.5 - 7 + 2.5) / 4, 12),
      sd: expect.closeTo(Math.sqrt(80 / 42), 12),
      last: new Date("2026-01-07"),
      whos: 4,
      again: 2,
      pairs: 1,
      nulls: 0,
    });
  });

  test("the deviation of values whose squares are no doubles is still one", async () => {
    await using opened = await open();
    const { dataset } = opened;
    const { sd } = await dataset.aggregate({ sd: { fn: "sd", column: "amount" } });
    expect(Number(sd) / 1e300).toBeCloseTo(1 / Math.sqrt(5), 9);
  });

  test("repeated keys are found beyond their first row", async () => {
    await using opened = await open();
    const { dataset } = opened;
    expect((await dataset.duplicateRows(["id"], 10)).map((found) => found.row)).toEqual([6, 7]);
    expect((await dataset.duplicateRows(["id", "who"], 10)).map((found) => found.row)).toEqual([7]);
    expect((await dataset.duplicateRows(["id"], 1)).map((found) => found.row)).toEqual([6]);
  });

  test("a histogram's bins are closed on the right, and hold finite values only", async () => {
    await using opened = await open();
    const { dataset } = opened;
    const found = await dataset.histograms(
      new Map([
        ["amount", Float64Array.of(0, 0.1, 2.5)],
        ["day", Float64Array.of(Date.UTC(2026, 0, 2))],
      ]),
    );
    expect([...(found.get("amount")?.counts ?? [])]).toEqual([1, 1, 2, 1]);
    expect([...(found.get("amount")?.atEdge ?? [])]).toEqual([0, 1, 2]);
    expect([...(found.get("amount")?.sums ?? [])]).toEqual([-7, 0.1, 5, 1e300]);
    expect([...(found.get("day")?.counts ?? [])]).toEqual([3, 3]);
    expect(found.get("amount")?.range).toEqual([-7, 1e300]);
    const inside = await dataset.histograms(new Map([["amount", Float64Array.of(-8, 1, 1e301)]]));
    expect(inside.get("amount")?.range).toEqual([-8, 1e301]);
    const whole = await dataset.histograms(new Map([["amount", new Float64Array(0)]]));
    expect(whole.get("amount")).toMatchObject({ counts: Float64Array.of(5), range: [-7, 1e300] });
  });

  test("levels are counted, the commonest first, ties by text", async () => {
    await using opened = await open();
    const { dataset } = opened;
    const { counts, others } = await dataset.levels("who", 2);
    expect([...counts]).toEqual([
      ["ada", 3],
      ['bob "b" O\'Neil', 1],
    ]);
    expect(others).toBe(2);
    expect((await dataset.levels("ok", 5)).counts).toEqual(
      new Map([
        ["true", 4],
        ["false", 2],
      ]),
    );
    expect(await dataset.levels("who", 0)).toEqual({ counts: new Map(), others: 6 });
    const both = await dataset.levelsOf(["ok", "who"], 2);
    expect([...both.keys()]).toEqual(["ok", "who"]);
    for (const name of both.keys()) expect(both.get(name)).toEqual(await dataset.levels(name, 2));
  });

  test("batches come in source order, of the size asked for, NaN where a number is missing", async () => {
    await using opened = await open();
    const { dataset } = opened;
    const sizes: number[] = [];
    const ids: number[] = [];
    const whos: unknown[] = [];
    for await (const batch of dataset.batches(["id", "who", "amount"], 3)) {
      const values = batch.get("id");
      expect(values).toBeInstanceOf(Float64Array);
      sizes.push(values?.length ?? 0);
      ids.push(...(values as Float64Array));
      whos.push(...(batch.get("who") as readonly unknown[]));
      if (sizes.length === 1) expect([...(batch.get("amount") as Float64Array)]).toEqual([0.1, 2.5, Number.NaN]);
    }
    expect(sizes).toEqual([3, 3, 1]);
    expect(ids).toEqual([1, 2, 3, 4, 5, 2, 2]);
    expect(whos).toEqual(["ada", 'bob "b" O\'Neil', null, "two\nlines", "żółw", "ada", "ada"]);
  });

  test("integers beyond 2^53 come as exact cells", async () => {
    await using opened = await open();
    const { dataset } = opened;
    for await (const batch of dataset.batches(["big"], 10))
      expect(batch.get("big")).toEqual([9007199254740993n, 2, null, 4, 5, 2, 7]);
  });

  test("a sample is without replacement, in source order, and the same for the same seed", async () => {
    await using opened = await open();
    const { dataset } = opened;
    const ids = async (rows: number, seed: number) => [
      ...((await dataset.sample(["amount", "id"], rows, seed)).get("id") as Float64Array),
    ];
    expect(await ids(100, 1)).toEqual([1, 2, 3, 4, 5, 2, 2]);
    expect(await ids(3, 1)).toHaveLength(3);
    expect(await ids(3, 1)).toEqual(await ids(3, 1));
    const several = await Promise.all([1, 2, 3, 4, 5, 6].map(async (seed) => (await ids(3, seed)).join()));
    expect(new Set(several).size).toBeGreaterThan(1);
    expect(await ids(0, 1)).toEqual([]);
  });

  test("a sample of the rows that satisfy a predicate holds no others, and all where there are few", async () => {
    await using opened = await open();
    const ids = async (rows: number, where: Predicate) => [
      ...((await opened.dataset.sample(["id"], rows, 1, where)).get("id") as Float64Array),
    ];
    const where = { op: "in", column: "who", values: ["ada"] } as const;
    expect(await ids(100, where)).toEqual([1, 2, 2]);
    expect(await ids(2, where)).toHaveLength(2);
    expect(await ids(5, { op: "matches", column: "who", pattern: "^nobody$" })).toEqual([]);
  });

  test("rows of two sources are held against each other, nulls alike unless they are to be present", async () => {
    await using t = await testHost();
    const spill = join(t.host.scratch, "spill");
    await t.host.files.makeDirectory(spill);
    const source = async (name: string) => ({ kind: "files", files: [await write(t, name, format)], format }) as const;
    const limits = { memoryBytes: 2 ** 29, spill, signal: t.host.signal };
    await using group = await (await make(t.host)).openGroup({ a: await source("a"), b: await source("b") }, limits);
    const likeness = { columns: ["who", "ok"], by: "exact" } as const;
    const overlap = await group.overlap(likeness, "id");
    expect(overlap.sets.a).toEqual({ rows: 7, repeated: 2, single: 4, conflicting: 3 });
    expect(overlap.shared.a.b).toEqual({ rows: 7, kinds: 5 });
    expect((await group.overlap({ ...likeness, present: true })).shared.b.a).toEqual({ rows: 6, kinds: 4 });
    const found = await group.alike("b", "a", likeness, { limit: 1, shown: ["id"], differing: ["id"] });
    expect(found.map(({ row, like }) => [row.row, like.row, like.cells])).toEqual([[6, 1, { id: 1 }]]);
    await expect(group.overlap({ columns: ["whom"], by: "near" })).rejects.toMatchObject({ code: "TH_DATA_COLUMN" });
  });

  test("several files are one data set, rows numbered within each", async () => {
    await using t = await testHost();
    const files = await Promise.all(["a", "b"].map((file) => write(t, file, format)));
    await using dataset = await openOn(make, t, { kind: "files", files: files as [string, ...string[]], format });
    const found = await dataset.rows({ op: "in", column: "id", values: [4] }, 10);
    expect(found.map(({ file, row }) => [file, row])).toEqual([
      [files[0], 4],
      [files[1], 4],
    ]);
    expect(await dataset.aggregate({ n: { fn: "count" } })).toEqual({ n: 14 });
  });

  test("a file with other columns is a fault of that file, and its rows are kept", async () => {
    await using t = await testHost();
    const first = await write(t, "a", format);
    const texts = { csv: "id,extra\n9,1\n", json: '{"id":9,"extra":1}' } as const;
    const other = format === "parquet" ? join(t.cwd, "b.parquet") : await t.write(`b.${format}`, texts[format]);
    if (format === "parquet") await writeParquet(t.host, other, "SELECT 9::BIGINT AS id, 1 AS extra");
    await using dataset = await openOn(make, t, { kind: "files", files: [first, other], format });
    expect(await dataset.faults()).toMatchObject([{ code: "TH_DATA_SCHEMA", file: other, count: 0 }]);
    const [found] = await dataset.rows({ op: "in", column: "id", values: [9] }, 10);
    expect(found).toMatchObject({ file: other, row: 1, cells: { id: 9, who: null, extra: 1 } });
  });

  test("an abort ends the work with the signal's reason", async () => {
    const stop = new AbortController();
    await using t = await testHost();
    await using dataset = await openOn(
      make,
      t,
      { kind: "files", files: [await write(t, "a", format)], format },
      stop.signal,
    );
    stop.abort(new Error("the job was cancelled"));
    await expect(dataset.aggregate({ n: { fn: "count" } })).rejects.toThrow("the job was cancelled");
  });

  test.each([
    ["TH_DATA_COLUMN", { op: "null", column: "amuont" }, 'did you mean "amount"'],
    ["TH_DATA_KIND", { op: "range", column: "who", min: 1 }, "string"],
    ["TH_DATA_KIND", { op: "matches", column: "id", pattern: "1" }, "string"],
    ["TH_DATA_KIND", { op: "in", column: "day", values: ["2026-01-01"] }, "string"],
    ["TH_DATA_PATTERN", { op: "matches", column: "who", pattern: "(?=a)" }, "look-around"],
    ["TH_DATA_PATTERN", { op: "matches", column: "who", pattern: "(a)\\1" }, "back-references"],
    ["TH_DATA_PATTERN", { op: "matches", column: "who", pattern: "a{1,5000}" }, "1000"],
    ["TH_DATA_PATTERN", { op: "matches", column: "who", pattern: "[a" }, "expression"],
  ] as const)("a question that cannot be asked is refused: %s %j", async (code, where, hint) => {
    await using opened = await open();
    const { dataset } = opened;
    const error = await failure(dataset.aggregate({ n: { fn: "count", where } }));
    expect(error).toMatchObject({ kind: "configuration", code });
    expect(`${error.message} ${error.fix}`).toContain(hint);
    expect(await failure(dataset.rows(where, 1))).toMatchObject({ code });
  });
}

const nestedAsSelect = `SELECT * FROM (VALUES
  (1, {'city': 'Kyiv', 'tags': ['a', NULL, 'long']}, [{'sku': 'x', 'prices': [1.5, 2.5]::DECIMAL(5,2)[]}], MAP {'k': 1}),
  (2, {'city': NULL, 'tags': []}, [], MAP {'other': 7}),
  (3, NULL, NULL, NULL),
  (4, {'city': 'Graz', 'tags': NULL}, [{'sku': NULL, 'prices': NULL}, NULL], MAP {'k': NULL}),
  (5, {'city': 'Oslo', 'tags': ['b']}, [{'sku': 'y', 'prices': [9]}, {'sku': 'z', 'prices': [0.25]}], MAP {'k': 5}))
  t(id, home, lines, counts)`;

function nestedAnswers(make: Make): void {
  const city = (term: Predicate): Predicate => ({ op: "field", column: "home", field: "city", as: "home.city", term });
  const tag = (term: Predicate): Predicate => ({
    op: "field",
    column: "home",
    field: "tags",
    as: "tags",
    term: { op: "any-item", column: "tags", as: "tag", term },
  });
  const line = (field: string, term: Predicate): Predicate => ({
    op: "any-item",
    column: "lines",
    as: "line",
    term: { op: "field", column: "line", field, as: field, term },
  });
  const price = (min: number): Predicate =>
    line("prices", {
      op: "any-item",
      column: "prices",
      as: "price",
      term: { op: "range", column: "price", min, openMin: true },
    });
  const count = (term: Predicate): Predicate => ({ op: "field", column: "counts", field: "k", as: "n", term });
  const counted: readonly (readonly [string, Predicate, readonly number[]])[] = [
    ["a field", city({ op: "in", column: "home.city", values: ["Graz", "Oslo"] }), [4, 5]],
    ["a field that is null, of a null too", city({ op: "null", column: "home.city" }), [2, 3]],
    ["no field is in", { op: "not", term: city({ op: "in", column: "home.city", values: ["Graz"] }) }, [1, 5]],
    ["an item", tag({ op: "length", column: "tag", min: 2 }), [1]],
    ["no item, of an empty list too", { op: "not", term: tag({ op: "length", column: "tag", min: 2 }) }, [2, 5]],
    ["an item that is null", tag({ op: "null", column: "tag" }), [1]],
    ["a field of an item", line("sku", { op: "matches", column: "sku", pattern: "^[xz]$" }), [1, 5]],
    ["lists in structures in lists", price(2), [1, 5]],
    ["decimals by their value", price(2.5), [5]],
    ["a key of a map", count({ op: "range", column: "n", min: 1 }), [1, 5]],
    ["a key that a map lacks, or has without a value", count({ op: "null", column: "n" }), [2, 3, 4]],
    ["the list itself", { op: "null", column: "lines" }, [3]],
  ];
  test.each(counted)("a predicate over parts finds its rows: %s", async (_name, where, rows) => {
    await using t = await testHost();
    await using dataset = await openNested(make, t);
    expect((await dataset.rows(where, 100)).map((found) => found.row)).toEqual(rows);
    expect(await dataset.aggregate({ n: { fn: "count", where } })).toEqual({ n: rows.length });
  });

  test("columns tell their parts, and are shown as text", async () => {
    await using t = await testHost();
    await using dataset = await openNested(make, t);
    const [id, home, lines, counts] = dataset.columns;
    expect(id).not.toHaveProperty("fields");
    expect(home?.fields?.map(({ name, kind }) => [name, kind])).toEqual([
      ["city", "string"],
      ["tags", "nested"],
    ]);
    expect(lines?.items?.fields?.[1]?.items).toMatchObject({ kind: "number" });
    expect(counts?.values).toMatchObject({ kind: "integer" });
    const [found] = await dataset.rows(city({ op: "in", column: "home.city", values: ["Oslo"] }), 1);
    expect(found?.cells).toMatchObject({ id: 5, home: "{'city': Oslo, 'tags': [b]}", counts: "{k=5}" });
  });

  test.each([
    ["TH_DATA_COLUMN", city({ op: "null", column: "home.citty" }), 'did you mean "home.city"'],
    ["TH_DATA_COLUMN", line("skul", { op: "null", column: "skul" }), 'did you mean "sku"'],
    ["TH_DATA_KIND", { op: "any-item", column: "home", as: "i", term: { op: "null", column: "i" } }, "a list"],
    ["TH_DATA_KIND", { op: "field", column: "id", field: "x", as: "x", term: { op: "null", column: "x" } }, "fields"],
    ["TH_DATA_KIND", city({ op: "range", column: "home.city", min: 1 }), '"home.city"'],
    ["TH_DATA_PATTERN", tag({ op: "matches", column: "tag", pattern: "(?=a)" }), "look-around"],
  ] as const)("a question that parts do not have is refused: %s %j", async (code, where, hint) => {
    await using t = await testHost();
    await using dataset = await openNested(make, t);
    const error = await failure(dataset.aggregate({ n: { fn: "count", where } }));
    expect(error).toMatchObject({ kind: "configuration", code });
    expect(`${error.message} ${error.fix}`).toContain(hint);
  });
}

async function openNested(make: Make, t: TestHost): Promise<Dataset> {
  const path = join(t.cwd, "nested.parquet");
  await writeParquet(t.host, path, nestedAsSelect);
  return openOn(make, t, { kind: "files", files: [path], format: "parquet" });
}

function refusals(make: Make): void {
  test("a file that is missing, or a folder, cannot be opened", async () => {
    await using t = await testHost({ files: { "folder/x.csv": "a\n1\n" } });
    for (const path of ["none.csv", "folder"]) {
      const source = { kind: "files", files: [join(t.cwd, path)], format: "csv" } as const;
      const error = await failure(openOn(make, t, source));
      expect(error).toMatchObject({ kind: "configuration", code: "TH_DATA_UNREADABLE" });
      expect(error.place.file).toContain(path);
    }
  });

  test("a table without rows counts nothing", async () => {
    await using t = await testHost({ files: { "a.csv": "a,b\n" } });
    await using dataset = await openOn(make, t, { kind: "files", files: [join(t.cwd, "a.csv")], format: "csv" });
    expect(
      await dataset.aggregate({
        n: { fn: "count" },
        low: { fn: "min", column: "a" },
        again: { fn: "duplicates", columns: ["a"] },
      }),
    ).toEqual({ n: 0, low: null, again: 0 });
    expect(await dataset.rows({ op: "null", column: "a" }, 5)).toEqual([]);
    expect((await dataset.sample(["a"], 5, 1)).get("a")).toHaveLength(0);
    expect(await dataset.levels("a", 5)).toEqual({ counts: new Map(), others: 0 });
  });

  test("content that is broken makes a data set without columns, and a fault", async () => {
    await using t = await testHost({ files: { "a.csv": "", "b.parquet": "PAR1 and no more" } });
    for (const [file, format, code] of [
      ["a.csv", "csv", "TH_DATA_EMPTY"],
      ["b.parquet", "parquet", "TH_DATA_PARQUET"],
    ] as const) {
      const path = join(t.cwd, file);
      await using dataset = await openOn(make, t, { kind: "files", files: [path], format });
      expect(dataset.columns).toEqual([]);
      expect(await dataset.faults()).toMatchObject([{ code, file: path }]);
      expect(await dataset.aggregate({ n: { fn: "count" } })).toEqual({ n: 0 });
    }
  });

  test("a declared type holds for every cell; what does not fit is a fault with its row, and null", async () => {
    await using t = await testHost({ files: { "a.csv": "id,x\n1,2\n2,1.5\n3,abc\n4,\n" } });
    const declared: Pick<Column, "name" | "kind">[] = [{ name: "x", kind: "integer" }];
    const source = { kind: "files", files: [join(t.cwd, "a.csv")], format: "csv", declared } as const;
    await using dataset = await openOn(make, t, source);
    expect(await dataset.faults()).toMatchObject([
      {
        code: "TH_DATA_TYPE",
        column: "x",
        count: 2,
        first: [
          { row: 2, found: "1.5" },
          { row: 3, found: "abc" },
        ],
      },
    ]);
    expect((await dataset.rows({ op: "null", column: "x" }, 5)).map((found) => found.row)).toEqual([4]);
    expect(await dataset.aggregate({ n: { fn: "count" }, sum: { fn: "mean", column: "x" } })).toEqual({ n: 4, sum: 2 });
  });
}

async function openTable(make: Make, format: DataSource["format"]): Promise<Opened> {
  const t = await testHost();
  const files = [await write(t, "a", format)] as const;
  const dataset = await openOn(make, t, { kind: "files", files, format });
  return {
    dataset,
    files,
    async [Symbol.asyncDispose]() {
      await dataset[Symbol.asyncDispose]();
      await t[Symbol.asyncDispose]();
    },
  };
}

async function write(t: TestHost, name: string, format: DataSource["format"]): Promise<string> {
  if (format !== "parquet") return t.write(`${name}.${format}`, format === "csv" ? tableAsCsv : tableAsJson);
  const path = join(t.cwd, `${name}.parquet`);
  await writeParquet(t.host, path, tableAsSelect);
  return path;
}

async function openOn(make: Make, t: TestHost, source: DataSource, signal = t.host.signal): Promise<Dataset> {
  const spill = join(t.host.scratch, "spill");
  await t.host.files.makeDirectory(spill);
  return (await make(t.host)).open(source, { memoryBytes: 2 ** 29, spill, signal });
}

async function failure(promise: Promise<unknown>): Promise<TitleholderError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TitleholderError)) throw new Error(`expected a TitleholderError, got ${String(error)}`);
  return error;
}
