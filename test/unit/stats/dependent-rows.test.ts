import { describe, expect, test } from "vitest";
import { batchLength, batchMeansTest } from "../../../src/stats/batch-means.ts";
import { clusterTTest } from "../../../src/stats/cluster-t.ts";
import { correctedResampledTTest } from "../../../src/stats/corrected-resampled-t.ts";
import { pairedTTest } from "../../../src/stats/paired-t.ts";
import { createRandom } from "../../../src/stats/random.ts";
import decision from "../../fixtures/decision-statistics.json" with { type: "json" };
import { expectRelative } from "./reference.ts";

function estimate<T extends { kind: string }>(result: T): Extract<T, { kind: "estimate" }> {
  expect(result).toMatchObject({ kind: "estimate" });
  return result as Extract<T, { kind: "estimate" }>;
}

describe("the t test of rows in clusters", () => {
  test.each(decision.cluster)("agrees with the matrices of Bell and McCaffrey, $name sizes", (row) => {
    const result = estimate(clusterTTest(row.values, row.cluster, row.alpha));
    expectRelative(result.standardError, row.matrices.standard_error);
    expectRelative(result.effectiveClusters - 1, row.matrices.by_size, 1e-8);
    expectRelative(result.pGreater, row.matrices.p_greater, 1e-8);
    expectRelative(result.lower, row.matrices.lower, 1e-8);
    expectRelative(result.upper, row.matrices.upper, 1e-8);
  });

  test("with clusters of equal size agrees with statsmodels, and has their number − 1 degrees of freedom", () => {
    for (const row of decision.cluster) {
      if (row.statsmodels === undefined) continue;
      const result = estimate(clusterTTest(row.values, row.cluster, row.alpha));
      expectRelative(result.standardError, row.statsmodels.standard_error);
      expectRelative(result.effectiveClusters, row.statsmodels.degrees_of_freedom + 1);
      expectRelative(result.effectiveClusters, result.clusters);
    }
  });

  test("is the paired t test when every row is its own cluster", () => {
    const gains = [0.2, 0.5, -0.1, 0.4, 0.3, 0.1, 0.6, -0.2, 0, 0.25, 0.31];
    const clustered = estimate(clusterTTest(gains, [...gains.keys()], 0.05));
    const plain = estimate(pairedTTest(gains, 0.05));
    expectRelative(clustered.standardError, plain.standardError);
    expectRelative(clustered.pGreater, plain.pGreater);
  });

  test("tells how few clusters count when one holds most rows, whatever their numbers and order", () => {
    const cluster = [...Array(40).fill(7), ...Array.from({ length: 20 }, (_, i) => 100 + i)];
    const random = createRandom(3);
    const values = cluster.map(() => random.normal());
    const result = estimate(clusterTTest(values, cluster, 0.05));
    expect(result.clusters).toBe(21);
    expect(result.effectiveClusters).toBeLessThan(4);
  });

  test("tests another estimate by the influences on it", () => {
    const influences = [1, -1, 2, -2, 0.5, -0.5, 1.5, -1.5, 3, -3];
    const result = estimate(clusterTTest(influences, [...influences.keys()], 0.05, 4));
    expect(result.difference).toBe(4);
    expectRelative(result.statistic, 4 / result.standardError);
  });

  test("is inconclusive with few clusters, or when their totals are all alike", () => {
    const few = clusterTTest([1, 2, 3, 4], [0, 0, 1, 2], 0.05);
    expect(few).toMatchObject({ kind: "inconclusive", clusters: 3, difference: 2.5 });
    expect(few).toHaveProperty("reason", "a test over groups of rows needs 10 groups, there are 3");
    const twelve = Array.from({ length: 12 }, (_, i) => i);
    expect(clusterTTest(Array(12).fill(0.1), twelve, 0.05)).toMatchObject({ kind: "inconclusive" });
    expect(clusterTTest([], [], 0.05)).toMatchObject({ kind: "inconclusive", rows: 0, clusters: 0 });
  });

  test("a value that is no number, or a row without a cluster, is refused", () => {
    expect(() => clusterTTest([1, Number.NaN], [0, 1], 0.05)).toThrow(RangeError);
    expect(() => clusterTTest([1, 2], [0], 0.05)).toThrow(RangeError);
  });
});

