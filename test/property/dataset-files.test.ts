import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cell, Column, DataSource, Encoding } from "../../src/dataset/dataset.ts";
import { JsonShape, ShapeLog } from "../../src/dataset/engines/duckdb/json-shape.ts";
import { type JsonLayout, JsonSplitter } from "../../src/dataset/engines/duckdb/json-splitter.ts";
import { JsonReader } from "../../src/dataset/engines/duckdb/json-values.ts";
import { ZstdFrames } from "../../src/dataset/engines/duckdb/zstd-frames.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

/** A cell as every format can hold it; the empty text is null in CSV, and so is left out. */
interface Row {
  readonly id: number;
  readonly text: string | null;
  readonly amount: number | null;
  readonly flag: boolean | null;
  readonly day: string | null;
}

const row: fc.Arbitrary<Row> = fc.record({
  id: fc.integer(),
  text: fc.option(
    fc.string({ unit: fc.constantFrom(..."aż👍,;\t\"'\\é {}[]:", "\n", "\r\n"), minLength: 1, maxLength: 8 }),
  ),
  amount: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
  flag: fc.option(fc.boolean()),
  day: fc.option(
    fc
      .date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
      .map((at) => at.toISOString().slice(0, 10)),
  ),
});
const declared: Pick<Column, "name" | "kind">[] = [
  { name: "id", kind: "integer" },
  { name: "text", kind: "string" },
  { name: "amount", kind: "number" },
  { name: "flag", kind: "boolean" },
  { name: "day", kind: "date" },
];
const names = declared.map(({ name }) => name);

function asCsv(rows: readonly Row[], delimiter: string): string {
  const cell = (value: unknown) => (value === null ? "" : `"${String(value).replaceAll('"', '""')}"`);
  const lines = rows.map((each) => names.map((name) => cell(each[name as keyof Row])).join(delimiter));
  return [names.join(delimiter), ...lines].join("\n");
}

