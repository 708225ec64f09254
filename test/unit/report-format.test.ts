import { expect, test } from "vitest";
import {
  formatCount,
  formatInstant,
  formatInterval,
  formatNumber,
  formatP,
  formatShare,
  formatSigned,
  formatValue,
  isNumeric,
  shortened,
  statedP,
} from "../../src/report/format.ts";
import { niceScale } from "../../src/report/scale.ts";

test("whole numbers keep all their digits, with separators from five digits on", () => {
  expect([0, 7, -1234, 48_211, 123_456_789].map(formatNumber)).toEqual(["0", "7", "-1234", "48,211", "123,456,789"]);
});

test("other numbers have four significant digits, or a decimal where thousands need one", () => {
  expect([0.123456, 12.3456, 1234.56, 123456.7, 0.1 + 0.2].map(formatNumber)).toEqual([
    "0.1235",
    "12.35",
    "1234.6",
    "123,457",
    "0.3",
  ]);
});

test("very small and very large numbers have an exponent", () => {
  expect([0.0000123, -3e-9, 4.2e15].map(formatNumber)).toEqual(["1.2e-5", "-3e-9", "4.2e15"]);
});

test("what is no number is said, not printed", () => {
  expect([Number.NaN, Number.POSITIVE_INFINITY].map(formatNumber)).toEqual(["–", "infinite"]);
  expect([null, undefined, "", [], true].map((value) => formatValue(value))).toEqual(["–", "–", "–", "–", "true"]);
});

test("shares never round to none or all", () => {
  expect([0, 1, 0.5, 0.1234, 0.0123, 0.99996, 0.00001].map(formatShare)).toEqual([
    "0%",
    "100%",
    "50%",
    "12.3%",
    "1.23%",
    "> 99.99%",
    "< 0.01%",
  ]);
});

test("a p-value is never zero", () => {
  expect([0, 1e-300, 3.21e-7, 0.0123, 0.5, 1].map(formatP)).toEqual([
    "< 1e-12",
    "< 1e-12",
    "3.2e-7",
    "0.012",
    "0.5",
    "1",
  ]);
  expect([statedP(0), statedP(0.04)]).toEqual(["p < 1e-12", "p = 0.04"]);
});

test("differences carry their sign, intervals their open ends", () => {
  expect([0.013, -2, 0].map(formatSigned)).toEqual(["+0.013", "-2", "0"]);
  expect([formatInterval([0.004, 0.021]), formatInterval([null, 3])]).toEqual(["[0.004, 0.021]", "[-∞, 3]"]);
});

test("lists are joined and objects are JSON", () => {
  expect(formatValue(["a", 1200, null])).toBe("a, 1200, –");
  expect(formatValue({ b: 1, a: ["x"] })).toBe('{"a":["x"],"b":1}');
});

test("counts, instants and long names read well", () => {
  expect([formatCount(1, "row"), formatCount(1200, "row")]).toEqual(["1 row", "1200 rows"]);
  expect(formatInstant("2026-01-31T23:59:59.123Z")).toBe("2026-01-31 23:59:59 UTC");
  expect(shortened("customer_lifetime_value", 11)).toBe("custo…value");
  expect([...shortened("🚀🚀🚀🚀", 3)]).toEqual(["🚀", "…", "🚀"]);
});

test("a column of numbers, percentages and bounds is numeric; one with a word is not", () => {
  expect(isNumeric([1, null, "12.5%", "< 1e-12", "1,200"])).toBe(true);
  expect(isNumeric([1, "2001-01"])).toBe(false);
  expect(isNumeric([null, ""])).toBe(false);
});

test("a scale's ticks are round, enclose the values and carry no binary dust", () => {
  expect(niceScale(0.012, 0.28, 0, 100).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
  expect(niceScale(-3, 17, 0, 100).ticks).toEqual([-5, 0, 5, 10, 15, 20]);
  const flat = niceScale(7, 7, 0, 100);
  expect(flat.low).toBeLessThan(7);
  expect(flat.high).toBeGreaterThan(7);
  expect(niceScale(0, 10, 200, 0).at(5)).toBe(100);
});
