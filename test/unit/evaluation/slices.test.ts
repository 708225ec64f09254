import { describe, expect, test } from "vitest";
import type { Answers, ClassTruth } from "../../../src/evaluation/evaluation.ts";
import { selectRows } from "../../../src/evaluation/select-rows.ts";
import { compareSlices, type Slice } from "../../../src/evaluation/slices.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { metricRule } from "../../support/metric-rules.ts";

/** Slices with the given numbers of rows won and lost by the challenger; both models are right about the rest. */
function accuracySlices(parts: readonly { readonly gains: number; readonly losses: number; readonly rows: number }[]) {
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  const label = new Uint16Array(total).fill(1);
  const [one, other] = [new Uint16Array(total).fill(1), new Uint16Array(total).fill(1)];
  const slices: Slice[] = [];
  let from = 0;
  for (const [at, { gains, losses, rows }] of parts.entries()) {
    one.fill(0, from, from + losses);
    other.fill(0, from + losses, from + losses + gains);
    slices.push({ name: `s${at}`, rows: Uint32Array.from({ length: rows }, (_, row) => from + row) });
    from += rows;
  }
  const truth: ClassTruth = { kind: "classes", classes: ["0", "1"], positive: 1, label };
  return {
    slices,
    values: { truth, answers: [{ predicted: one }, { predicted: other }] as Answers[], design: { alpha: 0.05 } },
  };
}

const question = { rules: [metricRule("accuracy", "superiority")], alpha: 0.05, leastRows: 30 };
const even = { gains: 5, losses: 5, rows: 500 };

describe("slices", () => {
  test("are rejected by McNemar's exact p, adjusted by Holm over all of them", () => {
    const { slices, values } = accuracySlices([
      { gains: 2, losses: 16, rows: 500 },
      { gains: 1, losses: 14, rows: 500 },
      even,
    ]);
    const found = compareSlices(slices, values, question);
    // P(X ≤ 2 of 18) = 172 / 2^18, P(X ≤ 1 of 15) = 16 / 2^15: three times the smaller, and no less for the other.
    expect(found.map(({ p }) => p)).toEqual([
      expect.closeTo((3 * 16) / 2 ** 15, 12),
      expect.closeTo((3 * 16) / 2 ** 15, 12),
      expect.closeTo(638 / 1024, 12),
    ]);
    expect(found.map(({ state }) => state)).toEqual(["rejected", "rejected", "inconclusive"]);
    expect(found[0]).toMatchObject({ effect: -14 / 500, margin: 0, rows: 500 });
  });

  test("are untestable with fewer than ⌈log₂(m/alpha)⌉ discordant rows", () => {
    // m = 4: ⌈log₂(80)⌉ = 7.
    const parts = [6, 7, 8].map((losses) => ({ gains: 0, losses, rows: 500 }));
    const found = compareSlices(...spread(accuracySlices([...parts, even])));
    expect(found.map(({ state }) => state)).toEqual(["untestable", "rejected", "rejected", "inconclusive"]);
    expect(found[0]).toMatchObject({ p: null, reason: expect.stringContaining("only 6 discordant rows") });
  });

  test("are untestable as well where not even losses alone would exceed the margin", () => {
    const { slices, values } = accuracySlices([
      { gains: 0, losses: 12, rows: 500 },
      { gains: 0, losses: 40, rows: 500 },
    ]);
    const rules = [metricRule("accuracy", "non-inferiority", 0.02)];
    const found = compareSlices(slices, values, { ...question, rules });
    expect(found.map(({ state }) => state)).toEqual(["untestable", "rejected"]);
  });

  test("of few rows are named, and take nothing from the others", () => {
    const { slices, values } = accuracySlices([
      { gains: 0, losses: 29, rows: 29 },
      { gains: 0, losses: 5, rows: 500 },
    ]);
    const found = compareSlices(slices, values, question);
    expect(found[0]).toMatchObject({ state: "untestable", reason: "fewer than 30 rows", effect: null });
    expect(found[1]).toMatchObject({ state: "rejected", p: expect.closeTo(2 ** -5, 12) });
  });

  test("share alpha with every other metric", () => {
    const { slices, values } = accuracySlices([{ gains: 0, losses: 5, rows: 500 }]);
    const rules = [...question.rules, { ...metricRule("balanced-accuracy", "non-inferiority"), name: "b" }];
    const [found] = compareSlices(slices, values, { ...question, rules });
    expect(found).toMatchObject({ state: "untestable" });
  });

  test("bounds hold for all slices together, and the loss that would be found is the margin and what the rows can tell", () => {
    const { slices, values } = accuracySlices([even, even]);
    const [one] = compareSlices(slices, values, {
      ...question,
      rules: [metricRule("accuracy", "non-inferiority", 0.01)],
    });
    const [alone] = compareSlices(slices.slice(0, 1), values, {
      ...question,
      rules: [metricRule("accuracy", "non-inferiority", 0.01)],
      alpha: 0.025,
    });
    expect(one?.lower).toBe(alone?.lower);
    // z₁₋.₀₂₅ + z.₈ = 2.8016, sd = √(10/500).
    expect(one?.foundLoss).toBeCloseTo(0.01 + (2.80158 * Math.sqrt(10 / 500)) / Math.sqrt(500), 5);
  });

  test("of one class only cannot be tested by ROC AUC, and say so", () => {
    const random = createRandom(3);
    const label = Uint16Array.from({ length: 200 }, (_, row) => (row < 100 ? 1 : row % 2));
    const score = () => Float64Array.from(label, () => random.uniform());
    const truth: ClassTruth = { kind: "classes", classes: ["0", "1"], positive: 1, label };
    const slices = [0, 100].map((from) => ({
      name: `${from}`,
      rows: Uint32Array.from({ length: 100 }, (_, row) => from + row),
    }));
    const values = { truth, answers: [{ score: score() }, { score: score() }], design: { alpha: 0.05 } };
    const [one, other] = compareSlices(slices, values, {
      ...question,
      rules: [metricRule("roc-auc", "non-inferiority")],
    });
    expect(one).toMatchObject({ state: "untestable", reason: expect.any(String), p: null });
    expect(other?.p).toBeGreaterThan(0);
  });
});

describe("rows that are selected", () => {
  test("bring everything along that belongs to a row", () => {
    const values = {
      truth: { kind: "numbers" as const, target: Float64Array.of(1, 2, 3) },
      answers: [{ value: Float64Array.of(4, 5, 6), quantiles: new Map([[0.5, Float64Array.of(7, 8, 9)]]) }],
      design: { alpha: 0.1, weights: Float64Array.of(1, 0, 2), moment: Int32Array.of(0, 1, 2) },
    };
    expect(selectRows(values, Uint32Array.of(2, 0))).toEqual({
      truth: { kind: "numbers", target: Float64Array.of(3, 1) },
      answers: [{ value: Float64Array.of(6, 4), quantiles: new Map([[0.5, Float64Array.of(9, 7)]]) }],
      design: { alpha: 0.1, weights: Float64Array.of(2, 1), moment: Int32Array.of(1, 0) },
    });
  });
});

function spread({ slices, values }: ReturnType<typeof accuracySlices>) {
  return [slices, values, question] as const;
}
