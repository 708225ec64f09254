import { expect, test } from "vitest";
import { betaBinomialUpperBound, betaBinomialUpperTail } from "../../../src/stats/beta-binomial.ts";
import {
  detectableShare,
  largestCount,
  meanInterval,
  pooledMoments,
  rowsInterval,
  smallestCount,
} from "../../../src/stats/predictive.ts";
import { createRandom } from "../../../src/stats/random.ts";
import golden from "../../fixtures/validation-bounds.json" with { type: "json" };
import { expectRelative } from "./reference.ts";

type Four = readonly [number, number, number, number];

const alpha = 0.01 / 30;

test("beta-binomial tails agree with sums of 60 digits, from 10 to a hundred million rows", () => {
  for (const { args, value } of golden.upper_tail)
    expectRelative(betaBinomialUpperTail(...(args as never as Four)), value, 1e-9);
});

test("beyond its ends a tail is all or nothing", () => {
  expect([0, -3, 11].map((y) => betaBinomialUpperTail(y, 10, 2, 3))).toEqual([1, 1, 0]);
  expect(betaBinomialUpperTail(1, 0, 2, 3)).toBe(0);
});

test("what is no whole number is refused", () => {
  expect(() => betaBinomialUpperTail(1, 10, 0, 3)).toThrow(RangeError);
  expect(() => betaBinomialUpperTail(1, 10, 1, 0.5)).toThrow(RangeError);
  expect(() => betaBinomialUpperTail(1, -1, 1, 1)).toThrow(RangeError);
});

test("bounds are the golden ones, and the least that hold", () => {
  for (const { args, value } of golden.upper_bound) {
    const [level, trials, a, b] = args as never as Four;
    expect(betaBinomialUpperBound(level, trials, a, b)).toBe(value);
    expect(betaBinomialUpperTail(value + 1, trials, a, b)).toBeLessThanOrEqual(level);
    if (value > 0) expect(betaBinomialUpperTail(value, trials, a, b)).toBeGreaterThan(level);
  }
});

test("counts, means and numbers of rows have the golden bounds, by one period and by several", () => {
  for (const { counts, rows, next, alpha: level, gaps, value } of golden.largest_count) {
    const periods = counts.map((count, at) => ({ count, rows: rows[at] ?? 0 }));
    expect(largestCount(periods, next, level, gaps)).toBe(value);
  }
  for (const { samples, next, alpha: level, value } of golden.mean_interval) {
    const periods = samples.map((sample) => pooledMoments(sample.map((mean) => ({ rows: 1, mean, sd: 0 }))));
    const interval = meanInterval(
      periods.map(({ n, mean, sd }) => ({ rows: n, mean, sd })),
      next,
      level,
    );
    expectRelative(interval.low, value[0] ?? Number.NaN);
    expectRelative(interval.high, value[1] ?? Number.NaN);
  }
  for (const { rows, alpha: level, value } of golden.rows_interval) {
    const interval = rowsInterval(rows, level);
    expectRelative(interval.low, value[0] ?? Number.NaN);
    expectRelative(interval.high, value[1] ?? Number.NaN);
  }
  for (const { bound, rows, value } of golden.detectable_share) expectRelative(detectableShare(bound, rows), value);
  expect(detectableShare(5, 5)).toBe(1);
});

test("the smallest count is the mirror image of the largest", () => {
  const one = [{ count: 9_000, rows: 10_000 }];
  expect(smallestCount(one, 10_000, alpha)).toBe(
    10_000 - largestCount([{ count: 1_000, rows: 10_000 }], 10_000, alpha),
  );
  expect(smallestCount([{ count: 0, rows: 100 }], 100, alpha)).toBe(0);
});

test("a reference of nothing bounds nothing", () => {
  expect(largestCount([{ count: 0, rows: 0 }], 50, alpha)).toBe(50);
  expect(largestCount([{ count: 3, rows: 3 }], 50, alpha)).toBe(50);
});

test("rates that differ from period to period widen the bound, equal ones do not", () => {
  const period = (count: number) => ({ count, rows: 100_000 });
  const even = [1000, 1010, 990, 1005, 995, 1000, 1000].map(period);
  const uneven = [700, 1300, 900, 1500, 600, 1000, 1000].map(period);
  const seven = largestCount([{ count: 7000, rows: 700_000 }], 100_000, alpha);
  expect(largestCount(even, 100_000, alpha)).toBeLessThan(1.05 * seven);
  expect(largestCount(uneven, 100_000, alpha)).toBeGreaterThan(2 * seven);
});

test("a clean batch crosses the bound as rarely as was asked, at a rate of one in a thousand too", () => {
  const random = createRandom("predictive");
  const draw = (rows: number, rate: number) => {
    let count = 0;
    for (let row = 0; row < rows; row += 1) if (random.uniform() < rate) count += 1;
    return count;
  };
  for (const rate of [0.001, 0.02, 0.4]) {
    let alarms = 0;
    for (let trial = 0; trial < 2000; trial += 1)
      if (draw(500, rate) > largestCount([{ count: draw(1000, rate), rows: 1000 }], 500, 0.05)) alarms += 1;
    // Three standard errors of 2,000 trials at .05.
    expect(alarms / 2000).toBeLessThanOrEqual(0.065);
  }
});
