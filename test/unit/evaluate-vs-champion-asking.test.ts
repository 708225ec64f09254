import { describe, expect, test } from "vitest";
import { evaluate, machine, rows } from "../support/evaluation.ts";
import { imputingRegression, logisticRegression } from "../support/onnx-models.ts";

const filled = imputingRegression({ x: 1.5, z: -1 });
const both = { challenger: "good.onnx", champion: "dull.onnx" };
const details = <T>(found: { readonly details: unknown }) => found.details as T;

describe("latency", () => {
  test("times single rows and a batch of both models in their own processes, with bounds and the ratio", async () => {
    await using at = await machine();
    const limits = { p50: "10s", p99: "20s", ratio: 1000, batch: 512, requests: 400 };
    const { check, findings } = await evaluate(at, { ...both, latency: limits });
    for (const id of ["latency-p50", "latency-p99", "latency-ratio", "latency-batch-ratio"]) {
      expect(check(id)).toMatchObject({ verdict: "pass", n: 400 });
    }
    const { latency } = details<{ latency: { rows: number; challenger: Record<"p50" | "p99", Bounded> }[] }>(findings);
    interface Bounded {
      readonly value: number;
      readonly lower: number;
      readonly upper: number;
    }
    expect(latency.map((one) => one.rows)).toEqual([1, 512]);
    for (const { challenger } of latency) {
      expect(challenger.p50.lower).toBeGreaterThan(0);
      expect(challenger.p50.lower).toBeLessThanOrEqual(challenger.p50.value);
      expect(challenger.p50.value).toBeLessThanOrEqual(challenger.p99.value);
      expect(challenger.p99.value).toBeLessThanOrEqual(challenger.p99.upper);
    }
    expect(at.logs.some((line) => line.startsWith("progress timing single rows"))).toBe(true);
  });

  test("a model over its limit fails, or is undecided on a machine that is busy, and never passes", async () => {
    await using at = await machine();
    const { check } = await evaluate(at, { ...both, latency: { p50: "0.001ms", requests: 100 } });
    expect(["fail", "inconclusive"]).toContain(check("latency-p50")?.verdict);
    const few = await evaluate(at, { ...both, latency: { p99: "10s", requests: 40 } });
    expect(few.check("latency-p99")).toMatchObject({
      verdict: "inconclusive",
      message: expect.stringMatching(/more requests would give a bound|the machine was busy/),
    });
  });

  test("a limit that is no duration is refused before anything is scored", async () => {
    await using at = await machine();
    const wrong = evaluate(at, { ...both, latency: { p50: "fast" } });
    await expect(wrong).rejects.toMatchObject({ code: "TH_DURATION", place: { input: "latency" } });
  });
});

describe("calibration", () => {
  test("true probabilities pass, overconfident ones fail by error and slope", async () => {
    const loud = logisticRegression({ weights: { x: 6, z: -4 } });
    await using at = await machine({ "loud.onnx": loud, "test.csv": rows(4000, 5) });
    const calibration = { error: 0.05, slope: { min: 0.8, max: 1.25 }, intercept: 0.3 };
    const metrics = ["roc-auc"];
    const fine = await evaluate(at, { challenger: "good.onnx", champion: "loud.onnx", calibration, metrics });
    for (const id of ["calibration-error", "calibration-slope", "calibration-intercept"]) {
      expect(fine.check(id)?.verdict).toBe("pass");
    }
    const { check, decision } = await evaluate(at, {
      challenger: "loud.onnx",
      champion: "good.onnx",
      calibration,
      metrics,
    });
    expect(check("calibration-error")?.verdict).toBe("fail");
    expect(check("calibration-slope")).toMatchObject({ verdict: "fail", observed: expect.closeTo(0.25, 1) });
    expect(decision).toBe("rejected");
  });
});

describe("golden examples", () => {
  const answer = (x: number, z: number) => 1 / (1 + Math.exp(-(1.5 * x - z)));

  test("pass when class and score come out as they stand there", async () => {
    const lines = [`a,2,0,1,${answer(2, 0)}`, `b,-2,0,0,${answer(-2, 0)}`];
    await using at = await machine({ "golden.csv": `id,x,z,expected,expected_score\n${lines.join("\n")}\n` });
    const { check, findings } = await evaluate(at, { ...both, golden: `${at.cwd}/golden.csv`, key: ["id"] });
    expect(check("golden")).toMatchObject({ verdict: "pass", n: 2, observed: 0 });
    expect(findings.materials.map(({ name }) => name)).toContain("golden.csv");
  });

  test("name each example that came out otherwise, by key or by row, and refuse the challenger", async () => {
    const lines = ["a,2,0,0,", `b,-2,0,0,${answer(-2, 0) + 0.01}`, "c,2,0,1,"];
    await using at = await machine({
      "golden.csv": `id,x,z,expected,expected_score\n${lines.join("\n")}\n`,
      "plain.csv": "x,z,expected\n2,0,0\n",
    });
    const given = { ...both, golden: `${at.cwd}/golden.csv`, key: ["id"] };
    const { check, decision, findings } = await evaluate(at, given);
    expect(check("golden")?.message).toMatch(
      /^2 of 3 golden examples are answered differently: id a gives 1, not 0; id b gives 0\.047\d*, not 0\.057/,
    );
    expect(decision).toBe("rejected");
    expect(findings.tables.find(({ title }) => title.startsWith("Golden"))?.rows).toHaveLength(2);
    const tolerant = await evaluate(at, { ...given, goldenTolerance: 0.02 });
    expect(tolerant.check("golden")).toMatchObject({ verdict: "fail", observed: 1 });
    const plain = await evaluate(at, { ...both, golden: `${at.cwd}/plain.csv` });
    expect(plain.check("golden")?.message).toContain("row 1 gives 1, not 0");
  });

  test.each([
    ["x,z\n1,2\n", 'no column "expected"'],
    ["x,expected\n1,1\n", 'no column "z"'],
    ["x,z,expected\n", "no golden example"],
  ])("a file that holds none is refused: %j", async (text, message) => {
    await using at = await machine({ "golden.csv": text });
    const wrong = evaluate(at, { ...both, golden: `${at.cwd}/golden.csv` });
    await expect(wrong).rejects.toMatchObject({
      kind: "configuration",
      message: expect.stringContaining(message),
      place: { input: "golden" },
    });
  });
});

