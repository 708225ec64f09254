import { describe, expect, test } from "vitest";
import { readTags } from "../../src/commands/model-tags.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { command } from "../../src/commands/register-model.ts";
import type { Findings } from "../../src/kernel/command.ts";
import { digestOf, digestOfJson } from "../../src/kernel/digest.ts";
import type { Json } from "../../src/kernel/json.ts";
import { validationTag } from "../../src/registry/tags.ts";
import {
  asEvidence,
  asMaterial,
  evaluationReport,
  fileOf,
  trainingReport,
  validationReport,
} from "../support/chain-reports.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { allOf } from "../support/models.ts";
import { tree } from "../support/registry-state.ts";

const data = { "data/train.csv": "january", "data/test.csv": "holdout" };
const weights = "weights of the challenger";
const model = digestOf(weights);
const validation = validationReport(data);
const training = trainingReport(model, { "data/train.csv": "january" }, { materials: [asMaterial(validation)] });
const evaluation = evaluationReport(model, { "data/test.csv": "holdout" });

const modelFile = { "out/model.onnx": weights };
const path = (gate: string) => `.titleholder/churn/${gate}/report.json`;
const wholeEvidence = {
  [path("validate-data")]: fileOf(validation),
  [path("train")]: fileOf(training),
  [path("evaluate-vs-champion")]: fileOf(evaluation),
};

const start = (files: Record<string, string>) => testHost({ files: { ...modelFile, ...files }, model: "churn" });

function register(t: TestHost, inputs: Record<string, unknown> = {}) {
  return command.run(command.inputs.parse({ modelPath: `${t.cwd}/out/model.onnx`, ...inputs }), t.host, t.project);
}

const registryOf = (t: TestHost) => openRegistry(undefined, t.host, { allowEphemeral: false });
const verdictOf = (findings: Findings, id: string) => findings.checks.find((check) => check.id === id)?.verdict;

/** Registers another model as champion, by the whole way. */
async function crown(t: TestHost, content: string, champion: string | null): Promise<void> {
  const digest = digestOf(content);
  const report = evaluationReport(digest, {}, { champion: champion === null ? null : digestOf(champion) });
  await t.write("crown/model.onnx", content);
  await t.write("crown/report.json", fileOf(report));
  const { findings } = await register(t, {
    modelPath: `${t.cwd}/crown/model.onnx`,
    evidence: [`${t.cwd}/crown/report.json`],
    promote: true,
  });
  if (findings.verdict === "fail") throw new Error(findings.summary);
}

