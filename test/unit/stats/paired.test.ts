import { describe, expect, test } from "vitest";
import { deLongTest, rocAuc } from "../../../src/stats/delong.ts";
import { normalSurvival, studentSurvival } from "../../../src/stats/distributions.ts";
import { mcNemarTest } from "../../../src/stats/mcnemar.ts";
import { pairedTTest } from "../../../src/stats/paired-t.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { degreesOfFreedomFor, skewedStudentTest } from "../../../src/stats/skewness.ts";
import { studentTest } from "../../../src/stats/student.ts";
import { tangoBounds, tangoTest } from "../../../src/stats/tango.ts";
import decision from "../../fixtures/decision-statistics.json" with { type: "json" };
import { expectRelative, extra, golden } from "./reference.ts";

describe("McNemar", () => {
  test.each(golden.mcnemar)("agrees with statsmodels and R at $input", (row) => {
    const pairs = { gains: row.input.c, losses: row.input.b };
    const exact = mcNemarTest(pairs, "exact");
    expectRelative(exact.pTwoSided, row.statsmodels_exact_two_sided);
    expectRelative(exact.pGreater, row.one_sided_challenger_better);
    expectRelative(mcNemarTest(pairs, "mid-p").pGreater, row.midp_one_sided);
  });

  test("exchanging the models exchanges the one-sided p-values", () => {
    const one = mcNemarTest({ gains: 17, losses: 8 }, "mid-p");
    const other = mcNemarTest({ gains: 8, losses: 17 }, "mid-p");
    expect([one.pGreater, one.pLess, one.pTwoSided]).toEqual([other.pLess, other.pGreater, other.pTwoSided]);
  });

  test("says nothing without discordant rows", () => {
    expect(mcNemarTest({ gains: 0, losses: 0 }, "exact")).toEqual({ pGreater: 1, pLess: 1, pTwoSided: 1 });
    expect(mcNemarTest({ gains: 0, losses: 0 }, "mid-p")).toEqual({ pGreater: 0.5, pLess: 0.5, pTwoSided: 1 });
  });
});

describe("Tango's score bounds", () => {
  test.each(extra.tango)("$gains gains, $losses losses in $rows rows at $alpha", (row) => {
    const { lower, upper } = tangoBounds(row, row.rows, row.alpha);
    // The roots of the quartic; without discordant rows double roots leave it half of its digits.
    const tolerance = row.gains + row.losses === 0 ? 1e-7 : 1e-9;
    expectRelative(lower, row.quartic[0] ?? Number.NaN, tolerance);
    expectRelative(upper, row.quartic[1] ?? Number.NaN, tolerance);
    expectRelative(lower, row.likelihood[0] ?? Number.NaN, 1e-5);
    expectRelative(upper, row.likelihood[1] ?? Number.NaN, 1e-5);
  });

  test("reproduce the published interval for airway hyper-responsiveness (Fagerland et al., 2014)", () => {
    const { lower, upper } = tangoBounds({ gains: 1, losses: 7 }, 21, 0.025);
    expect(lower).toBeCloseTo(-0.517, 3);
    expect(upper).toBeCloseTo(-0.026, 3);
  });

  test("have a width without discordant rows: z²/(n + z²)", () => {
    const { difference, lower, upper } = tangoBounds({ gains: 0, losses: 0 }, 1000, 0.05);
    const square = 1.6448536269514722 ** 2;
    expect(difference).toBe(0);
    expectRelative(upper, square / (1000 + square));
    expectRelative(lower, -square / (1000 + square));
  });

  test("reach 1 when every row is gained, and not beyond", () => {
    expect(tangoBounds({ gains: 12, losses: 0 }, 12, 0.05).upper).toBe(1);
    expect(tangoBounds({ gains: 0, losses: 12 }, 12, 0.05).lower).toBe(-1);
  });

  test("counts that do not fit are refused", () => {
    expect(() => tangoBounds({ gains: 6, losses: 6 }, 11, 0.05)).toThrow(RangeError);
    expect(() => tangoBounds({ gains: 0, losses: 0 }, 0, 0.05)).toThrow(RangeError);
    expect(() => tangoBounds({ gains: Number.NaN, losses: 0 }, 5, 0.05)).toThrow(RangeError);
  });
});

