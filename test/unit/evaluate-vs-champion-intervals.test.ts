import { describe, expect, test } from "vitest";
import { baselineAnswers } from "../../src/evaluation/baseline.ts";
import { intervalQuality } from "../../src/evaluation/intervals.ts";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine } from "../support/evaluation.ts";
import { linear } from "../support/onnx-models.ts";

/** Quantiles that models predict: how much they hold, how wide they are, whether they cross. */

test("an interval holds its ends, and rows count by their weight", () => {
  const target = Float64Array.of(1, 2, 3, 4);
  const quantiles = new Map([
    [0.9, Float64Array.of(1, 3, 3.5, 3)],
    [0.5, Float64Array.of(1, 2, 4, 3)],
    [0.1, Float64Array.of(0, 1, 3, 2)],
  ]);
  const plain = { low: 0.1, high: 0.9, coverage: 0.75, covered: 3, crossing: 1 };
  expect(intervalQuality(target, quantiles)).toMatchObject({ ...plain, width: (1 + 2 + 0.5 + 1) / 4 });
  expect(intervalQuality(target, quantiles, Float64Array.of(0, 1, 0, 3))?.coverage).toBe(0.25);
  expect(intervalQuality(target, new Map([[0.5, target]]))).toBeUndefined();
});

test("the baseline of quantiles is the label's own, by weight", () => {
  const target = Float64Array.of(5, 1, 4, 2, 3);
  const of = (weights?: Float64Array) =>
    [...(baselineAnswers({ kind: "numbers", target }, weights, [0.1, 0.5, 0.9]).quantiles ?? [])].map(
      ([, own]) => own[0],
    );
  expect(of()).toEqual([1, 3, 5]);
  expect(of(Float64Array.of(0, 0, 0, 1, 1))).toEqual([2, 2, 3]);
});

function rows(count: number): string {
  const random = createRandom(31);
  const lines = Array.from({ length: count }, () => {
    const x = random.normal();
    return `${x.toFixed(4)},${(x + random.normal()).toFixed(4)}`;
  });
  return `x,y\n${lines.join("\n")}\n`;
}

/** x with quantiles of the noise about it, which is standard normal. */
const quantiles = (reach: number, order = 1) =>
  linear({ features: ["x"], weights: [[1], [1], [1]], intercepts: [-reach, 0, reach * order] });
const z90 = 1.2816;
const asked = {
  task: "regression",
  quantiles: [0.1, 0.5, 0.9],
  metrics: [{ name: "pinball", test: "superiority" }],
  data: "rows.csv",
};
const withRows = (count = 1000) =>
  machine({
    "rows.csv": rows(count),
    "right.onnx": quantiles(z90),
    "narrow.onnx": quantiles(0.4),
    "crossed.onnx": quantiles(0.4, -1),
  });

describe("predicted quantiles", () => {
  test("that hold what they say pass, beside the champion's that do not", async () => {
    await using at = await withRows();
    const given = { ...asked, challenger: "right.onnx", champion: "narrow.onnx" };
    const { decision, check, findings } = await evaluate(at, given);
    expect(decision).toBe("superior");
    expect(check("intervals")).toMatchObject({ verdict: "pass", n: 1000 });
    expect(check("intervals")?.observed).toBeCloseTo(0.8, 1);
    const table = findings.tables.find(({ title }) => title.startsWith("Predicted intervals"));
    expect(table?.rows.map(([name]) => name)).toEqual(["challenger", "champion"]);
    expect(table?.rows[1]?.[4]).toBeLessThan(0.4);
    expect(table?.rows[0]?.[7]).toBeCloseTo(2 * z90, 3);
    const weighted = await evaluate(at, { ...given, metrics: [{ name: "pinball", quantile: 0.9, margin: 0.1 }] });
    expect(weighted.decision).toBe("non-inferior");
  });

  test("that hold too little, or cross, are a warning", async () => {
    await using at = await withRows();
    const narrow = await evaluate(at, { ...asked, challenger: "narrow.onnx", champion: "right.onnx" });
    expect(narrow.decision).toBe("rejected");
    expect(narrow.check("intervals")?.verdict).toBe("warn");
    const crossed = await evaluate(at, { ...asked, challenger: "crossed.onnx", champion: "right.onnx" });
    expect(crossed.check("intervals")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("its quantiles cross in 1000 of 1000 rows"),
    });
  });

  test("without a champion are compared with the label's own quantiles", async () => {
    await using at = await withRows();
    expect(await evaluate(at, { ...asked, challenger: "right.onnx" })).toMatchObject({ decision: "unbaselined-pass" });
  });

  test.each([
    [
      "a level that is not predicted",
      { metrics: [{ name: "pinball", quantile: 0.25, margin: 0.1 }] },
      "TH_EVALUATION_METRICS",
      "reads the quantile 0.25",
    ],
    [
      "a metric of the median, which is not predicted",
      { metrics: ["r2"], quantiles: [0.1, 0.6, 0.9] },
      "TH_EVALUATION_METRICS",
      "r2 reads the quantile 0.5",
    ],
    [
      "another number of levels than columns",
      { quantiles: [0.1, 0.9] },
      "TH_EVALUATION_SCORES",
      "gives 3 numbers a row",
    ],
    [
      "several numbers and no levels",
      { quantiles: undefined, metrics: ["r2"] },
      "TH_EVALUATION_SCORES",
      "gives 3 numbers a row",
    ],
  ])("are refused with %s", async (_, given, code, message) => {
    await using at = await withRows(50);
    const models = { challenger: "right.onnx", champion: "narrow.onnx" };
    await expect(evaluate(at, { ...asked, ...models, ...given })).rejects.toMatchObject({
      kind: "configuration",
      code,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });

  test("of one row are undecided", async () => {
    await using at = await withRows(1);
    const found = await evaluate(at, { ...asked, challenger: "right.onnx", champion: "narrow.onnx" });
    expect(found.decision).toBe("inconclusive");
  });
});
