import { describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { dull, evaluate, good, machine, pullRequest, rows } from "../support/evaluation.ts";
import { modelSource } from "../support/models.ts";
import { logisticRegression } from "../support/onnx-models.ts";

describe("the decision", () => {
  test("a better challenger is superior, and the report binds both models and every data file by digest", async () => {
    await using at = await machine();
    const metrics = [{ name: "roc-auc", test: "superiority" }, "log-loss", { name: "accuracy", test: "superiority" }];
    const { findings, decision, check } = await evaluate(at, {
      challenger: "good.onnx",
      champion: "dull.onnx",
      metrics,
      key: ["id"],
    });
    expect(decision).toBe("superior");
    expect(findings.summary).toMatch(
      /^challenger is superior: roc-auc \+0\.\d+, one-sided 95% bounds \+\S+ and \+\S+; log-loss \+\S+, bounds \+/,
    );
    expect(findings.tables[0]?.title).toContain("each bound is one-sided at 95%");
    expect(check("metric-accuracy")).toMatchObject({
      message: expect.stringContaining(", with one-sided bounds +"),
      method: "exact McNemar test, Tango score bounds; one-sided bounds at 95%",
    });
    expect(findings.subjects).toEqual([
      { name: "challenger", kind: "model", digest: digestOf(good), uri: "good.onnx" },
    ]);
    expect(findings.materials).toEqual([
      { name: "champion", kind: "model", digest: digestOf(dull), uri: "dull.onnx" },
      { name: "test.csv", kind: "data", digest: digestOf(rows(1500, 1)) },
    ]);
    expect(findings.details).toMatchObject({
      decision: "superior",
      purpose: "promote",
      challenger: digestOf(good),
      champion: digestOf(dull),
      rows: 1500,
      data: { files: [{ path: "test.csv", digest: digestOf(rows(1500, 1)) }] },
      metrics: [
        { name: "roc-auc", state: "superior" },
        { name: "log-loss", state: "non-inferior", margin: 0.01 },
        { name: "accuracy" },
      ],
    });
    expect(check("metric-roc-auc")).toMatchObject({
      verdict: "pass",
      n: 1500,
      interval: [expect.any(Number), expect.any(Number)],
    });
    expect(check("metric-roc-auc")?.message).toMatch(/1500 rows find a difference of [\d.]+ with 80% power/);
    expect(check("key")?.verdict).toBe("pass");
    // The challenger reads a column more than the champion did: its callers must give it.
    expect(check("signature")).toMatchObject({ verdict: "warn", message: expect.stringContaining("it also reads z") });
    expect(findings.verdict).toBe("warn");
  });

  test("a worse challenger is rejected, and the same evidence gives the same findings again", async () => {
    await using at = await machine();
    const one = await evaluate(at, { challenger: "dull.onnx", champion: "good.onnx" });
    expect(one).toMatchObject({ decision: "rejected", findings: { verdict: "fail" } });
    expect(one.check("signature")?.message).toContain("no longer reads z");
    const { timings: _first, ...findings } = one.findings;
    const { timings: _second, ...again } = (await evaluate(at, { challenger: "dull.onnx", champion: "good.onnx" }))
      .findings;
    expect(again).toEqual(findings);
  });

  test("a refactoring is non-inferior, and not superior", async () => {
    await using at = await machine();
    expect(await evaluate(at, { challenger: "refactored.onnx", champion: "good.onnx" })).toMatchObject({
      decision: "non-inferior",
      findings: { verdict: "warn" },
    });
    const metrics = [{ name: "roc-auc", test: "superiority" }];
    const asked = await evaluate(at, { challenger: "refactored.onnx", champion: "good.onnx", metrics });
    expect(asked).toMatchObject({ decision: "inconclusive", findings: { verdict: "inconclusive" } });
  });

  test("few rows are inconclusive, and the report tells how many it would take", async () => {
    const near = logisticRegression({ weights: { x: 1.5, z: -0.6 } });
    await using at = await machine({ "test.csv": rows(60, 2), "near.onnx": near });
    const { decision, check } = await evaluate(at, {
      challenger: "near.onnx",
      champion: "good.onnx",
      metrics: ["accuracy"],
    });
    expect(decision).toBe("inconclusive");
    expect(check("metric-accuracy")?.message).toMatch(
      /\d+ rows would settle it with that power if the models are equal/,
    );
  });

  test("the same file is unchanged without a row being read", async () => {
    await using at = await machine({ "copy.onnx": good });
    const { decision, findings } = await evaluate(at, { challenger: "copy.onnx", champion: "good.onnx" });
    expect(decision).toBe("unchanged");
    expect(findings).toMatchObject({ verdict: "pass", details: { rows: 0, metrics: [] } });
    expect(at.logs.some((line) => line.includes("scoring"))).toBe(false);
  });

  test("other bytes with the same answers are unchanged too, even where superiority was asked", async () => {
    await using at = await machine({
      "renamed.onnx": logisticRegression({ weights: { x: 1.5, z: -1 }, metadata: { author: "b" } }),
    });
    const metrics = [{ name: "roc-auc", test: "superiority" }];
    expect(await evaluate(at, { challenger: "renamed.onnx", champion: "good.onnx", metrics })).toMatchObject({
      decision: "unchanged",
      findings: { verdict: "pass" },
    });
  });
});

describe("no champion", () => {
  test("is said aloud, and the challenger must beat the commonest class", async () => {
    await using at = await machine();
    const { decision, findings, check } = await evaluate(at, {
      challenger: "good.onnx",
      champion: "registry:m@champion",
    });
    expect(decision).toBe("unbaselined-pass");
    expect(findings.verdict).toBe("warn");
    expect(check("champion")?.message).toContain("there is no registry:m@champion yet");
    expect(findings.details).toMatchObject({ champion: null, baseline: "majority" });
    expect(await evaluate(at, { challenger: "useless.onnx" })).toMatchObject({
      decision: "unbaselined-fail",
      findings: { verdict: "fail" },
    });
  });

  test("and no baseline compares with nothing, which is said as well", async () => {
    await using at = await machine();
    const { decision, findings, check } = await evaluate(at, { challenger: "good.onnx", baseline: "none" });
    expect(decision).toBe("unbaselined-pass");
    expect(check("champion")?.message).toContain("compared with nothing");
    expect(findings.tables[0]?.rows.map(([name]) => name)).toEqual(["roc-auc", "log-loss"]);
  });

  test.each([
    ["champion", "registry:flights@champoin", "registry has no alias champoin of flights", 'did you mean "champion"?'],
    ["champion", "registry:flights@nightly", "no alias nightly of flights", "write one of: challenger, champion, 1"],
    ["champion", "registry:flights@99", "has no version 99 of flights", "write one of its versions: 1"],
    ["champion", "registry:flihgts@champion", "has no model flihgts", 'did you mean "flights"?'],
    [
      "champion",
      "registry:fraud",
      "has no model fraud",
      "write one of: flights. If the model is new, write model: fraud",
    ],
    ["champion", "registry:churn@challenger", "has no model churn", "register a model as churn first"],
    ["challenger", "registry:flights@chalenger", "no alias chalenger", 'did you mean "challenger"?'],
  ])("%s %s is a slip of the pen, and refused", async (input, reference, message, fix) => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    await registry.register("flights", modelSource({ "model.onnx": dull }));
    const move = { from: null, to: 1, at: "", actor: "mona", reason: "first" };
    await registry.moveAlias("flights", { ...move, alias: "challenger" });
    const given = { challenger: "good.onnx", [input]: reference };
    await expect(evaluate({ ...at, project: { ...at.project, model: "churn" } }, given)).rejects.toMatchObject({
      kind: "configuration",
      code: "TH_MODEL_MISSING",
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
      place: { input },
    });
  });

  test("the first champion may be absent beside other models, for a known model and for the project's own", async () => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    await registry.register("flights", modelSource({ "model.onnx": dull }));
    for (const model of ["flights", "churn"]) {
      const own = { ...at, project: { ...at.project, model } };
      const { decision } = await evaluate(own, { challenger: "good.onnx", champion: `registry:${model}@champion` });
      expect(decision).toBe("unbaselined-pass");
    }
  });

  test("without any model in the registry an alias other than champion is refused as well", async () => {
    await using at = await machine();
    for (const reference of ["registry:m@champoin", "registry:m@1"]) {
      await expect(evaluate(at, { challenger: "good.onnx", champion: reference })).rejects.toMatchObject({
        code: "TH_MODEL_MISSING",
        fix: expect.stringContaining("registry:m@champion"),
      });
    }
  });

  test("a champion in the registry is found by its alias", async () => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    const version = await registry.register("m", modelSource({ "model.onnx": dull }));
    const move = {
      alias: "champion",
      from: null,
      to: version.version,
      at: "2026-01-01T00:00:00.000Z",
      actor: "mona",
      reason: "first",
    };
    expect((await registry.moveAlias("m", move)).ok).toBe(true);
    const { decision, findings } = await evaluate(at, { challenger: "good.onnx", champion: "registry:m@champion" });
    expect(decision).toBe("non-inferior");
    expect(findings.materials[0]).toMatchObject({ name: "champion", digest: digestOf(dull), uri: "registry:m@1" });
  });
});

