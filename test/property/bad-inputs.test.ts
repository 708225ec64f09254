import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/generated/commands.ts";
import { Bench, complaints } from "../support/bad-inputs.ts";
import { wrongInputs } from "../support/bad-inputs-arbitrary.ts";
import { invocations, prepareFiles } from "../support/bad-inputs-invocations.ts";

/** Whatever is written into any of its inputs, a command ends with a verdict or with an error that a person can act on, and never with a bug. */

const isSlow = process.env.TITLEHOLDER_SLOW === "1";
const numRuns = isSlow ? 10_000 : 60;

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open(prepareFiles);
});
afterAll(() => bench[Symbol.asyncDispose]());

describe.each(Object.keys(commands))("%s", (name) => {
  test(`${numRuns} runs that are wrong at random`, { timeout: isSlow ? 3_600_000 : 60_000 }, async () => {
    const [command, invocation] = [await commands[name]?.load(), invocations[name]];
    if (command === undefined || invocation === undefined)
      throw new Error(`write a run of ${name} that ends with a verdict`);
    await fc.assert(
      fc.asyncProperty(wrongInputs(command, invocation), async ({ texts, file }) => {
        if (file === undefined) await bench.remove("titleholder.yaml");
        else {
          const lines = Object.entries(file).map(([input, value]) => `      ${input}: ${value}\n`);
          await bench.write("titleholder.yaml", `version: 1\nmodels:\n  churn:\n    ${name}:\n${lines.join("")}`);
        }
        const attempt = await bench.attempt(command, texts);
        expect(complaints(attempt)).toEqual([]);
        expect([0, 1, 2]).toContain(attempt.exitCode);
      }),
      { numRuns, ...(isSlow ? {} : { seed: 20_261_122 }) },
    );
  });
});
