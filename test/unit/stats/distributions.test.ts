import { describe, expect, test } from "vitest";
import { normalMixtureBoundary } from "../../../src/stats/confidence-sequence.ts";
import {
  binomialUpperTail,
  chiSquareSurvival,
  noncentralChiSquareSurvival,
  normalQuantile,
  normalSurvival,
  studentQuantile,
  studentSurvival,
} from "../../../src/stats/distributions.ts";
import { expectRelative, extra, golden } from "./reference.ts";

/** Calls `f` with two or three numbers as the reference lists them. */
function agrees(
  rows: readonly { readonly args: readonly number[]; readonly value: number }[],
  f: (a: number, b: number, c: number) => number,
  tolerance: number,
): void {
  expect(rows.length).toBeGreaterThan(0);
  for (const { args, value } of rows) {
    expectRelative(f(args[0] ?? Number.NaN, args[1] ?? Number.NaN, args[2] ?? Number.NaN), value, tolerance);
  }
}

describe("tails and quantiles agree with 60-digit references, far out too", () => {
  test("normal survival", () => agrees(extra.normal_sf, normalSurvival, 1e-13));
  test("normal quantile", () => agrees(extra.normal_quantile, normalQuantile, 1e-14));
  test("Student survival", () => agrees(extra.t_sf, studentSurvival, 1e-11));
  test("Student quantile", () => agrees(extra.t_quantile, studentQuantile, 1e-11));
  test("chi-square survival", () => agrees(extra.chi2_sf, chiSquareSurvival, 1e-12));
  test("noncentral chi-square survival", () => agrees(extra.ncx2_sf, noncentralChiSquareSurvival, 1e-11));
  test("binomial upper tail", () => agrees(extra.binomial_upper, binomialUpperTail, 1e-12));
  test("normal mixture boundary", () => agrees(extra.normal_mixture_boundary, normalMixtureBoundary, 1e-11));
});

test("the normal mixture boundary is confseq's", () => {
  for (const { args, value } of golden.bounds) {
    expect(args).toMatchObject({ one_sided: true, alpha: args.alpha_opt });
    expectRelative(normalMixtureBoundary(args.v, args.alpha, args.v_opt), value);
  }
});

test("the ends of each range are exact", () => {
  expect(normalSurvival(Number.POSITIVE_INFINITY)).toBe(0);
  expect(normalSurvival(Number.NEGATIVE_INFINITY)).toBe(1);
  expect(normalQuantile(0.5)).toBe(0);
  expect(studentSurvival(Number.POSITIVE_INFINITY, 3)).toBe(0);
  expect(studentSurvival(1e200, 3)).toBe(0);
  expect(studentSurvival(0, 3)).toBe(0.5);
  expect(studentQuantile(0.5, 3)).toBe(0);
  expect(chiSquareSurvival(0, 5)).toBe(1);
  expect(chiSquareSurvival(Number.POSITIVE_INFINITY, 5)).toBe(0);
  expect(noncentralChiSquareSurvival(0, 5, 2)).toBe(1);
  expect(noncentralChiSquareSurvival(1e9, 5, 2)).toBe(0);
  expect(binomialUpperTail(0, 10, 0.3)).toBe(1);
  expect(binomialUpperTail(11, 10, 0.3)).toBe(0);
});

test("a noncentrality of zero is the chi-square itself", () => {
  expect(noncentralChiSquareSurvival(12.5, 7, 0)).toBe(chiSquareSurvival(12.5, 7));
});

test("a hundred million rows are still computed, and quickly enough to be called in a loop", () => {
  // Mean 2.5e6 + 9, standard deviation about √(4·2.5e6): close to normal, so the tail beyond two deviations is near .0228.
  const deviation = Math.sqrt(2 * (9 + 2 * 2.5e6));
  const tail = noncentralChiSquareSurvival(2.5e6 + 9 + 2 * deviation, 9, 2.5e6);
  expect(tail).toBeGreaterThan(0.0227);
  expect(tail).toBeLessThan(0.0229);
});

test.each([
  ["a probability of 0", () => normalQuantile(0)],
  ["a probability of 1", () => studentQuantile(1, 5)],
  ["a probability that is not a number", () => binomialUpperTail(1, 2, Number.NaN)],
  ["no degrees of freedom", () => studentSurvival(1, 0)],
  ["infinite degrees of freedom", () => chiSquareSurvival(1, Number.POSITIVE_INFINITY)],
  ["a negative noncentrality", () => noncentralChiSquareSurvival(1, 1, -1)],
])("%s is refused", (_, call) => {
  expect(call).toThrow(RangeError);
});
