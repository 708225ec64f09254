import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Answers, Average, MetricName, MetricSettings, Truth } from "../../../src/evaluation/evaluation.ts";
import { metrics } from "../../../src/evaluation/metrics.ts";

/** Every metric against scikit-learn's value of it: `test/fixtures/metrics/make.py` wrote them, with the definitions that it lacks. */

interface GoldenValue {
  readonly metric: string;
  readonly settings: {
    readonly average?: string;
    readonly k?: number;
    readonly clip?: number;
    readonly bins?: number;
    readonly binning?: string;
    readonly quantile?: number;
    readonly quantiles?: readonly number[];
    readonly matrix?: readonly (readonly number[])[];
  };
  /** null: not defined. */
  readonly value: number | null;
}

interface GoldenCase {
  readonly name: string;
  readonly task: string;
  readonly truth: readonly number[];
  readonly answers: {
    readonly predicted: readonly number[];
    readonly probabilities?: readonly (readonly number[])[];
    readonly quantiles?: Readonly<Record<string, readonly number[]>>;
  };
  readonly weights?: readonly number[];
  readonly values: readonly GoldenValue[];
}

const golden = JSON.parse(readFileSync(new URL("../../fixtures/metrics/metrics.json", import.meta.url), "utf8")) as {
  readonly cases: readonly GoldenCase[];
};

const ours: Readonly<Record<string, MetricName>> = { "top-k-accuracy": "top-k" };
/** Where scikit-learn answers what is not defined with a number by convention, a verdict must not rest on it: there is no value. */
const notDefined = [/^binary, no positive row.* average-precision$/, /^regression, constant truth.* r2$/];

const tasks: Readonly<Record<string, (given: GoldenCase) => { truth: Truth; answers: Answers }>> = {
  binary: ({ truth, answers: { predicted, probabilities } }) => {
    const score = Float64Array.from(probabilities?.[0] ?? []);
    return {
      truth: { kind: "classes", classes: ["0", "1"], positive: 1, label: Uint16Array.from(truth) },
      answers: {
        predicted: Uint16Array.from(predicted),
        score,
        ofTrue: score.map((one, row) => (truth[row] === 1 ? one : 1 - one)),
      },
    };
  },
  multiclass: ({ truth, answers: { predicted, probabilities = [] } }) => {
    const of = (at: number, row: number) => probabilities[at]?.[row] ?? Number.NaN;
    const places = [...probabilities.keys()];
    const byRow = (value: (own: number, row: number) => number) => Float64Array.from(truth, value);
    return {
      truth: { kind: "classes", classes: places.map(String), label: Uint16Array.from(truth) },
      answers: {
        predicted: Uint16Array.from(predicted),
        ofTrue: byRow(of),
        confidence: byRow((_, row) => Math.max(...places.map((at) => of(at, row)))),
        squaredDistance: byRow((own, row) =>
          places.reduce((sum, at) => sum + (of(at, row) - (at === own ? 1 : 0)) ** 2, 0),
        ),
        rankOfTrue: Uint16Array.from(
          byRow(
            (own, row) =>
              places.filter((at) => of(at, row) > of(own, row) || (of(at, row) === of(own, row) && at > own)).length,
          ),
        ),
      },
    };
  },
  regression: ({ truth, answers: { predicted, quantiles = {} } }) => ({
    truth: { kind: "numbers", target: Float64Array.from(truth) },
    answers: {
      value: Float64Array.from(predicted),
      quantiles: new Map(
        Object.entries(quantiles).map(([level, values]) => [Number(level), Float64Array.from(values)]),
      ),
    },
  }),
};

function settingsOf({ settings: { matrix, average, quantiles: _, ...same } }: GoldenValue): MetricSettings {
  const costs =
    matrix === undefined
      ? {}
      : { costs: Object.fromEntries(matrix.map((row, at) => [at, Object.fromEntries(row.entries())])) };
  const own = average === undefined ? {} : { average: (average === "binary" ? "positive" : average) as Average };
  return { ...(same as MetricSettings), ...own, ...costs };
}

const cases = golden.cases.filter(({ task }) => task in tasks);

describe.each(cases)("$name", (given) => {
  const read = tasks[given.task];
  if (read === undefined) throw new Error(`no reading of ${given.task}`);
  const { truth, answers } = read(given);
  const weights = given.weights === undefined ? undefined : Float64Array.from(given.weights);

  test.each(given.values.map((one) => [`${one.metric} ${JSON.stringify(one.settings)}`, one] as const))(
    "%s",
    (_, one) => {
      const metric = metrics[ours[one.metric] ?? (one.metric as MetricName)];
      const value = metric.estimator(truth, answers, settingsOf(one)).value(weights);
      const undefinedHere =
        one.value === null || notDefined.some((expression) => expression.test(`${given.name} ${one.metric}`));
      if (undefinedHere) expect(value).toBeNaN();
      else
        expect(Math.abs(value - (one.value ?? Number.NaN))).toBeLessThan(1e-9 * Math.max(1, Math.abs(one.value ?? 1)));
    },
  );
});
