import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Column, Dataset, StructuralFault, TextForm } from "../../src/dataset/dataset.ts";
import { sourceRow } from "../../src/dataset/engines/duckdb/csv-file.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { type TestHost, testHost } from "../support/host.ts";

type Declared = readonly Pick<Column, "name" | "kind">[];

async function openFiles(
  t: TestHost,
  names: readonly string[],
  declared?: Declared,
  text: TextForm = {},
): Promise<Dataset> {
  const [first = "", ...others] = names.map((name) => join(t.cwd, name));
  const source = { kind: "files", files: [first, ...others], format: "csv", text } as const;
  const spill = join(t.host.scratch, "spill");
  await t.host.files.makeDirectory(spill);
  const engine = implementation.create({}, t.host);
  const limits = { memoryBytes: 2 ** 29, spill, signal: t.host.signal };
  return engine.open(declared === undefined ? source : { ...source, declared }, limits);
}

interface Read {
  readonly columns: readonly string[];
  readonly faults: readonly StructuralFault[];
  readonly rows: readonly (readonly [row: number, line: number | undefined, ...cells: unknown[]])[];
}

/** All that a file gives, and where each row stands. */
async function read(content: string | Uint8Array, declared?: Declared, text: TextForm = {}): Promise<Read> {
  await using t = await testHost({ files: { "a.csv": content } });
  await using dataset = await openFiles(t, ["a.csv"], declared, text);
  const found = await dataset.rows({ op: "and", terms: [] }, 1000);
  return {
    columns: dataset.columns.map((column) => `${column.name}:${column.kind}`),
    faults: (await dataset.faults()).map((fault) => ({ ...fault, file: "" })),
    rows: found.map(({ row, cells, ...place }) => [row, place.line, ...Object.values(cells)]),
  };
}

describe("CSV of other dialects", () => {
  test.each([
    ["a delimiter that is not told", "a^b\n1^x\n", { delimiter: "^" }, [[1, 2, 1, "x"]]],
    ["a delimiter against appearances", "a,b;c\n1,2;3\n", { delimiter: "," }, [[1, 2, 1, "2;3"]]],
    ["single quotes", "a,b\n1,'x,''y\"\nz'\n", { quote: "'" }, [[1, undefined, 1, "x,'y\"\nz"]]],
    [
      "a backslash before quotes",
      'a,b\n1,"x\\"y\\\\,\\n"\n2,"z\\\\"\n',
      { escape: "\\" },
      [
        [1, 2, 1, 'x"y\\,n'],
        [2, 3, 2, "z\\"],
      ],
    ],
    ["lines before the header", 'made by "them\n\na,b\n1,x\n', { skipLines: 2 }, [[1, 4, 1, "x"]]],
    [
      "no header",
      "1,x\n2,y\n",
      { names: ["a", "b"] },
      [
        [1, 1, 1, "x"],
        [2, 2, 2, "y"],
      ],
    ],
  ] as const)("%s", async (_name, content, form, rows) => {
    const found = await read(content, [], form);
    expect(found.rows).toEqual(rows);
    expect(found.faults).toEqual([]);
  });

  test("without a header, columns beyond the names have a number, and ragged rows are faults", async () => {
    const { columns, rows, faults } = await read("1,x,z\n2\n3,y,w\n", [], { names: ["a", "b"] });
    expect(columns).toEqual(["a:integer", "b:string", "column 3:string"]);
    expect(rows.map(([row]) => row)).toEqual([1, 3]);
    expect(faults).toMatchObject([{ code: "TH_DATA_RAGGED", first: [{ row: 2, line: 2 }] }]);
  });

  test("a quote that an escape keeps open is a fault of its row", async () => {
    const { faults } = await read('a,b\n1,"x\\"\n', [], { escape: "\\" });
    expect(faults).toMatchObject([{ code: "TH_DATA_QUOTE", first: [{ row: 1, line: 2 }] }]);
  });

  test("a decimal comma is named", async () => {
    const { faults } = await read("a;b\n1;2,5\n2;-1.000,75\n", [{ name: "b", kind: "number" }]);
    expect(faults).toMatchObject([
      { code: "TH_DATA_TYPE", message: expect.stringContaining("decimal comma"), count: 2 },
    ]);
  });
});

