import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cell, Column, Dataset } from "../../src/dataset/dataset.ts";
import { Bins } from "../../src/dataset/engines/duckdb/bins.ts";
import { CsvScanner, cellsOf } from "../../src/dataset/engines/duckdb/csv-records.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { covers, fingerprintOf } from "../../src/dataset/fingerprint.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { type TestHost, testHost } from "../support/host.ts";

const awkward = fc.constantFrom(
  '"',
  '""',
  ",",
  "\n",
  "\r\n",
  "\r",
  " ",
  ";",
  "\t",
  "\0",
  "'",
  "\\",
  "é",
  "👍🏽",
  "\u2028",
  "\ufeff",
);
const cellText = fc
  .array(fc.oneof(awkward, fc.string({ unit: "binary", maxLength: 4 }), fc.constant("x")), { maxLength: 5 })
  .map((parts) => parts.join("").toWellFormed());

interface WrittenTable {
  readonly rows: readonly (readonly string[])[];
  readonly text: string;
}

/** A table and one of the ways to write it: quotes where they must be and anywhere else, either line ending, maybe none at the end. */
const writtenTable: fc.Arbitrary<WrittenTable> = fc
  .record({
    width: fc.integer({ min: 2, max: 4 }),
    height: fc.integer({ min: 0, max: 12 }),
    delimiter: fc.constantFrom(",", ";", "\t"),
    ending: fc.constantFrom("\n", "\r\n"),
    mark: fc.boolean(),
    lastEnding: fc.boolean(),
  })
  .chain(({ width, height, delimiter, ending, mark, lastEnding }) =>
    fc
      .array(fc.array(fc.tuple(cellText, fc.boolean()), { minLength: width, maxLength: width }), {
        minLength: height,
        maxLength: height,
      })
      .map((cells) => {
        const write = ([text, quoted]: readonly [string, boolean]) =>
          quoted || /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
        const header = Array.from({ length: width }, (_, at) => `c${at}`).join(delimiter);
        const lines = [header, ...cells.map((row) => row.map(write).join(delimiter))];
        return {
          rows: cells.map((row) => row.map(([text]) => text)),
          text: (mark ? "\ufeff" : "") + lines.join(ending) + (lastEnding ? ending : ""),
        };
      }),
  );

function scanned(bytes: Uint8Array, cuts: readonly number[]): { readonly records: string[]; readonly lines: number[] } {
  const records: string[] = [];
  const lines: number[] = [];
  const scanner = new CsvScanner(0x2c, ({ bytes, start, end, cells, line, flaw }) => {
    records.push(`${flaw ?? ""}${cells}:${Buffer.from(bytes.subarray(start, end)).toString("latin1")}`);
    lines.push(line);
  });
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    scanner.push(bytes.slice(from, end));
    from = end;
  }
  scanner.end();
  return { records, lines };
}

async function openText(t: TestHost, name: string, text: string | Uint8Array, kind?: Column["kind"]): Promise<Dataset> {
  const path = await t.write(`${name}.csv`, text);
  const spill = join(t.host.scratch, name);
  await t.host.files.makeDirectory(spill);
  const declared = kind === undefined ? [] : ["c0", "c1", "c2", "c3"].map((column) => ({ name: column, kind }));
  return implementation
    .create({}, t.host)
    .open(
      { kind: "files", files: [path], format: "csv", declared },
      { memoryBytes: 2 ** 28, spill, signal: t.host.signal, threads: 1 },
    );
}

