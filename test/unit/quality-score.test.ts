import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { qualityScore, type Scored } from "../../src/contract/quality-score.ts";

describe("the quality score", () => {
  test("is the mean of the dimensions, each the mean of its questions", () => {
    expect(
      qualityScore([
        { dimension: "completeness", quality: 1 },
        { dimension: "completeness", quality: 0.5 },
        { dimension: "uniqueness", quality: 1 },
      ]),
    ).toEqual({
      score: 87.5,
      dimensions: { completeness: { score: 75, questions: 2 }, uniqueness: { score: 100, questions: 1 } },
    });
  });

  test("takes the standard's words, and what has none for validity", () => {
    const items: readonly Scored[] = [
      { dimension: "conformity", quality: 1 },
      { dimension: "Accuracy", quality: 0 },
      { quality: 0.5 },
      { dimension: "coverage", quality: 1 },
    ];
    expect(qualityScore(items)?.dimensions).toEqual({
      validity: { score: 50, questions: 3 },
      completeness: { score: 100, questions: 1 },
    });
  });

  test("is 100 only when nothing at all is wrong", () => {
    expect(qualityScore([{ quality: 1 - 1e-9 }])?.score).toBe(99.99);
    expect(qualityScore([{ quality: 1 }, { quality: 1 }, { quality: 1 }])?.score).toBe(100);
    expect(qualityScore([])).toBeUndefined();
  });

  test("does not depend on the order of columns and rules", () => {
    const item = fc.record({
      dimension: fc.constantFrom("completeness", "validity", "uniqueness", "consistency", "timeliness"),
      quality: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc
          .array(item, { minLength: 1 })
          .chain((items) => fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length }))),
        ([items, shuffled]) => {
          expect(qualityScore(shuffled)).toEqual(qualityScore(items));
        },
      ),
    );
  });

  test("never rises when an answer gets worse", () => {
    const qualities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(qualities, fc.nat(), (values, at) => {
        const worse = values.map((quality, index) => (index === at % values.length ? quality / 2 : quality));
        const score = (list: readonly number[]) =>
          qualityScore(list.map((quality) => ({ quality })))?.score ?? Number.NaN;
        expect(score(worse)).toBeLessThanOrEqual(score(values));
      }),
    );
  });
});
