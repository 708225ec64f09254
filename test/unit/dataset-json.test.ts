import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Column, Dataset } from "../../src/dataset/dataset.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { type TestHost, testHost } from "../support/host.ts";

type Declared = readonly Pick<Column, "name" | "kind">[];

async function openFiles(t: TestHost, names: readonly string[], declared: Declared = []): Promise<Dataset> {
  const [first = "", ...others] = names.map((name) => join(t.cwd, name));
  const spill = join(t.host.scratch, "spill");
  await t.host.files.makeDirectory(spill);
  const source = { kind: "files", files: [first, ...others], format: "json", declared } as const;
  return implementation.create({}, t.host).open(source, { memoryBytes: 2 ** 29, spill, signal: t.host.signal });
}

/** All that a file gives, and where each row stands. */
async function read(content: string | Uint8Array, declared?: Declared, name = "a.jsonl") {
  await using t = await testHost({ files: { [name]: content } });
  await using dataset = await openFiles(t, [name], declared);
  const found = await dataset.rows({ op: "and", terms: [] }, 1000);
  return {
    columns: dataset.columns.map((column) => `${column.name}:${column.kind}`),
    natives: dataset.columns.map((column) => column.native),
    faults: (await dataset.faults()).map(({ file: _file, ...fault }) => fault),
    rows: found.map(({ row, line, cells }) => [row, line, ...Object.values(cells)]),
  };
}

