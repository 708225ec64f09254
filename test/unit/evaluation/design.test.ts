import { describe, expect, test } from "vitest";
import { compareMetric } from "../../../src/evaluation/comparison.ts";
import type { Design } from "../../../src/evaluation/design.ts";
import type { Answers, Truth } from "../../../src/evaluation/evaluation.ts";
import { mcNemarTest } from "../../../src/stats/mcnemar.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { metricRule } from "../../support/metric-rules.ts";

/** Rows that belong together, or follow each other in time, count as the groups and stretches that they make. */

const alpha = 0.05;

/** Groups of equal rows: `gain` of each is how much nearer the challenger comes. */
function repeated(groups: number, size: number): { truth: Truth; one: Answers; other: Answers; cluster: Int32Array } {
  const random = createRandom(5);
  const gain = Float64Array.from({ length: groups }, () => 0.25 + random.normal());
  const cluster = Int32Array.from({ length: groups * size }, (_, row) => Math.floor(row / size));
  const target = new Float64Array(groups * size);
  const other = target.map(() => 10);
  const one = target.map((_, row) => 10 - (gain[cluster[row] ?? 0] ?? 0));
  return { truth: { kind: "numbers", target }, one: { value: one }, other: { value: other }, cluster };
}

describe("rows that belong together", () => {
  const rule = metricRule("mae", "superiority");
  const { truth, one, other, cluster } = repeated(20, 25);
  const compared = (design: Omit<Design, "alpha">) => compareMetric(rule, truth, one, other, { alpha, ...design });

  test("are one piece of evidence a group: as sure as one row of each would be", () => {
    const single = repeated(20, 1);
    const alone = compareMetric(rule, single.truth, single.one, single.other, { alpha });
    const grouped = compared({ cluster });
    expect(grouped.lower).toBeCloseTo(alone.lower ?? Number.NaN, 9);
    expect(grouped).toMatchObject({ state: alone.state, method: "t test over the totals of 20 groups of rows" });
    expect(compared({})).toMatchObject({ state: "superior" });
    expect(grouped.state).toBe("inconclusive");
  });

  test("of fewer than ten groups decide nothing, with the reason", () => {
    const few = repeated(5, 100);
    expect(compareMetric(rule, few.truth, few.one, few.other, { alpha, cluster: few.cluster })).toMatchObject({
      state: "inconclusive",
      reason: "a test over groups of rows needs 10 groups, there are 5",
    });
  });
});

describe("rows in time", () => {
  const rule = metricRule("mae", "superiority");
  const { truth, one, other, cluster } = repeated(200, 4);
  const rows = Int32Array.from(cluster.keys());
  const compared = (moment?: Int32Array) =>
    compareMetric(rule, truth, one, other, { alpha, ...(moment === undefined ? {} : { moment }) });

  test("count as the stretches that they make, whatever their order in the file", () => {
    const order = createRandom(9).shuffle([...rows]);
    const shuffled = (values: Float64Array | undefined) => Float64Array.from(order, (row) => values?.[row] ?? 0);
    const inOrder = compared(rows);
    const design = { alpha, moment: Int32Array.from(order) };
    const mixed = compareMetric(rule, truth, { value: shuffled(one.value) }, { value: shuffled(other.value) }, design);
    expect(inOrder.method).toMatch(/^t test over \d\d batches of successive moments$/);
    expect(mixed.lower).toBeCloseTo(inOrder.lower ?? Number.NaN, 9);
    // As if the rows were independent the bound would be twice as near.
    const reach = ({ effect, lower }: ReturnType<typeof compared>) => (effect ?? 0) - (lower ?? 0);
    expect(reach(inOrder) / reach(compared())).toBeGreaterThan(1.5);
  });

  test("of one moment stay together, and few moments decide nothing however many rows they have", () => {
    expect(compared(cluster).method).toMatch(/^t test over \d\d batches of successive moments$/);
    expect(compared(cluster.map((place) => Math.floor(place / 10)))).toMatchObject({
      state: "inconclusive",
      reason: "a test of rows in order needs 10 batches, and these 20 moments make 3 of 6",
    });
  });

  test("that belong together both ways get the wider bound", () => {
    const design = { alpha, cluster: cluster.map((place) => place % 20) };
    const both = compareMetric(rule, truth, one, other, { ...design, moment: rows });
    const [byGroup, byMoment] = [compareMetric(rule, truth, one, other, design), compared(rows)];
    expect(both.lower).toBe(Math.min(byGroup.lower ?? Number.NaN, byMoment.lower ?? Number.NaN));
    expect(both.upper).toBe(Math.max(byGroup.upper ?? Number.NaN, byMoment.upper ?? Number.NaN));
    expect(both.p).toBe(Math.max(byGroup.p ?? Number.NaN, byMoment.p ?? Number.NaN));
    expect(both.method).toContain("wider than");
  });
});

describe("metrics far from normal", () => {
  const random = createRandom(3);
  /** 400 searches of five documents each. */
  const query = Int32Array.from({ length: 2000 }, (_, row) => Math.floor(row / 5));
  const relevance = Float64Array.from(query, () => (random.uniform() < 0.2 ? 1 : 0));
  const truth: Truth = { kind: "queries", query, queries: 400, relevance };
  const scored = (signal: number): Answers => ({ value: relevance.map((own) => signal * own + random.normal()) });
  const [one, other] = [scored(2), scored(1)];
  const compared = (design: Omit<Design, "alpha">) =>
    compareMetric(metricRule("mrr", "superiority"), truth, one, other, { alpha, ...design });

  test("are read by a bootstrap that gives the same bounds every time", () => {
    const first = compared({});
    expect(first).toMatchObject({ state: "superior", method: "paired bootstrap of 400 queries, 2000 resamples" });
    expect(compared({})).toEqual(first);
    expect(first.lower).toBeLessThan(first.effect ?? 0);
    expect(first.p).toBeLessThan(alpha);
  });

  test("of groups draw groups, and weights multiply what is drawn", () => {
    const cluster = query.map((place) => place % 40);
    expect(compared({ cluster }).method).toBe("paired bootstrap of 40 groups of queries, 2000 resamples");
    const twice = compared({ weights: new Float64Array(2000).fill(2) });
    expect(twice.lower).toBeCloseTo(compared({}).lower ?? Number.NaN, 9);
    const half = compared({ weights: Float64Array.from(query, (place) => (place < 200 ? 0 : 1)) });
    expect(half.effect).not.toBeCloseTo(compared({}).effect ?? Number.NaN, 3);
  });
});

test("McNemar's mid-p counts the observed outcome half, where it is asked for", () => {
  const label = new Uint16Array(100).fill(1);
  const right = (from: number) => Uint16Array.from(label, (_, row) => (row < from ? 0 : 1));
  const given: readonly [Truth, Answers, Answers, Design] = [
    { kind: "classes", classes: ["0", "1"], positive: 1, label },
    { predicted: right(0) },
    { predicted: right(5) },
    { alpha },
  ];
  const pairs = { gains: 5, losses: 0 };
  for (const form of ["exact", "mid-p"] as const) {
    const rule = metricRule("accuracy", "superiority", 0.01, { p: form });
    expect(compareMetric(rule, ...given)).toMatchObject({
      p: mcNemarTest(pairs, form).pGreater,
      method: `${form} McNemar test, Tango score bounds`,
    });
  }
});
