import { describe, expect, test } from "vitest";
import type { ClassTruth, NumberTruth } from "../../../src/evaluation/evaluation.ts";
import { mostApart } from "../../../src/evaluation/pictures.ts";
import { calibrationSeries, calibrationTables, curveSeries } from "../../../src/evaluation/pictures-curves.ts";
import { coverageTables, distanceTables, residualSeries } from "../../../src/evaluation/pictures-numbers.ts";
import type { Series } from "../../../src/kernel/command.ts";
import { createRandom } from "../../../src/stats/random.ts";

const rows = 2000;
const random = createRandom(11);
const probability = Float64Array.from({ length: rows }, () => random.uniform());
const label = Uint16Array.from(probability, (p) => (random.uniform() < p ? 1 : 0));
const truth: ClassTruth = { kind: "classes", classes: ["no", "yes"], positive: 1, label };
const ofTrue = probability.map((p, row) => (label[row] === 1 ? p : 1 - p));
const model = { name: "challenger", answers: { score: probability, ofTrue } };
/** Every second row: scores of few values, and probabilities that promise too much. */
const coarse = probability.map((p) => Math.round(p * 4) / 4);
const other = {
  name: "champion",
  answers: { score: coarse, ofTrue: coarse.map((p, row) => (label[row] === 1 ? p : 1 - p)) },
};
const line = (series: Series | undefined, name: string) => (series?.lines[name] ?? []).map(Number);

describe("the precision-recall curve", () => {
  /** Straight from the definition: the smallest number of rows from the top that reaches the recall, tied rows together. */
  const precisionBy = (score: Float64Array, recall: number) => {
    const positives = label.reduce((sum, one) => sum + one, 0);
    const cuts = [...new Set(score)].sort((a, b) => b - a);
    for (const cut of cuts) {
      const chosen = [...score.keys()].filter((row) => (score[row] ?? 0) >= cut);
      const hits = chosen.filter((row) => label[row] === 1).length;
      if (hits >= recall * positives - 1e-9) return hits / chosen.length;
    }
    throw new Error("no threshold reaches the recall");
  };

  test("has the precision of the first threshold that reaches each recall", () => {
    const [, curve] = curveSeries(truth, [model, other]);
    for (const at of [1, 10, 23, 40]) {
      const recall = Number(curve?.x[at]);
      expect(line(curve, "challenger")[at]).toBeCloseTo(precisionBy(probability, recall), 3);
      expect(line(curve, "champion")[at]).toBeCloseTo(precisionBy(coarse, recall), 3);
    }
  });

  test("never ends below the share of positives, which chance would have everywhere", () => {
    const [, curve] = curveSeries(truth, [model]);
    const share = label.reduce((sum, one) => sum + one, 0) / rows;
    expect(line(curve, "challenger").at(-1)).toBeGreaterThanOrEqual(share);
    for (const chance of line(curve, "share of positives")) expect(chance).toBeCloseTo(share, 3);
  });
});

