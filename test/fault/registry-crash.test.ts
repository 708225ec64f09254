import { rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeFiles } from "../../src/hosts/files.ts";
import type { Files } from "../../src/kernel/files.ts";
import type { Host } from "../../src/kernel/host.ts";
import { statementOf } from "../../src/lineage/evidence.ts";
import { implementation } from "../../src/registry/backends/file.ts";
import type { ModelRegistry, ModelVersion } from "../../src/registry/registry.ts";
import { serializeReport } from "../../src/report/report.ts";
import { evaluationReport, trainingReport } from "../support/chain-reports.ts";
import { Crash, crashingFiles, failingFiles } from "../support/fault-files.ts";
import { allOf, modelSource, oneFile } from "../support/models.ts";
import { expectWhole, quickFolder, tree } from "../support/registry-state.ts";

let root: string;
let runs = 0;
let remove: () => PromiseLike<void>;
beforeAll(async () => {
  const folder = await quickFolder();
  root = folder.path;
  remove = () => folder[Symbol.asyncDispose]();
});
afterAll(() => remove());

const parts = { models: ["churn"], aliases: ["challenger", "champion"], streams: ["rollout/churn", "tags/churn/1"] };
const clock = () => new Date("2026-01-31T12:00:00.000Z");

function registryOn(folder: string, files: Files): ModelRegistry {
  const host = { cwd: folder, files, now: clock } satisfies Partial<Host>;
  return implementation.create({ location: "registry" }, host as unknown as Host);
}

/** A morning's work with a registry, written so that it may be begun again: what a command does. */
async function work(registry: ModelRegistry): Promise<void> {
  const first = await registry.register("churn", oneFile("first ".repeat(500)));
  await attachReports(registry, first);
  await point(registry, "challenger", first);
  await point(registry, "champion", first);
  for (const [index, step] of ["start", "weight 5", "weight 50"].entries()) {
    const length = (await allOf(registry.entries("rollout/churn"))).length;
    if (length === index) await registry.append("rollout/churn", index, { step });
  }
  const second = await registry.register(
    "churn",
    modelSource({ "model.onnx": "second", "weights.bin": "w".repeat(2500) }),
  );
  await attachReports(registry, second);
  if ((await allOf(registry.entries("tags/churn/1"))).length === 0) await registry.append("tags/churn/1", 0, "old");
  await point(registry, "champion", second);
}

async function attachReports(registry: ModelRegistry, version: ModelVersion): Promise<void> {
  for (const report of [trainingReport(version.digest, { "a.csv": "a" }), evaluationReport(version.digest, {})]) {
    const { bytes, digest } = serializeReport(report);
    await registry.attach(version, statementOf(report, digest), bytes);
  }
}

async function point(registry: ModelRegistry, alias: string, { name, version }: ModelVersion): Promise<void> {
  const from = (await registry.alias(name, alias))?.to ?? null;
  if (from !== null && from >= version) return;
  const move = { alias, from, to: version, at: "2026-01-31T12:00:00.000Z", actor: "ada", reason: "work", run: "run 1" };
  await registry.moveAlias(name, move);
}

/** The registry after undisturbed work, and the number of steps that took. */
async function undisturbed() {
  const folder = join(root, `run ${runs++}`);
  const counting = crashingFiles();
  await work(registryOn(folder, counting));
  return { state: await tree(folder), steps: counting.steps() };
}

test("stopped at every step of every write the registry is whole, and a rerun ends where undisturbed work ends", {
  timeout: 180_000,
}, async () => {
  const { state, steps } = await undisturbed();
  for (let stop = 1; stop <= steps; stop++) {
    const folder = join(root, `run ${runs++}`);
    await expect(work(registryOn(folder, crashingFiles(stop))), `step ${stop}`).rejects.toBeInstanceOf(Crash);
    await expectWhole(registryOn(folder, nodeFiles()), parts);
    await work(registryOn(folder, nodeFiles()));
    expect(await tree(folder), `step ${stop}`).toEqual(state);
    await rm(folder, { recursive: true });
  }
  expect(steps).toBeGreaterThanOrEqual(150);
});

test("stopped again and again at any steps, work still ends in the same place", async () => {
  const { state, steps } = await undisturbed();
  const stops = fc.array(fc.integer({ min: 1, max: steps }), { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(stops, async (sequence) => {
      const folder = join(root, `run ${runs++}`);
      for (const stop of sequence) {
        await work(registryOn(folder, crashingFiles(stop))).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        await expectWhole(registryOn(folder, nodeFiles()), parts);
      }
      await work(registryOn(folder, nodeFiles()));
      expect(await tree(folder)).toEqual(state);
      await rm(folder, { recursive: true });
    }),
    { numRuns: 25 },
  );
});

test("a disk that fills up at any step leaves the registry whole, says so, and lets the work be finished later", async () => {
  const { state, steps } = await undisturbed();
  for (let failAt = 1; failAt <= steps; failAt += 3) {
    const folder = join(root, `run ${runs++}`);
    await expect(work(registryOn(folder, failingFiles(failAt, "ENOSPC")))).rejects.toMatchObject({
      kind: "configuration",
      code: "TH_FILE_NO_SPACE",
    });
    await expectWhole(registryOn(folder, nodeFiles()), parts);
    await work(registryOn(folder, nodeFiles()));
    expect(await tree(folder)).toEqual(state);
    await rm(folder, { recursive: true });
  }
});
