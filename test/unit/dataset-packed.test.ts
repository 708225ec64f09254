import { join } from "node:path";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Dataset, TextForm } from "../../src/dataset/dataset.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

async function openFile(t: TestHost, name: string, text: TextForm = {}): Promise<Dataset> {
  const spill = join(t.host.scratch, "spill");
  await t.host.files.makeDirectory(spill);
  const format = name.includes(".parquet") ? "parquet" : "csv";
  const limits = { memoryBytes: 2 ** 29, spill, signal: t.host.signal };
  return implementation.create({}, t.host).open({ kind: "files", files: [join(t.cwd, name)], format, text }, limits);
}

async function read(name: string, content: Uint8Array, text: TextForm = {}) {
  await using t = await testHost({ files: { [name]: content } });
  await using dataset = await openFile(t, name, text);
  const rows = await dataset.rows({ op: "and", terms: [] }, 1000);
  return {
    columns: dataset.columns.map((column) => column.name),
    rows: rows.map(({ row, line, cells }) => [row, line, ...Object.values(cells)]),
    faults: (await dataset.faults()).map(({ file: _file, ...fault }) => fault),
  };
}

const table = "id,café\r\n1,żółw 👍\r\n2,\r\n";
const asRead = {
  columns: ["id", "café"],
  rows: [
    [1, 2, 1, "żółw 👍"],
    [2, 3, 2, null],
  ],
  faults: [],
};
const utf16le = (text: string) => Buffer.from(text, "utf16le");
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("encodings", () => {
  test.each([
    ["UTF-8", Buffer.from(table), {}],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${table}`), {}],
    ["UTF-8 with a mark, whatever is said", Buffer.from(`\ufeff${table}`), { encoding: "windows-1252" }],
    ["UTF-16 LE with a mark", utf16le(`\ufeff${table}`), {}],
    ["UTF-16 LE without", utf16le(table), {}],
    ["UTF-16 BE with a mark", utf16be(`\ufeff${table}`), {}],
    ["UTF-16 BE without", utf16be(table), {}],
    ["UTF-16 by name, little-endian without a mark", utf16le(table), { encoding: "utf-16" }],
    ["UTF-16 by name and mark", utf16be(`\ufeff${table}`), { encoding: "utf-16" }],
    ["GB 18030", Buffer.from("id,caf\xa8\xa6\r\n1,\x81\x30\x88\x38\r\n", "latin1"), { encoding: "gb18030" }],
  ] as const)("%s", async (name, bytes, form) => {
    const found = await read("a.csv", bytes, form);
    if (name === "GB 18030") expect(found).toMatchObject({ columns: ["id", "café"], faults: [] });
    else expect(found).toEqual(asRead);
  });

  test("a text longer than a chunk loses no half of a character", async () => {
    const rows = Array.from({ length: 60_000 }, (_, at) => `${at},${"x".repeat(at % 7)}👍`);
    for (const bytes of [utf16le(`id,b\n${rows.join("\n")}`), utf16be(`\ufeffid,b\n${rows.join("\n")}`)]) {
      await using t = await testHost({ files: { "a.csv": bytes } });
      await using dataset = await openFile(t, "a.csv");
      expect(await dataset.faults()).toEqual([]);
      const whole = { op: "matches", column: "b", pattern: "^x*👍$" } as const;
      expect(await dataset.aggregate({ n: { fn: "count", where: whole } })).toEqual({ n: 60_000 });
    }
  });

  test("Latin-1 and Windows-1252 differ where they do, and are never guessed", async () => {
    const bytes = Buffer.from("a,b\n1,caf\xe9\n2,\x80\n3,x\n", "latin1");
    expect((await read("a.csv", bytes, { encoding: "windows-1252" })).rows.map((row) => row[3])).toEqual([
      "café",
      "€",
      "x",
    ]);
    expect((await read("a.csv", bytes, { encoding: "latin-1" })).rows.map((row) => row[3])).toEqual([
      "café",
      "\x80",
      "x",
    ]);
    const guessed = await read("a.csv", bytes);
    expect(guessed.rows).toEqual([[3, 4, 3, "x"]]);
    expect(guessed.faults).toMatchObject([
      {
        code: "TH_DATA_ENCODING",
        message: expect.stringContaining("encoding: windows-1252"),
        count: 2,
        first: [
          { row: 1, line: 2 },
          { row: 2, line: 3 },
        ],
      },
    ]);
  });

  test("what the encoding does not have is a fault of its row", async () => {
    const lone = Buffer.concat([utf16le("\ufeffa,b\n1,x"), Buffer.of(0x3d, 0xd8), utf16le("\n2,y\n"), Buffer.of(0x41)]);
    const { rows, faults } = await read("a.csv", lone);
    expect(rows).toEqual([[2, 3, 2, "y"]]);
    expect(faults).toMatchObject([
      {
        code: "TH_DATA_ENCODING",
        message: "bytes that are not utf-16le",
        first: [
          { row: 1, line: 2 },
          { row: 3, line: 4 },
        ],
      },
    ]);
    const japanese = await read("b.csv", Buffer.from("a,b\n1,\x82\xa0\n2,\xff\n", "latin1"), { encoding: "shift_jis" });
    expect(japanese.rows).toEqual([[1, 2, 1, "あ"]]);
    expect(japanese.faults).toMatchObject([{ message: "bytes that are not shift_jis", first: [{ row: 2, line: 3 }] }]);
  });
});

describe("packed files", () => {
  const bytes = Buffer.from(table);
  const checksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

  test.each([
    ["gzip", "a.csv.gz", gzipSync(bytes)],
    ["gzip in two members", "a.csv.gz", Buffer.concat([gzipSync(bytes.subarray(0, 20)), gzipSync(bytes.subarray(20))])],
    ["zstd", "a.csv.zst", zstdCompressSync(bytes)],
    ["zstd with a checksum", "a.csv.zst", zstdCompressSync(bytes, checksum)],
    [
      "zstd in several frames, some of them to skip",
      "a.csv.zst",
      Buffer.concat([
        skippable,
        zstdCompressSync(bytes.subarray(0, 20), checksum),
        skippable,
        zstdCompressSync(bytes.subarray(20)),
      ]),
    ],
    ["UTF-16 in gzip", "a.csv.gz", gzipSync(utf16le(`\ufeff${table}`))],
    ["gzip without its ending", "a.csv", gzipSync(bytes)],
    ["plain text with the ending of gzip", "a.csv.gz", bytes],
  ])("%s", async (_name, file, content) => {
    expect(await read(file, content)).toEqual(asRead);
  });

  test("many frames of every size", async () => {
    const text = `id,b\n${Array.from({ length: 40_000 }, (_, at) => `${at},${(at * 7919) % 1000}`).join("\n")}\n`;
    const whole = Buffer.from(text);
    const frames: Buffer[] = [];
    for (let from = 0, size = 1; from < whole.length; from += size, size = (size * 3) % 50_021)
      frames.push(zstdCompressSync(whole.subarray(from, from + size), from % 2 === 0 ? checksum : {}));
    await using t = await testHost({ files: { "a.csv.zst": Buffer.concat(frames) } });
    await using dataset = await openFile(t, "a.csv.zst");
    expect(frames.length).toBeGreaterThan(10);
    expect(await dataset.faults()).toEqual([]);
    expect(await dataset.aggregate({ n: { fn: "count" }, last: { fn: "max", column: "id" } })).toEqual({
      n: 40_000,
      last: 39_999,
    });
  });

  test("Parquet", async () => {
    await using t = await testHost();
    await writeParquet(t.host, join(t.cwd, "a.parquet"), "SELECT 1 AS a UNION ALL SELECT 2");
    await t.write("b.parquet.gz", gzipSync((await t.host.files.read(join(t.cwd, "a.parquet"))) ?? new Uint8Array()));
    await using dataset = await openFile(t, "b.parquet.gz");
    expect(
      (await dataset.rows({ op: "and", terms: [] }, 5)).map(({ file, row, cells }) => [file, row, cells.a]),
    ).toEqual([
      [join(t.cwd, "b.parquet.gz"), 1, 1],
      [join(t.cwd, "b.parquet.gz"), 2, 2],
    ]);
  });

  const gzip = gzipSync(bytes);
  const zstd = zstdCompressSync(bytes, checksum);
  const flipped = (packed: Buffer, at: number) => {
    const copy = Buffer.from(packed);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  test.each([
    ["a gzip that is cut off", "a.csv.gz", gzip.subarray(0, -9), "ends early"],
    ["a gzip without its checksum", "a.csv.gz", gzip.subarray(0, -5), "ends early"],
    ["a gzip with another checksum", "a.csv.gz", flipped(gzip, gzip.length - 6), "does not match its checksum"],
    ["a gzip with another length", "a.csv.gz", flipped(gzip, gzip.length - 2), "damaged"],
    ["a gzip with something behind it", "a.csv.gz", Buffer.concat([gzip, Buffer.from("more")]), "damaged"],
    ["a zstd that is cut off", "a.csv.zst", zstd.subarray(0, -9), "ends early"],
    ["a zstd without its checksum", "a.csv.zst", zstd.subarray(0, -2), "ends early"],
    ["a zstd with another checksum", "a.csv.zst", flipped(zstd, zstd.length - 2), "does not match its checksum"],
    ["a zstd with something behind it", "a.csv.zst", Buffer.concat([zstd, Buffer.from("more")]), "damaged"],
    ["a file packed twice", "a.csv.gz", gzipSync(gzip), "packed twice"],
    ["a packed zip", "a.csv.gz", gzipSync(Buffer.from("PK\x03\x04")), "a zip archive"],
  ])("nothing of %s is taken for the whole", async (_name, file, content, words) => {
    const { columns, rows, faults } = await read(file, content);
    expect([columns, rows]).toEqual([[], []]);
    expect(faults).toMatchObject([{ code: "TH_DATA_PACKED", message: expect.stringContaining(words), count: 0 }]);
  });

  test.each([
    ["a.csv.gz", gzipSync],
    ["a.csv.zst", zstdCompressSync],
  ] as const)("a bomb is refused, and leaves nothing behind: %s", async (name, pack) => {
    const content = Buffer.concat([Buffer.from("a,b\n"), Buffer.alloc(300 * 2 ** 20, "1,2\n")]);
    await using t = await testHost({ files: { [name]: pack(content) } });
    await expect(openFile(t, name)).rejects.toMatchObject({
      kind: "configuration",
      code: "TH_DATA_BOMB",
      message: "the file unpacks to more than 250 times its size",
      place: { file: join(t.cwd, name) },
    });
    expect(await t.host.files.list(join(t.host.scratch, "spill", "source-0"))).toEqual([]);
  });

  test("unpacking tells its progress, and ends within two seconds of a cancellation", async () => {
    const stop = new AbortController();
    const text = Array.from({ length: 3_000_000 }, (_, at) => `${at},${(at * 7919) % 1_000_003}`).join("\n");
    await using t = await testHost({
      files: { "a.csv.gz": gzipSync(`a,b\n${text}`, { level: 1 }) },
      signal: stop.signal,
    });
    const opening = openFile(t, "a.csv.gz");
    const [outcome] = await Promise.all([
      opening.catch((error: unknown) => [error, performance.now()] as const),
      new Promise<void>((resolve) => {
        const look = setInterval(() => {
          if (!t.logs.some((line) => line.startsWith("progress unpacking the data"))) return;
          clearInterval(look);
          stop.abort(new Error("the job was cancelled"));
          resolve();
        }, 1);
      }).then(() => performance.now()),
    ]);
    if (!Array.isArray(outcome)) throw new Error("it was not cancelled");
    expect(outcome[0]).toMatchObject({ message: "the job was cancelled" });
    expect(await t.host.files.list(join(t.host.scratch, "spill", "source-0"))).toEqual([]);
  });
});
