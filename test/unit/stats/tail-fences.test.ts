import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../../../src/stats/random.ts";
import { tailFences } from "../../../src/stats/tail-fences.ts";

const exponential = (random: Random) => -Math.log(1 - random.uniform());

/** Columns without a single outlier, of every weight of tail that is met. */
const clean: Readonly<Record<string, (random: Random) => number>> = {
  normal: (random) => random.normal(),
  uniform: (random) => random.uniform(),
  exponential,
  lognormal: (random) => Math.exp(random.normal()),
  "lognormal, heavy": (random) => Math.exp(2 * random.normal()),
  "Student's t with 3 degrees": (random) =>
    random.normal() / Math.sqrt((random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2) / 3),
  Cauchy: (random) => Math.tan(Math.PI * (random.uniform() - 0.5)),
  "zero in nine rows of ten": (random) => (random.uniform() < 0.9 ? 0 : Math.exp(random.normal())),
  "two humps": (random) => (random.uniform() < 0.9 ? random.normal() : 20 + 3 * random.normal()),
  "busy days": (random) => (random.uniform() < 0.05 ? 8 : 1) * exponential(random),
  counts: (random) => {
    let events = 0;
    for (let time = exponential(random); time < 30; time += exponential(random)) events += 1;
    return events;
  },
};

/** Share of clean columns in which a value is called an outlier, as in a data set of 30 columns. */
function falseAlarms(draw: (random: Random) => number, rows: number, runs: number, isOut = outside): number {
  const random = createRandom(rows);
  let alarms = 0;
  for (let run = 0; run < runs; run += 1) {
    const values = Float64Array.from({ length: rows }, () => draw(random));
    if (isOut(values)) alarms += 1;
  }
  return alarms / runs;
}

function outside(values: Float64Array): boolean {
  const { low, high } = tailFences(values, values.length, 0.01 / 30);
  return values.some((value) => value < low || value > high);
}

/** The usual rule of 1.5 interquartile ranges. */
function boxplot(values: Float64Array): boolean {
  const sorted = values.slice().sort();
  const quantile = (p: number) => sorted[Math.floor(p * sorted.length)] ?? Number.NaN;
  const reach = 1.5 * (quantile(0.75) - quantile(0.25));
  return values.some((value) => value < quantile(0.25) - reach || value > quantile(0.75) + reach);
}

describe("fences of clean columns", () => {
  test.each(Object.entries(clean))(
    "%s: at most 2 of 100 columns are crossed, at 1,000 and 5,000 rows",
    (_name, draw) => {
      expect(falseAlarms(draw, 1000, 150)).toBeLessThanOrEqual(0.02);
      expect(falseAlarms(draw, 5000, 60)).toBeLessThanOrEqual(0.02);
    },
  );

  test("are crossed where the usual rule always is", () => {
    expect(falseAlarms(clean.lognormal as (random: Random) => number, 1000, 20, boxplot)).toBe(1);
  });
});

describe("fences", () => {
  const random = createRandom(5);
  const values = Float64Array.from({ length: 10_000 }, () => 50 + 10 * random.normal());

  test("find values of another unit, and those that stand for none", () => {
    const { low, high } = tailFences(values, values.length, 0.01 / 30);
    expect(low).toBeGreaterThan(-999);
    expect(high).toBeLessThan(5000);
  });

  test("are moved by a few hundredths when one value of two hundred is an outlier", () => {
    const fouled = values.map((value, at) => (at % 200 === 0 ? 99_999 : value));
    const [before, after] = [tailFences(values, 1e4, 0.001), tailFences(fouled, 1e4, 0.001)];
    expect(after.high).toBeLessThan(2 * before.high);
  });

  test("are not drawn for few values, few different ones, or a tail without an end", () => {
    const none = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    expect(tailFences(values.subarray(0, 400), 400, 0.01)).toEqual(none);
    expect(
      tailFences(
        values.map((value) => Math.round(value) % 5),
        1e4,
        0.01,
      ),
    ).toEqual(none);
  });
});