describe("JSON that is read whole", () => {
  test.each([
    ["JSON Lines", "a.jsonl", '{"a":1,"b":"x"}\n{"b":"y","a":2}\n', [1, 2]],
    ["JSON Lines in a .json", "a.json", '{"a":1,"b":"x"}\n{"b":"y","a":2}', [1, 2]],
    ["Windows line endings", "a.ndjson", '{"a":1,"b":"x"}\r\n{"b":"y","a":2}\r\n', [1, 2]],
    ["blank lines", "a.jsonl", '\n{"a":1,"b":"x"}\n{"b":"y","a":2}\n\n', [2, 3]],
    ["a byte order mark", "a.jsonl", '\ufeff{"a":1,"b":"x"}\n{"b":"y","a":2}', [1, 2]],
    ["UTF-16", "a.json", Buffer.from('\ufeff[{"a":1,"b":"x"},\n{"b":"y","a":2}]', "utf16le"), [1, 2]],
    ["an array", "a.json", '[{"a":1,"b":"x"},{"b":"y","a":2}]', [undefined, undefined]],
    ["an array, a row a line", "a.json", '[\n{"a":1,"b":"x"},\n{"b":"y","a":2}\n]\n', [2, 3]],
    ["an array in a .jsonl", "a.jsonl", ' [ {"a":1,"b":"x"}\n,{"b":"y","a":2}]', [1, 2]],
    ["a packed array", "a.json.gz", gzipSync('[{"a":1,"b":"x"},{"b":"y","a":2}]'), [undefined, undefined]],
    ["values over several lines", "a.json", '{\n"a":1,\r\n"b":"x"\n}\n{"b":"y",\n"a":2}', [undefined, undefined]],
    ["values without space between", "a.json", '{"a":1,"b":"x"}{"b":"y","a":2}', [undefined, undefined]],
  ])("%s", async (_name, file, content, lines) => {
    const { columns, rows, faults } = await read(content, [], file);
    expect(columns).toEqual(["a:integer", "b:string"]);
    expect(rows).toEqual([
      [1, lines[0], 1, "x"],
      [2, lines[1], 2, "y"],
    ]);
    expect(faults).toEqual([]);
  });

  test("kinds are those of all values, not of the first ones", async () => {
    const many = Array.from({ length: 30_000 }, (_, at) => `{"i":${at},"n":${at},"d":"2026-01-01","late":null}`);
    const { columns } = await read(
      `${many.join("\n")}\n{"i":9223372036854775807,"n":0.5,"d":"2026-01-01T10:00:00Z","late":true,"very":"x"}\n`,
    );
    expect(columns).toEqual(["i:integer", "n:number", "d:timestamp", "late:boolean", "very:string"]);
  });

  test("numbers keep their value, texts their characters, and the empty text is one", async () => {
    const { rows, faults } = await read(
      String.raw`{"big":9007199254740993,"n":0.1,"t":"007","u":"\u0000\ud83d\ude00\/","e":"","x":"Infinity","neg":-0.0}` +
        `\n{"big":-9223372036854775808,"n":1e300,"t":"1e5","u":"2026-02-30","e":"null","x":-1,"neg":1}`,
    );
    expect(faults).toEqual([]);
    expect(rows.map(([, , ...cells]) => cells)).toEqual([
      [9007199254740993n, 0.1, "007", "\0😀/", "", Infinity, -0],
      [-9223372036854775808n, 1e300, "1e5", "2026-02-30", "null", -1, 1],
    ]);
  });

  test("nested values keep their structure; what has none is their text", async () => {
    const { columns, natives, rows, faults } = await read(
      '{"s":{"x":1,"when":"2026-01-01"},"l":[1,2.5],"d":[{"k":"a"},{"k":null,"more":[true]}],"mixed":[1,"x"],"e":{},"n":[]}\n' +
        '{"s":{"x":2,"y":"z"},"l":null,"mixed":{"a":1},"e":{},"n":[]}',
    );
    expect(columns).toEqual(["s:nested", "l:nested", "d:nested", "mixed:nested", "e:nested", "n:nested"]);
    expect(natives.slice(0, 4)).toEqual([
      'STRUCT("x" BIGINT, "when" DATE, "y" VARCHAR)',
      "DOUBLE[]",
      'STRUCT("k" VARCHAR, "more" BOOLEAN[])[]',
      "JSON",
    ]);
    expect(rows[0]?.slice(2, 6)).toEqual([
      "{'x': 1, 'when': 2026-01-01, 'y': NULL}",
      "[1.0, 2.5]",
      "[{'k': a, 'more': NULL}, {'k': NULL, 'more': [true]}]",
      '[1,"x"]',
    ]);
    expect(faults).toEqual([]);
  });

  test("parts of structures are columns of their own", async () => {
    await using t = await testHost({
      files: { "a.jsonl": '{"s":{"x":1,"at":"2026-01-01T10:00:00+02:00"},"l":[{"k":1}]}' },
    });
    await using dataset = await openFiles(t, ["a.jsonl"]);
    expect(dataset.columns[0]?.fields?.map(({ name, kind }) => [name, kind])).toEqual([
      ["x", "integer"],
      ["at", "timestamp"],
    ]);
    expect(dataset.columns[1]?.items?.fields?.map(({ name, kind }) => [name, kind])).toEqual([["k", "integer"]]);
  });
});