describe("permutation importance", () => {
  test("finds what each model rests on, and where they differ", async () => {
    await using at = await machine();
    const { check, findings } = await evaluate(at, { ...both, importance: { rows: 1000, repeats: 3 } });
    const { importance } = details<{ importance: { rows: number; features: Feature[] } }>(findings);
    interface Feature {
      readonly feature: string;
      readonly challenger: { value: number; lower: number } | null;
      readonly champion: { value: number; lower: number } | null;
    }
    expect(importance.rows).toBe(1000);
    expect(importance.features.map(({ feature }) => feature)).toEqual(["x", "z"]);
    const [x, z] = importance.features;
    expect(x?.challenger?.lower).toBeGreaterThan(0.05);
    expect(z?.challenger?.lower).toBeGreaterThan(0.01);
    expect(z?.champion).toBeNull();
    expect(check("importance")).toMatchObject({ verdict: "pass", n: 1000 });
    expect(check("importance")?.message).toMatch(/^by roc-auc the challenger rests most on x, z/);
    const series = findings.series.find(({ title }) => title.startsWith("Permutation"));
    expect(series).toMatchObject({ form: "bars", x: ["x", "z"] });
  });

  test("the same evidence gives the same numbers, and equal models no change", async () => {
    const renamed = logisticRegression({ weights: { x: 1.5, z: -1 }, metadata: { author: "b" } });
    await using at = await machine({ "renamed.onnx": renamed });
    const given = { challenger: "renamed.onnx", champion: "good.onnx", importance: {} };
    const one = await evaluate(at, given);
    expect(one.check("importance")?.message).toContain("no change from the champion shows");
    const two = await evaluate(at, given);
    expect(details<{ importance: unknown }>(two.findings).importance).toEqual(
      details<{ importance: unknown }>(one.findings).importance,
    );
  });

  test("a model that ignores what the other rests on relies less on it", async () => {
    const blind = logisticRegression({ weights: { x: 1.5, z: -0.01 } });
    await using at = await machine({ "blind.onnx": blind });
    const { check } = await evaluate(at, { challenger: "blind.onnx", champion: "good.onnx", importance: {} });
    expect(check("importance")?.message).toContain("relies less on z");
  });
});

describe("robustness", () => {
  test("a linear model gives no number without a feature, which is over any limit", async () => {
    await using at = await machine();
    const { check, findings } = await evaluate(at, { ...both, robustness: { drop: 0.5 } });
    expect(check("robustness")).toMatchObject({ verdict: "fail", expected: 0.5 });
    expect(check("robustness")?.message).toMatch(/it gives no answer without x, z \(.*no finite numbers/);
    expect(details<{ robustness: unknown }>(findings).robustness).toMatchObject({
      features: [
        { feature: "x", challenger: { kind: "refused" }, champion: { kind: "refused" } },
        { feature: "z", challenger: { kind: "refused" }, champion: { kind: "absent" } },
      ],
    });
  });

  test("a model that fills what is missing loses what the feature was worth, held to the limit", async () => {
    await using at = await machine({ "filled.onnx": filled });
    const given = { challenger: "filled.onnx", champion: "dull.onnx" };
    const { check } = await evaluate(at, { ...given, robustness: { drop: 0.6 } });
    expect(check("robustness")).toMatchObject({ verdict: "pass", n: 1500 });
    const strict = await evaluate(at, { ...given, robustness: { drop: 0.01 } });
    expect(strict.check("robustness")?.verdict).toBe("fail");
    expect(strict.check("robustness")?.message).toMatch(/^the challenger loses most without x: 0\.\d+ in roc-auc/);
    const shown = await evaluate(at, { ...given, robustness: {} });
    expect(shown.check("robustness")?.verdict).toBe("pass");
    const worse = await evaluate(at, { challenger: "good.onnx", champion: "filled.onnx", robustness: {} });
    expect(worse.check("robustness")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("where the champion does: x, z"),
    });
  });
});
