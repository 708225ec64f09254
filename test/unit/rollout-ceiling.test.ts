import { describe, expect, test } from "vitest";
import { leastRequests, logEvidenceBelow, upperRate } from "../../src/rollout/ceiling.ts";

/** Exact probability that the evidence ever passes 1/alpha within `horizon` requests that fail with probability `rate` each. */
function chanceOfProof(rate: number, ceiling: number, alpha: number, horizon: number): number {
  const threshold = -Math.log(alpha);
  const most = Math.ceil(horizon * rate * 3) + 40;
  // For each number of failures, the least number of requests at which the evidence suffices: more failures need more requests.
  const least: number[] = [];
  for (let failures = 0, requests = 1; failures <= most; failures++) {
    while (requests <= horizon && (requests < failures || logEvidenceBelow(failures, requests, ceiling) <= threshold))
      requests++;
    least.push(requests);
  }
  let alive = new Float64Array(most + 1);
  alive[0] = 1;
  let proven = 0;
  for (let requests = 1; requests <= horizon; requests++) {
    const next = new Float64Array(most + 1);
    for (const [failures, chance] of alive.entries()) {
      next[failures] = (next[failures] ?? 0) + chance * (1 - rate);
      if (failures < most) next[failures + 1] = (next[failures + 1] ?? 0) + chance * rate;
    }
    for (const [failures, enough] of least.entries()) {
      if (requests < enough) continue;
      proven += next[failures] ?? 0;
      next[failures] = 0;
    }
    alive = next;
  }
  return proven;
}

describe("a declared ceiling", () => {
  test.each([
    [0.2, 600],
    [0.05, 2000],
    [0.01, 4000],
  ])(
    "of %f is shown falsely with at most 5%% chance over all looks when the rate is exactly there",
    (ceiling, horizon) => {
      const chance = chanceOfProof(ceiling, ceiling, 0.05, horizon);
      expect(chance).toBeLessThan(0.05);
      // A test that could never be wrong would be of no use.
      expect(chance).toBeGreaterThan(0.02);
    },
  );

  test("is shown almost surely when the rate is half of it", () => {
    expect(chanceOfProof(0.025, 0.05, 0.05, 2000)).toBeGreaterThan(0.95);
  });

  test("needs about 3.8 / ceiling requests when none fails", () => {
    expect(leastRequests(0.01, 0.05)).toBe(377);
    expect(leastRequests(0.001, 0.05)).toBe(3787);
    expect(logEvidenceBelow(0, 377, 0.01)).toBeGreaterThan(Math.log(20));
    expect(logEvidenceBelow(0, 376, 0.01)).toBeLessThanOrEqual(Math.log(20));
  });

  test("has an upper bound that agrees with the decision", () => {
    for (const [failures, requests] of [
      [0, 500],
      [3, 1000],
      [40, 3000],
    ] as const) {
      const upper = upperRate(failures, requests, 0.05);
      expect(upper).toBeGreaterThan(failures / requests);
      expect(logEvidenceBelow(failures, requests, upper * 1.001)).toBeGreaterThan(Math.log(20));
      expect(logEvidenceBelow(failures, requests, upper * 0.999)).toBeLessThan(Math.log(20));
    }
    expect(upperRate(0, 0, 0.05)).toBe(1);
    expect(upperRate(5, 5, 0.05)).toBe(1);
  });

  test("has an upper bound close to that of an independent confidence sequence (confseq, beta-binomial mixture, two-sided at 5%)", () => {
    for (const [failures, requests, reference] of [
      [3, 50, 0.2143881185661008],
      [10, 100, 0.2120186815674402],
      [50, 1000, 0.07538070677473169],
      [250, 500, 0.5705953627089002],
    ] as const) {
      expect(upperRate(failures, requests, 0.025) / reference).toBeCloseTo(1, 1);
    }
  });

  test("refuses counts that are none", () => {
    expect(() => logEvidenceBelow(2, 1, 0.1)).toThrow(RangeError);
    expect(() => logEvidenceBelow(0.5, 1, 0.1)).toThrow(RangeError);
    expect(() => logEvidenceBelow(0, 1, 1)).toThrow(RangeError);
  });
});