describe("the paired t test", () => {
  test("agrees with SciPy", () => {
    for (const row of golden.paired_t) {
      const result = pairedTTest(row.input, 0.05);
      if (result.kind !== "estimate") {
        throw new Error(result.reason);
      }
      expectRelative(result.statistic, row.t);
      const { difference: value, standardError, rows } = result;
      const plain = studentTest({ value, standardError, degreesOfFreedom: rows - 1 }, 0.05);
      expectRelative(plain.pGreater, row.p_greater);
      expectRelative(plain.pLess, 1 - row.p_greater);
      expectRelative(plain.pTwoSided, 2 * row.p_greater);
    }
  });

  test.each(decision.skewed)("corrects for skewness and for few rows as SciPy's moments and roots do: $name", (row) => {
    const result = pairedTTest(row.values, 0.05);
    expect(result).toMatchObject({ kind: "estimate" });
    if (result.kind !== "estimate") return;
    expectRelative(result.skewness, row.skewness);
    expectRelative(result.degreesOfFreedom, row.degrees_of_freedom);
    expectRelative(result.pGreater, row.p_greater);
    expectRelative(result.lower, row.lower, 1e-8);
    expectRelative(result.upper, row.upper, 1e-8);
  });

  test("many small gains and a few large losses are less sure than Student's t says", () => {
    const gains = Array.from({ length: 200 }, (_, row) => (row % 25 === 0 ? -1.2 : 0.1 + (row % 7) / 100));
    const result = pairedTTest(gains, 0.05);
    if (result.kind !== "estimate") throw new Error(result.reason);
    const { difference: value, standardError, degreesOfFreedom } = result;
    const plain = studentTest({ value, standardError, degreesOfFreedom }, 0.05);
    expect(result.lower).toBeLessThan(plain.lower);
    expect(result.upper).toBe(plain.upper);
  });

  test("is inconclusive where a handful of rows makes the spread", () => {
    const gains = Array.from({ length: 1000 }, (_, row) => (row < 1 ? 1 : 0));
    const reason = "a handful of rows makes nearly all of the difference's spread";
    expect(pairedTTest(gains, 0.05)).toMatchObject({ kind: "inconclusive", reason });
  });

  test("its bounds are where the one-sided test is just significant", () => {
    const gains = [0.2, 0.5, -0.1, 0.4, 0.3, 0.1, 0.6];
    const { lower, upper } = pairedTTest(gains, 0.05) as { lower: number; upper: number };
    const shifted = (by: number) =>
      pairedTTest(
        gains.map((gain) => gain - by),
        0.05,
      ) as { pGreater: number; pLess: number };
    expectRelative(shifted(lower).pGreater, 0.05);
    expectRelative(shifted(upper).pLess, 0.05);
  });

  test("is inconclusive without spread or without rows", () => {
    expect(pairedTTest([0.1, 0.1, 0.1], 0.05)).toMatchObject({ kind: "inconclusive", rows: 3, difference: 0.1 });
    expect(pairedTTest([1, 1 + 2e-16, 1], 0.05).kind).toBe("estimate");
    expect(pairedTTest([0, 1e-200], 0.05)).toMatchObject({ kind: "inconclusive" });
    expect(pairedTTest([0.1], 0.05)).toMatchObject({ kind: "inconclusive", rows: 1 });
    expect(pairedTTest([], 0.05)).toMatchObject({ kind: "inconclusive", rows: 0, difference: 0 });
  });

  test("a gain that is no number is refused", () => {
    expect(() => pairedTTest([1, Number.NaN], 0.05)).toThrow(RangeError);
  });
});