describe("JSON with faults", () => {
  test.each([
    ["a line that is no JSON", '{"a":1}\n{"a" 2}\n{"a":3}\n', "TH_DATA_JSON_SYNTAX", [2, 2], [1, 3]],
    ["a number with leading zeros", '{"a":1}\n{"a":007}\n{"a":3}\n', "TH_DATA_JSON_SYNTAX", [2, 2], [1, 3]],
    ["a comma too much", '{"a":1}\n{"a":2,}\n', "TH_DATA_JSON_SYNTAX", [2, 2], [1]],
    ["two values on a line", '{"a":1}\n{"a":2} {"a":3}\n', "TH_DATA_JSON_SYNTAX", [2, 2], [1]],
    ["a line break inside a text", '{"a":1}\n{"a":"\t"}\n', "TH_DATA_JSON_SYNTAX", [2, 2], [1]],
    ["a value that is cut off", '{"a":1}\n{"a":\n{"a":3}\n', "TH_DATA_JSON_CUT", [2, 2], [1, 3]],
    ["a value that is no object", '{"a":1}\n[1]\n7\n{"a":3}\n', "TH_DATA_JSON_OBJECT", [2, 2], [1, 3]],
    ["a key twice", '{"a":1}\n{"a":2,"a":3}\n', "TH_DATA_JSON_KEY", [2, 2], [1]],
    [
      "a key twice, written differently and deep inside",
      '{"a":1}\n{"a":{"b":[{"c":1,"\\u0063":2}]}}\n',
      "TH_DATA_JSON_KEY",
      [2, 2],
      [1],
    ],
    ["NaN", '{"a":1}\n{"a":NaN}\n{"a":-Infinity}\n', "TH_DATA_JSON_NAN", [2, 2], [1]],
    ["a number beyond a double", '{"a":1}\n{"a":1e400}\n', "TH_DATA_JSON_NUMBER", [2, 2], [1]],
    ["half a character", '{"a":1}\n{"a":"\\ud800x"}\n', "TH_DATA_JSON_SURROGATE", [2, 2], [1]],
    ["values too deep", `{"a":1}\n{"a":${"[".repeat(200)}${"]".repeat(200)}}\n`, "TH_DATA_JSON_DEPTH", [2, 2], [1]],
    ["bytes that are no UTF-8", Buffer.from('{"a":1}\n{"b":"caf\xe9"}\n', "latin1"), "TH_DATA_ENCODING", [2, 2], [1]],
    ["a value too long", `{"a":1}\n{"b":"${"x".repeat(17 * 2 ** 20)}"}\n`, "TH_DATA_LONG_ROW", [2, 2], [1]],
    ["an array's item that is no object", '[{"a":1},\n5,{"a":3}]', "TH_DATA_JSON_OBJECT", [2, 2], [1, 3]],
    ["an array's comma too much", '[{"a":1},\n{"a":2},]', "TH_DATA_JSON_CUT", [3, 2], [1, 2]],
    ["an array's comma too few", '[{"a":1},\n{"a":2} {"a":3},{"a":4}]', "TH_DATA_JSON_SYNTAX", [2, 2], [1, 4]],
  ] as const)("%s is a fault of its row, and the others are kept", async (_name, content, code, [row, line], kept) => {
    const { rows, faults } = await read(content, [], content.includes("[{") ? "a.json" : "a.jsonl");
    expect(faults[0]).toMatchObject({ code, first: [{ row, line }, ...(faults[0]?.first.slice(1) ?? [])] });
    expect(faults.every((fault) => fault.code === code)).toBe(true);
    expect(rows.map((cells) => cells[2])).toEqual(kept);
  });

  test.each([
    ["no byte", "", "a.json", "TH_DATA_EMPTY"],
    ["blank lines", "\n \r\n", "a.jsonl", "TH_DATA_EMPTY"],
    ["an empty array", "[ ]", "a.json", "TH_DATA_EMPTY"],
    ["CSV", "a,b\n1,2\n", "a.jsonl", "TH_DATA_JSON_SYNTAX"],
    [
      "10,001 keys",
      `{${Array.from({ length: 10_001 }, (_, at) => `"k${at}":1`).join(",")}}`,
      "a.json",
      "TH_DATA_JSON_KEYS",
    ],
  ])("nothing can be read of %s", async (_name, content, name, code) => {
    const { columns, rows, faults } = await read(content, [], name);
    expect([columns, rows]).toEqual([[], []]);
    expect(faults).toMatchObject([{ code }]);
  });

  test.each([
    ["behind an item", '[{"a":1},\n{"a":2}'],
    ["behind a comma", '[{"a":1},\n{"a":2},'],
    ["inside an item", '[{"a":1},\n{"a":2},\n{"a":'],
  ])("an array that ends early, %s, is a fault of the file, and what came before is kept", async (_name, content) => {
    const { rows, faults } = await read(content, [], "a.json");
    expect(rows.map((row) => row[2])).toEqual([1, 2]);
    expect(faults[0]).toMatchObject({
      code: "TH_DATA_JSON_CUT",
      message: expect.stringContaining("ends early"),
      count: 0,
    });
  });

  test("what stands behind the array is a fault of the file", async () => {
    const { rows, faults } = await read('[{"a":1}]\n[{"a":2}]', [], "a.json");
    expect(rows).toHaveLength(1);
    expect(faults).toMatchObject([{ code: "TH_DATA_JSON_MORE", count: 0 }]);
  });

  test("keys that are no names of columns are faults", async () => {
    const { columns, faults } = await read('{"a":1,"":2,"A":3}\n');
    expect(columns).toEqual(["a:integer"]);
    expect(faults.map(({ code }) => code)).toEqual(["TH_DATA_HEADER_BLANK", "TH_DATA_HEADER_DUPLICATE"]);
  });
});