describe("splitting CSV", () => {
  test("however the bytes are cut into chunks, the records are the same", () => {
    const soup = fc
      .array(fc.constantFrom(...'a,,"""\n\r \r\n', "é", "\ufeff"), { maxLength: 60 })
      .map((parts) => Buffer.from(parts.join("")));
    const broken = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => Buffer.from(bytes.map((byte) => (byte % 5 === 0 ? 0x0a : byte))));
    fc.assert(
      fc.property(fc.oneof(soup, broken), fc.array(fc.nat(200), { maxLength: 6 }), (bytes, cuts) => {
        expect(scanned(bytes, cuts)).toEqual(scanned(bytes, []));
      }),
      // A record that a carriage return ends, cut from a broken one that a line feed ends.
      { numRuns: 3000, examples: [[Buffer.from([10, 10, 10, 46, 13, 128, 10]), [4]]] },
    );
  });

  test("a table written in any way has its cells", () => {
    fc.assert(
      fc.property(writtenTable, ({ rows, text }) => {
        const delimiter =
          ["\t", ";", ","].find((each) => text.startsWith(`c0${each}`) || text.startsWith(`\ufeffc0${each}`)) ?? ",";
        const found: (readonly string[])[] = [];
        const scanner = new CsvScanner(delimiter.charCodeAt(0), ({ bytes, start, end, cells, flaw }) => {
          const values = cellsOf(Buffer.from(bytes.subarray(start, end)).toString(), delimiter);
          expect([flaw, values.length]).toEqual([undefined, cells]);
          found.push(values);
        });
        scanner.push(Buffer.from(text));
        scanner.end();
        expect(found.slice(1)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });
});

describe("CSV through the engine", () => {
  // The engine's package loses a byte order mark that starts a cell on its way out.
  test("a table written in any way comes back, the empty text as null", async () => {
    await using t = await testHost();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(writtenTable, async ({ rows, text }) => {
        number += 1;
        await using dataset = await openText(t, `t${number}`, text, "string");
        expect(await dataset.faults()).toEqual([]);
        const found = await dataset.rows({ op: "and", terms: [] }, 100);
        expect(found.map(({ row, cells }) => [row, ...Object.values(cells)])).toEqual(
          rows.map((row, at) => [at + 1, ...row.map((cell) => (cell === "" ? null : cell.replace(/^\ufeff/, "")))]),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("any text at all gives rows and faults that add up, never an error", async () => {
    await using t = await testHost();
    let number = 0;
    const soup = fc.array(fc.constantFrom(...'a1,,""\n\n\r \0', "\r\n", '"\n', "é", "1.5,x\n"), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(soup, async (parts) => {
        number += 1;
        const text = parts.join("");
        await using dataset = await openText(t, `s${number}`, text);
        const faults = await dataset.faults();
        const { n } = await dataset.aggregate({ n: { fn: "count" } });
        const lost = faults.reduce((sum, fault) => sum + (fault.code === "TH_DATA_TYPE" ? 0 : fault.count), 0);
        const records = scanned(Buffer.from(text), []).records.length;
        expect(dataset.columns.length === 0 ? 0 : Number(n) + lost).toBe(
          dataset.columns.length === 0 ? 0 : Math.max(0, records - 1),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe("values in predicates", () => {
  async function foundBy<T extends Cell>(t: TestHost, name: string, kind: Column["kind"], values: readonly T[]) {
    const cell = (value: T) => `"${String(value).replaceAll('"', '""')}"`;
    const text = `c0,c1\n${values.map((value, at) => `${at},${cell(value)}`).join("\n")}\n`;
    const path = await t.write(`${name}.csv`, text);
    const spill = join(t.host.scratch, name);
    await t.host.files.makeDirectory(spill);
    await using dataset = await implementation
      .create({}, t.host)
      .open(
        { kind: "files", files: [path], format: "csv", declared: [{ name: "c1", kind }] },
        { memoryBytes: 2 ** 28, spill, signal: t.host.signal },
      );
    const found: number[][] = [];
    for (const value of values)
      found.push((await dataset.rows({ op: "in", column: "c1", values: [value] }, 1000)).map(({ row }) => row));
    return found;
  }

  const rowsOf = <T>(values: readonly T[]) =>
    values.map((value) => values.flatMap((other, at) => (other === value ? [at + 1] : [])));

  test("doubles are found by their exact value", async () => {
    await using t = await testHost();
    const special = [
      1e-320,
      5e-324,
      0.1,
      0.1 + 0.2,
      1 / 3,
      1.7976931348623157e308,
      -2.2250738585072014e-308,
      123456789.12345679,
    ];
    const doubles = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 300, seed: 1 });
    const values = [...special, ...doubles.map((value) => value + 0)];
    expect(await foundBy(t, "doubles", "number", values)).toEqual(rowsOf(values));
  });

  test("whole numbers are found by their exact value, also beyond 2^53", async () => {
    await using t = await testHost();
    const big = fc.sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { numRuns: 150, seed: 2 });
    const near = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n, -(2n ** 63n), 2n ** 63n - 1n, 0n, -1n];
    const values = [...near, ...big];
    expect(await foundBy(t, "whole", "integer", values)).toEqual(rowsOf(values));
  });

  test("texts are found by their exact characters", async () => {
    await using t = await testHost();
    const texts = fc.sample(cellText, { numRuns: 200, seed: 3 }).filter((text) => text !== "");
    const values = ["'", "''", "\0", "a\0b", "'; DROP TABLE data; --", "👍🏽", "x' || 'y", ...texts];
    expect(await foundBy(t, "texts", "string", values)).toEqual(rowsOf(values));
  });
});

describe("bins", () => {
  test("are those of a search by comparison, whatever the edges", () => {
    const edges = fc
      .uniqueArray(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.double({ min: 0.5, max: 2, noNaN: true }),
          fc.integer({ min: -5, max: 5 }),
        ),
        {
          minLength: 0,
          maxLength: 40,
        },
      )
      .map((values) => Float64Array.from(new Set(values.map((value) => value + 0))).sort());
    fc.assert(
      fc.property(
        edges,
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 }),
        (ends, free) => {
          const values = [...free, ...ends];
          const bins = new Bins(ends);
          // What is missing or infinite is in no bin.
          const all = [Number.NaN, ...values, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
          bins.addAll(all.length, { getItem: (at) => all[at] ?? Number.NaN });
          const counts = new Array<number>(ends.length + 1).fill(0);
          for (const value of values) {
            const bin = ends.findIndex((edge) => value <= edge);
            const at = bin === -1 ? ends.length : bin;
            counts[at] = (counts[at] ?? 0) + 1;
          }
          expect([...bins.counts]).toEqual(counts);
          expect([...bins.atEdge]).toEqual([...ends].map((edge) => values.filter((value) => value === edge).length));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("fingerprints", () => {
  const file = fc
    .record({ path: fc.string({ unit: "grapheme", minLength: 1 }), size: fc.nat(), content: fc.string() })
    .map(({ path, size, content }) => ({ path: path.toWellFormed(), size, digest: digestOf(content) }));
  const files = fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 8 });

  test("do not depend on the order of the files", () => {
    fc.assert(
      fc.property(files, fc.infiniteStream(fc.nat()), (list, order) => {
        const shuffled = list.map((each) => ({ each, rank: order.next().value ?? 0 })).sort((a, b) => a.rank - b.rank);
        expect(fingerprintOf(shuffled.map(({ each }) => each))).toEqual(fingerprintOf(list));
      }),
    );
  });

  test("differ when a path, a size or a byte does; cover every subset of their files", () => {
    fc.assert(
      fc.property(files, file, (list, extra) => {
        const whole = fingerprintOf(list);
        const used = list.filter((_, at) => at % 2 === 0).map((each) => ({ ...each, path: `moved/${each.path}` }));
        expect(covers(whole.files, fingerprintOf(used))).toEqual([]);
        if (list.some((each) => each.path === extra.path)) return;
        expect(fingerprintOf([...list, extra]).digest).not.toBe(whole.digest);
        const known = list.some((each) => each.digest === extra.digest);
        expect(covers(whole.files, fingerprintOf([extra]))).toEqual(known ? [] : [extra]);
      }),
    );
  });
});
