import { expect, test } from "vitest";
import { benjaminiHochberg, holm } from "../../../src/stats/multiplicity.ts";
import { minimumDetectableEffect, rowsNeeded } from "../../../src/stats/power.ts";
import { expectRelative, golden } from "./reference.ts";

test("Holm and Benjamini–Hochberg agree with statsmodels, in any order", () => {
  for (const row of golden.multiplicity) {
    const backwards = row.input.toReversed();
    for (const [i, expected] of row.holm.entries()) {
      expectRelative(holm(row.input)[i] ?? Number.NaN, expected);
      expectRelative(holm(backwards).toReversed()[i] ?? Number.NaN, expected);
    }
    for (const [i, expected] of row.bh.entries()) {
      expectRelative(benjaminiHochberg(row.input)[i] ?? Number.NaN, expected);
      expectRelative(benjaminiHochberg(backwards).toReversed()[i] ?? Number.NaN, expected);
    }
  }
});

test("a single p-value stays as it is, and none gives none", () => {
  expect([holm([0.03]), benjaminiHochberg([0.03])]).toEqual([[0.03], [0.03]]);
  expect([holm([]), benjaminiHochberg([])]).toEqual([[], []]);
});

test("adjusted p-values do not exceed 1", () => {
  expect(holm([0.6, 0.9])).toEqual([1, 1]);
  expect(benjaminiHochberg([0.6, 0.9])).toEqual([0.9, 0.9]);
});

test("the minimum detectable effect is that of the design: 2.2 points at 1,000 rows and .05, 3.3 at .0025", () => {
  // Accuracy with 8% discordant rows.
  expect(minimumDetectableEffect(Math.sqrt(0.08), 1000, 0.05)).toBeCloseTo(0.0222, 4);
  expect(minimumDetectableEffect(Math.sqrt(0.08), 1000, 0.0025)).toBeCloseTo(0.0326, 4);
});

test("the rows needed make the effect just detectable", () => {
  const rows = rowsNeeded(0.01, 0.28, 0.05);
  expect(minimumDetectableEffect(0.28, rows, 0.05)).toBeLessThanOrEqual(0.01);
  expect(minimumDetectableEffect(0.28, rows - 1, 0.05)).toBeGreaterThan(0.01);
  expect(rowsNeeded(10, 0, 0.05)).toBe(1);
  expect(() => rowsNeeded(0, 1, 0.05)).toThrow(RangeError);
});
