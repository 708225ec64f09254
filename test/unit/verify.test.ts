import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { command as registerModel } from "../../src/commands/register-model.ts";
import { command } from "../../src/commands/verify.ts";
import type { Findings } from "../../src/kernel/command.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { asMaterial, evaluationReport, fileOf, trainingReport, validationReport } from "../support/chain-reports.ts";
import { type TestHost, testHost } from "../support/host.ts";

const data = { "data/train.csv": "january", "data/test.csv": "holdout" };
const weights = "weights of the champion";
const model = digestOf(weights);
const validation = validationReport(data);
const training = trainingReport(model, { "data/train.csv": "january" }, { materials: [asMaterial(validation)] });
const evaluation = evaluationReport(model, { "data/test.csv": "holdout" }, { materials: [asMaterial(training)] });

const all = {
  ".titleholder/churn/validate-data/report.json": fileOf(validation),
  ".titleholder/churn/train/report.json": fileOf(training),
  ".titleholder/churn/evaluate-vs-champion/report.json": fileOf(evaluation),
};

/** A champion that was registered with these reports. */
async function champion(reports: Record<string, string>): Promise<TestHost> {
  const t = await testHost({ files: { "out/model.onnx": weights, ...data, ...reports }, model: "churn" });
  const inputs = registerModel.inputs.parse({ modelPath: `${t.cwd}/out/model.onnx`, promote: true });
  await registerModel.run(inputs, t.host, t.project);
  return t;
}

const verify = (t: TestHost, inputs: Record<string, unknown> = {}) =>
  command.run(command.inputs.parse(inputs), t.host, t.project);
const failed = (findings: Findings) => findings.checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
const blob = (t: TestHost, content: string) => {
  const hex = digestOf(content).slice(7);
  return `${t.cwd}/.titleholder/registry/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
};

describe("a champion with its whole chain", () => {
  test("is traced back to the raw data, which is said to be recorded only", async () => {
    await using t = await champion(all);
    const { findings, outputs } = await verify(t);
    expect(findings.verdict).toBe("pass");
    expect(outputs).toEqual({ version: 1, digest: model, missing: "" });
    expect(findings.summary).toBe(
      "churn version 1 (champion) is traced back to its raw data: 1 file recorded, not re-read",
    );
    expect(findings.materials).toContainEqual({ kind: "data", name: "data/train.csv", digest: digestOf("january") });
    expect(command.details.parse(findings.details)).toMatchObject({ status: "PASSED", version: 1 });
  });

  test("and to the very bytes, when they are read again", async () => {
    await using t = await champion(all);
    for (const pattern of [`${t.cwd}/data/*.csv`, `${t.cwd}/data`]) {
      const { findings } = await verify(t, { data: [pattern] });
      expect(findings.verdict).toBe("pass");
      expect(findings.summary).toContain("1 file read again and equal");
    }
  });

  test("needs nothing but the registry: the reports' own files may be gone", async () => {
    await using t = await champion(all);
    await rm(`${t.cwd}/.titleholder/churn`, { recursive: true });
    expect((await verify(t)).findings.verdict).toBe("pass");
  });

  test("is found by version number too", async () => {
    await using t = await champion(all);
    expect((await verify(t, { alias: 1 })).findings.summary).toContain("churn version 1 is traced");
    expect((await verify(t, { alias: "v1" })).outputs.version).toBe(1);
  });
});

describe("what is missing or broken is named", () => {
  test("a gate whose report was never kept", async () => {
    const { ".titleholder/churn/train/report.json": _training, ...rest } = all;
    await using t = await champion(rest);
    const { findings, outputs } = await verify(t);
    expect(findings.verdict).toBe("fail");
    expect(failed(findings)).toEqual(["training", "raw-data"]);
    expect(outputs.missing).toBe("training,raw-data,named-reports");
    expect(findings.summary).toBe("churn version 1 (champion) is not proven back to its raw data: training, raw-data");
  });

  test("data that was never validated", async () => {
    const { ".titleholder/churn/validate-data/report.json": _validation, ...rest } = all;
    await using t = await champion(rest);
    expect(failed((await verify(t)).findings)).toEqual(["evaluation-data", "training-data"]);
  });

  test("raw data that has changed, and raw data that is gone", async () => {
    await using t = await champion(all);
    await writeFile(`${t.cwd}/data/train.csv`, "january, mended by hand");
    const changed = (await verify(t, { data: [`${t.cwd}/data`] })).findings;
    expect(failed(changed)).toEqual(["raw-data"]);
    expect(changed.checks.find(({ id }) => id === "raw-data")?.message).toContain("data/train.csv is no longer");
    await rm(`${t.cwd}/data/train.csv`);
    expect(failed((await verify(t, { data: [`${t.cwd}/data`] })).findings)).toEqual(["raw-data"]);
  });

  test("stored bytes that have rotted, and a report that was lost from the registry", async () => {
    await using t = await champion(all);
    await writeFile(blob(t, weights), weights.replace("w", "W"));
    const rotten = (await verify(t)).findings;
    expect(failed(rotten)).toEqual(["stored-model"]);
    expect(rotten.checks[0]?.message).toContain("no longer has the digest");
    await writeFile(blob(t, weights), weights);
    await rm(blob(t, fileOf(training)));
    expect(failed((await verify(t)).findings)).toContain("stored-evidence");
  });
});

test("a statement that was edited to speak better than its report is found", async () => {
  await using t = await champion(all);
  const folder = `${t.cwd}/.titleholder/registry/models/churn/evidence/00000001`;
  const [name = ""] = await readdir(folder);
  const text = await readFile(`${folder}/${name}`, "utf8");
  await writeFile(`${folder}/${name}`, text.replace('"verdict":"pass"', '"verdict":"warn"'));
  const { findings } = await verify(t);
  expect(failed(findings)).toEqual(["stored-evidence"]);
  expect(findings.checks.find(({ id }) => id === "stored-evidence")?.message).toContain(
    "does not say what that report",
  );
});

describe("what cannot be verified is an error", () => {
  test("no such model, alias or version", async () => {
    await using t = await champion(all);
    const refusal = (inputs: Record<string, unknown>) => verify(t, inputs).catch((error: unknown) => error);
    expect(await refusal({ name: "fraud" })).toMatchObject({ code: "TH_VERSION_MISSING", place: { input: "name" } });
    expect(await refusal({ alias: "canary" })).toMatchObject({ code: "TH_VERSION_MISSING", place: { input: "alias" } });
    expect(await refusal({ alias: 7 })).toMatchObject({ code: "TH_VERSION_MISSING" });
    expect(await refusal({ alias: "latest" })).toMatchObject({ code: "TH_ALIAS_NAME" });
    expect(await refusal({ name: "../churn" })).toMatchObject({ code: "TH_MODEL_NAME" });
    expect(await refusal({ data: ["/nowhere/*.csv"] })).toMatchObject({ code: "TH_DATA_MISSING" });
  });

  test("an entry that is no longer what was written is a registry to be restored", async () => {
    await using t = await champion(all);
    const folder = `${t.cwd}/.titleholder/registry/models/churn/versions`;
    const [entry = ""] = await readdir(folder);
    await writeFile(`${folder}/${entry}`, "{");
    await expect(verify(t)).rejects.toMatchObject({ kind: "backend", code: "TH_REGISTRY_CORRUPT" });
  });
});
