import fc from "fast-check";
import { expect, test } from "vitest";
import { deLongTest, rocAuc } from "../../src/stats/delong.ts";
import {
  chiSquareSurvival,
  noncentralChiSquareSurvival,
  normalQuantile,
  normalSurvival,
  studentQuantile,
  studentSurvival,
} from "../../src/stats/distributions.ts";
import { addBlock, readEProcess, startEProcess } from "../../src/stats/eprocess.ts";
import { jensenShannonDistance } from "../../src/stats/js.ts";
import { kolmogorovSmirnov } from "../../src/stats/ks.ts";
import { mergeRareLevels } from "../../src/stats/levels.ts";
import { mcNemarTest } from "../../src/stats/mcnemar.ts";
import { benjaminiHochberg, holm } from "../../src/stats/multiplicity.ts";
import { populationStabilityIndex } from "../../src/stats/psi.ts";
import { tangoBounds } from "../../src/stats/tango.ts";

const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
const degrees = fc.integer({ min: 1, max: 100_000 });
const pairs = fc
  .record({ gains: fc.nat(500), losses: fc.nat(500), agreed: fc.nat(20_000) })
  .filter(({ gains, losses, agreed }) => gains + losses + agreed > 0);
const countPairs = fc
  .array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 2, maxLength: 30 })
  .map((rows) => ({ reference: rows.map(([r]) => r), current: rows.map(([, c]) => c) }))
  .filter(({ reference, current }) => reference.some((n) => n > 0) && current.some((n) => n > 0));
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

test("quantiles invert the survival functions", () => {
  fc.assert(
    fc.property(probability, degrees, (p, df) => {
      const tail = Math.max(p, 1e-12);
      expect(normalSurvival(-normalQuantile(tail)) / tail - 1).toBeCloseTo(0, 9);
      expect(studentSurvival(-studentQuantile(tail, df), df) / tail - 1).toBeCloseTo(0, 9);
    }),
  );
});

test("a noncentral tail lies between the central one and 1, and grows with the noncentrality", () => {
  const positive = fc.double({ min: 0, max: 5000, noNaN: true });
  fc.assert(
    fc.property(positive, fc.integer({ min: 1, max: 60 }), positive, positive, (x, df, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const tails = [
        chiSquareSurvival(x, df),
        noncentralChiSquareSurvival(x, df, less),
        noncentralChiSquareSurvival(x, df, more),
      ];
      expect(tails.every((tail) => tail >= 0 && tail <= 1)).toBe(true);
      for (const [i, tail] of tails.slice(1).entries()) {
        expect(tail).toBeGreaterThanOrEqual((tails[i] ?? 0) * (1 - 1e-11));
      }
    }),
  );
});

test("Tango's bounds enclose the difference, stay in -1..1 and turn over with the models", () => {
  fc.assert(
    fc.property(pairs, fc.double({ min: 1e-4, max: 0.4, noNaN: true }), ({ gains, losses, agreed }, alpha) => {
      const rows = gains + losses + agreed;
      const { difference, lower, upper } = tangoBounds({ gains, losses }, rows, alpha);
      expect(lower).toBeGreaterThanOrEqual(-1);
      expect(lower).toBeLessThanOrEqual(difference);
      expect(upper).toBeGreaterThanOrEqual(difference);
      expect(upper).toBeLessThanOrEqual(1);
      expect(tangoBounds({ gains: losses, losses: gains }, rows, alpha)).toEqual({
        difference: difference === 0 ? difference : -difference,
        lower: -upper,
        upper: -lower,
      });
    }),
  );
});

test("McNemar's mid-p is below the exact p, and each lies in 0..1", () => {
  fc.assert(
    fc.property(pairs, ({ gains, losses }) => {
      const exact = mcNemarTest({ gains, losses }, "exact");
      const mid = mcNemarTest({ gains, losses }, "mid-p");
      for (const key of ["pGreater", "pLess", "pTwoSided"] as const) {
        expect(mid[key]).toBeGreaterThanOrEqual(0);
        expect(mid[key]).toBeLessThanOrEqual(exact[key]);
        expect(exact[key]).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("the AUC is the share of pairs in order, whatever the ties", () => {
  const row = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8 }));
  const rows = fc
    .array(row, { minLength: 2, maxLength: 60 })
    .filter((all) => all.some(([positive]) => positive) && all.some(([positive]) => !positive));
  fc.assert(
    fc.property(rows, (all) => {
      const ups = all.filter(([positive]) => positive).map(([, score]) => score);
      const downs = all.filter(([positive]) => !positive).map(([, score]) => score);
      const ordered = sum(ups.flatMap((up) => downs.map((down) => (up > down ? 1 : up === down ? 0.5 : 0))));
      const auc = rocAuc(
        all.map(([positive]) => positive),
        all.map(([, score]) => score),
      );
      expect(auc).toBeCloseTo(ordered / (ups.length * downs.length), 12);
    }),
  );
});

test("DeLong's result does not depend on the order of the rows or on a monotone change of scores", () => {
  const row = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }));
  fc.assert(
    fc.property(fc.array(row, { minLength: 40, maxLength: 80 }), (rows) => {
      const all = rows.map(([one, two], i) => ({ positive: i % 3 === 0, one, two }));
      const run = (list: typeof all, f: (score: number) => number) =>
        deLongTest(
          list.map((r) => r.positive),
          list.map((r) => f(r.one)),
          list.map((r) => f(r.two)),
          0.05,
        );
      const plain = run(all, (score) => score);
      const other = run(all.toReversed(), (score) => Math.atan(score));
      expect(other.kind).toBe(plain.kind);
      if (plain.kind === "estimate" && other.kind === "estimate") {
        expect(other.lower).toBeCloseTo(plain.lower, 10);
        expect(plain.championVariance + plain.challengerVariance - 2 * plain.covariance).toBeCloseTo(
          plain.standardError ** 2,
          10,
        );
      }
    }),
  );
});

