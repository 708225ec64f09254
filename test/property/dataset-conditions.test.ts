import fc from "fast-check";
import { expect, test } from "vitest";
import { multipleSql } from "../../src/dataset/engines/duckdb/conditions.ts";
import { text } from "../../src/dataset/engines/duckdb/literals.ts";
import type { EngineColumn } from "../../src/dataset/engines/duckdb/sql.ts";
import { timeFromText } from "../../src/dataset/engines/duckdb/time-cells.ts";
import { parseTimeFormat } from "../../src/dataset/time-format.ts";
import { testHost } from "../support/host.ts";

/** Runs statements on an engine of its own, and gives the first value of each. */
async function withEngine(body: (first: (sql: string) => Promise<unknown>) => Promise<void>): Promise<void> {
  await using t = await testHost();
  const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const instance = await native.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await body(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson()[0]?.[0]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Whole units of 10^-scale, and as they are written. */
function decimal(units: bigint, scale: number) {
  const digits = String(units).padStart(scale + 1, "0");
  return { units, scale, written: scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}` };
}

const decimals = (digits: number, mostScale: number, least = 0n) =>
  fc
    .tuple(fc.bigInt({ min: least, max: 10n ** BigInt(digits) - 1n }), fc.integer({ min: 0, max: mostScale }))
    .map(([units, scale]) => decimal(units, scale));

test("a decimal of up to 15 digits is a multiple of another where whole arithmetic says so", async () => {
  await withEngine(async (first) => {
    const column = { name: "x", nullable: true, sql: "x" } as const;
    const columns: readonly (readonly [EngineColumn, string])[] = [
      [{ ...column, kind: "number", native: "DOUBLE" }, "DOUBLE"],
      [{ ...column, kind: "number", native: "DECIMAL(38,15)", exact: "x" }, "DECIMAL(38,15)"],
    ];
    const values = decimals(4, 6, 1n).chain((step) =>
      fc.record({
        step: fc.constant(step),
        value: fc.oneof(
          decimals(15, 15),
          fc.bigInt({ min: 0n, max: 10n ** 9n }).map((times) => decimal(step.units * times, step.scale)),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(values, async ({ step, value }) => {
        const unit = step.units * 10n ** BigInt(value.scale);
        const expected = (value.units * 10n ** BigInt(step.scale)) % unit === 0n;
        for (const [engineColumn, type] of columns) {
          const sql = multipleSql(engineColumn, Number(step.written));
          expect(await first(`SELECT ${sql} FROM (SELECT CAST('${value.written}' AS ${type}) AS x)`)).toBe(expected);
        }
      }),
      { numRuns: 200 },
    );
  });
});

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number) => String(value).padStart(2, "0");
/** How parts of a date are written, each in a way that can be read back. */
const dateParts: readonly (readonly [string, (date: Date) => string])[] = [
  ["yyyy", (date) => String(date.getUTCFullYear())],
  ["uuuu", (date) => String(date.getUTCFullYear())],
  ["yy", (date) => String(date.getUTCFullYear()).slice(2)],
];
const monthParts: typeof dateParts = [
  ["MM", (date) => two(date.getUTCMonth() + 1)],
  ["M", (date) => String(date.getUTCMonth() + 1)],
  ["MMM", (date) => months[date.getUTCMonth()] ?? ""],
];
const dayParts: typeof dateParts = [
  ["dd", (date) => two(date.getUTCDate())],
  ["d", (date) => String(date.getUTCDate())],
];
const clockParts: typeof dateParts = [
  ["HH:mm:ss", (date) => date.toISOString().slice(11, 19)],
  ["H:mm", (date) => `${date.getUTCHours()}:${two(date.getUTCMinutes())}`],
  [
    "hh:mm:ss a",
    (date) =>
      `${two(((date.getUTCHours() + 11) % 12) + 1)}${date.toISOString().slice(13, 19)} ${date.getUTCHours() < 12 ? "AM" : "PM"}`,
  ],
  ["HH:mm:ss.SSS", (date) => date.toISOString().slice(11, 23)],
];

test("what is written in a format is read back, and in no other way", async () => {
  await withEngine(async (first) => {
    const format = fc.record({
      date: fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
      parts: fc.tuple(fc.constantFrom(...dateParts), fc.constantFrom(...monthParts), fc.constantFrom(...dayParts)),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      clock: fc.constantFrom(...clockParts),
      between: fc.constantFrom("/", ".", "-", " ", "%", "'of'", "''"),
    });
    await fc.assert(
      fc.asyncProperty(format, async ({ date, parts, order, clock, between }) => {
        const all = order.map((at) => parts[at] ?? parts[0]);
        const literal = between === "''" ? "'" : between.replaceAll("'", "");
        const pattern = `${all.map(([part]) => part).join(between)} ${clock[0]}`;
        const written = `${all.map(([, write]) => write(date)).join(literal)} ${clock[1](date)}`;
        const ways = parseTimeFormat(pattern);
        if (ways === undefined) throw new Error(`${pattern} is not read`);
        const read = (cell: string) => first(`SELECT epoch_ms(${timeFromText(ways, text(cell))})`);
        const precision = clock[0].includes("SSS") ? 1 : clock[0].includes("ss") ? 1000 : 60_000;
        expect(await read(written)).toBe(String(Math.floor(date.getTime() / precision) * precision));
        expect(await read(`${written} `)).toBeNull();
        expect(await read(`x${written}`)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});