describe("DeLong", () => {
  const cases = golden.delong.map((row) => ({ ...row, positive: row.input.y.map((y) => y === 1) }));

  test.each(cases)(
    "agrees with pROC, scikit-learn and MLstatkit: $name",
    ({ positive, input, pROC, sklearn_auc, MLstatkit }) => {
      const result = deLongTest(positive, input.champion, input.challenger, 0.05);
      if (result.kind !== "estimate") {
        throw new Error(result.reason);
      }
      expectRelative(result.championAuc, sklearn_auc[0] ?? Number.NaN);
      expectRelative(result.challengerAuc, sklearn_auc[1] ?? Number.NaN);
      expectRelative(result.championVariance, pROC.var1);
      expectRelative(result.challengerVariance, pROC.var2);
      expectRelative(result.covariance, pROC.cov12);
      expectRelative(result.statistic, -pROC.z);
      expectRelative(2 * normalSurvival(Math.abs(result.statistic)), pROC.p_two_sided);
      expectRelative(result.statistic, MLstatkit[0] ?? Number.NaN);
    },
  );

  test.each(cases)(
    "reads the statistic against t with the smaller class less one at most: $name",
    ({ positive, input }) => {
      const result = deLongTest(positive, input.champion, input.challenger, 0.05);
      const positives = positive.filter((is) => is).length;
      const most = Math.min(positives, positive.length - positives) - 1;
      expect(result).toMatchObject({ kind: "estimate" });
      if (result.kind === "estimate") {
        expect(result.degreesOfFreedom).toBeLessThanOrEqual(most);
        const { difference: value } = result;
        expect(result).toMatchObject(skewedStudentTest({ ...result, value, units: positive.length }, 0.05));
        expect(result.pGreater).toBeGreaterThanOrEqual(studentSurvival(result.statistic, most));
      }
    },
  );

  test("with few positive rows is less sure than the smaller class alone would have it", () => {
    const random = createRandom(5);
    const positive = Array.from({ length: 1000 }, (_, row) => row < 25);
    const [one, two] = [0, 1].map(() => positive.map((is) => random.normal() + (is ? 2 : 0)));
    const result = deLongTest(positive, one ?? [], two ?? [], 0.05);
    expect(result).toMatchObject({ kind: "estimate" });
    expect(result.kind === "estimate" ? result.degreesOfFreedom : 24).toBeLessThan(24);
  });

  test("the AUC alone agrees with scikit-learn", () => {
    for (const { input, auc } of golden.metrics) {
      expectRelative(
        rocAuc(
          input.y.map((y) => y === 1),
          Float64Array.from(input.p),
        ),
        auc,
      );
    }
    expect(rocAuc([true, false, true], [0.5, 0.5, 0.5])).toBe(0.5);
    expect(() => rocAuc([true, true], [1, 2])).toThrow(RangeError);
  });

  test("is inconclusive with fewer than ten rows of a class", () => {
    const positive = Array.from({ length: 100 }, (_, i) => i < 9);
    const scores = positive.map((_, i) => Math.sin(i));
    const result = deLongTest(
      positive,
      scores,
      scores.map((s) => s * s),
      0.05,
    );
    expect(result).toMatchObject({ kind: "inconclusive", positives: 9, negatives: 91 });
  });

  test("is inconclusive when both order the rows alike, or both perfectly", () => {
    const positive = Array.from({ length: 40 }, (_, i) => i % 2 === 0);
    const scores = positive.map((_, i) => Math.sin(3 * i));
    const same = deLongTest(positive, scores, scores.map(Math.exp), 0.05);
    expect(same).toMatchObject({ kind: "inconclusive", reason: expect.stringContaining("no variance") });
    const perfect = positive.map((is, i) => (is ? 100 + i : i));
    const other = positive.map((is, i) => (is ? 200 - i : -i));
    expect(deLongTest(positive, perfect, other, 0.05).kind).toBe("inconclusive");
  });

  test("scores that are no numbers, or too few, are refused", () => {
    const positive = [true, false];
    expect(() => deLongTest(positive, [1, Number.NaN], [1, 2], 0.05)).toThrow(RangeError);
    expect(() => deLongTest(positive, [1, 2], [1], 0.05)).toThrow(RangeError);
  });
});

test("two values have the kurtosis 1, whichever way it is rounded", () => {
  for (const kurtosis of [1, 1 - 2 ** -53, 1 + 2 ** -52]) expect(degreesOfFreedomFor(2, kurtosis, 1)).toBe(1);
  expect(degreesOfFreedomFor(500, 101, 499)).toBe(10);
});

test("the score test has a number at a difference where its discriminant is 0 but for rounding", () => {
  const found = tangoTest({ gains: 0, losses: 2 }, 3, -0.49999999999999983);
  expect(found.pGreater + found.pLess).toBeCloseTo(1, 12);
  expect(found.pLess).toBeGreaterThan(0);
});

test("a tail of no number is refused, and not looked for without end", () => {
  expect(() => normalSurvival(Number.NaN)).toThrow(RangeError);
});
