import { describe, expect, test } from "vitest";
import { bootstrapTest, type ResampledUnits } from "../../../src/stats/bootstrap.ts";
import { clusterTTest } from "../../../src/stats/cluster-t.ts";
import { normalQuantile } from "../../../src/stats/distributions.ts";
import { detectableEffect, minimumDetectableEffect } from "../../../src/stats/power.ts";
import { proportion, proportionDifference } from "../../../src/stats/proportions.ts";
import { createRandom } from "../../../src/stats/random.ts";
import decision from "../../fixtures/decision-statistics.json" with { type: "json" };
import { expectRelative } from "./reference.ts";

const random = createRandom("bootstrap");
const gains = Float64Array.from({ length: 300 }, () => 0.2 + random.normal());

function weightedMean(values: Float64Array) {
  return (counts: Int32Array) => {
    let [sum, total] = [0, 0];
    for (const [row, count] of counts.entries()) {
      sum += count * (values[row] ?? Number.NaN);
      total += count;
    }
    return sum / total;
  };
}

function run(values: Float64Array, units: ResampledUnits = { kind: "rows" }, seed = 1) {
  const options = { rows: values.length, units, resamples: 2000, random: createRandom(seed), alpha: 0.05 };
  const result = bootstrapTest(weightedMean(values), options);
  if (result.kind !== "estimate") {
    throw new Error(result.reason);
  }
  return result;
}

describe("the paired bootstrap", () => {
  test("of a mean has the mean's own standard error", () => {
    const { standardError, difference } = run(gains);
    const mean = gains.reduce((sum, gain) => sum + gain, 0) / 300;
    const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / 300;
    expectRelative(difference, mean);
    expectRelative(standardError, Math.sqrt(variance / 300), 0.05);
  });

  test("draws the same from the same seed, and differently from another", () => {
    expect(run(gains)).toEqual(run(gains));
    expect(run(gains, { kind: "rows" }, 2).lower).not.toBe(run(gains).lower);
  });

  test("draws clusters whole: its standard error is that of the clusters' t test", () => {
    const cluster = Array.from({ length: 600 }, (_, row) => 5 * (row % 40) + 3);
    const effect = Float64Array.from({ length: 40 }, () => random.normal());
    const values = Float64Array.from(cluster, (name) => (effect[(name - 3) / 5] ?? 0) + 0.1 * random.normal());
    const clustered = run(values, { kind: "clusters", cluster });
    const t = clusterTTest(values, cluster, 0.05);
    expect(clustered.units).toBe(40);
    expectRelative(clustered.standardError, t.kind === "estimate" ? t.standardError : 0, 0.06);
    expect(clustered.standardError).toBeGreaterThan(3 * run(values).standardError);
  });

  test("draws stretches of successive rows, so that an order in time widens the bounds", () => {
    let level = 0;
    const values = Float64Array.from({ length: 2000 }, () => {
      level = 0.8 * level + random.normal();
      return level;
    });
    const blocks = run(values, { kind: "blocks", length: 40 });
    expect(blocks.units).toBe(50);
    // The standard error of an autoregressive mean is √((1 + .8)/(1 − .8)) = 3 times that of independent rows.
    expectRelative(blocks.standardError / run(values).standardError, 3, 0.25);
  });

  test("every draw has as many rows as there are", () => {
    for (const units of [{ kind: "rows" }, { kind: "blocks", length: 7 }] as const) {
      const totals = new Set<number>();
      const difference = (counts: Int32Array) => {
        totals.add(counts.reduce((sum, count) => sum + count, 0));
        return counts[0] ?? 0;
      };
      bootstrapTest(difference, { rows: 100, units, resamples: 200, random: createRandom(1), alpha: 0.05 });
      expect([...totals]).toEqual([100]);
    }
  });

  test("its bounds are the outer ones of percentiles and Student's t", () => {
    const { lower, upper, difference, standardError, pGreater } = run(gains);
    expect(lower).toBeLessThanOrEqual(difference - normalQuantile(0.95) * standardError);
    expect(upper).toBeGreaterThanOrEqual(difference + normalQuantile(0.95) * standardError);
    expect(lower > 0).toBe(pGreater < 0.05);
    const shifted = run(gains.map((gain) => gain - 0.2));
    expect(shifted.lower).toBeCloseTo(lower - 0.2, 10);
  });

  test("resamples without a value are counted, and many of them are inconclusive", () => {
    const options = { rows: 100, units: { kind: "rows" }, resamples: 500, alpha: 0.05 } as const;
    const needing = (rows: number) => (counts: Int32Array) =>
      counts.subarray(0, rows).some((count) => count > 0) ? (counts[50] ?? 0) : Number.NaN;
    const some = bootstrapTest(needing(5), { ...options, random: createRandom(1) });
    expect(some).toMatchObject({ kind: "estimate" });
    expect(some.kind === "estimate" && some.undefinedResamples).toBeGreaterThan(0);
    const many = bootstrapTest(needing(1), { ...options, random: createRandom(1) });
    expect(many).toMatchObject({ kind: "inconclusive", reason: expect.stringContaining("of 500 resamples") });
    const none = bootstrapTest(() => Number.NaN, { ...options, random: createRandom(1) });
    expect(none).toMatchObject({ kind: "inconclusive", difference: null });
  });

  test("is inconclusive with few units or without spread", () => {
    const options = { units: { kind: "rows" }, resamples: 500, random: createRandom(1), alpha: 0.05 } as const;
    expect(bootstrapTest(() => 0.1, { ...options, rows: 50 })).toMatchObject({ kind: "inconclusive", difference: 0.1 });
    const few = bootstrapTest(weightedMean(gains.subarray(0, 9)), { ...options, rows: 9 });
    expect(few).toMatchObject({ kind: "inconclusive", units: 9 });
  });

  test("tells its progress, which may stop it", () => {
    const options = {
      rows: 300,
      units: { kind: "rows" },
      resamples: 500,
      random: createRandom(1),
      alpha: 0.05,
    } as const;
    const seen: number[] = [];
    bootstrapTest(weightedMean(gains), { ...options, progress: (done) => seen.push(done) });
    expect(seen).toEqual([...Array(500).keys()]);
    const stop = (done: number) => {
      if (done === 7) throw new Error("stopped");
    };
    expect(() => bootstrapTest(weightedMean(gains), { ...options, progress: stop })).toThrow("stopped");
  });
});

