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
  const scale = target.map(() => 0.5 + random.uniform());
  return { truth: { kind: "numbers", target, scale }, answers: { value: near(), quantiles: new Map([[0.9, near()]]) } };
}

function labels(seed: number, rows: number): Case {
  const random = createRandom(seed);
  const column = () => Uint8Array.from({ length: rows }, (_, row) => (row < 2 ? row : random.uniform() < 0.4 ? 1 : 0));
  const present = [column(), column(), column()];
  const answered = present.map((own) => {
    const score = Float64Array.from(own, (is) => Math.round(19 * (0.3 * is + 0.7 * random.uniform())) / 20);
    return { score, predicted: Uint8Array.from(score, (one) => (one > 0.5 ? 1 : 0)) };
  });
  return { truth: { kind: "labels", labels: ["a", "b", "c"], present }, answers: { labels: answered } };
}

/** Three documents a query, so that `rows` are queries. */
function queries(seed: number, rows: number): Case {
  const random = createRandom(seed);
  const query = Int32Array.from({ length: 3 * rows }, (_, row) => Math.floor(row / 3));
  const relevance = Float64Array.from(query, () => Math.floor(3 * random.uniform()));
  const value = Float64Array.from(relevance, (own) => Math.round(own + 2 * random.normal()));
  return { truth: { kind: "queries", relevance, query, queries: rows }, answers: { value } };
}

function scored(seed: number, rows: number): Case {
  const random = createRandom(seed);
  const number = () => Float64Array.from({ length: rows }, random.normal);
  return { truth: { kind: "scored", rows }, answers: { value: number(), measured: new Map([["own", number()]]) } };
}

const settings: MetricSettings = { k: 1, quantile: 0.9, bins: 5, costs: { 0: { 1: 1 }, 1: { 0: 7 }, a: { b: 2 } } };
const kinds: readonly (readonly [string, (seed: number, rows: number) => Case, readonly MetricSettings[]])[] = [
  ["binary", binary, [settings, { ...settings, average: "macro" }, { ...settings, average: "weighted" }]],
  ["multiclass", multiclass, [settings, { ...settings, average: "weighted" }, { ...settings, average: "micro" }]],
  [
    "multilabel",
    labels,
    [settings, ...(["micro", "weighted", "samples"] as const).map((average) => ({ ...settings, average }))],
  ],
  ["regression", numbers, [settings]],
  ["forecast", numbers, [settings]],
  ["ranking", queries, [settings, { ...settings, k: 2 }]],
  ["score", scored, [{ ...settings, sql: "own" }]],
];
const named = kinds.flatMap(([task, make, all]) =>
  (Object.keys(metrics) as MetricName[])
    // The mean of the user's own numbers is the same whatever the task is.
    .filter(
      (name) =>
        metrics[name].tasks.some((one) => one === task) && (metrics[name].needs !== "measured" || task === "score"),
    )
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
          cutAnswers(shorter.answers, rows - 1, shorter.truth),
          given,
        );
        expect(estimator.value(kept)).toBeCloseTo(cut.value(), 10);
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

function cutTruth(truth: Truth, rows: number): Truth {
  if (truth.kind === "classes") return { ...truth, label: truth.label.slice(0, rows) };
  if (truth.kind === "numbers") {
    const { target, scale = target } = truth;
    return { ...truth, target: target.slice(0, rows), scale: scale.slice(0, rows) };
  }
  if (truth.kind === "labels") return { ...truth, present: truth.present.map((column) => column.slice(0, rows)) };
  if (truth.kind === "scored") return { ...truth, rows };
  const documents = 3 * rows;
  const { relevance, query } = truth;
  return { ...truth, queries: rows, relevance: relevance.slice(0, documents), query: query.slice(0, documents) };
}

function cutAnswers({ quantiles, labels: sets, measured, ...arrays }: Answers, rows: number, truth: Truth): Answers {
  const kept = truth.kind === "queries" ? 3 * rows : rows;
  const cut = Object.fromEntries(Object.entries(arrays).map(([part, values]) => [part, values.slice(0, kept)]));
  const levels = [...(quantiles ?? [])].map(([level, values]) => [level, values.slice(0, kept)] as const);
  const each = sets?.map(({ predicted, score }) => ({
    predicted: predicted.slice(0, kept),
    score: score.slice(0, kept),
  }));
  return {
    ...cut,
    ...(quantiles === undefined ? {} : { quantiles: new Map(levels) }),
    ...(each === undefined ? {} : { labels: each }),
    ...(measured === undefined
      ? {}
      : { measured: new Map([...measured].map(([key, own]) => [key, own.slice(0, kept)])) }),
  };
}
