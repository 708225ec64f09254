import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DriftMethod, DriftOutcome } from "../../src/drift/drift.ts";
import type { ColumnProfile } from "../../src/profile/profile.ts";

const options = { minimumEffect: 0.05, alpha: 0.05 };
const count = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 1_000_000 }));

/** Two profiles of one column at the same edges, with and without counts at the edges themselves, empty ones included. */
const numericPair = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 25 })
  .chain((values) => {
    const edges = Float64Array.from(values).sort();
    const bin = fc.tuple(count, fc.double({ min: 0, max: 1, noNaN: true }));
    const side = fc.record({
      bins: fc.array(bin, { minLength: edges.length + 1, maxLength: edges.length + 1 }),
      missing: count,
    });
    return fc.tuple(side, side, fc.boolean()).map(([reference, current, exact]) => {
      const profile = ({ bins, missing }: typeof reference): ColumnProfile => {
        const counts = Float64Array.from(bins, ([rows]) => rows);
        const atEdge = Float64Array.from(edges, (_, index) =>
          Math.floor((bins[index]?.[0] ?? 0) * (bins[index]?.[1] ?? 0)),
        );
        return {
          kind: "numeric",
          n: counts.reduce((a, b) => a + b, missing),
          missing,
          edges,
          counts,
          ...(exact ? { atEdge } : {}),
        };
      };
      return [profile(reference), profile(current)] as const;
    });
  });

const categorical = fc
  .record({ levels: fc.dictionary(fc.string({ maxLength: 3 }), count, { maxKeys: 12 }), missing: count, others: count })
  .map(({ levels, missing, others }): ColumnProfile => {
    const map = new Map(Object.entries(levels));
    return {
      kind: "categorical",
      n: [...map.values()].reduce((a, b) => a + b, missing + others),
      missing,
      levels: map,
      others,
    };
  });

const pairs = {
  numeric: numericPair,
  categorical: fc.tuple(categorical, categorical),
} as const;

function numbersOf(outcome: DriftOutcome): readonly number[] {
  return Object.values(outcome).filter((value): value is number => typeof value === "number");
}

/** What every drift method keeps to. */
export function driftMethodContract(method: DriftMethod): void {
  describe(`drift method ${method.name}`, () => {
    test("says where its definition comes from", () => {
      expect(method.title).not.toBe("");
      expect(method.source).toMatch(/\d{4}/);
      expect(method.appliesTo.length).toBeGreaterThan(0);
    });

    for (const kind of method.appliesTo) {
      test(`gives finite numbers or a reason for any two ${kind} columns`, () => {
        fc.assert(
          fc.property(pairs[kind], ([reference, current]) => {
            const outcome = method.compare(reference, current, options);
            if (outcome.kind === "inconclusive") {
              expect(outcome.reason).not.toBe("");
              return;
            }
            expect(numbersOf(outcome).filter((value) => !Number.isFinite(value))).toEqual([]);
            expect(outcome.score).toBeGreaterThanOrEqual(0);
            for (const p of [outcome.p ?? 0, outcome.pMinimumEffect ?? 0]) {
              expect(p).toBeGreaterThanOrEqual(0);
              expect(p).toBeLessThanOrEqual(1);
            }
          }),
          { numRuns: 300 },
        );
      });

      test(`gives the same answer twice for ${kind} columns and leaves them as they were`, () => {
        fc.assert(
          fc.property(pairs[kind], ([reference, current]) => {
            const before = structuredClone([reference, current]);
            expect(method.compare(reference, current, options)).toEqual(method.compare(reference, current, options));
            expect([reference, current]).toEqual(before);
          }),
          { numRuns: 60 },
        );
      });

      test(`scores a ${kind} column against itself as zero`, () => {
        fc.assert(
          fc.property(pairs[kind], ([profile]) => {
            const outcome = method.compare(profile, profile, options);
            if (outcome.kind === "score") expect(outcome.score).toBeCloseTo(0, 9);
          }),
          { numRuns: 150 },
        );
      });

      test(`never lets a test against a minimum effect be easier to pass for ${kind} columns than one against none`, () => {
        fc.assert(
          fc.property(pairs[kind], ([reference, current]) => {
            const outcome = method.compare(reference, current, options);
            if (outcome.kind === "score" && outcome.pMinimumEffect !== undefined) {
              expect(outcome.pMinimumEffect).toBeGreaterThanOrEqual((outcome.p ?? 0) - 1e-9);
            }
          }),
          { numRuns: 150 },
        );
      });
    }

    test("is the same both ways where its bins are", () => {
      const [kind] = [...method.appliesTo].sort();
      fc.assert(
        fc.property(pairs[kind ?? "numeric"], ([reference, current]) => {
          const [there, back] = [
            method.compare(reference, current, options),
            method.compare(current, reference, options),
          ];
          expect(back.kind).toBe(there.kind);
          if (there.kind === "score" && back.kind === "score") expect(back.score).toBeCloseTo(there.score, 9);
        }),
        { numRuns: 150 },
      );
    });

    test("answers columns of different kinds with a reason", () => {
      fc.assert(
        fc.property(numericPair, categorical, ([numeric], other) => {
          expect(method.compare(numeric, other, options).kind).toBe("inconclusive");
          expect(method.compare(other, numeric, options).kind).toBe("inconclusive");
        }),
        { numRuns: 50 },
      );
    });
  });
}