describe("a model with its evidence", () => {
  test("becomes version 1, PASSED, and the challenger, with its evidence beside it", async () => {
    await using t = await start(wholeEvidence);
    const { findings, outputs } = await register(t, { tags: { ticket: "ML-42" } });
    expect(outputs).toEqual({
      version: 1,
      uri: "file:.titleholder/registry/churn@1",
      digest: model,
      aliasBefore: undefined,
      aliasAfter: 1,
      status: "PASSED",
    });
    expect(findings.subjects).toEqual([{ kind: "model", name: "churn", digest: model }]);
    expect(findings.materials.map(({ name }) => name)).toEqual(["evaluate-vs-champion", "train", "validate-data"]);
    expect(findings.summary).toBe("churn version 1 is registered as PASSED; challenger moved to version 1");
    const registry = await registryOf(t);
    const version = await registry.version("churn", "@challenger");
    if (version === undefined) throw new Error("there is no challenger");
    expect(await readTags(registry, version)).toEqual({ ticket: "ML-42", [validationTag]: "PASSED" });
    const kept = (await registry.evidence(version)).map(({ statement }) => statement.predicate.command).sort();
    expect(kept).toEqual(["evaluate-vs-champion", "train", "validate-data"]);
    expect(command.details.parse(findings.details)).toEqual(findings.details);
  });

  test("an evaluation without a champion is said aloud", async () => {
    await using t = await start(wholeEvidence);
    const { findings } = await register(t);
    expect(findings.verdict).toBe("warn");
    expect(findings.checks.find(({ id }) => id === "baseline")?.message).toContain("unbaselined");
  });

  test("a rerun moves nothing, writes nothing and finds the same", async () => {
    await using t = await start(wholeEvidence);
    const first = await register(t);
    const before = await tree(`${t.cwd}/.titleholder/registry`);
    const again = await register(t);
    expect(await tree(`${t.cwd}/.titleholder/registry`)).toEqual(before);
    expect(again.outputs).toEqual(first.outputs);
    expect(digestOfJson(again.findings as unknown as Json)).toBe(digestOfJson(first.findings as unknown as Json));
  });

  test("a rerun says the same of several reports of one gate, wherever each of them was found", async () => {
    const more = Array.from({ length: 6 }, (_, at) => {
      const files = { ...data, [`data/${at}.csv`]: `${at}` };
      return [`.titleholder/churn/validate-${at}/report.json`, fileOf(validationReport(files))] as const;
    });
    await using t = await start({ ...wholeEvidence, ...Object.fromEntries(more) });
    const first = await register(t);
    // The registry lists by digest, the disk by path.
    expect(first.findings.materials).toHaveLength(9);
    expect((await register(t)).findings).toEqual(first.findings);
    const fewer = await register(t, { evidence: [`${t.cwd}/.titleholder/churn/validate-3/report.json`] });
    expect(fewer.findings).toEqual(first.findings);
  });

  test("a dry run decides the same and writes nothing", async () => {
    await using t = await start(wholeEvidence);
    const dry = await register(t, { dryRun: true });
    expect(await t.host.files.facts(`${t.cwd}/.titleholder/registry`)).toBeUndefined();
    expect(dry.outputs).toMatchObject({ version: undefined, status: "PASSED", digest: model });
    expect(dry.findings.summary).toBe("churn would be registered as PASSED; challenger would move to it");
    const real = await register(t);
    expect(real.findings.checks).toEqual(dry.findings.checks);
  });

  test("a folder of any kind is registered without being opened", async () => {
    await using t = await start({ "out/folder/weights.pt": "not a pickle", "out/folder/deep/MLmodel": "flavors:" });
    const { outputs } = await register(t, { modelPath: `${t.cwd}/out/folder` });
    const version = await (await registryOf(t)).version("churn", outputs.version ?? 0);
    expect(version?.files.map((file) => file.path)).toEqual(["deep/MLmodel", "weights.pt"]);
  });

  test("reports of other models that a glob finds are passed over", async () => {
    const stranger = evaluationReport(digestOf("stranger"), {}, { model: "fraud", verdict: "fail" });
    await using t = await start({
      ...wholeEvidence,
      ".titleholder/fraud/evaluate-vs-champion/report.json": fileOf(stranger),
    });
    const { findings, outputs } = await register(t);
    expect(outputs.status).toBe("PASSED");
    expect(findings.materials.map(({ digest }) => digest)).not.toContain(asEvidence(stranger).digest);
  });
});

describe("a model whose evidence does not carry it", () => {
  test("without an evaluation it is stored as PENDING, and no alias moves", async () => {
    await using t = await start({});
    const { findings, outputs } = await register(t);
    expect(findings.verdict).toBe("inconclusive");
    expect(outputs).toMatchObject({ version: 1, status: "PENDING", aliasAfter: undefined });
    expect(findings.checks[0]?.message).toContain(model);
    expect(await (await registryOf(t)).alias("churn", "challenger")).toBeUndefined();
  });

  test("an evaluation of another model is refused with both digests", async () => {
    const other = digestOf("another model");
    await using t = await start({ [path("evaluate-vs-champion")]: fileOf(evaluationReport(other, {})) });
    const { findings, outputs } = await register(t);
    expect(findings.verdict).toBe("fail");
    expect(outputs).toMatchObject({ status: "PENDING", aliasAfter: undefined });
    const message = findings.checks.find(({ id }) => id === "evaluation")?.message;
    expect(message).toContain(other);
    expect(message).toContain(model);
  });

  test("a report that is named and about another model is refused even beside good evidence", async () => {
    const other = trainingReport(digestOf("another model"), {}, { model: "fraud" });
    await using t = await start({ ...wholeEvidence, "other/report.json": fileOf(other) });
    const evidence = [`${t.cwd}/.titleholder/**/report.json`, `${t.cwd}/other/report.json@${asEvidence(other).digest}`];
    const { findings, outputs } = await register(t, { evidence });
    expect(verdictOf(findings, "named-evidence")).toBe("fail");
    expect(outputs).toMatchObject({ status: "PASSED", aliasAfter: undefined });
  });

  test("a report with one altered byte is an error, and nothing is written", async () => {
    const altered = fileOf(evaluation).replace('"decision":"unbaselined-pass"', '"decision":"unbaselined-pasS"');
    await using t = await start({ ...wholeEvidence, [path("evaluate-vs-champion")]: altered });
    await expect(register(t)).rejects.toMatchObject({
      code: "TH_EVIDENCE_ALTERED",
      place: { file: path("evaluate-vs-champion") },
    });
    expect(await t.host.files.facts(`${t.cwd}/.titleholder/registry`)).toBeUndefined();
  });

  test.each([
    ["fail", "FAILED", "fail"],
    ["inconclusive", "PENDING", "inconclusive"],
  ] as const)("an evaluation that says %s makes it %s", async (verdict, status, overall) => {
    await using t = await start({
      ...wholeEvidence,
      [path("evaluate-vs-champion")]: fileOf(evaluationReport(model, { "data/test.csv": "holdout" }, { verdict })),
    });
    const { findings, outputs } = await register(t);
    expect(findings.verdict).toBe(overall);
    expect(outputs).toMatchObject({ version: 1, status, aliasAfter: undefined });
  });

  test("of two evaluations the worse one counts, and an edit of when they ran changes nothing", async () => {
    const bad = fileOf(evaluationReport(model, {}, { champion: digestOf("another"), verdict: "fail" }));
    const good = fileOf(evaluationReport(model, {}, { verdict: "warn", finished: "2026-01-01T00:00:00.000Z" }));
    const edited = good.replaceAll('"finished":"2026', '"finished":"2027');
    expect(edited).not.toBe(good);
    for (const better of [good, edited]) {
      await using t = await start({ "bad.json": bad, "good.json": better });
      const { findings, outputs } = await register(t, {
        evidence: [`${t.cwd}/bad.json`, `${t.cwd}/good.json`],
        dryRun: true,
      });
      expect(findings.verdict).toBe("fail");
      expect(outputs.status).toBe("FAILED");
      expect(findings.checks.find(({ id }) => id === "evaluation")?.message).toContain("2 evaluations disagree");
    }
  });

  test("a refusal is remembered: later evidence that is better does not make it unsaid", async () => {
    await using t = await start({
      [path("evaluate-vs-champion")]: fileOf(evaluationReport(model, {}, { verdict: "fail" })),
    });
    expect((await register(t)).outputs.status).toBe("FAILED");
    await t.write(path("evaluate-vs-champion"), fileOf(evaluation));
    expect((await register(t)).outputs.status).toBe("FAILED");
  });

  test("data that failed its validation, or was changed after it, fails the model", async () => {
    const failed = fileOf(validationReport(data, { verdict: "fail" }));
    await using t = await start({ ...wholeEvidence, [path("validate-data")]: failed });
    expect((await register(t)).outputs.status).toBe("FAILED");
    const other = fileOf(validationReport({ ...data, "data/train.csv": "before" }));
    await using u = await start({ ...wholeEvidence, [path("validate-data")]: other });
    const { findings, outputs } = await register(u);
    expect(verdictOf(findings, "training-data")).toBe("fail");
    expect(outputs.status).toBe("FAILED");
  });
});