describe("CSV that is read whole", () => {
  test.each([
    ["a byte order mark", "\ufeffa,b\n1,x\n"],
    ["Windows line endings", "a,b\r\n1,x\r\n"],
    ["old Mac line endings", "a,b\r1,x\r"],
    ["no line ending at the end", "a,b\n1,x"],
    ["quoted cells", '"a","b"\n"1","x"\n'],
    ["tabs", "a\tb\n1\tx\n"],
    ["semicolons", "a;b\n1;x\n"],
    ["blank lines before the header and after the rows", "\n\na,b\n1,x\n\n\n"],
    ["spaces behind a quoted cell", 'a,b\n1,"x"  \n'],
  ])("%s", async (_name, content) => {
    const { columns, rows, faults } = await read(content);
    expect(columns).toEqual(["a:integer", "b:string"]);
    expect(rows.map(([row, , ...cells]) => [row, ...cells])).toEqual([[1, 1, "x"]]);
    expect(faults).toEqual([]);
  });

  test("line endings of several kinds in one file", async () => {
    const { rows, faults } = await read("a,b\r\n1,x\n2,y\r3,z\r\n4,w\n");
    expect(rows.map(([row, , ...cells]) => [row, ...cells])).toEqual([
      [1, 1, "x"],
      [2, 2, "y"],
      [3, 3, "z"],
      [4, 4, "w"],
    ]);
    expect(faults).toEqual([]);
  });

  test("delimiters, quotes and line endings inside quotes; a quote inside an unquoted cell is text", async () => {
    const { rows } = await read('a,b\n1,"x,""y""\r\nz"\n2,5" pipe\n3, "p\n');
    expect(rows.map(([, , ...cells]) => cells)).toEqual([
      [1, 'x,"y"\r\nz'],
      [2, '5" pipe'],
      [3, ' "p'],
    ]);
  });

  test("an empty cell is null, quoted or not; NULL and NA are text", async () => {
    const { rows } = await read('a,b,c\n,"",NULL\n1,x,NA\n');
    expect(rows.map(([, , ...cells]) => cells)).toEqual([
      [null, null, "NULL"],
      [1, "x", "NA"],
    ]);
  });

  test("a field of three megabytes", async () => {
    const long = "x".repeat(3 * 2 ** 20);
    const { rows, faults } = await read(`a,b\n1,${long}\n2,y\n`);
    expect(rows.map(([, , a, b]) => [a, String(b).length])).toEqual([
      [1, long.length],
      [2, 1],
    ]);
    expect(faults).toEqual([]);
  });

  test("lines are known where every row has its own", async () => {
    expect((await read("a,b\n1,x\n2,y\n")).rows.map(([row, line]) => [row, line])).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect((await read('a,b\n1,"x\nx"\n2,y\n')).rows.map(([row, line]) => [row, line])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
  });

  test("columns of several files are matched by name", async () => {
    await using t = await testHost({ files: { "a.csv": "a,b\n1,x\n", "b.csv": "b,a\ny,2\n" } });
    await using dataset = await openFiles(t, ["a.csv", "b.csv"]);
    expect((await dataset.rows({ op: "and", terms: [] }, 9)).map((found) => found.cells)).toEqual([
      { a: 1, b: "x" },
      { a: 2, b: "y" },
    ]);
    expect(await dataset.faults()).toEqual([]);
  });

  test("a thousand columns", async () => {
    const at = Array.from({ length: 1000 }, (_, column) => column);
    const rows = [1, 2, 3].map((row) => at.map((column) => (column === 7 && row === 2 ? "x" : row * column)).join(","));
    const csv = `${at.map((column) => `c${column}`).join(",")}\n${rows.join("\n")}\n`;
    const { columns, faults, rows: found } = await read(csv, [{ name: "c7", kind: "integer" }]);
    expect(columns).toHaveLength(1000);
    expect(faults).toMatchObject([{ column: "c7", count: 1, first: [{ row: 2, found: "x" }] }]);
    expect(found[2]?.at(-1)).toBe(3 * 999);
  });

  test("a header alone is a table without rows", async () => {
    const { columns, rows, faults } = await read("a,b");
    expect(columns).toEqual(["a:string", "b:string"]);
    expect([rows, faults]).toEqual([[], []]);
  });
});

describe("kinds of CSV columns", () => {
  test.each([
    ["integer", ["1", "-2", "9007199254740993"]],
    ["number", ["1", "2.5", "1e3", "-0.1"]],
    ["boolean", ["true", "False"]],
    ["date", ["2026-01-31", "2026-02-01"]],
    ["timestamp", ["2026-01-31T10:00:00Z", "2026-01-31 10:00:00.5"]],
    ["string", ["007", "008"]],
    ["string", ["1", "2 pieces"]],
    ["string", ["yes", "no"]],
    ["string", ["", ""]],
  ] as const)("are guessed by all values: %s from %j", async (kind, values) => {
    expect((await read(`k,x\n${values.map((value) => `k,${value}`).join("\n")}\n`)).columns[1]).toBe(`x:${kind}`);
  });

  test("a guess that the rows beyond the first 20,000 contradict is widened", async () => {
    const rows = Array.from({ length: 25_000 }, (_, at) => {
      const last = at === 24_000;
      return `${last ? "1.5" : at},${last ? "late" : at},${last ? "never" : "2026-01-01"},${at > 22_000 ? at : ""}`;
    });
    const { columns, faults } = await read(`whole,text,day,late\n${rows.join("\n")}\n`);
    expect(columns).toEqual(["whole:number", "text:string", "day:string", "late:integer"]);
    expect(faults).toEqual([]);
  });

  const kinds: readonly (readonly [Column["kind"], readonly string[], readonly unknown[], readonly string[]])[] = [
    [
      "integer",
      ["1", "+2", " 3 ", "4.0", "-5", "9223372036854775807"],
      [1, 2, 3, 4, -5, 9223372036854775807n],
      ["1.5", "1e3", "0x10", "1_000", "٣", "9223372036854775808", "abc", "true"],
    ],
    [
      "number",
      ["1", ".5", "5.", "1e3", "-2.5E-3", " 7 ", "1e-320"],
      [1, 0.5, 5, 1000, -0.0025, 7, 1e-320],
      ["1,5", "abc", "1d", "--1", "0x1p3"],
    ],
    ["boolean", ["true", "FALSE", "t", "0", "1", "yes"], [true, false, true, false, true, true], ["on", "2", "wahr"]],
    [
      "date",
      ["2026-01-31", "2026-1-5", "2026-01-31 00:00:00", "2026-01-31T00:00"],
      ["2026-01-31", "2026-01-05", "2026-01-31", "2026-01-31"].map((day) => new Date(day)),
      ["31/01/2026", "2026-02-30", "2026/01/31", "20260131", "epoch", "infinity", "2026-01-31 10:00:00", "today"],
    ],
    [
      "timestamp",
      [
        "2026-01-31",
        "2026-01-31 10:00",
        "2026-01-31T10:00:00Z",
        "2026-01-31T10:00:00+02:00",
        "2026-01-31 10:00:00.25-0530",
      ],
      [
        "2026-01-31T00:00Z",
        "2026-01-31T10:00Z",
        "2026-01-31T10:00Z",
        "2026-01-31T08:00Z",
        "2026-01-31T15:30:00.250Z",
      ].map((time) => new Date(time)),
      ["1/5/2026 10:00", "2026-01-31 25:00:00", "2026-01-31 10:00:00 Europe/Berlin", "infinity", "10:00"],
    ],
  ];
  test.each(kinds)("declared %s", async (kind, good, values, bad) => {
    const rows = [...good, ...bad].map((text, at) => `${at},"${text}"`);
    const { rows: found, faults } = await read(`n,x\n${rows.join("\n")}\n`, [{ name: "x", kind }]);
    expect(found.map(([, , , value]) => value)).toEqual([...values, ...bad.map(() => null)]);
    expect(faults).toMatchObject([
      {
        code: "TH_DATA_TYPE",
        column: "x",
        count: bad.length,
        first: bad.map((text, at) => ({ row: good.length + at + 1, line: good.length + at + 2, found: text })),
      },
    ]);
  });

  test.each(kinds)(
    "declared %s: a column without a misfit is read as one with a misfit",
    async (kind, good, values) => {
      const texts = [...good, ...(kind === "number" ? ["nan", "inf", "-0", "0.1", "1e999"] : []), ""];
      const csv = (more: readonly string[]) => `n,x\n${[...texts, ...more].map((text) => `1,"${text}"`).join("\n")}\n`;
      const clean = await read(csv([]), [{ name: "x", kind }]);
      const faulty = await read(csv(["bad"]), [{ name: "x", kind }]);
      expect(clean.faults).toEqual([]);
      expect(faulty.faults).toMatchObject([{ count: 1 }]);
      expect(faulty.rows.slice(0, -1)).toEqual(clean.rows);
      expect(clean.rows.slice(0, values.length).map(([, , , value]) => value)).toEqual(values);
    },
  );
});

describe("CSV with structural faults", () => {
  test.each([
    [
      "ragged rows",
      'a,b\n1,"x\nx"\n2\n\n3,y,z\n4,w\n',
      [
        {
          code: "TH_DATA_RAGGED",
          message: "a number of cells other than the header's 2",
          count: 2,
          first: [
            { row: 2, line: 4, found: "1 cell: 2" },
            { row: 3, line: 6, found: "3 cells: 3,y,z" },
          ],
        },
      ],
      [
        [1, 1, "x\nx"],
        [4, 4, "w"],
      ],
    ],
    [
      "text behind a closing quote",
      'a,b\n1,"x"y\n2,"z"\n',
      [{ code: "TH_DATA_QUOTE", count: 1, first: [{ row: 1, line: 2, found: '1,"x"y' }] }],
      [[2, 2, "z"]],
    ],
    [
      "a quote that never closes",
      'a,b\n1,x\n2,"y\n3,z\n4,w\n',
      [{ code: "TH_DATA_QUOTE", count: 1, first: [{ row: 2, line: 3 }] }],
      [[1, 1, "x"]],
    ],
    [
      "bytes that are no UTF-8",
      Buffer.from("a,b\n1,caf\xe9\n2,y\n", "latin1"),
      [{ code: "TH_DATA_ENCODING", count: 1, first: [{ row: 1, line: 2 }] }],
      [[2, 2, "y"]],
    ],
    [
      "names that repeat",
      "a,b,a\n1,x,2\n",
      [{ code: "TH_DATA_HEADER_DUPLICATE", count: 0, message: 'the header repeats "a"' }],
      [[1, 1, "x", 2]],
    ],
    [
      "columns without a name",
      "a,b, ,\n1,x,2,3\n",
      [{ code: "TH_DATA_HEADER_BLANK", count: 0, message: "the header has no name for column 3, 4" }],
      [[1, 1, "x", 2, 3]],
    ],
  ] as const)("%s", async (_name, content, faults, rows) => {
    const result = await read(content);
    expect(result.faults).toMatchObject(faults);
    expect(result.rows.map(([row, , ...cells]) => [row, ...cells])).toEqual(rows);
  });

  test.each([
    ["no byte", "", "TH_DATA_EMPTY"],
    ["blank lines alone", "\n\r\n\n", "TH_DATA_EMPTY"],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), "TH_DATA_ENCODING"],
    ["zero bytes", Buffer.from("\0\0a,b\n1,x\n"), "TH_DATA_ENCODING"],
    ["a header in Latin-1", Buffer.from("caf\xe9,b\n1,x\n", "latin1"), "TH_DATA_ENCODING"],
    ["a header that never ends", `"a,b\n1,x\n`, "TH_DATA_HEADER"],
    ["a header of a megabyte", `${"a".repeat(2 ** 20 + 1)}\n`, "TH_DATA_HEADER"],
    [
      "a header of 10,001 columns",
      `${Array.from({ length: 10_001 }, (_, at) => `c${at}`).join(",")}\n`,
      "TH_DATA_HEADER",
    ],
  ])("nothing can be read of %s", async (_name, content, code) => {
    const { columns, rows, faults } = await read(content);
    expect(faults).toMatchObject([{ code, count: 0 }]);
    expect([columns, rows]).toEqual([[], []]);
  });

  test("a row over 16 MiB is left out, its neighbours are not", async () => {
    const { rows, faults } = await read(`a,b\n1,x\n2,"${"y".repeat(17 * 2 ** 20)}"\n3,z\n`);
    expect(faults).toMatchObject([{ code: "TH_DATA_LONG_ROW", count: 1, first: [{ row: 2, line: 3 }] }]);
    expect(rows.map(([row, , ...cells]) => [row, ...cells])).toEqual([
      [1, 1, "x"],
      [3, 3, "z"],
    ]);
  });

  test("a hundred rows of a fault are kept, all are counted", async () => {
    const { faults } = await read(`a,b\n${"1\n".repeat(250)}`);
    expect(faults).toMatchObject([{ code: "TH_DATA_RAGGED", count: 250 }]);
    expect(faults[0]?.first).toHaveLength(100);
  });

  test("one broken file does not hide the others", async () => {
    await using t = await testHost({ files: { "a.csv": "", "b.csv": "a,b\n1,x\n", "c.csv": "a,b\n1\n2,y\n" } });
    await using dataset = await openFiles(t, ["a.csv", "b.csv", "c.csv"]);
    expect(await dataset.faults()).toMatchObject([
      { code: "TH_DATA_EMPTY", file: join(t.cwd, "a.csv") },
      { code: "TH_DATA_RAGGED", file: join(t.cwd, "c.csv"), first: [{ row: 1, line: 2 }] },
    ]);
    const found = await dataset.rows({ op: "and", terms: [] }, 9);
    expect(found.map(({ file, row }) => [file, row])).toEqual([
      [join(t.cwd, "b.csv"), 1],
      [join(t.cwd, "c.csv"), 2],
    ]);
  });
});

