import { describe, expect, test } from "vitest";
import { noPart, type SearchColumn, WeakSliceSearch } from "../../../src/evaluation/weak-slices.ts";
import { createRandom } from "../../../src/stats/random.ts";

const options = { alpha: 0.05, leastRows: 30, most: 10 };

/** Columns of four levels each, without any meaning but what the scores give them. */
function columns(count: number, rows: number, seed: number): readonly SearchColumn[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => ({
    names: [0, 1, 2, 3].map((level) => `c${at} = ${level}`),
    codes: Uint8Array.from({ length: rows }, () => random.integer(4)),
  }));
}

function searched(...given: ConstructorParameters<typeof WeakSliceSearch>) {
  const search = new WeakSliceSearch(...given);
  const steps = [...search.run()];
  expect(steps.at(-1)).toBe(search.steps);
  return search.finish();
}

describe("the search for weak slices", () => {
  test("finds the pair that is weak, and neither of its parts", () => {
    const random = createRandom(2);
    const all = columns(5, 20_000, 1);
    const score = Float64Array.from({ length: 20_000 }, (_, row) => {
      const weak = all[1]?.codes[row] === 2 && all[3]?.codes[row] === 0;
      return random.uniform() < (weak ? 0.6 : 0.9) ? 1 : 0;
    });
    const { slices } = searched(all, { score }, options);
    expect(slices[0]).toMatchObject({ slice: "c1 = 2, c3 = 0", against: "rest" });
    expect(slices[0]?.deficit).toBeGreaterThan(0.25);
    expect(slices[0]?.atLeast).toBeLessThan(slices[0]?.deficit ?? 0);
  });

  test("finds nothing in noise, but for one data set in many", () => {
    const found = Array.from({ length: 40 }, (_, seed) => {
      const random = createRandom(100 + seed);
      const score = Float64Array.from({ length: 4000 }, () => random.normal());
      const gain = Float64Array.from({ length: 4000 }, () => random.normal());
      return searched(columns(6, 4000, seed), { score, gain }, options).slices.length;
    });
    expect(found.filter((count) => count > 0).length).toBeLessThanOrEqual(6);
  });

  test("of weights says what it says of rows that are repeated so often, with less certainty", () => {
    const random = createRandom(5);
    const [column] = columns(1, 600, 4);
    if (column === undefined) throw new Error("no column");
    const score = Float64Array.from({ length: 600 }, (_, row) => random.normal() - (column.codes[row] === 1 ? 2 : 0));
    const weights = Float64Array.from({ length: 600 }, (_, row) => 1 + (row % 3));
    const places = [...weights].flatMap((weight, row) => new Array<number>(weight).fill(row));
    const repeated = {
      column: { ...column, codes: Uint8Array.from(places, (row) => column.codes[row] ?? 0) },
      score: Float64Array.from(places, (row) => score[row] ?? 0),
    };
    const [one] = searched([column], { score, weights }, options).slices;
    const [other] = searched([repeated.column], { score: repeated.score }, options).slices;
    expect(one?.here).toBeCloseTo(other?.here ?? 0, 12);
    expect(one?.deficit).toBeCloseTo(other?.deficit ?? 0, 12);
    expect(one?.atLeast).toBeLessThan(other?.atLeast ?? 0);
  });

  test("leaves out rows of no part, small slices, and those of most rows", () => {
    const codes = Uint8Array.from({ length: 1000 }, (_, row) =>
      row < 20 ? 0 : row < 120 ? 1 : row < 200 ? noPart : 2,
    );
    const score = Float64Array.from({ length: 1000 }, (_, row) => (row < 200 ? row % 2 : 10 + (row % 2)));
    const { slices, tested } = searched([{ names: ["few", "some", "most"], codes }], { score }, options);
    expect(tested).toBe(1);
    expect(slices.map(({ slice }) => slice)).toEqual(["some"]);
  });
});
