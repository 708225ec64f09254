import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { Bench, complaints } from "../support/bad-inputs.ts";
import { brokenRuns, prepareData } from "../support/broken-data.ts";

/** Whatever is wrong with files and contracts, validate-data ends with a verdict, or with an error that names the place, and never with a bug. */

const isSlow = process.env.TITLEHOLDER_SLOW === "1";
const numRuns = isSlow ? 10_000 : 200;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open(prepareData);
});
afterAll(() => bench[Symbol.asyncDispose]());

test(`${numRuns} broken files and contracts`, { timeout: isSlow ? 3_600_000 : 120_000 }, async () => {
  const seen = { pass: 0, fail: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(brokenRuns, async ({ given, changes }) => {
      await bench.restore();
      for (const [path, change] of Object.entries(changes))
        await bench.write(path, change(await readFile(join(bench.cwd, path))));
      const attempt = await bench.attempt(command, given);
      expect(complaints(attempt)).toEqual([]);
      expect([0, 1, 2]).toContain(attempt.exitCode);
      seen[attempt.exitCode === 0 ? "pass" : attempt.exitCode === 1 ? "fail" : "refused"] += 1;
    }),
    { numRuns, ...(isSlow ? {} : { seed: 20_261_128 }) },
  );
  // A generator whose files all end the same way tries nothing; about one in a hundred passes.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(numRuns / 400);
});