describe("the difference of two groups' proportions", () => {
  test.each(decision.proportions)("agrees with statsmodels: $one, $other at $alpha", (row) => {
    const [one, other] = [row.one, row.other].map(([count = 0, rows = 0]) => ({ count, rows }));
    if (one === undefined || other === undefined) throw new Error("a case has two groups");
    const { lower, upper } = proportionDifference(one, other, row.alpha);
    // statsmodels takes the limits of the single shares with their last digit or two lost at 0 and 1.
    expect(lower).toBeCloseTo(row.lower, 12);
    expect(upper).toBeCloseTo(row.upper, 12);
    const wilson = proportion(one, row.alpha);
    expect(wilson.lower).toBeCloseTo(row.wilson[0] ?? Number.NaN, 12);
    expect(wilson.upper).toBeCloseTo(row.wilson[1] ?? Number.NaN, 12);
  });

  test("reproduces the published example of 56/70 against 48/80 (Newcombe, 1998, method 10)", () => {
    const { lower, upper } = proportionDifference({ count: 56, rows: 70 }, { count: 48, rows: 80 }, 0.025);
    expect(lower).toBeCloseTo(0.0524, 4);
    expect(upper).toBeCloseTo(0.3339, 4);
  });

  test("a group without rows, or a count beyond them, is refused", () => {
    expect(() => proportionDifference({ count: 0, rows: 0 }, { count: 1, rows: 2 }, 0.05)).toThrow(RangeError);
    expect(() => proportion({ count: 3, rows: 2 }, 0.05)).toThrow(RangeError);
  });
});

describe("the detectable effect of an estimate", () => {
  test("is the usual one with many degrees of freedom, and larger with few", () => {
    expectRelative(detectableEffect(2 / Math.sqrt(1000), 1e7, 0.05), minimumDetectableEffect(2, 1000, 0.05), 1e-6);
    // t₀.₉₅,₉ = 1.833113, t₀.₈,₉ = 0.883404
    expect(detectableEffect(1, 9, 0.05)).toBeCloseTo(1.833113 + 0.883404, 5);
  });
});