test("adjusted p-values are at least the raw ones, keep their order, and Holm's are at least BH's", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (raw) => {
      const [strict, loose] = [holm(raw), benjaminiHochberg(raw)];
      for (const [i, p] of raw.entries()) {
        expect(loose[i]).toBeGreaterThanOrEqual(p);
        expect(strict[i]).toBeGreaterThanOrEqual((loose[i] ?? 2) * (1 - 1e-12));
        expect(strict[i]).toBeLessThanOrEqual(1);
        for (const [j, other] of raw.entries()) {
          if (p < other) {
            expect(loose[i]).toBeLessThanOrEqual(loose[j] ?? -1);
            expect(strict[i]).toBeLessThanOrEqual(strict[j] ?? -1);
          }
        }
      }
    }),
  );
});

test("drift scores are symmetric, in their range, and zero for equal counts", () => {
  fc.assert(
    fc.property(countPairs, ({ reference, current }) => {
      const scores = [
        populationStabilityIndex,
        jensenShannonDistance,
        (a: number[], b: number[]) => kolmogorovSmirnov(a, b).statistic,
      ];
      for (const score of scores) {
        const value = score(reference, current);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeCloseTo(score(current, reference), 10);
        expect(score(reference, reference)).toBe(0);
      }
      expect(jensenShannonDistance(reference, current)).toBeLessThanOrEqual(1);
      expect(kolmogorovSmirnov(reference, current).p).toBeLessThanOrEqual(1);
    }),
  );
});

test("merged levels keep every row, and only new levels with 1% of a side are a group expected to hold fewer than 5", () => {
  fc.assert(
    fc.property(countPairs, ({ reference, current }) => {
      const groups = mergeRareLevels(reference, current);
      const [n, m] = [sum(reference), sum(current)];
      expect(sum(groups.map((group) => group.reference))).toBe(n);
      expect(sum(groups.map((group) => group.current))).toBe(m);
      expect(new Set(groups.flatMap((group) => group.members)).size).toBe(
        groups.flatMap((group) => group.members).length,
      );
      if (groups.length > 1) {
        for (const { reference: r, current: c } of groups) {
          const share = Math.max(r / n, c / m);
          const standsOut = share >= 0.01 && share * Math.min(n, m) >= 5;
          expect(standsOut || ((r + c) * Math.min(n, m)) / (n + m) >= 5 - 1e-9).toBe(true);
        }
      }
    }),
  );
});

test("the canary's evidence does not depend on the order of the blocks, and no block raises an error or a NaN", () => {
  const arm = fc.nat(5000).chain((requests) => fc.tuple(fc.constant(requests), fc.nat(requests)));
  const blocks = fc.array(
    fc.tuple(arm, arm).map(([[canaryRequests, canaryEvents], [baselineRequests, baselineEvents]]) => ({
      canaryRequests,
      canaryEvents,
      baselineRequests,
      baselineEvents,
    })),
    { maxLength: 15 },
  );
  const alpha = { rollBack: 0.05, promote: 0.05 };
  fc.assert(
    fc.property(blocks, fc.double({ min: 0, max: 3, noNaN: true }), (all, margin) => {
      const read = (list: typeof all) => readEProcess(list.reduce(addBlock, startEProcess(margin)), alpha);
      const [one, other] = [read(all), read(all.toReversed())];
      for (const key of ["logEvidenceWorse", "logEvidenceWithinMargin", "dispersion"] as const) {
        expect(Number.isFinite(one[key])).toBe(true);
        expect(Math.abs(one[key] - other[key])).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(one[key])));
      }
      expect(one.dispersion).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 60 },
  );
});