describe("types of JSON", () => {
  test("a declared type holds for every value: a number is no text, and a text no number", async () => {
    const declared = (["string", "integer", "number", "boolean", "date", "timestamp"] as const).map((kind) => ({
      name: kind,
      kind,
    }));
    const { rows, faults } = await read(
      '{"string":"007","integer":2.0,"number":"NaN","boolean":true,"date":"2026-01-31","timestamp":"2026-01-31T10:00:00+02:00"}\n' +
        '{"string":7,"integer":"7","number":"1.5","boolean":"true","date":"31.01.2026","timestamp":1769853600}\n' +
        '{"string":{"a":1},"integer":1.5,"number":true,"boolean":1,"date":"2026-02-30","timestamp":"yesterday"}\n' +
        '{"string":null}\n',
      declared,
    );
    expect(rows.map(([, , ...cells]) => cells)).toEqual([
      ["007", 2, NaN, true, new Date("2026-01-31"), new Date("2026-01-31T08:00:00Z")],
      [null, null, null, null, null, null],
      [null, null, null, null, null, null],
      [null, null, null, null, null, null],
    ]);
    expect(faults.map(({ code, column, count }) => [code, column, count])).toEqual(
      declared.map(({ name }) => ["TH_DATA_TYPE", name, 2]),
    );
    expect(faults[0]?.first).toEqual([
      { row: 2, line: 2, found: "7" },
      { row: 3, line: 3, found: '{"a":1}' },
    ]);
    expect(faults[1]?.first[0]?.found).toBe('"7"');
  });

  test("where nothing is declared, values of another type than most are faults with their rows", async () => {
    const { columns, rows, faults } = await read('{"a":1}\n{"a":"x"}\n{"a":2.5}\n{"a":[1]}\n');
    expect(columns).toEqual(["a:number"]);
    expect(rows.map((row) => row[2])).toEqual([1, null, 2.5, null]);
    expect(faults).toMatchObject([
      {
        code: "TH_DATA_TYPE",
        column: "a",
        count: 2,
        first: [
          { row: 2, found: '"x"' },
          { row: 4, found: "[1]" },
        ],
      },
    ]);
  });

  test("files of different keys are united, and their rows keep their places", async () => {
    await using t = await testHost({
      files: { "a.jsonl": '{"x":1}\n{bad\n{"x":2}\n', "b.json": '[{"x":0.5,\n"y":"z"},\n{"x":"no"}]' },
    });
    await using dataset = await openFiles(t, ["a.jsonl", "b.json"]);
    expect(dataset.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["x", "number"],
      ["y", "string"],
    ]);
    const found = await dataset.rows({ op: "and", terms: [] }, 9);
    expect(found.map(({ file, row, cells }) => [file.slice(t.cwd.length + 1), row, cells.x, cells.y])).toEqual([
      ["a.jsonl", 1, 1, null],
      ["a.jsonl", 3, 2, null],
      ["b.json", 1, 0.5, "z"],
      ["b.json", 2, null, null],
    ]);
    expect((await dataset.faults()).map(({ code, file }) => [code, file.slice(t.cwd.length + 1)])).toEqual([
      ["TH_DATA_JSON_SYNTAX", "a.jsonl"],
      ["TH_DATA_SCHEMA", "b.json"],
      ["TH_DATA_TYPE", "b.json"],
    ]);
  });
});