describe("what the rows are for", () => {
  const models = { challenger: "refactored.onnx", champion: "good.onnx" };

  test("a pull request screens on its own rows, and warns when it must read the holdout", async () => {
    await using at = await machine({ "validation.csv": rows(1500, 3) }, pullRequest);
    const own = await evaluate(at, { ...models, screenData: "validation.csv" });
    expect(own.findings).toMatchObject({
      verdict: "pass",
      details: { purpose: "screen", data: { files: [{ path: "validation.csv" }] } },
    });
    const holdout = await evaluate(at, models);
    expect(holdout.check("holdout")).toMatchObject({ verdict: "warn", place: { input: "screen-data" } });
    expect(holdout.decision).toBe("non-inferior");
  });

  test("screening rows that are a copy of the holdout are found by content", async () => {
    await using at = await machine({ "copy.csv": rows(1500, 1) });
    const { check } = await evaluate(at, { ...models, purpose: "screen", screenData: "copy.csv" });
    expect(check("holdout")).toMatchObject({ verdict: "warn", message: expect.stringContaining("copy.csv") });
  });

  test("a screen works where the holdout is out of reach", async () => {
    await using at = await machine({ "validation.csv": rows(1500, 3) });
    const { check } = await evaluate(at, {
      ...models,
      purpose: "screen",
      data: "locked/test.parquet",
      screenData: "validation.csv",
    });
    expect(check("holdout")?.verdict).toBe("pass");
  });
});