describe("promotion", () => {
  test("makes the first champion, and then the next, with the one before kept for a rollback", async () => {
    await using t = await start({});
    await crown(t, "first champion", null);
    await crown(t, "second champion", "first champion");
    const registry = await registryOf(t);
    expect((await registry.alias("churn", "champion"))?.to).toBe(2);
    expect((await registry.alias("churn", "previous-champion"))?.to).toBe(1);
    expect(await registry.alias("churn", "challenger")).toBeUndefined();
    const history = await allOf(registry.history("churn", "champion"));
    expect(history.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      [null, 1, "promoted on an evaluation: unbaselined-pass"],
      [1, 2, "promoted on an evaluation: superior"],
    ]);
    expect(history.every(({ actor }) => actor === t.host.actor)).toBe(true);
  });

  test("a rerun of the promotion changes nothing", async () => {
    await using t = await start({});
    await crown(t, "first champion", null);
    await crown(t, "second champion", "first champion");
    const before = await tree(`${t.cwd}/.titleholder/registry`);
    await crown(t, "second champion", "first champion");
    expect(await tree(`${t.cwd}/.titleholder/registry`)).toEqual(before);
  });

  test("is measured by the champion that stood, in a rerun after it too", async () => {
    await using t = await start({});
    await crown(t, "first champion", null);
    const against = { champion: digestOf("first champion") };
    await t.write("former.json", fileOf(evaluationReport(model, {}, { champion: digestOf("older"), verdict: "fail" })));
    await t.write("now.json", fileOf(evaluationReport(model, {}, against)));
    await t.write(
      "screen.json",
      fileOf(evaluationReport(model, {}, { ...against, purpose: "screen", verdict: "fail" })),
    );
    const evidence = ["former", "now", "screen"].map((name) => `${t.cwd}/${name}.json`);
    const first = await register(t, { promote: true, evidence });
    expect(first.findings.verdict).toBe("pass");
    expect(first.outputs.aliasAfter).toBe(2);
    const again = await register(t, { promote: true, evidence });
    expect(again.findings).toEqual(first.findings);
  });

  test("needs an evaluation against the champion that stands now", async () => {
    await using t = await start(wholeEvidence);
    await crown(t, "first champion", null);
    const { findings, outputs } = await register(t, { promote: true });
    expect(verdictOf(findings, "compared-champion")).toBe("fail");
    expect(outputs).toMatchObject({ aliasBefore: 1, aliasAfter: 1, status: "PASSED" });
    const challenger = await register(t);
    expect(verdictOf(challenger.findings, "compared-champion")).toBe("warn");
    expect(challenger.outputs.aliasAfter).toBe(2);
  });

  test("needs an evaluation that was made to promote", async () => {
    const screening = evaluationReport(model, { "data/test.csv": "holdout" }, { purpose: "screen" });
    await using t = await start({ ...wholeEvidence, [path("evaluate-vs-champion")]: fileOf(screening) });
    expect(verdictOf((await register(t, { promote: true })).findings, "purpose")).toBe("fail");
    expect((await register(t)).outputs.aliasAfter).toBe(1);
  });

  test("can rest on evidence that the registry keeps, on a machine that has no report", async () => {
    await using t = await start(wholeEvidence);
    await register(t);
    const { outputs } = await register(t, { promote: true, evidence: [`${t.cwd}/none/**/report.json`] });
    expect(outputs).toMatchObject({ aliasAfter: 1, status: "PASSED" });
  });

  test("of two promotions at the same time against the same champion one wins, and the other is told", async () => {
    await using t = await start({});
    await crown(t, "first champion", null);
    for (const name of ["a", "b"]) {
      await t.write(`${name}/model.onnx`, name);
      await t.write(
        `${name}/report.json`,
        fileOf(evaluationReport(digestOf(name), {}, { champion: digestOf("first champion") })),
      );
    }
    const results = await Promise.all(
      ["a", "b"].map((name) =>
        register(t, {
          modelPath: `${t.cwd}/${name}/model.onnx`,
          evidence: [`${t.cwd}/${name}/report.json`],
          promote: true,
        }),
      ),
    );
    expect(results.map(({ findings }) => findings.verdict).sort()).toEqual(["fail", "pass"]);
    const registry = await registryOf(t);
    expect(await allOf(registry.history("churn", "champion"))).toHaveLength(2);
    expect((await registry.alias("churn", "previous-champion"))?.to).toBe(1);
  });
});

