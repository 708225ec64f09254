import { describe, expect, test } from "vitest";
import type { Design } from "../../../src/evaluation/design.ts";
import type { ClassTruth } from "../../../src/evaluation/evaluation.ts";
import { compareGroups } from "../../../src/evaluation/fairness.ts";

/** Rows [group, truth, answer, how often]. */
function rowsOf(list: readonly (readonly [group: number, truth: number, answer: number, count: number])[]) {
  const all = list.flatMap(([group, label, answer, count]) =>
    new Array<readonly number[]>(count).fill([group, label, answer]),
  );
  const truth: ClassTruth = {
    kind: "classes",
    classes: ["0", "1"],
    positive: 1,
    label: Uint16Array.from(all, ([, label]) => label ?? 0),
  };
  const rows = (group: number) => ({
    name: `g${group}`,
    rows: Uint32Array.from(all.flatMap(([own], row) => (own === group ? [row] : []))),
  });
  return { truth, predicted: Uint16Array.from(all, ([, , answer]) => answer ?? 0), rows, count: all.length };
}

/** Selection 50/100 and 70/100; of the positive 30/40 and 55/60; of the negative 20/60 and 15/40. */
const data = rowsOf([
  [0, 1, 1, 30],
  [0, 1, 0, 10],
  [0, 0, 1, 20],
  [0, 0, 0, 40],
  [1, 1, 1, 55],
  [1, 1, 0, 5],
  [1, 0, 1, 15],
  [1, 0, 0, 25],
]);

function compared(design: Design, limit?: number, leastRows = 30) {
  return compareGroups([data.rows(1)], data.rows(0), data.truth, data, { design, limit, leastRows });
}

describe("groups", () => {
  test("are compared in their shares, with Newcombe's bounds that hold together", () => {
    const found = compared({ alpha: 0.05 });
    expect(found.map(({ measure, rows, referenceRows }) => [measure, rows, referenceRows])).toEqual([
      ["selection-rate", 100, 100],
      ["true-positive-rate", 60, 40],
      ["false-positive-rate", 40, 60],
    ]);
    expect(found.map(({ difference }) => difference)).toEqual([
      expect.closeTo(0.2, 12),
      expect.closeTo(55 / 60 - 0.75, 12),
      expect.closeTo(0.375 - 1 / 3, 12),
    ]);
    // Wilson's bounds of 70/100 and 50/100 at z = 2.12805, the quantile of 1 − .05/3, joined by Newcombe's rule: in Python.
    expect(found[0]?.lower).toBeCloseTo(0.0525589399, 9);
    expect(found[0]?.upper).toBeCloseTo(0.335717922, 9);
  });

  test("are within, beyond or undecided by where the whole interval lies", () => {
    const states = (limit?: number) => compared({ alpha: 0.05 }, limit).map(({ state }) => state);
    expect(states(0.04)[0]).toBe("beyond");
    expect(states(0.2)[0]).toBe("inconclusive");
    expect(states(0.5)).toEqual(["within", "within", "within"]);
    expect(states()).toEqual(["shown", "shown", "shown"]);
  });

  test("with few positive rows are untestable in that rate alone", () => {
    expect(compared({ alpha: 0.05 }, 0.5, 50).map(({ state }) => state)).toEqual([
      "within",
      "untestable",
      "untestable",
    ]);
  });

  test("with equal weights, or groups of single rows, have nearly the same bounds by influences", () => {
    const simple = compared({ alpha: 0.05 });
    const alone = compared({ alpha: 0.05, cluster: Int32Array.from({ length: data.count }, (_, row) => row) });
    const weighted = compared({ alpha: 0.05, weights: new Float64Array(data.count).fill(3) });
    for (const found of [alone, weighted]) {
      for (const [at, one] of found.entries()) {
        expect(one.difference).toBeCloseTo(simple[at]?.difference ?? Number.NaN, 12);
        expect(one.lower).toBeCloseTo(simple[at]?.lower ?? Number.NaN, 1);
        expect(one.upper).toBeCloseTo(simple[at]?.upper ?? Number.NaN, 1);
      }
    }
  });
});