describe("calibration", () => {
  test("is drawn in bins of equally many rows, with an interval that holds what a calibrated model promises", () => {
    const [series] = calibrationSeries(truth, [model]);
    expect(series?.x).toHaveLength(10);
    const [predicted, low, high] = ["as predicted", "at least", "at most"].map((name) => line(series, name));
    const held = (predicted ?? []).filter((p, bin) => (low?.[bin] ?? 1) <= p && p <= (high?.[bin] ?? 0));
    expect(held.length).toBeGreaterThanOrEqual(8);
    const [table] = calibrationTables(truth, [model]);
    expect(table?.rows.map((row) => row[1])).toEqual(new Array(10).fill(200));
  });

  test("keeps tied rows in one bin, counts each row once, and shows both models beside each other", () => {
    const [table] = calibrationTables(truth, [model, other]);
    expect(table?.columns).toEqual([
      "bin",
      "challenger: rows",
      "predicted",
      "observed",
      "champion: rows",
      "predicted",
      "observed",
    ]);
    const counts = table?.rows.map((row) => row[4]).filter((count) => count !== null) ?? [];
    expect(counts.map(Number).reduce((a, b) => a + b)).toBe(rows);
    expect(table?.rows.slice(0, counts.length).map((row) => row[5])).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  test("of several classes is how often the most probable one is right", () => {
    const many: ClassTruth = { kind: "classes", classes: ["a", "b", "c"], label };
    const answers = { confidence: probability, predicted: new Uint16Array(rows).fill(1) };
    const [series] = calibrationSeries(many, [{ name: "challenger", answers }]);
    expect(series?.title).toContain("right answers");
    expect(line(series, "challenger")).toEqual(line(calibrationSeries(truth, [model])[0], "challenger"));
  });

  test("is not drawn for scores that are no probabilities, or for a few rows", () => {
    expect(calibrationSeries(truth, [{ name: "challenger", answers: { score: probability } }])).toEqual([]);
    const few = { kind: "classes", classes: ["no", "yes"], positive: 1, label: label.slice(0, 50) } as const;
    const answers = { score: probability.slice(0, 50), ofTrue: ofTrue.slice(0, 50) };
    expect(calibrationSeries(few, [{ name: "challenger", answers }])).toEqual([]);
    expect(calibrationTables(few, [{ name: "challenger", answers }])).toEqual([]);
  });
});

describe("numbers", () => {
  const target = Float64Array.from({ length: rows }, () => random.normal());
  const numbers: NumberTruth = { kind: "numbers", target };
  /** Too high by its prediction: a bias that grows. */
  const biased = { name: "challenger", answers: { value: target.map((one) => 2 * one + 1) } };
  const even = { name: "champion", answers: { value: target.map((one) => one + 0.1 * random.normal()) } };

  test("residuals by prediction show a bias that grows, and none where there is none", () => {
    const [one, two, spread] = residualSeries(numbers, [biased, even]);
    // The prediction less the truth is truth + 1, and so half of prediction and one.
    for (const [at, x] of (one?.x ?? []).entries()) expect(line(one, "mean")[at]).toBeCloseTo((Number(x) + 1) / 2, 2);
    for (const value of line(two, "mean")) expect(Math.abs(value)).toBeLessThan(0.05);
    for (const [at, low] of line(two, "a tenth lies below").entries())
      expect(low).toBeLessThan(line(two, "a tenth lies above")[at] ?? -1);
    expect(spread?.form).toBe("bars");
  });

  test("the spread of residuals counts every row once, and has bins with short names around 0", () => {
    const spread = residualSeries(numbers, [biased, even]).at(-1);
    expect(spread?.x).toHaveLength(20);
    expect(spread?.x[10]).toMatch(/^0 to 0\.\d{1,2}$/);
    for (const name of ["challenger", "champion"]) expect(line(spread, name).reduce((a, b) => a + b)).toBeCloseTo(1, 2);
    expect(residualSeries(numbers, [{ name: "challenger", answers: { value: target } }]).at(-1)?.title).toContain(
      "by prediction",
    );
  });

  test("quantiles are told by how many rows lie below them", () => {
    const quantiles = new Map([
      [0.9, new Float64Array(rows).fill(1.2816)],
      [0.5, new Float64Array(rows).fill(0)],
    ]);
    const [table] = coverageTables(numbers, [{ name: "challenger", answers: { quantiles } }, even]);
    expect(table?.columns).toEqual(["level", "challenger"]);
    for (const [level, share] of table?.rows ?? []) expect(Math.abs(Number(share) - Number(level))).toBeLessThan(0.03);
    expect(coverageTables(numbers, [even])).toEqual([]);
  });

  test("tell which model is nearer, and the rows on which they differ most, by their errors alone", () => {
    const [summary, most] = distanceTables(numbers, biased, even);
    expect(summary?.rows.map((row) => Number(row[1])).reduce((a, b) => a + b)).toBe(rows);
    expect(Number(summary?.rows[1]?.[1])).toBeGreaterThan(Number(summary?.rows[0]?.[1]));
    const apart = most?.rows.map((row) => Number(row[3])) ?? [];
    expect(apart).toEqual(apart.toSorted((a, b) => b - a));
    for (const [row, one, two, distance] of (most?.rows ?? []).map((cells) => cells.map(Number))) {
      const truthOf = target[(row ?? 0) - 1] ?? 0;
      expect(one).toBeCloseTo(truthOf + 1, 2);
      expect(Math.abs((one ?? 0) - (two ?? 0))).toBeCloseTo(distance ?? 0, 2);
    }
    expect(distanceTables(numbers, even, even)).toHaveLength(1);
  });
});

test("the rows farthest apart are the ten of largest distance, the first ones where many tie", () => {
  const distances = Array.from({ length: 1000 }, (_, row) => (row * 7919) % 101);
  const expected = [...distances.keys()]
    .sort((a, b) => (distances[b] ?? 0) - (distances[a] ?? 0) || a - b)
    .slice(0, 10);
  expect(mostApart(1000, (row) => distances[row] ?? 0)).toEqual(expected);
  expect(mostApart(5, () => 0)).toEqual([]);
});
