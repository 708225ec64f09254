import { expect, test } from "vitest";
import { distributionChart } from "../../src/commands/drift-report/distribution.ts";
import { binsOf } from "../../src/drift/bins.ts";
import type { Series } from "../../src/kernel/command.ts";
import type { ColumnProfile } from "../../src/profile/profile.ts";
import { edgesOf } from "../../src/profile/profiling.ts";
import { createRandom } from "../../src/stats/random.ts";

function numeric(values: readonly number[], edges: Float64Array, missing = 0): ColumnProfile {
  const counts = new Float64Array(edges.length + 1);
  const atEdge = new Float64Array(edges.length);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value <= edge);
    const place = bin === -1 ? edges.length : bin;
    counts[place] = (counts[place] ?? 0) + 1;
    if (edges[place] === value) atEdge[place] = (atEdge[place] ?? 0) + 1;
  }
  return { kind: "numeric", n: values.length + missing, missing, edges, counts, atEdge };
}

function chart(reference: ColumnProfile, current: ColumnProfile): Series {
  const bins = binsOf(reference, current);
  const series = distributionChart({
    column: "x",
    reference,
    current,
    decision: { column: "x", verdict: "pass" },
    evidence: { kind: "score", score: 0 },
    outcomes: new Map(),
    bins: "reason" in bins ? undefined : bins,
  });
  if (series === undefined) throw new Error("nothing to draw");
  return series;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

test("each value of a column with few values has its bar, and new values between them have one", () => {
  const edges = edgesOf(Float64Array.of(1, 1.5, 2));
  const series = chart(numeric([1, 1, 1.5, 2], edges), numeric([1, 1.7, 2, 2], edges));
  expect(series).toEqual({
    title: "x: share of rows",
    x: ["1", "1.5", "2", "other values"],
    lines: { reference: [0.5, 0.25, 0.25, 0], current: [0.25, 0, 0.5, 0.25] },
    form: "bars",
  });
});

test("whole numbers of a small range are drawn one by one, rare ones too", () => {
  const hours = range(20_000).map((index) => (index === 0 ? 3 : 5 + (index % 19)));
  // The edges are quantiles: hour 3, one row in 20,000, lies between none of them but the least.
  const edges = Float64Array.from([2, ...range(19).map((hour) => 5 + hour)]);
  const series = chart(numeric(hours, edges), numeric([4, 4, 6, 6], edges));
  expect(series.x[0]).toBe("3");
  expect(series.x.at(-1)).toBe("23");
  expect(series.x).toHaveLength(21);
});

test("a column with many values is drawn in bins of equal width that hold every row", () => {
  const random = createRandom(3);
  const values = range(5000).map(() => random.normal());
  const edges = edgesOf(Float64Array.from(values));
  const series = chart(numeric(values, edges), numeric([...values.map((value) => value + 1), 40, -40], edges));
  expect(series.x.length).toBeGreaterThan(12);
  expect(series.x.length).toBeLessThan(40);
  expect(series.x[1]).toMatch(/^\(-?[\d.]+, -?[\d.]+\]$/);
  for (const line of Object.values(series.lines)) {
    expect(line.reduce<number>((total, share) => total + (share ?? 0), 0)).toBeCloseTo(1, 4);
    expect(Math.min(...line.map((share) => share ?? 0))).toBeGreaterThanOrEqual(0);
  }
  const middle = series.x.indexOf("(0, 0.2]");
  const exact = values.filter((value) => value > 0 && value <= 0.2).length / values.length;
  expect(series.lines.reference?.[middle]).toBeCloseTo(exact, 2);
});

test("missing values are drawn last, against all rows", () => {
  const edges = edgesOf(Float64Array.of(1, 2));
  const series = chart(numeric([1, 2], edges), numeric([1], edges, 3));
  expect(series.x).toEqual(["1", "2", "missing"]);
  expect(series.lines).toEqual({ reference: [0.5, 0.5, 0], current: [0.25, 0, 0.75] });
});

test("of many levels the commonest are drawn, and the title says so", () => {
  const levels = new Map(range(60).map((index) => [`level ${index}`, 1000 - index]));
  const rows = [...levels.values()].reduce((a, b) => a + b, 0);
  const profile: ColumnProfile = { kind: "categorical", n: rows, missing: 0, levels, others: 0 };
  const series = chart(profile, profile);
  expect(series.title).toBe("x: share of rows, the 20 commonest levels");
  expect(series.x).toHaveLength(20);
  expect(series.x[0]).toBe("level 0");
});

test("a column without any value is not drawn", () => {
  const none = numeric([], new Float64Array(0), 5);
  expect(() => chart(none, none)).toThrow("nothing to draw");
});
