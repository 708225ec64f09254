import { describe, expect, test } from "vitest";
import { jensenShannonDistance } from "../../../src/stats/js.ts";
import { kolmogorovSmirnov } from "../../../src/stats/ks.ts";
import { mergeRareLevels } from "../../../src/stats/levels.ts";
import { minimumDetectablePsi, populationStabilityIndex, psiBias, psiTest } from "../../../src/stats/psi.ts";
import { expectRelative, extra, golden } from "./reference.ts";

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

describe("PSI", () => {
  test.each(golden.binned)("score, bias and both p-values agree with SciPy: $name", (row) => {
    const { ref, cur } = row.input;
    const design = { bins: ref.length, referenceRows: total(ref), currentRows: total(cur) };
    const psi = populationStabilityIndex(ref, cur);
    expectRelative(psi, row.psi);
    expectRelative(psiBias(design), row.bias);
    expectRelative(psiTest(psi, design, 0), row.p_null);
    expectRelative(psiTest(psi, design, 0.05), row.p_min_effect_0p05);
  });

  test.each(extra.minimum_detectable_psi)("the minimum detectable PSI agrees with SciPy: $args", ({ args, value }) => {
    const [bins = 0, referenceRows = 0, currentRows = 0, minimumEffect = 0, alpha = 0] = args;
    expectRelative(minimumDetectablePsi({ bins, referenceRows, currentRows }, minimumEffect, alpha), value);
  });

  test("counts of other bins, one bin and no rows are refused", () => {
    expect(() => populationStabilityIndex([1, 2], [1, 2, 3])).toThrow(RangeError);
    expect(() => populationStabilityIndex([], [])).toThrow(RangeError);
    expect(() => psiTest(0.1, { bins: 1, referenceRows: 10, currentRows: 10 }, 0.05)).toThrow(RangeError);
    expect(() => psiTest(0.1, { bins: 5, referenceRows: 10, currentRows: 0 }, 0.05)).toThrow(RangeError);
  });
});

describe("Kolmogorov–Smirnov", () => {
  test.each(golden.two_sample)("agrees with SciPy and R on samples, as counts of each distinct value: $name", (row) => {
    const values = [...new Set([...row.input.ref, ...row.input.cur])].sort((a, b) => a - b);
    const countsOf = (sample: readonly number[]) => values.map((value) => sample.filter((x) => x === value).length);
    const { statistic, p } = kolmogorovSmirnov(countsOf(row.input.ref), countsOf(row.input.cur));
    expectRelative(statistic, row.ks.D);
    expectRelative(p, row.ks.p_kolmogorov_limit);
  });

  test.each(extra.kolmogorov_sf)("its limit distribution at $args", ({ args, value }) => {
    // Counts built so that D·√(nm/(n+m)) is the argument: n = m = 2·10⁸ and D = argument / 10⁴.
    const moved = (args[0] ?? 0) * 2e4;
    const { p } = kolmogorovSmirnov([1e8 + moved, 1e8 - moved], [1e8, 1e8]);
    expectRelative(p, value);
  });

  test("binning never raises the statistic", () => {
    const [fine, coarse] = [kolmogorovSmirnov([5, 1, 0, 4], [1, 5, 4, 0]), kolmogorovSmirnov([6, 4], [6, 4])];
    expect(fine.statistic).toBeCloseTo(0.4, 12);
    expect(coarse).toEqual({ statistic: 0, p: 1 });
  });

  test("empty counts are refused", () => {
    expect(() => kolmogorovSmirnov([0, 0], [1, 2])).toThrow(RangeError);
  });
});

describe("Jensen–Shannon distance", () => {
  test.each(golden.binned)("agrees with SciPy to base 2: $name", ({ input, js_distance_base_2 }) => {
    expectRelative(jensenShannonDistance(input.ref, input.cur), js_distance_base_2);
  });

  test("is 0 for the same shares and 1 for disjoint ones", () => {
    expect(jensenShannonDistance([1, 2, 3], [10, 20, 30])).toBe(0);
    expect(jensenShannonDistance([5, 0], [0, 9])).toBe(1);
  });

  test("counts of other bins, or none, are refused", () => {
    expect(() => jensenShannonDistance([1], [1, 2])).toThrow(RangeError);
    expect(() => jensenShannonDistance([0], [1])).toThrow(RangeError);
  });
});

describe("merging rare levels", () => {
  test("keeps levels whose expected count is 5 on the smaller side, and merges the rest", () => {
    const groups = mergeRareLevels([500, 300, 4, 0, 2], [400, 350, 6, 5, 1]);
    expect(groups.map((group) => group.members)).toEqual([[0], [1], [2, 3, 4]]);
    expect(groups.at(-1)).toMatchObject({ reference: 6, current: 12 });
  });

  test("judges by the pooled count: a level that the small reference lacks is no finding of its own", () => {
    // 1,000 against 100,000 rows: a level with 300 current rows is expected 3 times in the reference.
    const groups = mergeRareLevels([998, 0, 2], [99_500, 300, 200]);
    expect(groups.map((group) => group.members)).toEqual([[1, 2, 0]]);
  });

  test("a merged group that is still rare takes in the rarest kept level", () => {
    const groups = mergeRareLevels([100, 60, 1], [100, 50, 1]);
    expect(groups.map((group) => group.members)).toEqual([[0], [2, 1]]);
  });

  test("new levels stay a group of their own when they hold 1% of the current rows and at least 5 of them", () => {
    const groups = mergeRareLevels([600_000, 400_000, 0, 0], [580, 390, 20, 10]);
    expect(groups.map((group) => group.members)).toEqual([[0], [1], [2, 3]]);
    expect(mergeRareLevels([600_000, 400_000, 0], [597, 394, 9])).toHaveLength(2);
    expect(mergeRareLevels([600_000, 400_000, 0], [200, 196, 4])).toHaveLength(2);
  });

  test("levels without a row are left out", () => {
    expect(mergeRareLevels([50, 0, 50], [40, 0, 60]).map((group) => group.members)).toEqual([[0], [2]]);
    expect(mergeRareLevels([], [])).toEqual([]);
  });
});
