import { describe, expect, test } from "vitest";
import { coverageTest } from "../../../src/stats/coverage.ts";
import { rocAuc } from "../../../src/stats/delong.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { rankCorrelation } from "../../../src/stats/rank-correlation.ts";
import { crossFittedMeans } from "../../../src/stats/target-encoding.ts";
import reference from "../../fixtures/label-statistics.json" with { type: "json" };

describe("rank correlation", () => {
  test.each(reference.rankCorrelations)("agrees with SciPy, ties included ($rho)", ({ x, y, rho }) => {
    expect(rankCorrelation(x, y)).toBeCloseTo(rho, 12);
  });

  test("is 0 where one side does not vary, and refuses sides of different length", () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBe(0);
    expect(() => rankCorrelation([1], [1, 2])).toThrow(RangeError);
  });
});

describe("cross-fitted means", () => {
  test.each(reference.encodings)("agree with a loop over rows, and their area with scikit-learn ($auc)", (expected) => {
    const means = crossFittedMeans(expected.levels, expected.target, expected.folds);
    expect(means.length).toBe(expected.means.length);
    means.forEach((mean, row) => {
      expect(mean).toBeCloseTo(expected.means[row] ?? Number.NaN, 12);
    });
    const positive = expected.target.map((one) => one === 1);
    expect(rocAuc(positive, means)).toBeCloseTo(expected.auc, 12);
  });

  test("of identifiers say nothing, where plain means say everything", () => {
    const random = createRandom(3);
    const target = Array.from({ length: 2000 }, () => random.integer(2));
    const levels = target.map((_, row) => `id ${row}`);
    const folds = target.map(() => random.integer(5));
    const positive = target.map((one) => one === 1);
    expect(rocAuc(positive, crossFittedMeans(levels, target, folds))).toBeLessThan(0.55);
    const oneFoldARow = target.map((_, row) => row % 2);
    expect(rocAuc(positive, crossFittedMeans(target.map(String), target, oneFoldARow))).toBe(1);
  });
});

describe("coverage against chance", () => {
  /** Draws rows of a population whose kinds are `kinds` in number, the k-th of weight 1/k. */
  function draw(random: ReturnType<typeof createRandom>, rows: number, cumulative: readonly number[]): number[] {
    const total = cumulative.at(-1) ?? 1;
    return Array.from({ length: rows }, () => {
      const at = random.uniform() * total;
      return cumulative.findIndex((end) => at < end);
    });
  }

  test.each([30, 1000, 4000])("errs rarely between two samples of one population of %i kinds", (kinds) => {
    const random = createRandom(kinds);
    const cumulative: number[] = [];
    for (let kind = 1; kind <= kinds; kind += 1) cumulative.push((cumulative.at(-1) ?? 0) + 1 / kind);
    let alarms = 0;
    const runs = 200;
    for (let run = 0; run < runs; run += 1) {
      const counts = new Map<number, number>();
      for (const kind of draw(random, 2000, cumulative)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const found = draw(random, 500, cumulative).filter((kind) => counts.has(kind)).length;
      const single = [...counts.values()].filter((count) => count === 1).length;
      if (coverageTest(found, 500, single, 2000).p <= 0.01) alarms += 1;
    }
    expect(alarms / runs).toBeLessThan(0.03);
  });

  test("finds rows that were copied, and says what chance would bring", () => {
    const copied = coverageTest(20, 1000, 8000, 8000);
    expect(copied).toMatchObject({ share: 0.02, expected: 0 });
    expect(copied.p).toBeLessThan(1e-9);
    expect(coverageTest(0, 1000, 8000, 8000).p).toBe(1);
    expect(() => coverageTest(0, 0, 1, 1)).toThrow(RangeError);
  });
});
