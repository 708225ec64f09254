import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ModelRegistry, ModelVersion } from "../../src/registry/registry.ts";
import { canary, register, registryOf, traffic } from "../support/canary.ts";
import { killNow } from "../support/embedded.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { ask } from "../support/serving.ts";

let t: TestHost;
let registry: ModelRegistry;
let first: ModelVersion;
let port = 0;

async function serving() {
  const text = await readFile(join(t.cwd, ".titleholder/flights/serving/private/serving.json"), "utf8");
  return JSON.parse(text) as { router: { port: number }; servers: { pid: number; model: { version: string } }[] };
}

async function champion(): Promise<number | null> {
  return (await registry.alias("flights", "champion"))?.to ?? null;
}

async function answer(): Promise<unknown> {
  return (await ask(port, "/invocations", { inputs: { x: [1] } })).json.predictions;
}

beforeAll(async () => {
  t = await testHost({ model: "flights" });
  registry = await registryOf(t);
  first = await register(registry, 1, { champion: null });
});

afterAll(async () => {
  await canary(t, { operation: "stop" });
  await t[Symbol.asyncDispose]();
});

describe("canary-deploy with real servers, in the order of a model's life", () => {
  test("puts the first version in front of traffic at once, and says that there was nothing to compare with", async () => {
    const { findings, outputs } = await canary(t, { version: "registry:flights@1" });
    expect(outputs).toMatchObject({ outcome: "promoted", weight: 100, journal: "rollout/flights" });
    expect(findings.verdict).toBe("warn");
    expect(findings.checks.find(({ id }) => id === "rollout")?.message).toContain("first deployment");
    expect(await champion()).toBe(1);
    port = (await serving()).router.port;
    expect(outputs.address).toBe(`http://127.0.0.1:${port}`);
    expect(await answer()).toEqual([1]);
  });

  test("refuses a version without evidence, and leaves the traffic alone", async () => {
    await register(registry, 2);
    const { findings, outputs } = await canary(t, { version: "registry:flights@2" });
    expect(findings.verdict).toBe("inconclusive");
    expect(outputs.outcome).toBeUndefined();
    expect(await answer()).toEqual([1]);
    expect(await champion()).toBe(1);
  });

  test("promotes a healthy version under traffic without a failed request, and moves the champion", async () => {
    await register(registry, 2, { champion: first });
    const callers = traffic(port);
    const { findings, outputs } = await canary(t, { version: "registry:flights@2" });
    await callers.stop();
    expect(findings.checks.filter(({ verdict }) => verdict === "fail" || verdict === "inconclusive")).toEqual([]);
    expect(outputs).toMatchObject({ outcome: "promoted", weight: 100 });
    expect(findings.checks.find(({ id }) => id === "error-ceiling")).toMatchObject({ verdict: "pass", expected: 0.1 });
    expect([...callers.statuses.keys()]).toEqual([200]);
    expect([...callers.answers.keys()].sort()).toEqual([1, 2]);
    expect(await champion()).toBe(2);
    expect((await registry.alias("flights", "previous-champion"))?.to).toBe(1);
    expect(await answer()).toEqual([2]);
    expect(findings.series.map(({ title }) => title)).toContain("Failed requests (%) by seconds since the start");
  });

  test("says the same again when it is asked what became of the rollout", async () => {
    const one = await canary(t, { operation: "status" });
    const two = await canary(t, { operation: "status" });
    expect(one).toEqual(two);
    expect(one.outputs.outcome).toBe("promoted");
  });

  test("rolls back a harmful version that was forced past its evidence", async () => {
    const second = await registry.version("flights", 2);
    await register(registry, 3, { fragile: true, champion: second ?? null, verdict: "fail" });
    const refused = await canary(t, { version: "registry:flights@3" });
    expect(refused.findings.verdict).toBe("fail");
    expect(refused.outputs.outcome).toBeUndefined();
    const callers = traffic(port);
    const { findings, outputs } = await canary(t, { version: "registry:flights@3", allowUnproven: true });
    await callers.stop();
    expect(outputs).toMatchObject({ outcome: "rolled-back", weight: 0 });
    expect(findings.verdict).toBe("fail");
    expect(findings.checks.find(({ id }) => id === "evaluation")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("allow-unproven"),
    });
    expect(findings.checks.find(({ id }) => id === "error-rate")).toMatchObject({ verdict: "fail" });
    expect(await champion()).toBe(2);
    expect(await answer()).toEqual([2]);
  });

  test("rolls back when the canary's process is killed, and no caller notices", async () => {
    const second = await registry.version("flights", 2);
    await register(registry, 4, { champion: second ?? null });
    const callers = traffic(port);
    const running = canary(t, { version: "registry:flights@4", plan: [{ "set-weight": 50 }, { analysis: "20s" }] });
    await expect.poll(() => callers.answers.get(4) ?? 0, { timeout: 20_000 }).toBeGreaterThan(20);
    const server = (await serving()).servers.find(({ model }) => model.version === "4");
    await killNow(server?.pid ?? 0);
    const { findings, outputs } = await running;
    await callers.stop();
    expect(outputs).toMatchObject({ outcome: "rolled-back", weight: 0 });
    expect(findings.checks.find(({ id }) => id === "rollout")?.message).toContain("lost");
    expect([...callers.statuses.keys()]).toEqual([200]);
    expect(await answer()).toEqual([2]);
  });

  test("holds the weight when nobody asks, and says what it would take; a later run takes it back", async () => {
    const { findings, outputs } = await canary(t, { version: "registry:flights@4", horizon: "1s" });
    expect(outputs).toMatchObject({ outcome: "inconclusive", weight: 20 });
    expect(findings.verdict).toBe("inconclusive");
    // Longer than the lease: what is held on purpose needs nobody.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await canary(t, { operation: "status" })).outputs).toMatchObject({ outcome: "inconclusive", weight: 20 });
    const again = await canary(t, { operation: "abort" });
    expect(again.outputs).toMatchObject({ outcome: "aborted", weight: 0 });
    expect(again.findings.verdict).toBe("warn");
    expect(await answer()).toEqual([2]);
  });

  test("promotes by hand, says so, and goes back to the champion before", async () => {
    await canary(t, { version: "registry:flights@4", horizon: "1s" });
    const promoted = await canary(t, { operation: "promote" });
    expect(promoted.outputs).toMatchObject({ outcome: "promoted", weight: 100 });
    expect(promoted.findings.verdict).toBe("warn");
    expect(await champion()).toBe(4);
    expect(await answer()).toEqual([4]);
    const back = await canary(t, { operation: "rollback" });
    expect(back.outputs).toMatchObject({ outcome: "promoted", weight: 100 });
    expect(await champion()).toBe(2);
    expect(await answer()).toEqual([2]);
  });
});
