import { expect, test } from "vitest";
import { sources } from "../../src/generated/sources.ts";
import { implementation as target } from "../../src/rollout/sources/target.ts";
import { embeddedBench, killNow } from "../support/embedded.ts";
import { metricSourceContract, type SourceBench } from "./metric-source.ts";

/** How each source gets its traffic; one without an entry fails the first test. */
const benches: Readonly<Record<string, () => Promise<SourceBench>>> = { target: overEmbeddedRouter };

test("every source of the map names itself as the map does and is put to the contract", async () => {
  expect(Object.keys(benches)).toEqual(Object.keys(sources));
  for (const [name, { load }] of Object.entries(sources)) expect((await load()).name).toBe(name);
});

for (const [name, bench] of Object.entries(benches)) metricSourceContract(name, bench);

async function overEmbeddedRouter(): Promise<SourceBench> {
  const bench = await embeddedBench();
  const rollout = bench.create();
  await rollout.prepare("r2", bench.version(2), bench.version(1));
  /** All to one arm, so that the test says exactly what each arm gets. */
  const send = async (percent: number, x: number, times: number) => {
    await rollout.setWeight("r2", percent);
    for (let i = 0; i < times; i++) await bench.ask(x);
  };
  /** Past the end of the router's current bucket of time. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 220));
  return {
    source: target.create({ stateDir: bench.stateDir }, bench.t.host),
    async traffic({ stable, canary, canaryFailures }) {
      await settle();
      const from = new Date();
      await send(0, 1, stable);
      await send(100, 1, canary - canaryFailures);
      await send(100, -1, canaryFailures);
      await settle();
      return { from, to: new Date() };
    },
    async restart() {
      await killNow((await bench.processes()).router);
      await rollout.prepare("r2", bench.version(2));
    },
    lose: async () => killNow((await bench.processes()).router),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
