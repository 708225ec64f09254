import { describe, expect, test } from "vitest";
import { compareMetric } from "../../../src/evaluation/comparison.ts";
import { foldsOf } from "../../../src/evaluation/folds.ts";
import { RowFactsReader } from "../../../src/evaluation/row-facts.ts";
import { correctedResampledTTest } from "../../../src/stats/corrected-resampled-t.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { metricRule } from "../../support/metric-rules.ts";

describe("the folds of a cross-validation", () => {
  const rows = 600;
  const random = createRandom(4);
  const target = Float64Array.from({ length: rows }, () => random.normal());
  const noisy = (sd: number) => target.map((one) => one + sd * random.normal());
  const truth = { kind: "numbers", target } as const;
  const [challenger, champion] = [{ value: noisy(0.5) }, { value: noisy(1) }];
  const fold = Int32Array.from(target, (_, row) => row % 10);

  test("each fold's difference is one observation, with the overlap of the training rows in its variance", () => {
    const found = compareMetric(metricRule("rmse", "superiority"), truth, challenger, champion, {
      alpha: 0.05,
      folds: foldsOf(fold),
    });
    const rmse = (value: Float64Array, own: number) => {
      const squares = Array.from(target, (one, row) =>
        fold[row] === own ? [(one - (value[row] ?? 0)) ** 2] : [],
      ).flat();
      return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
    };
    const differences = Array.from({ length: 10 }, (_, own) => rmse(champion.value, own) - rmse(challenger.value, own));
    const expected = correctedResampledTTest(differences, 1 / 9, 0.05);
    expect(expected.kind).toBe("estimate");
    if (expected.kind !== "estimate") return;
    expect(found.effect).toBeCloseTo(expected.difference, 12);
    expect(found.lower).toBeCloseTo(expected.lower, 12);
    expect(found.upper).toBeCloseTo(expected.upper, 12);
    expect(found.p).toBeCloseTo(expected.pGreater, 12);
    expect(found).toMatchObject({
      state: "superior",
      method: "corrected resampled t test over 10 folds; rare large errors mislead it, mae less",
    });
  });

  test("accuracy and ROC AUC are read by folds too, where folds are named", () => {
    const label = Uint16Array.from(target, (one) => (one > 0 ? 1 : 0));
    const answers = (value: Float64Array) => ({
      predicted: Uint16Array.from(value, (one) => (one > 0 ? 1 : 0)),
      score: value,
    });
    const classes = { kind: "classes", classes: ["0", "1"], positive: 1, label } as const;
    for (const metric of ["accuracy", "roc-auc", "average-precision"] as const) {
      const design = { alpha: 0.05, folds: foldsOf(fold) };
      const found = compareMetric(
        metricRule(metric, "superiority"),
        classes,
        answers(challenger.value),
        answers(champion.value),
        design,
      );
      expect(found).toMatchObject({ state: "superior", method: "corrected resampled t test over 10 folds" });
    }
  });

  test("four folds are inconclusive, and a metric that one fold does not have is not decided", () => {
    const four = foldsOf(Int32Array.from(target, (_, row) => row % 4));
    const rule = metricRule("rmse", "superiority");
    expect(compareMetric(rule, truth, challenger, champion, { alpha: 0.05, folds: four })).toMatchObject({
      state: "inconclusive",
      reason: "a test over folds needs 5 of them, there are 4",
    });
    const flat = target.map((one, row) => (fold[row] === 3 ? 1 : one));
    expect(
      compareMetric(metricRule("r2", "superiority"), { kind: "numbers", target: flat }, challenger, champion, {
        alpha: 0.05,
        folds: foldsOf(fold),
      }),
    ).toMatchObject({ state: "inconclusive", effect: null, challenger: null });
  });

  test("repeats have folds of their own, and the rows of one repeat are what was trained on", () => {
    const reader = new RowFactsReader({ fold: ["repeat", "fold"] }, 40);
    const column = (of: (row: number) => number) => Float64Array.from({ length: 40 }, (_, row) => of(row));
    reader.add(
      new Map([
        ["repeat", column((row) => Math.floor(row / 20))],
        ["fold", column((row) => row % 5)],
      ]),
      40,
    );
    const { folds } = reader.finish();
    expect(folds).toMatchObject({ count: 10, testShare: 0.25 });
    const one = new RowFactsReader({ fold: ["fold"] }, 2);
    one.add(new Map([["fold", Float64Array.of(1, 1)]]), 2);
    expect(() => one.finish()).toThrow(expect.objectContaining({ code: "TH_EVALUATION_FOLDS" }));
  });

  test("folds that share training rows promote equal ways of training no more often than alpha says", () => {
    // Nadeau and Bengio's setting: what the folds share makes their differences alike.
    const dice = createRandom(9);
    const trials = 2000;
    let promoted = 0;
    for (let trial = 0; trial < trials; trial++) {
      const shared = dice.normal() * Math.sqrt(1 / 9);
      const differences = Array.from({ length: 10 }, () => shared + dice.normal());
      const found = correctedResampledTTest(differences, 1 / 9, 0.05);
      if (found.kind === "estimate" && found.lower > 0) promoted += 1;
    }
    expect(promoted / trials).toBeLessThan(0.065);
  });
});
