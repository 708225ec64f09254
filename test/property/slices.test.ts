import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cell } from "../../src/dataset/dataset.ts";
import {
  crossed,
  joinedRows,
  Levels,
  type Partition,
  quantileBins,
  rowsByLevel,
} from "../../src/evaluation/slicing.ts";
import { tangoBounds, tangoTest } from "../../src/stats/tango.ts";

const cells = fc.array(
  fc.oneof(
    fc.constantFrom<Cell>(null, Number.NaN, "a", "b", 1, true, new Date(0)),
    fc.string({ maxLength: 3 }),
    fc.integer(),
  ),
  { minLength: 1, maxLength: 200 },
);
const numbers = fc.array(fc.oneof(fc.constantFrom(0, -0, 1, Number.NaN), fc.double()), {
  minLength: 1,
  maxLength: 200,
});

function levelsOf(column: readonly Cell[]): Partition {
  const levels = new Levels("c", column.length);
  levels.add(column.slice(0, 70));
  levels.add(column.slice(70));
  return levels.finish();
}

/** Every row is in one slice, and its place in it is the data's. */
function expectPartition(partition: Partition, rows: number): void {
  const slices = rowsByLevel(partition);
  expect([...joinedRows(slices)]).toEqual(Array.from({ length: rows }, (_, row) => row));
  for (const slice of slices) expect([...slice.rows]).toEqual([...slice.rows.toSorted()]);
  expect(new Set(slices.map(({ name }) => name)).size).toBe(slices.length);
}

describe("slices of any column", () => {
  test("part its rows, by values, by quantiles and crossed", () => {
    fc.assert(
      fc.property(cells, numbers, fc.integer({ min: 2, max: 20 }), (column, values, bins) => {
        const rows = Math.min(column.length, values.length);
        const byValue = levelsOf(column.slice(0, rows));
        const byBin = quantileBins("n", Float64Array.from(values.slice(0, rows)), bins);
        expectPartition(byValue, rows);
        expectPartition(byBin, rows);
        expectPartition(crossed([byValue, byBin]), rows);
      }),
      { numRuns: 300 },
    );
  });

  test("do not depend on the order of the rows", () => {
    const sizes = (partition: Partition) => rowsByLevel(partition).map(({ name, rows }) => [name, rows.length]);
    fc.assert(
      fc.property(cells, numbers, (column, values) => {
        expect(sizes(levelsOf(column.toReversed()))).toEqual(sizes(levelsOf(column)));
        const bins = (list: readonly number[]) => sizes(quantileBins("n", Float64Array.from(list), 4));
        expect(bins(values.toReversed())).toEqual(bins(values));
      }),
      { numRuns: 300 },
    );
  });

  test("by quantiles hold about equally many rows where no value stands twice", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer(), { minLength: 20, maxLength: 200 }),
        fc.integer({ min: 2, max: 10 }),
        (values, bins) => {
          const sizes = rowsByLevel(quantileBins("n", Float64Array.from(values), bins)).map(({ rows }) => rows.length);
          expect(sizes).toHaveLength(bins);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("Tango's test", () => {
  test("rejects what lies outside of the bounds", () => {
    const pairs = fc.record({ gains: fc.integer({ min: 0, max: 60 }), losses: fc.integer({ min: 0, max: 60 }) });
    const asked = fc.record({
      more: fc.integer({ min: 1, max: 500 }),
      difference: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    });
    fc.assert(
      fc.property(
        pairs,
        asked,
        fc.constantFrom(0.0025, 0.05, 0.2),
        ({ gains, losses }, { more, difference }, alpha) => {
          const rows = gains + losses + more;
          const { lower, upper } = tangoBounds({ gains, losses }, rows, alpha);
          const { pGreater, pLess } = tangoTest({ gains, losses }, rows, difference);
          if (Math.min(Math.abs(difference - lower), Math.abs(difference - upper)) < 1e-6) return;
          expect(pLess < alpha).toBe(difference > upper);
          expect(pGreater < alpha).toBe(difference < lower);
        },
      ),
      { numRuns: 1000, examples: [[{ gains: 0, losses: 0 }, { more: 1, difference: -2e-323 }, 0.0025]] },
    );
  });
});