function asSelect(rows: readonly Row[]): string {
  const text = (value: string | null) => (value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`);
  const selects = rows.map(
    ({ id, text: t, amount, flag, day }) =>
      `SELECT ${id}::BIGINT AS id, ${text(t)}::VARCHAR AS text, ${amount === null ? "NULL" : `'${amount}'`}::DOUBLE AS amount, ${flag}::BOOLEAN AS flag, ${text(day)}::DATE AS day`,
  );
  return selects.join(" UNION ALL ");
}

const forms = {
  csv: (rows: readonly Row[]) => asCsv(rows, ","),
  tsv: (rows: readonly Row[]) => asCsv(rows, "\t"),
  jsonl: (rows: readonly Row[]) => rows.map((each) => JSON.stringify(each)).join("\n"),
  json: (rows: readonly Row[]) => JSON.stringify(rows),
  "pretty.json": (rows: readonly Row[]) => JSON.stringify(rows, null, 2),
} as const;

const encodings: Readonly<Record<string, { readonly encoding: Encoding; readonly encode: (text: string) => Buffer }>> =
  {
    "UTF-8": { encoding: "auto", encode: (text) => Buffer.from(text) },
    "UTF-8 with a mark": { encoding: "auto", encode: (text) => Buffer.from(`\ufeff${text}`) },
    "UTF-16 LE": { encoding: "auto", encode: (text) => Buffer.from(`\ufeff${text}`, "utf16le") },
    "UTF-16 BE without a mark": { encoding: "utf-16be", encode: (text) => Buffer.from(text, "utf16le").swap16() },
  };
const packings = {
  plain: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gzipSync(bytes),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
};

async function cellsOf(t: TestHost, name: string, source: DataSource): Promise<readonly (readonly Cell[])[]> {
  const spill = join(t.host.scratch, name);
  await t.host.files.makeDirectory(spill);
  await using dataset = await implementation
    .create({}, t.host)
    .open(source, { memoryBytes: 2 ** 28, spill, signal: t.host.signal, threads: 1 });
  expect(await dataset.faults()).toEqual([]);
  const found = await dataset.rows({ op: "and", terms: [] }, 1000, names);
  return found.map(({ cells }) => names.map((each) => cells[each] ?? null));
}

describe("the same table in any file", () => {
  test("gives the same cells, whatever its format, encoding and packing", async () => {
    await using t = await testHost();
    let number = 0;
    const way = fc.tuple(
      fc.constantFrom(...(Object.keys(forms) as (keyof typeof forms)[])),
      fc.constantFrom(...Object.keys(encodings)),
      fc.constantFrom(...(Object.keys(packings) as (keyof typeof packings)[])),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        way,
        fc.boolean(),
        async (rows, [form, encoding, packing], twoFiles) => {
          // Somewhere in the data every column has a value, or an object's key would be known by null alone.
          number += 1;
          const whole = [{ id: 0, text: "x", amount: 1.5, flag: true, day: "2026-01-01" }, ...rows];
          const { encoding: says, encode } = encodings[encoding] ?? {
            encoding: "auto",
            encode: (text: string) => Buffer.from(text),
          };
          const parts = twoFiles ? [whole, whole] : [whole];
          const files = await Promise.all(
            parts.map((part, at) => t.write(`${number}-${at}.${form}`, packings[packing](encode(forms[form](part))))),
          );
          const expected = parts
            .flat()
            .map(({ id, text, amount, flag, day }) => [id, text, amount, flag, day === null ? null : new Date(day)]);
          const format = form.endsWith("sv") ? "csv" : "json";
          const found = await cellsOf(t, `s${number}`, {
            kind: "files",
            files: files as [string, ...string[]],
            format,
            declared,
            text: { encoding: says },
          });
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("Parquet too", async () => {
    await using t = await testHost();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...(Object.keys(packings) as (keyof typeof packings)[])),
        async (rows, packing) => {
          number += 1;
          const plain = join(t.cwd, `${number}.parquet`);
          await writeParquet(t.host, plain, asSelect(rows));
          const bytes = Buffer.from((await t.host.files.read(plain)) ?? new Uint8Array());
          const file = await t.write(`packed-${number}.parquet`, packings[packing](bytes));
          const found = await cellsOf(t, `p${number}`, { kind: "files", files: [file], format: "parquet" });
          expect(found).toEqual(
            rows.map(({ id, text, amount, flag, day }) => [
              id,
              text,
              amount,
              flag,
              day === null ? null : new Date(day),
            ]),
          );
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("splitting JSON", () => {
  function split(layout: JsonLayout, bytes: Uint8Array, cuts: readonly number[]) {
    const values: string[] = [];
    const shape = new JsonShape(100);
    const reader = new JsonReader(new ShapeLog());
    const splitter = new JsonSplitter(layout, ({ bytes: all, start, end, line }) => {
      values.push(`${line}:${reader.read(all, start, end, shape) ?? "ok"}:${all.toString("latin1", start, end)}`);
    });
    const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
    let from = 0;
    for (const end of [...ends, bytes.length]) {
      splitter.push(bytes.slice(from, end));
      from = end;
    }
    splitter.end();
    const { isClosed, hasMore } = splitter;
    return {
      values,
      isClosed,
      hasMore,
      counts: shape.fields.map(({ name, shape: { counts } }) => [name, [...counts].join()]),
    };
  }

  const soup = fc
    .array(
      fc.constantFrom(
        ...'{}[],:"\\ \n\r1-.eEtn',
        '{"a":1}',
        '"x"',
        "null",
        "true",
        "NaN",
        '"\\u00e9"',
        '{"a":{"b":[1,2]}}',
        "é",
      ),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.from(parts.join("")));

  test("however the bytes are cut into chunks, the values are the same", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<JsonLayout>("lines", "array", "values"),
        soup,
        fc.array(fc.nat(200), { maxLength: 6 }),
        (layout, bytes, cuts) => {
          expect(split(layout, bytes, cuts)).toEqual(split(layout, bytes, []));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("a line is sound exactly where the language's own parser says so, but for what is stricter here", () => {
    fc.assert(
      fc.property(fc.oneof(soup.map(String), fc.json()), (text) => {
        const line = text.replaceAll(/[\r\n]/g, " ").trim();
        if (line === "") return;
        const bytes = Buffer.from(line);
        const flaw = new JsonReader(new ShapeLog()).read(bytes, 0, bytes.length, new JsonShape(100));
        let isJson = true;
        try {
          JSON.parse(line);
        } catch {
          isJson = false;
        }
        expect(flaw === undefined || ["object", "key", "number", "surrogate", "depth"].includes(flaw) || !isJson).toBe(
          true,
        );
        if (flaw === undefined || flaw === "object") expect(isJson).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("frames of zstd", () => {
  test("end where their packer ended them, however the bytes are cut", () => {
    const content = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(
        fc.array(content, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(600), { maxLength: 6 }),
        (contents, cuts) => {
          const packed = contents.map((each) => zstdCompressSync(each));
          const whole = Buffer.concat(packed);
          const ends: number[] = [];
          const frames = new ZstdFrames();
          let from = 0;
          for (const end of [...new Set([...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].sort(
            (a, b) => a - b,
          )) {
            const chunk = whole.subarray(from, end);
            for (let at = 0; at < chunk.length; ) {
              const taken = frames.take(chunk, at);
              at = taken.end;
              if (taken.done) ends.push(from + at);
            }
            from = end;
          }
          let sum = 0;
          expect(ends).toEqual(packed.map((frame) => (sum += frame.length)));
        },
      ),
      { numRuns: 300 },
    );
  });
});
