import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readContract } from "../../src/commands/validate-data/contract-file.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type TestHost, testHost } from "../support/host.ts";

/** Whatever a contract's file holds, reading it gives a contract or an error that names the place and the remedy. */

const isSlow = process.env.TITLEHOLDER_SLOW === "1";

const folders = ["test/fixtures/odcs", "test/fixtures/frictionless"];
const examples = folders.flatMap((folder) => readdirSync(folder).map((file) => readFileSync(join(folder, file))));

/** What YAML means something by, and what no text holds. */
const intruders = [
  ..."[]{}:,-?&*!|>'\"%@`#~\t\n\0\u0085\u2028",
  "\r\n",
  "---\n",
  "...\n",
  "%YAML 1.1\n",
  "*a",
  "&a ",
  "&a [*a]",
  "<<: *a\n",
  "!!binary ",
  "!!set {a}",
  "!!js/function ",
  "!<tag:x> ",
  "? [a, b]\n: c\n",
  "__proto__: { x: 1 }\n",
  "constructor: 1\n",
  ".nan",
  "-.inf",
  "1e999",
  "0x7fffffffffffffffffff",
  "2026-01-01",
  "null",
  "\ufeff",
].map((text) => Buffer.from(text));
const bombs = [
  Buffer.from("[".repeat(70)),
  Buffer.from("[".repeat(30_000)),
  Buffer.from("{a: ".repeat(5000)),
  Buffer.from("- ".repeat(3000)),
  Buffer.from("x".repeat(5 * 2 ** 20)),
  Buffer.from(
    `a: &a [${"x,".repeat(9)}]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`,
  ),
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from([0xed, 0xa0, 0x80]),
];

type Edit = (bytes: Buffer) => Buffer;
const share = fc.double({ min: 0, max: 1, noNaN: true });
const at = (bytes: Buffer, where: number) => Math.floor(where * bytes.length);
const insert = (bytes: Buffer, where: number, what: Buffer) =>
  Buffer.concat([bytes.subarray(0, at(bytes, where)), what, bytes.subarray(at(bytes, where))]);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ where: share, to: fc.nat(255) }).map(
    ({ where, to }): Edit =>
      (bytes) => {
        const changed = Buffer.from(bytes);
        if (changed.length > 0) changed[Math.min(changed.length - 1, at(bytes, where))] = to;
        return changed;
      },
  ),
  share.map(
    (where): Edit =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(share, share).map(
    ([from, to]): Edit =>
      (bytes) => {
        const [start, end] = [Math.min(from, to), Math.max(from, to)].map((where) => at(bytes, where));
        return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
      },
  ),
  fc.tuple(share, share, share).map(
    ([from, to, where]): Edit =>
      (bytes) =>
        insert(bytes, where, bytes.subarray(at(bytes, Math.min(from, to)), at(bytes, Math.max(from, to)))),
  ),
  fc.tuple(share, fc.constantFrom(...intruders)).map(
    ([where, what]): Edit =>
      (bytes) =>
        insert(bytes, where, what),
  ),
);
const bomb: fc.Arbitrary<Edit> = fc.tuple(share, fc.constantFrom(...bombs)).map(
  ([where, what]): Edit =>
    (bytes) =>
      insert(bytes, where, what),
);

let t: TestHost;
beforeAll(async () => {
  t = await testHost();
});
afterAll(async () => {
  await t[Symbol.asyncDispose]();
});

async function outcomeOf(bytes: Buffer): Promise<"read" | TitleholderError> {
  const path = await t.write("contract.yaml", bytes);
  try {
    await readContract(path, t.host);
    return "read";
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
}

test("broken contracts are refused with a place and a fix, or read", { timeout: 600_000 }, async () => {
  let refused = 0;
  const broken = fc.tuple(
    fc.constantFrom(...examples),
    fc.array(edit, { minLength: 1, maxLength: 4 }),
    fc.option(bomb, { freq: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(broken, async ([example, edits, last]) => {
      const bytes = [...edits, ...(last === null ? [] : [last])].reduce<Buffer>((all, change) => change(all), example);
      const outcome = await outcomeOf(bytes);
      if (outcome === "read") return;
      refused += 1;
      expect(outcome.kind).toBe("configuration");
      expect(outcome.code).toMatch(/^TH_CONTRACT_/);
      expect(outcome.place.file).toBe("contract.yaml");
      expect(outcome.fix).not.toBe("");
      const isOfWhole = /not UTF-8|longer than|too deep/.test(outcome.message);
      if (!isOfWhole) expect(outcome.place, outcome.message).toMatchObject({ line: expect.any(Number) });
    }),
    { numRuns: isSlow ? 10_000 : 150, ...(isSlow ? {} : { seed: 20260131 }) },
  );
  expect(refused).toBeGreaterThan(isSlow ? 5000 : 75);
});
