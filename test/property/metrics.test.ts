import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answers, MetricName, MetricSettings, Truth } from "../../src/evaluation/evaluation.ts";
import { metrics } from "../../src/evaluation/metrics.ts";
import { createRandom } from "../../src/stats/random.ts";

/** Whatever the rows and their weights are, a metric's influences are its derivatives, and a weight is a number of copies of a row. */

interface Case {
  readonly truth: Truth;
  readonly answers: Answers;
}

function binary(seed: number, rows: number): Case {
  const random = createRandom(seed);
  const label = Uint16Array.from({ length: rows }, (_, row) => (row < 2 ? row : random.uniform() < 0.4 ? 1 : 0));
  // Rounded, so that scores are tied; and beside round numbers, where a bin's gap is 0 and has no derivative.
  const score = Float64Array.from(label, (own) => Math.round(19 * (0.3 * own + 0.7 * random.uniform())) / 20 + 0.00317);
  return {
    truth: { kind: "classes", classes: ["0", "1"], positive: 1, label },
    answers: {
      predicted: Uint16Array.from(score, (one) => (one > 0.5 ? 1 : 0)),
      score,
      ofTrue: Float64Array.from(label, (own, row) => (own === 1 ? (score[row] ?? 0) : 1 - (score[row] ?? 0))),
    },
  };
}

function multiclass(seed: number, rows: number): Case {
  const random = createRandom(seed);
  const label = Uint16Array.from({ length: rows }, (_, row) => row % 3);
  const number = () => Float64Array.from(label, () => random.uniform());
  return {
    truth: { kind: "classes", classes: ["a", "b", "c"], label },
    answers: {
      predicted: Uint16Array.from(label, (own) => (random.uniform() < 0.6 ? own : Math.floor(3 * random.uniform()))),
      ofTrue: number(),
      confidence: number(),
      squaredDistance: number(),
      rankOfTrue: Uint16Array.from(label, () => Math.floor(3 * random.uniform())),
    },
  };
}

function numbers(seed: number, rows: number): Case {
  const random = createRandom(seed);
  const target = Float64Array.from({ length: rows }, () => 1 + random.normal());
  const near = () => target.map((one) => one + random.normal());
  return { truth: { kind: "numbers", target }, answers: { value: near(), quantiles: new Map([[0.9, near()]]) } };
}

const settings: MetricSettings = { k: 1, quantile: 0.9, bins: 5, costs: { 0: { 1: 1 }, 1: { 0: 7 }, a: { b: 2 } } };
const kinds: readonly (readonly [string, (seed: number, rows: number) => Case, readonly MetricSettings[]])[] = [
  ["binary", binary, [settings, { ...settings, average: "macro" }, { ...settings, average: "weighted" }]],
  ["multiclass", multiclass, [settings, { ...settings, average: "weighted" }, { ...settings, average: "micro" }]],
  ["regression", numbers, [settings]],
];
const named = kinds.flatMap(([task, make, all]) =>
  (Object.keys(metrics) as MetricName[])
    .filter((name) => metrics[name].tasks.some((one) => one === task))
    .flatMap((name) =>
      all.map((given) => [`${name} of ${task}, ${given.average ?? "plain"}`, name, make, given] as const),
    ),
);

describe.each(named)("%s", (_, name, make, given) => {
  const cases = fc.record({ seed: fc.nat(), rows: fc.integer({ min: 6, max: 40 }) });
  const weightsOf = (seed: number, rows: number) => {
    const random = createRandom(seed + 1);
    return Float64Array.from({ length: rows }, () => 1 + Math.floor(3 * random.uniform()));
  };

  test("influences are derivatives by the weights, and their weighted mean is 0", () => {
    fc.assert(
      fc.property(cases, ({ seed, rows }) => {
        const { truth, answers } = make(seed, rows);
        const estimator = metrics[name].estimator(truth, answers, given);
        const weights = weightsOf(seed, rows);
        const influence = estimator.influence(weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const step = 1e-5;
        for (const row of [0, 1, rows - 1]) {
          const moved = (by: number) =>
            estimator.value(weights.map((weight, at) => (at === row ? weight + by : weight)));
          const slope = (moved(step) - moved(-step)) / (2 * step);
          expect(influence[row] ?? Number.NaN).toBeCloseTo(slope * total, 4);
        }
        const mean = influence.reduce((sum, one, row) => sum + one * (weights[row] ?? 0), 0) / total;
        expect(Math.abs(mean)).toBeLessThan(1e-9 * Math.max(1, ...influence.map(Math.abs)));
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test("a weight of 0 leaves a row out, and equal weights change nothing", () => {
    fc.assert(
      fc.property(cases, ({ seed, rows }) => {
        const { truth, answers } = make(seed, rows);
        const estimator = metrics[name].estimator(truth, answers, given);
        const plain = estimator.value();
        expect(estimator.value(new Float64Array(rows).fill(2.5))).toBeCloseTo(plain, 10);
        const shorter = make(seed, rows);
        const kept = Float64Array.from({ length: rows }, (_, row) => (row < rows - 1 ? 1 : 0));
        const cut = metrics[name].estimator(
          cutTruth(shorter.truth, rows - 1),
          cutAnswers(shorter.answers, rows - 1),
          given,
        );
        expect(estimator.value(kept)).toBeCloseTo(cut.value(), 10);
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

function cutTruth(truth: Truth, rows: number): Truth {
  return truth.kind === "classes"
    ? { ...truth, label: truth.label.slice(0, rows) }
    : { ...truth, target: truth.target.slice(0, rows) };
}

function cutAnswers(answers: Answers, rows: number): Answers {
  const { quantiles, ...arrays } = answers;
  const cut = Object.fromEntries(Object.entries(arrays).map(([part, values]) => [part, values.slice(0, rows)]));
  const levels = [...(quantiles ?? [])].map(([level, values]) => [level, values.slice(0, rows)] as const);
  return { ...cut, ...(quantiles === undefined ? {} : { quantiles: new Map(levels) }) };
}
