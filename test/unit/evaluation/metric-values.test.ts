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

interface ByRow {
  readonly truth: readonly number[];
  readonly answers: {
    readonly predicted: readonly number[];
    readonly probabilities?: readonly (readonly number[])[];
    readonly quantiles?: Readonly<Record<string, readonly number[]>>;
  };
}

interface ByLabel {
  readonly truth: readonly (readonly number[])[];
  readonly answers: { readonly predicted: readonly number[][]; readonly probabilities: readonly number[][] };
}

interface ByQuery {
  readonly truth: readonly (readonly number[])[];
  readonly answers: { readonly scores: readonly (readonly number[])[] };
}

interface GoldenCase {
  readonly name: string;
  readonly task: string;
  readonly truth: unknown;
  readonly answers: unknown;
  readonly weights?: readonly number[];
  readonly values: readonly GoldenValue[];
}

const golden = JSON.parse(readFileSync(new URL("../../fixtures/metrics/metrics.json", import.meta.url), "utf8")) as {
  readonly cases: readonly GoldenCase[];
};

const ours: Readonly<Record<string, MetricName>> = { "top-k-accuracy": "top-k" };
/** Where scikit-learn answers what is not defined with a number by convention, a verdict must not rest on it: there is no value. */
const notDefined = [/^binary, no positive row.* average-precision$/, /^regression, constant truth.* r2$/];

interface Case {
  readonly truth: Truth;
  readonly answers: Answers;
}

const byRow: Readonly<Record<string, (given: ByRow) => Case>> = {
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
    const each = (value: (own: number, row: number) => number) => Float64Array.from(truth, value);
    return {
      truth: { kind: "classes", classes: places.map(String), label: Uint16Array.from(truth) },
      answers: {
        predicted: Uint16Array.from(predicted),
        ofTrue: each(of),
        confidence: each((_, row) => Math.max(...places.map((at) => of(at, row)))),
        squaredDistance: each((own, row) =>
          places.reduce((sum, at) => sum + (of(at, row) - (at === own ? 1 : 0)) ** 2, 0),
        ),
        rankOfTrue: Uint16Array.from(
          each(
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

function multilabel({ truth, answers: { predicted, probabilities } }: ByLabel): Case {
  const labels = probabilities.map((score, at) => ({
    score: Float64Array.from(score),
    predicted: Uint8Array.from(predicted[at] ?? []),
  }));
  const present = truth.map((column) => Uint8Array.from(column));
  return { truth: { kind: "labels", labels: truth.map((_, at) => `label ${at}`), present }, answers: { labels } };
}

/** The documents of the queries by turns, so that no query stands together. */
function ranking({ truth, answers: { scores } }: ByQuery): Case {
  const longest = Math.max(...truth.map((documents) => documents.length));
  const rows = Array.from({ length: longest }, (_, place) =>
    truth.flatMap((documents, query) => {
      const relevance = documents[place];
      return relevance === undefined ? [] : [{ query, relevance, score: scores[query]?.[place] ?? Number.NaN }];
    }),
  ).flat();
  return {
    truth: {
      kind: "queries",
      queries: truth.length,
      query: Int32Array.from(rows, ({ query }) => query),
      relevance: Float64Array.from(rows, ({ relevance }) => relevance),
    },
    answers: { value: Float64Array.from(rows, ({ score }) => score) },
  };
}

function readCase({ task, truth, answers }: GoldenCase): Case {
  if (task === "multilabel") return multilabel({ truth, answers } as ByLabel);
  if (task === "ranking") return ranking({ truth, answers } as ByQuery);
  const read = byRow[task];
  if (read === undefined) throw new Error(`no reading of ${task}`);
  return read({ truth, answers } as ByRow);
}

function settingsOf({ settings: { matrix, average, quantiles: _, ...same } }: GoldenValue): MetricSettings {
  const costs =
    matrix === undefined
      ? {}
      : { costs: Object.fromEntries(matrix.map((row, at) => [at, Object.fromEntries(row.entries())])) };
  const own = average === undefined ? {} : { average: (average === "binary" ? "positive" : average) as Average };
  return { ...(same as MetricSettings), ...own, ...costs };
}

describe.each(golden.cases)("$name", (given) => {
  const { truth, answers } = readCase(given);
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
