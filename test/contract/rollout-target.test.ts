import { expect, test } from "vitest";
import { targets } from "../../src/generated/targets.ts";
import { embeddedBench, killNow } from "../support/embedded.ts";
import { rolloutTargetContract, type TargetBench } from "./rollout-target.ts";

/** How each target is brought up for the contract; one without an entry fails the first test. */
const benches: Readonly<Record<string, () => Promise<TargetBench>>> = {
  embedded: async () => {
    const bench = await embeddedBench();
    return {
      target: bench.create(),
      again: bench.create,
      version: bench.version,
      ask: () => bench.ask(),
      killCanary: async () => killNow((await bench.processes()).servers["2"] ?? 0),
      [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
    };
  },
};

test("every target of the map names itself as the map does and is put to the contract", async () => {
  expect(Object.keys(benches)).toEqual(Object.keys(targets));
  for (const [name, { load }] of Object.entries(targets)) expect((await load()).name).toBe(name);
});

for (const [name, bench] of Object.entries(benches)) rolloutTargetContract(name, bench);