describe("the expected place of the alias", () => {
  test("`none` and a version number hold the move to what was known", async () => {
    await using t = await start(wholeEvidence);
    expect((await register(t, { expectAlias: 4 })).findings.verdict).toBe("fail");
    expect((await register(t, { expectAlias: "none" })).outputs.aliasAfter).toBe(1);
    expect((await register(t, { expectAlias: "none" })).outputs.aliasAfter).toBe(1);
    await t.write("out/next.onnx", "next");
    await t.write("next/report.json", fileOf(evaluationReport(digestOf("next"), {})));
    const next = (expectAlias: unknown) =>
      register(t, { modelPath: `${t.cwd}/out/next.onnx`, evidence: [`${t.cwd}/next/report.json`], expectAlias });
    const refused = await next("none");
    expect(refused.findings.checks.find(({ id }) => id === "expected-alias")).toMatchObject({
      verdict: "fail",
      observed: 1,
      expected: null,
    });
    expect(refused.outputs.aliasAfter).toBe(1);
    expect((await next(1)).outputs).toMatchObject({ aliasBefore: 1, aliasAfter: 2 });
  });
});

describe("input that cannot be right", () => {
  test.each([
    [{ modelPath: "/nowhere/model.onnx" }, "TH_MODEL_MISSING"],
    [{ name: "a/b" }, "TH_MODEL_NAME"],
    [{ alias: "v1" }, "TH_ALIAS_NAME"],
    [{ alias: "champion" }, "TH_ALIAS_RESERVED"],
    [{ alias: "previous-champion" }, "TH_ALIAS_RESERVED"],
    [{ tags: { model_validation_status: "PASSED" } }, "TH_TAG_RESERVED"],
    [{ registry: "s3:bucket" }, "TH_REGISTRY_ADDRESS"],
    [{ registry: "file:out" }, "TH_REGISTRY_LOCATION"],
    [{ registry: "file:out/model.onnx" }, "TH_REGISTRY_LOCATION"],
    [{ evidence: ["/nowhere/report.json"] }, "TH_EVIDENCE_MISSING"],
    [{ evidence: ["out/model.onnx"] }, "TH_EVIDENCE_SYNTAX"],
  ])("%j is %s", async (inputs, code) => {
    await using t = await start(wholeEvidence);
    const before = await tree(t.cwd);
    const refused: unknown = await register(t, inputs).catch((error: unknown) => error);
    expect(refused).toMatchObject({ kind: "configuration", code });
    expect((refused as { fix: string }).fix).not.toBe("");
    expect(await tree(t.cwd)).toEqual(before);
  });
});
