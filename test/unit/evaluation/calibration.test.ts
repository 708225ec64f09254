import { describe, expect, test } from "vitest";
import { calibrationOf } from "../../../src/evaluation/calibration.ts";
import type { Answers, ClassTruth } from "../../../src/evaluation/evaluation.ts";
import { createRandom } from "../../../src/stats/random.ts";

/** Rows whose log-odds are normal, and a model that says them times `slope` plus `shift`. */
function draw(rows: number, seed: number, slope = 1, shift = 0): { truth: ClassTruth; answers: Answers } {
  const random = createRandom(seed);
  const logits = Float64Array.from({ length: rows }, () => 1.5 * random.normal());
  const logistic = (logit: number) => 1 / (1 + Math.exp(-logit));
  const label = Uint16Array.from(logits, (logit) => (random.uniform() < logistic(logit) ? 1 : 0));
  const score = logits.map((logit) => logistic(slope * logit + shift));
  const ofTrue = score.map((one, row) => (label[row] === 1 ? one : 1 - one));
  return { truth: { kind: "classes", classes: ["0", "1"], positive: 1, label }, answers: { score, ofTrue } };
}

const measured = (rows: number, seed: number, slope?: number, shift?: number) => {
  const { truth, answers } = draw(rows, seed, slope, shift);
  const found = calibrationOf(truth, answers, 10, { alpha: 0.05 });
  if (found?.slope === undefined || found.intercept === undefined) throw new Error("not measured");
  return { ...found, slope: found.slope, intercept: found.intercept };
};

describe("calibration", () => {
  test("slope and intercept of distorted probabilities are what undoes the distortion", () => {
    const { slope } = measured(20_000, 1, 2);
    expect(slope.value).toBeCloseTo(0.5, 1);
    const { intercept } = measured(20_000, 2, 1, 0.7);
    expect(intercept.value).toBeCloseTo(-0.7, 1);
  });

  test("bounds of perfect probabilities err as often as they may, and no more", () => {
    const misses = { slope: 0, intercept: 0, error: 0 };
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const { slope, intercept, error } = measured(500, 100 + run);
      if ((slope.lower ?? 0) > 1) misses.slope += 1;
      if ((intercept.lower ?? 0) > 0) misses.intercept += 1;
      if ((error.lower ?? 0) > 0) misses.error += 1;
    }
    // .05 with three standard errors of 400 runs.
    expect(misses.slope / runs).toBeLessThan(0.085);
    expect(misses.intercept / runs).toBeLessThan(0.085);
    expect(misses.error / runs).toBeLessThan(0.085);
  });

  test("the error's upper bound is above the true error of distorted probabilities", () => {
    // The true error, from very many rows.
    const truth = measured(400_000, 3, 2).error.value;
    const below = Array.from({ length: 200 }, (_, run) => measured(1000, 1000 + run, 2).error).filter(
      ({ upper }) => (upper ?? 0) < truth,
    );
    expect(below.length / 200).toBeLessThan(0.1);
  });

  test("classes that are parted without an error have no slope, and few rows no bounds", () => {
    const label = Uint16Array.from({ length: 40 }, (_, row) => row % 2);
    const score = Float64Array.from(label, (one) => (one === 1 ? 0.9 : 0.1));
    const truth = { kind: "classes", classes: ["0", "1"], positive: 1, label } as const;
    const found = calibrationOf(truth, { score, ofTrue: score.map(() => 0.9) }, 10, { alpha: 0.05 });
    expect(found?.slope).toBeUndefined();
    const few = draw(50, 9);
    expect(calibrationOf(few.truth, few.answers, 10, { alpha: 0.05 })?.error.upper).toBeNull();
  });
});