describe("rows of a large CSV", () => {
  test("keep their numbers across threads, quoted line endings and rows that are left out", async () => {
    const total = 400_000;
    const lines = ["n,text"];
    const bad = new Set<number>();
    for (let row = 1; row <= total; row += 1) {
      if (row % 9973 === 0) bad.add(row);
      const text = row % 7 === 0 ? `"a\n${"x".repeat(row % 61)}"` : "y".repeat(row % 89);
      lines.push(bad.has(row) ? `${row}` : `${row},${text}`);
    }
    await using t = await testHost({ files: { "a.csv": `${lines.join("\n")}\n` } });
    await using dataset = await openFiles(t, ["a.csv"]);
    for (const values of [[1, 9972, 9974, 200_003, 399_999, 400_000], [...bad]]) {
      const found = await dataset.rows({ op: "in", column: "n", values }, 1000);
      expect(found.map(({ row, cells }) => [row, cells.n])).toEqual(
        values.filter((value) => !bad.has(value)).map((value) => [value, value]),
      );
    }
    let expected = 0;
    for await (const batch of dataset.batches(["n"], 50_000)) {
      for (const n of batch.get("n") ?? []) {
        do expected += 1;
        while (bad.has(expected));
        if (n !== expected) throw new Error(`row ${expected} holds ${String(n)}`);
      }
    }
    expect(expected).toBe(total);
  });

  test("the n-th readable row lies behind the rows that were skipped before it", () => {
    expect([1, 2, 3, 4].map((kept) => sourceRow([1, 4, 5], kept))).toEqual([2, 3, 6, 7]);
    expect([1, 2].map((kept) => sourceRow([], kept))).toEqual([1, 2]);
  });
});
