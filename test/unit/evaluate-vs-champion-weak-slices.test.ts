import { describe, expect, test } from "vitest";
import { evaluate } from "../support/evaluation.ts";
import { slicedMachine, slicedRows } from "../support/slices.ts";

const models = { challenger: "awry.onnx", champion: "good.onnx", metrics: [{ name: "accuracy", margin: 0.2 }] };

describe("the search for weak slices", () => {
  test("finds where the challenger is worse than the champion, decides nothing, and shows only what many rows share", async () => {
    await using at = await slicedMachine();
    const { findings, check } = await evaluate(at, { ...models, weakSlices: true });
    const { weakSlices } = findings.details as unknown as {
      weakSlices: {
        slices: { slice: string; against: string; deficit: number; rows: number }[];
        columns: number;
        whole: boolean;
      };
    };
    expect(weakSlices.slices[0]).toMatchObject({
      against: "champion",
      slice: expect.stringMatching(/country = PL|s = 1/),
    });
    expect(weakSlices.whole).toBe(true);
    expect(weakSlices.slices.every(({ rows }) => rows >= 30)).toBe(true);
    expect(check("weak-slices")).toMatchObject({
      verdict: "pass",
      message: expect.stringMatching(/^exploratory, and decides nothing/),
    });
    const table = findings.tables.find(({ title }) => title.startsWith("Weak slices"));
    expect(table?.title).toContain("exploratory");
    expect(["fail", "inconclusive"]).not.toContain(findings.verdict);
  });

  test("is for screens where nothing is said", async () => {
    await using at = await slicedMachine({ "validation.csv": slicedRows(1000, 12) });
    expect((await evaluate(at, models)).check("weak-slices")).toBeUndefined();
    const screen = { ...models, purpose: "screen", screenData: "validation.csv" };
    expect((await evaluate(at, screen)).check("weak-slices")).toBeDefined();
    expect((await evaluate(at, { ...screen, weakSlices: false })).check("weak-slices")).toBeUndefined();
  });

  test("looks at the challenger alone where it is compared with nothing", async () => {
    await using at = await slicedMachine();
    const { findings } = await evaluate(at, {
      challenger: "awry.onnx",
      baseline: "none",
      metrics: ["accuracy"],
      weakSlices: true,
    });
    const { weakSlices } = findings.details as unknown as { weakSlices: { slices: { against: string }[] } };
    expect(weakSlices.slices.length).toBeGreaterThan(0);
    expect(weakSlices.slices.every(({ against }) => against === "rest")).toBe(true);
  });
});
