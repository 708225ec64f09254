import { describe, expect, test } from "vitest";
import type { NumberTruth } from "../../../src/evaluation/evaluation.ts";
import { metrics } from "../../../src/evaluation/metrics.ts";
import { naiveWeights, withoutFewSeries, withSeasons } from "../../../src/evaluation/seasonal.ts";

/** What a seasonal-naive forecast says, and what MASE is scaled by, worked out by hand. */

const none = Number.NaN;

/** Two series of four moments, the second of which lacks moment 1; rows are in no order. */
const target = Float64Array.of(40, 10, 30, 20, 5, 8, 9);
const moment = Int32Array.of(3, 0, 2, 1, 0, 3, 2);
const cluster = Int32Array.of(0, 0, 0, 0, 1, 1, 1);
const seasonal = (season: number, horizon?: Float64Array) => {
  const seasons = horizon === undefined ? { season } : { season, horizon };
  return withSeasons({ kind: "numbers", target }, { cluster, moment }, seasons) as NumberTruth;
};

describe("the seasonal-naive forecast", () => {
  test("is the value of the same series one season earlier, where there is one", () => {
    expect(seasonal(1).naive).toEqual(Float64Array.of(30, none, 20, 10, none, 9, none));
    expect(seasonal(2).naive).toEqual(Float64Array.of(20, none, 10, none, none, none, 5));
  });

  test("goes back as many seasons as the horizon is long, as later values were not known", () => {
    const horizon = Float64Array.of(3, 1, 2, 1, 1, 3, 1);
    expect(seasonal(1, horizon).naive).toEqual(Float64Array.of(10, none, 10, 10, none, 5, none));
    expect(seasonal(2, horizon).naive).toEqual(Float64Array.of(none, none, 10, none, none, none, 5));
  });

  test("gives no weight to rows before which there is nothing", () => {
    expect(naiveWeights(Float64Array.of(1, none, 2), undefined)).toEqual(Float64Array.of(1, 0, 1));
    expect(naiveWeights(Float64Array.of(1, none, 2), Float64Array.of(3, 4, 5))).toEqual(Float64Array.of(3, 0, 5));
    expect(naiveWeights(Float64Array.of(1, 2), undefined)).toBeUndefined();
  });
});

test("MASE is the error over that of a step of one season in the series; sMAPE over the size of both", () => {
  const truth = seasonal(1);
  // Steps: 10, 10, 10 in the first series; 1 in the second, whose moment 2 has no day before.
  expect(truth.scale).toEqual(Float64Array.of(10, 10, 10, 10, 1, 1, 1));
  const value = Float64Array.of(45, 10, 30, 25, 6, 8, 12);
  const mase = metrics.mase.estimator(truth, { value }, {}).value();
  expect(mase).toBeCloseTo((5 / 10 + 0 + 0 + 5 / 10 + 1 + 0 + 3) / 7, 12);
  const smape = metrics.smape.estimator(truth, { value: Float64Array.of(45, 10, 30, 25, -5, 8, 0) }, {}).value();
  expect(smape).toBeCloseTo((10 / 85 + 0 + 0 + 10 / 45 + 20 / 10 + 0 + 18 / 9) / 7, 12);
});

test("a series without two values a season apart leaves MASE undefined", () => {
  const truth = withSeasons(
    { kind: "numbers", target: Float64Array.of(1, 2) },
    { moment: Int32Array.of(0, 1) },
    { season: 7 },
  );
  expect(metrics.mase.estimator(truth, { value: Float64Array.of(1, 2) }, {}).value()).toBeNaN();
});

test("fewer than ten series are no groups for a test", () => {
  const facts = { moment, cluster };
  expect(withoutFewSeries(facts)).toEqual({ moment });
  const many = { cluster: Int32Array.from({ length: 10 }, (_, at) => at) };
  expect(withoutFewSeries(many)).toEqual(many);
});