describe("the t test of batch means", () => {
  test.each(decision.batches)("agrees with SciPy on the means of batches of $length rows", (row) => {
    const result = estimate(batchMeansTest(row.values, 0.05));
    expect(result.length).toBe(row.length);
    expectRelative(result.statistic, row.t);
    expectRelative(result.autocorrelation, row.autocorrelation);
  });

  test("batches have 2·n^(1/3) rows, and more where successive rows are very alike", () => {
    expect([100, 1000, 5000].map((rows) => batchLength(rows, 0.6))).toEqual([10, 20, 35]);
    expect(batchLength(1000, -0.5)).toBe(20);
    expect(batchLength(1000, 0.9)).toBe(52);
    expect(batchLength(3, 0)).toBe(3);
  });

  test("no row is left over when the batches do not come out even", () => {
    const random = createRandom(1);
    const values = Array.from({ length: 1013 }, () => random.normal());
    const result = estimate(batchMeansTest(values, 0.05));
    expect(result.rows).toBe(1013);
    expectRelative(result.difference, values.reduce((sum, value) => sum + value, 0) / 1013, 1e-6);
  });

  test("is inconclusive with few rows, or with rows so alike that few batches are left", () => {
    const few = batchMeansTest([1, 2, 3, 4, 5], 0.05);
    const reason = "a test of rows in order needs 10 batches, and these 5 rows make 1 of 4";
    expect(few).toMatchObject({ kind: "inconclusive", batches: 1, reason });
    const slow = Array.from({ length: 200 }, (_, i) => Math.sin(i / 30));
    expect(batchMeansTest(slow, 0.05)).toMatchObject({ kind: "inconclusive" });
    expect(batchMeansTest(Array(200).fill(1), 0.05)).toMatchObject({ kind: "inconclusive", difference: 1 });
    expect(batchMeansTest([], 0.05)).toMatchObject({ kind: "inconclusive", rows: 0, difference: 0 });
  });
});

describe("the corrected resampled t test", () => {
  test.each(decision.resampled)("follows the formula of Nadeau and Bengio at a share of $test_share", (row) => {
    const result = estimate(correctedResampledTTest(row.differences, row.test_share, 0.05));
    expectRelative(result.statistic, row.t);
    expectRelative(result.pGreater, row.p_greater);
  });

  test("is wider than the plain t test, which takes overlapping folds for independent ones", () => {
    const [row] = decision.resampled;
    const corrected = estimate(correctedResampledTTest(row?.differences ?? [], 1 / 9, 0.05));
    const plain = estimate(pairedTTest(row?.differences ?? [], 0.05));
    expectRelative(corrected.standardError / plain.standardError, Math.sqrt(1 + 10 / 9));
  });

  test("is inconclusive with few folds or without spread, and refuses what is no number", () => {
    expect(correctedResampledTTest([0.1, 0.2, 0.3], 0.5, 0.05)).toMatchObject({ kind: "inconclusive", folds: 3 });
    expect(correctedResampledTTest(Array(10).fill(0.1), 1 / 9, 0.05)).toMatchObject({ kind: "inconclusive" });
    expect(correctedResampledTTest([], 1 / 9, 0.05)).toMatchObject({ kind: "inconclusive", difference: 0 });
    expect(() => correctedResampledTTest([1, Number.NaN], 0.1, 0.05)).toThrow(RangeError);
    expect(() => correctedResampledTTest([1, 2], 0, 0.05)).toThrow(RangeError);
  });
});
