import { describe, expect, test } from "vitest";
import { disturbance, latencyState, medianRatio, quantileBounds } from "../../../src/evaluation/latency.ts";
import { createRandom } from "../../../src/stats/random.ts";

const random = createRandom("latency test");
const drawn = (count: number, scale = 1) => Array.from({ length: count }, () => scale * (1 + random.uniform()));

describe("a quantile's bounds from order statistics", () => {
  test("are those of the binomial distribution", () => {
    const ms = Array.from({ length: 100 }, (_, at) => at + 1);
    // P(Bin(100, .5) ≥ 42) = .956, ≥ 43 = .933; ≥ 59 = .044.
    expect(quantileBounds(ms, 0.5, 0.05)).toEqual({ value: 50, lower: 42, upper: 59 });
  });

  test("a 99th percentile has an upper bound at 95% from 299 requests on", () => {
    expect(quantileBounds(drawn(298), 0.99, 0.05).upper).toBeNull();
    expect(quantileBounds(drawn(299), 0.99, 0.05).upper).not.toBeNull();
  });

  test("cover the true quantile as often as they say", () => {
    let covered = 0;
    for (let run = 0; run < 2000; run++) {
      const { lower, upper } = quantileBounds(drawn(60), 0.5, 0.05);
      if ((lower ?? 0) <= 1.5) covered += 1;
      if ((upper ?? 0) >= 1.5) covered += 1;
    }
    expect(covered / 4000).toBeGreaterThan(0.94);
  });
});

describe("the ratio of medians", () => {
  test("holds the true ratio, also when the machine slows down for both", () => {
    const slow = (values: number[]) => values.map((ms, at) => (at > 200 ? ms * 5 : ms));
    const { lower, upper } = medianRatio(slow(drawn(400, 1.5)), slow(drawn(400)), 0.05);
    expect(lower).toBeLessThan(1.5);
    expect(lower).toBeGreaterThan(1.3);
    expect(upper).toBeGreaterThan(1.5);
    expect(upper).toBeLessThan(1.7);
  });
});

describe("a busy machine", () => {
  const steady = drawn(400).map((ms) => 1 + ms / 100);

  test("is told from a slow model by a fixed amount of arithmetic", () => {
    expect(disturbance([{ ms: drawn(400, 50), referenceMs: steady }])).toBeUndefined();
    const stalls = steady.map((ms, at) => (at % 40 === 0 ? 10 * ms : ms));
    expect(disturbance([{ ms: steady, referenceMs: stalls }])).toMatch(/10 times as long as usual in 1%/);
    const drifts = steady.map((ms, at) => (at > 300 ? 1.6 * ms : ms));
    expect(disturbance([{ ms: steady, referenceMs: drifts }])).toMatch(/1\.6 times as long at one time as at another/);
  });

  test("leaves a limit that is exceeded undecided, and does not take back a pass", () => {
    const measured = { value: 5, lower: 4, upper: 6 };
    expect(latencyState(measured, 3, false)).toBe("fail");
    expect(latencyState(measured, 3, true)).toBe("inconclusive");
    expect(latencyState(measured, 5, false)).toBe("inconclusive");
    expect(latencyState(measured, 7, true)).toBe("pass");
    expect(latencyState({ ...measured, upper: null }, 7, false)).toBe("inconclusive");
  });
});
