import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareMetric } from "../../src/evaluation/comparison.ts";
import { type Answers, averages, type ClassTruth, knownMetrics, metricTests } from "../../src/evaluation/evaluation.ts";
import { metrics } from "../../src/evaluation/metrics.ts";
import { confusionTables, disagreementTables } from "../../src/evaluation/pictures.ts";
import { calibrationSeries, calibrationTables, curveSeries } from "../../src/evaluation/pictures-curves.ts";
import { canonicalJson, type Json } from "../../src/kernel/json.ts";
import { metricRule } from "../support/metric-rules.ts";

/** Probabilities with many ties, and the ends of the range among them. */
const probability = fc.oneof(fc.constantFrom(0, 0.25, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const row = fc.tuple(fc.boolean(), probability, probability);
const cases = fc.array(row, { minLength: 1, maxLength: 120 });
const ofClasses = knownMetrics.filter((name) => metrics[name].tasks.includes("binary"));
const rules = fc
  .record({
    name: fc.constantFrom(...ofClasses),
    test: fc.constantFrom(...metricTests),
    margin: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    clip: fc.constantFrom(1e-15, 1e-3, 0.1),
    average: fc.constantFrom(...averages),
  })
  .map(({ name, test, margin, clip, average }) =>
    metricRule(name, test, margin, { clip, average, costs: { 0: { 1: 1 }, 1: { 0: 5 } } }),
  );

function models(list: readonly [boolean, number, number][]): {
  truth: ClassTruth;
  challenger: Answers;
  champion: Answers;
} {
  const answers = (place: 1 | 2): Answers => ({
    predicted: Uint16Array.from(list, (one) => (one[place] > 0.5 ? 1 : 0)),
    score: Float64Array.from(list, (one) => one[place]),
    ofTrue: Float64Array.from(list, (one) => (one[0] ? one[place] : 1 - one[place])),
  });
  const label = Uint16Array.from(list, ([positive]) => (positive ? 1 : 0));
  return {
    truth: { kind: "classes", classes: ["0", "1"], positive: 1, label },
    challenger: answers(1),
    champion: answers(2),
  };
}

describe("comparison of any two models on any rows", () => {
  test("every number is finite or absent, bounds hold the effect, and the state follows from them", () => {
    fc.assert(
      fc.property(cases, rules, (list, rule) => {
        const { truth, challenger, champion } = models(list);
        const found = compareMetric(rule, truth, challenger, champion, { alpha: 0.05 });
        expect(() => canonicalJson(found as unknown as Json)).not.toThrow();
        const { state, effect, lower, upper, p } = found;
        if (p !== null) expect(p >= 0 && p <= 1).toBe(true);
        if (effect === null || lower === null || upper === null) return;
        expect(lower <= effect && effect <= upper).toBe(true);
        if (state === "non-inferior") expect(lower).toBeGreaterThan(-rule.margin);
        if (state === "superior") expect(effect).toBeGreaterThan(0);
        if (state === "rejected") expect(effect).toBeLessThan(0);
      }),
      { numRuns: 600 },
    );
  });

  test("trading places turns the effect and its bounds around", () => {
    fc.assert(
      fc.property(cases, rules, (list, rule) => {
        const { truth, challenger, champion } = models(list);
        const one = compareMetric(rule, truth, challenger, champion, { alpha: 0.05 });
        const other = compareMetric(rule, truth, champion, challenger, { alpha: 0.05 });
        expect(other.challenger).toBe(one.champion);
        for (const [a, b] of [
          [one.effect, other.effect],
          [one.lower, other.upper],
        ]) {
          if (a === null || b === null || a === undefined || b === undefined) expect(a).toBe(b);
          else expect(a).toBeCloseTo(-b, 9);
        }
        const opposite = { superior: "rejected", rejected: "superior" } as const;
        if (rule.test === "superiority" && (one.state === "superior" || one.state === "rejected")) {
          expect(other.state).toBe(opposite[one.state]);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("what a report shows of them can always be written", () => {
    fc.assert(
      fc.property(cases, (list) => {
        const { truth, challenger, champion } = models(list);
        const both = [
          { name: "challenger", answers: challenger },
          { name: "champion", answers: champion },
        ] as const;
        const shown = [
          ...curveSeries(truth, both),
          ...calibrationTables(truth, both),
          ...calibrationSeries(truth, both),
          ...confusionTables(truth, both),
          ...disagreementTables(truth, both[0], both[1]),
        ];
        expect(() => canonicalJson(shown as unknown as Json)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});
