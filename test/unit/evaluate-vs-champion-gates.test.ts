import { describe, expect, test } from "vitest";
import { dull, evaluate, good, machine, refactored } from "../support/evaluation.ts";
import { logisticRegression, memoryHungry } from "../support/onnx-models.ts";

const both = { challenger: "good.onnx", champion: "dull.onnx" };

describe("thresholds", () => {
  test("pass when the bound reaches them, fail when it excludes them, and are undecided in between", async () => {
    await using at = await machine();
    const metrics = [
      { name: "roc-auc", threshold: 0.7 },
      { name: "accuracy", threshold: 0.99 },
      { name: "log-loss", threshold: 0.48 },
      { name: "average-precision", threshold: 0.5 },
      { name: "ece", threshold: 0.2 },
    ];
    const { check, decision, findings } = await evaluate(at, { ...both, metrics });
    expect(check("threshold-roc-auc")).toMatchObject({ verdict: "pass", expected: 0.7 });
    expect(check("threshold-accuracy")?.verdict).toBe("fail");
    expect(check("threshold-accuracy")?.message).toMatch(/^accuracy is 0\.\d+, .* so that it is not at least 0\.99$/);
    expect(check("threshold-log-loss")).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringContaining("too little evidence whether it is at most 0.48"),
    });
    expect(check("threshold-ece")?.verdict).toBe("pass");
    expect(findings.details).toMatchObject({ thresholds: [{ metric: "roc-auc", state: "reached" }, {}, {}, {}, {}] });
    // The metrics' own tests pass; a threshold that is missed refuses all the same.
    expect(decision).toBe("rejected");
    expect(findings.summary).toMatch(
      /^rejected by threshold-accuracy; by the metrics alone challenger is (non-inferior|superior)/,
    );
    expect(findings.verdict).toBe("fail");
  });

  test("an undecided threshold leaves the decision open", async () => {
    await using at = await machine();
    const { decision, findings } = await evaluate(at, { ...both, metrics: [{ name: "log-loss", threshold: 0.48 }] });
    expect(decision).toBe("inconclusive");
    expect(findings.summary).toMatch(/^inconclusive by threshold-log-loss; /);
  });

  test("decide where there is neither champion nor baseline", async () => {
    await using at = await machine();
    const alone = { challenger: "good.onnx", baseline: "none" };
    const reached = await evaluate(at, { ...alone, metrics: [{ name: "roc-auc", threshold: 0.7 }] });
    expect(reached).toMatchObject({ decision: "unbaselined-pass", findings: { verdict: "warn" } });
    const missed = await evaluate(at, { ...alone, metrics: [{ name: "roc-auc", threshold: 0.99 }] });
    expect(missed).toMatchObject({ decision: "unbaselined-fail", findings: { verdict: "fail" } });
  });
});

describe("size and memory", () => {
  const heavy = logisticRegression({ weights: { x: 1.5, z: -1 }, metadata: { notes: "n".repeat(20_000) } });

  test("a model over its size, or too many times the champion's, fails", async () => {
    await using at = await machine({ "heavy.onnx": heavy });
    const given = { challenger: "heavy.onnx", champion: "refactored.onnx" };
    const { check, findings } = await evaluate(at, { ...given, size: { max: "10kB", growth: 1.5 } });
    expect(check("size")).toMatchObject({ verdict: "fail", observed: heavy.byteLength, expected: 10_000 });
    expect(check("size-growth")).toMatchObject({
      verdict: "fail",
      message: expect.stringMatching(
        /^the challenger's size is 20\.\d kB, \d+(\.\d+)? times the champion's \d+ B: over/,
      ),
    });
    expect(findings.details).toMatchObject({
      size: { challenger: heavy.byteLength, champion: refactored.byteLength },
      decision: "rejected",
    });
    const allowed = await evaluate(at, { ...given, size: { max: "1MB" } });
    expect(allowed.check("size")?.verdict).toBe("pass");
    expect(allowed.check("size-growth")).toBeUndefined();
  });

  test("growth without a champion is unchecked, and a size that is none is refused before anything is scored", async () => {
    await using at = await machine();
    const { check } = await evaluate(at, { challenger: "good.onnx", size: { growth: 2 } });
    expect(check("size-growth")?.verdict).toBe("unchecked");
    const wrong = evaluate(at, { ...both, size: { max: "50 million" } });
    await expect(wrong).rejects.toMatchObject({ code: "TH_SIZE", place: { input: "size" } });
    expect(at.logs.filter((line) => line.includes("scoring")).length).toBe(1);
  });

  test("the peak memory is the model's own process's, over what it took empty", async () => {
    // Six million floats that the model makes for each batch, twice: 48 MB, of which some pages may be shared or not touched.
    const hungry = memoryHungry(6_000_000);
    await using at = await machine({ "hungry.onnx": hungry });
    const given = { challenger: "hungry.onnx", champion: "good.onnx" };
    const { check, findings } = await evaluate(at, {
      ...given,
      metrics: ["roc-auc"],
      memory: { max: "45MB", growth: 1.2 },
    });
    expect(check("memory")?.verdict).toBe("fail");
    expect(check("memory-growth")?.verdict).toBe("fail");
    const { memory } = findings.details as { memory: { challenger: number; champion: number } };
    expect(memory.champion).toBeGreaterThan(0);
    expect(memory.challenger - memory.champion).toBeGreaterThan(28e6);
  });
});

describe("churn", () => {
  test("counts what changes, what breaks and what is mended, and holds each to its limit", async () => {
    await using at = await machine();
    const limits = { max: 0.05, broken: 0.2, change: 0.0001 };
    const { check, findings } = await evaluate(at, { ...both, churn: limits });
    expect(check("churn")).toMatchObject({ verdict: "fail", expected: 0.05, n: 1500 });
    expect(check("churn-broken")).toMatchObject({ verdict: "pass" });
    expect(check("churn-change")).toMatchObject({ verdict: "fail" });
    const { churn } = findings.details as unknown as {
      churn: Record<"changed" | "broken" | "fixed", { count: number }>;
    };
    expect(churn.changed.count).toBe(churn.broken.count + churn.fixed.count);
    expect(churn.fixed.count).toBeGreaterThan(churn.broken.count);
    expect(findings.tables.map(({ title }) => title)).toContain(
      "Answers that change with the challenger, of 1500 rows (each bound is one-sided at 95%)",
    );
  });

  test("is shown without a limit, and unchecked without a champion", async () => {
    await using at = await machine();
    const shown = await evaluate(at, { ...both, churn: {} });
    expect(shown.check("churn")).toBeUndefined();
    expect(shown.findings.details).toMatchObject({ churn: { rows: 1500 } });
    const alone = await evaluate(at, { challenger: "good.onnx", churn: { max: 0.1 } });
    expect(alone.check("churn")).toMatchObject({ verdict: "unchecked", place: { input: "churn" } });
  });

  test("a renamed model changes nothing, and passes a limit of nothing", async () => {
    const renamed = logisticRegression({ weights: { x: 1.5, z: -1 }, metadata: { author: "b" } });
    await using at = await machine({ "renamed.onnx": renamed });
    const given = { challenger: "renamed.onnx", champion: "good.onnx", churn: { change: 0, max: 0.01 } };
    const { check } = await evaluate(at, given);
    expect(check("churn")?.verdict).toBe("pass");
    expect(check("churn-change")).toMatchObject({ verdict: "pass", observed: 0 });
    expect([good.byteLength, dull.byteLength]).not.toContain(renamed.byteLength);
  });
});
