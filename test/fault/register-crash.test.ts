import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { command } from "../../src/commands/register-model.ts";
import { command as verify } from "../../src/commands/verify.ts";
import { nodeFiles } from "../../src/hosts/files.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Files } from "../../src/kernel/files.ts";
import { implementation } from "../../src/registry/backends/file.ts";
import { asMaterial, evaluationReport, fileOf, trainingReport, validationReport } from "../support/chain-reports.ts";
import { Crash, crashingFiles } from "../support/fault-files.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { expectWhole, quickFolder, tree } from "../support/registry-state.ts";

const data = { "data/train.csv": "january" };
const [first, second] = ["the first champion's weights", "the second champion's weights"];

/** Everything that a promotion reads: the model, and a report of each gate. */
function promotionFiles(weights: string, champion: string | null): Record<string, string> {
  const model = digestOf(weights);
  const validation = validationReport(data);
  const training = trainingReport(model, data, { materials: [asMaterial(validation)] });
  const evaluation = evaluationReport(model, data, { champion: champion === null ? null : digestOf(champion) });
  const reports = Object.fromEntries(
    [validation, training, evaluation].map((report) => [`reports/${report.command}/report.json`, fileOf(report)]),
  );
  return { "out/model.onnx": weights, ...reports };
}

async function promote(t: TestHost, cwd: string, files: Files) {
  const host = { ...t.host, cwd, files, now: () => new Date("2026-01-31T12:00:00.000Z") };
  const inputs = command.inputs.parse({
    modelPath: "out/model.onnx",
    evidence: ["reports/**/report.json"],
    tags: { ticket: "ML-42", owner: "ada" },
    registry: "file:registry",
    promote: true,
  });
  return command.run(inputs, host, t.project);
}

async function lay(cwd: string, files: Record<string, string>): Promise<void> {
  const writer = nodeFiles();
  for (const [path, content] of Object.entries(files)) await writer.replace(join(cwd, path), Buffer.from(content));
}

test("a promotion stopped at any step leaves the old champion or the new one, never half of it; a rerun completes it", {
  timeout: 180_000,
}, async () => {
  await using t = await testHost({ model: "churn" });
  await using folder = await quickFolder();
  const before = join(folder.path, "before");
  await lay(before, promotionFiles(first, null));
  await promote(t, before, nodeFiles());
  await lay(before, promotionFiles(second, first));

  const counted = join(folder.path, "counted");
  await cp(before, counted, { recursive: true });
  const counting = crashingFiles();
  const done = await promote(t, counted, counting);
  expect(done.outputs).toMatchObject({ version: 2, aliasBefore: 1, aliasAfter: 2, status: "PASSED" });
  const wanted = await tree(join(counted, "registry"));

  for (let stop = 1; stop <= counting.steps(); stop++) {
    const cwd = join(folder.path, `stop ${stop}`);
    await cp(before, cwd, { recursive: true });
    await expect(promote(t, cwd, crashingFiles(stop)), `step ${stop}`).rejects.toBeInstanceOf(Crash);

    const host = { ...t.host, cwd };
    const registry = implementation.create({ location: "registry" }, host);
    await expectWhole(registry, {
      models: ["churn"],
      aliases: ["champion", "previous-champion"],
      streams: ["tags/churn/2"],
    });
    const champion = await registry.version("churn", "@champion");
    expect([digestOf(first), digestOf(second)]).toContain(champion?.digest);
    // Whatever is champion already has all its evidence: the alias moves last.
    const inputs = verify.inputs.parse({ registry: "file:registry" });
    const found = await verify.run(inputs, host, t.project);
    expect(found.findings.verdict, `step ${stop}`).toBe("pass");

    const again = await promote(t, cwd, nodeFiles());
    expect(again.findings).toEqual(done.findings);
    expect(again.outputs).toEqual(done.outputs);
    expect(await tree(join(cwd, "registry")), `step ${stop}`).toEqual(wanted);
    await rm(cwd, { recursive: true });
  }
  expect(counting.steps()).toBeGreaterThanOrEqual(70);
});
