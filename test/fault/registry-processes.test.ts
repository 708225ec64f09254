import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { nodeFiles } from "../../src/hosts/files.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Host } from "../../src/kernel/host.ts";
import { implementation } from "../../src/registry/backends/file.ts";
import { allOf } from "../support/models.ts";
import { expectWhole, quickFolder } from "../support/registry-state.ts";

const worker = join(import.meta.dirname, "../support/registry-worker.ts");

function start(
  folder: string,
  mode: "race" | "forever",
  number: number,
): ChildProcess & { readonly said: Promise<string> } {
  const child = spawn(process.execPath, [worker, folder, mode, String(number)], {
    stdio: ["ignore", "pipe", "inherit"],
    // Most of a short process's time is reading the sources.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, "compiled") },
  });
  if (child.stdout === null) throw new Error("the worker has no output");
  return Object.assign(child, { said: text(child.stdout) });
}

function open(folder: string) {
  const host = { cwd: folder, files: nodeFiles(), now: () => new Date() } satisfies Partial<Host>;
  return implementation.create({ location: "registry" }, host as unknown as Host);
}

/** Whole lines: the last one of a killed process may be cut. */
function linesOf(said: string): readonly Record<string, unknown>[] {
  return said
    .slice(0, said.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("40 processes that register 10 models make 10 versions, and all of their 200 moves are in one chain", {
  timeout: 180_000,
}, async () => {
  await using folder = await quickFolder();
  const workers = Array.from({ length: 40 }, (_, index) => start(folder.path, "race", index));
  const codes = await Promise.all(workers.map(async (child) => (await once(child, "exit"))[0] as number));
  expect(codes).toEqual(workers.map(() => 0));
  const promised = (await Promise.all(workers.map((child) => child.said))).flatMap(linesOf);

  const registry = open(folder.path);
  const whole = await expectWhole(registry, { models: ["churn"], aliases: ["champion"], streams: [] });
  expect(whole).toMatchObject({ versions: 10, moves: 200 });
  const digests = (await registry.versions("churn")).map((version) => version.digest).sort();
  expect(digests).toEqual(Array.from({ length: 10 }, (_, index) => digestOf(`model ${index} `.repeat(1000))).sort());
  const history = await allOf(registry.history("churn", "champion"));
  for (const { seq, run } of promised.filter((line) => "seq" in line)) {
    expect(history[(seq as number) - 1]?.run).toBe(run);
  }
  expect(promised.filter((line) => "seq" in line)).toHaveLength(200);
});

test("processes killed at any moment leave the registry whole, with all that it had promised", async () => {
  await using folder = await quickFolder();
  const registry = () => open(folder.path);
  const said: string[] = [];
  for (let round = 0; round < 4; round++) {
    const workers = [0, 1, 2].map((index) => start(folder.path, "forever", round * 3 + index));
    // Not before each has begun to work; then one after another, each at its own moment.
    await Promise.all(workers.map(async (child) => child.stdout && once(child.stdout, "data")));
    for (const [index, child] of workers.entries()) {
      await sleep(20 + 13 * round + 7 * index);
      child.kill("SIGKILL");
    }
    await Promise.all(workers.map(async (child) => child.exitCode ?? child.signalCode ?? once(child, "exit")));
    said.push(...(await Promise.all(workers.map((child) => child.said))));
    await expectWhole(registry(), { models: ["churn"], aliases: ["champion"], streams: ["journal"] });
  }
  const promised = said.flatMap(linesOf);
  const history = await allOf(registry().history("churn", "champion"));
  const journal = await allOf(registry().entries("journal"));
  for (const line of promised) {
    if ("digest" in line) expect((await registry().version("churn", line.version as number))?.digest).toBe(line.digest);
    if ("seq" in line) expect(history[(line.seq as number) - 1]?.run).toBe(line.run);
    if ("entry" in line) expect(journal[line.at as number]).toEqual(line.entry);
  }
  expect(promised.length).toBeGreaterThan(24);
});
