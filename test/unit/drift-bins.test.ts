import { expect, test } from "vitest";
import { binsOf } from "../../src/drift/bins.ts";
import type { ColumnProfile } from "../../src/profile/profile.ts";

/** A numeric column at the given edges, from values as an engine would count them. */
function numeric(values: readonly number[], edges: readonly number[], missing = 0): ColumnProfile {
  const counts = new Float64Array(edges.length + 1);
  const atEdge = new Float64Array(edges.length);
  for (const value of values) {
    const bin = edges.findIndex((edge) => value <= edge);
    const place = bin === -1 ? edges.length : bin;
    counts[place] = (counts[place] ?? 0) + 1;
    if (edges[place] === value) atEdge[place] = (atEdge[place] ?? 0) + 1;
  }
  return { kind: "numeric", n: values.length + missing, missing, edges: Float64Array.from(edges), counts, atEdge };
}

function levels(counts: Readonly<Record<string, number>>, missing = 0): ColumnProfile {
  const map = new Map(Object.entries(counts));
  return {
    kind: "categorical",
    n: [...map.values()].reduce((a, b) => a + b, missing),
    missing,
    levels: map,
    others: 0,
  };
}

const repeat = (value: number, times: number): readonly number[] => Array.from({ length: times }, () => value);
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

test("numbers are compared in the reference's deciles", () => {
  const edges = range(100);
  const bins = binsOf(
    numeric(
      range(1000).map((i) => (i + 0.5) / 10),
      edges,
    ),
    numeric(
      range(500).map((i) => (i + 0.25) / 5),
      edges,
    ),
  );
  if ("reason" in bins) throw new Error(bins.reason);
  expect(bins.labels).toHaveLength(10);
  expect(bins.labels[0]).toBe("≤ 10");
  expect(bins.labels[9]).toBe("> 90");
  expect(bins.reference).toEqual(repeat(100, 10));
  expect(bins.current).toEqual(repeat(50, 10));
});

test("edges are written with as few digits as keep them apart", () => {
  const values = range(1000).map((i) => 1234.5 + i / 1e4);
  const bins = binsOf(
    numeric(
      values,
      values.filter((_, i) => i % 10 === 0),
    ),
    numeric(
      values,
      values.filter((_, i) => i % 10 === 0),
    ),
  );
  if ("reason" in bins) throw new Error(bins.reason);
  expect(bins.labels.slice(0, 2)).toEqual(["≤ 1234.51", "(1234.51, 1234.52]"]);
});

test("a value that holds most rows is a bin of its own", () => {
  const edges = [0, 1, 2, 3];
  const values = [...repeat(0, 600), ...range(400).map((i) => 0.5 + i / 160)];
  const bins = binsOf(numeric(values, edges), numeric(values, edges));
  if ("reason" in bins) throw new Error(bins.reason);
  expect(bins.labels[0]).toBe("≤ 0");
  expect(bins.reference[0]).toBe(600);
});

test("values below and above a constant reference are told apart", () => {
  const edges = [7];
  const bins = binsOf(
    numeric(repeat(7, 500), edges),
    numeric([...repeat(6, 100), ...repeat(7, 300), ...repeat(9, 100)], edges),
  );
  expect(bins).toEqual({ labels: ["< 7", "= 7", "> 7"], reference: [0, 500, 0], current: [100, 300, 100] });
});

test("a bin with next to no rows on both sides is joined to its neighbour", () => {
  const edges = [7];
  const current = [...repeat(6, 1), ...repeat(7, 499)];
  expect(binsOf(numeric(repeat(7, 500), edges), numeric(current, edges))).toEqual({
    labels: ["all values"],
    reference: [500],
    current: [500],
  });
});

test("missing values are a bin of their own when there are enough of them", () => {
  const edges = [0.5];
  const full = numeric([...repeat(0, 500), ...repeat(1, 500)], edges);
  expect(binsOf(full, numeric([...repeat(0, 450), ...repeat(1, 450)], edges, 100))).toMatchObject({
    labels: ["≤ 0.5", "> 0.5", "missing"],
    reference: [500, 500, 0],
    current: [450, 450, 100],
  });
  expect(binsOf(full, numeric([...repeat(0, 500), ...repeat(1, 497)], edges, 3))).toMatchObject({
    labels: ["≤ 0.5", "> 0.5"],
  });
});

test("a column that is all missing on one side is compared by that alone", () => {
  const edges = [0.5];
  expect(binsOf(numeric(repeat(0, 200), edges), numeric([], edges, 200))).toEqual({
    labels: ["all values", "missing"],
    reference: [200, 0],
    current: [0, 200],
  });
});

test("rare levels are taken together, frequent ones come first", () => {
  const reference = levels({ b: 300, a: 600, x: 2, y: 3, z: 40 });
  const current = levels({ b: 310, a: 590, x: 4, y: 1, z: 41 });
  expect(binsOf(reference, current)).toEqual({
    labels: ["a", "b", "3 other levels"],
    reference: [600, 300, 45],
    current: [590, 310, 46],
  });
});

test("a new level shows against a reference a thousand times as large", () => {
  const reference = levels({ a: 400_000, b: 600_000 });
  expect(binsOf(reference, levels({ a: 360, b: 540, new: 100 }))).toMatchObject({
    labels: ["b", "a", "new"],
    current: [540, 360, 100],
  });
});

test("what cannot be compared says why", () => {
  expect(binsOf(numeric([], [1]), numeric([1], [1]))).toEqual({ reason: "there are no reference rows" });
  expect(binsOf(numeric([1], [1]), numeric([1], [2]))).toEqual({
    reason: "the two profiles were counted at different edges",
  });
  expect(binsOf(numeric([1], [1]), levels({ a: 1 }))).toEqual({
    reason: "the reference is numeric and the current data categorical",
  });
});
