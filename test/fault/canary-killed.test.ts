import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Journal } from "../../src/commands/canary-deploy/journal.ts";
import { command } from "../../src/commands/canary-deploy.ts";
import type { ModelRegistry, ModelVersion } from "../../src/registry/registry.ts";
import { canary, quick, register, registryOf, type Traffic, traffic } from "../support/canary.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { ask } from "../support/serving.ts";

const worker = join(import.meta.dirname, "../support/canary-worker.ts");
const cliWorker = join(import.meta.dirname, "../support/cli-worker.ts");
/** Long enough that the run is always in the middle when it is stopped. */
const slow = { plan: [{ "set-weight": 50 }, { analysis: "3s" }] };

let t: TestHost;
let registry: ModelRegistry;
let second: ModelVersion;
let port = 0;
let callers: Traffic;

beforeAll(async () => {
  t = await testHost({ model: "flights" });
  registry = await registryOf(t);
  const first = await register(registry, 1, { champion: null });
  const { outputs } = await canary(t, { version: "registry:flights@1" });
  port = Number(new URL(outputs.address ?? "").port);
  second = await register(registry, 2, { champion: first });
  callers = traffic(port);
});

afterAll(async () => {
  await callers.stop();
  await canary(t, { operation: "stop" });
  await t[Symbol.asyncDispose]();
});

const champion = async () => (await registry.alias("flights", "champion"))?.to;
const phase = async () => (await Journal.open(registry, "flights", t.host)).rollout?.state.phase;

/** Which versions answer right now. */
async function answering(): Promise<readonly unknown[]> {
  const seen = new Set<unknown>();
  for (let i = 0; i < 40; i++) {
    const { json } = await ask(port, "/invocations", { inputs: { x: [1] } });
    seen.add((json.predictions as number[] | undefined)?.[0]);
  }
  return [...seen].sort();
}

describe("a run that ends in the middle of a rollout", () => {
  test("by SIGKILL: the router goes back by itself, and the next run goes on from the journal and promotes", async () => {
    const child = spawn(process.execPath, [worker, t.cwd, JSON.stringify({ version: "registry:flights@2", ...slow })], {
      stdio: "inherit",
    });
    await expect.poll(() => callers.answers.get(2) ?? 0, { timeout: 30_000 }).toBeGreaterThan(20);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await phase()).toBe("analysing");
    await expect.poll(answering, { timeout: 10_000 }).toEqual([1]);
    const { outputs } = await canary(t, { version: "registry:flights@2" });
    expect(outputs.outcome).toBe("promoted");
    expect(await champion()).toBe(2);
    expect(await answering()).toEqual([2]);
    expect([...callers.statuses.keys()]).toEqual([200]);
  });

  test("by cancelling: what it left is settled within five seconds, traffic and journal", async () => {
    const third = await register(registry, 3, { champion: second });
    const cancel = new AbortController();
    const run = await testHost({ cwd: t.cwd, model: "flights", signal: cancel.signal });
    const running = command.run(
      command.inputs.parse({ ...quick, ...slow, version: `registry:flights@${third.version}` }),
      run.host,
      run.project,
    );
    await expect.poll(() => callers.answers.get(3) ?? 0, { timeout: 30_000 }).toBeGreaterThan(20);
    cancel.abort(new Error("cancelled"));
    await expect(running).rejects.toThrow("cancelled");
    const state = run.state();
    if (state === undefined) throw new Error("nothing was saved for the post step");
    await command.settle(state, t.host);
    expect(await phase()).toBe("aborted");
    expect(await answering()).toEqual([2]);
    // Again, as a runner may: nothing is left to do.
    await command.settle(state, t.host);
    expect(await phase()).toBe("aborted");
    await run[Symbol.asyncDispose]();
  });

  test("by Ctrl-C at a terminal: the traffic is back within two seconds, the journal says so, and the exit code is the signal's", async () => {
    const fourth = await register(registry, 4, { champion: second });
    const flags = {
      version: `registry:flights@${fourth.version}`,
      plan: JSON.stringify([{ "set-weight": 50 }, { analysis: "60s" }]),
      block: quick.block,
      // So long that it is not the lease that takes the traffic back.
      lease: "60s",
      memory: quick.memory,
      evidence: "[]",
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    // A group of its own, as a shell makes it: Ctrl-C reaches every process in it.
    const child = spawn(process.execPath, [cliWorker, "canary-deploy", ...args], {
      cwd: t.cwd,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    const said: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => void said.push(text));
    await expect
      .poll(() => (child.exitCode === null ? (callers.answers.get(4) ?? 0) : said.join("")), { timeout: 30_000 })
      .toBeGreaterThan(20);
    process.kill(-(child.pid ?? 0), "SIGINT");
    await expect.poll(answering, { timeout: 2000 }).toEqual([2]);
    expect(await exited).toEqual([130, null]);
    expect(said.join("")).toContain("cancelled: stopped by SIGINT");
    expect(await phase()).toBe("aborted");
    expect(await champion()).toBe(2);
    expect([...callers.statuses.keys()]).toEqual([200]);
  });

  test("by the machine starting anew: the champion is served again by one run", async () => {
    await callers.stop();
    await canary(t, { operation: "stop" });
    const { outputs } = await canary(t, { version: "registry:flights@champion" });
    expect(outputs.outcome).toBe("promoted");
    port = Number(new URL(outputs.address ?? "").port);
    expect(await answering()).toEqual([2]);
    expect(await champion()).toBe(2);
  });
});
