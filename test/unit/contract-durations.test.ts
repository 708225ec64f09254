import { describe, expect, test } from "vitest";
import { describeAge, durationOf, momentBefore } from "../../src/contract/durations.ts";

const day = 86_400_000;

describe("durations of service levels", () => {
  test.each([
    [4, "d", { months: 0, ms: 4 * day, words: "4 days" }],
    [1, "day", { months: 0, ms: day, words: "1 day" }],
    ["2", "Hours", { months: 0, ms: day / 12, words: "2 hours" }],
    [90, "min", { months: 0, ms: 5_400_000, words: "90 minutes" }],
    [30, "s", { months: 0, ms: 30_000, words: "30 seconds" }],
    [2, "weeks", { months: 0, ms: 14 * day, words: "2 weeks" }],
    [3, "yr", { months: 36, ms: 0, words: "3 years" }],
    [18, "mo", { months: 18, ms: 0, words: "18 months" }],
    [0, "d", { months: 0, ms: 0, words: "0 days" }],
    [0.5, "y", { months: 6, ms: 0, words: "0.5 years" }],
    ["P1Y2M3DT4H5M6S", undefined, { months: 14, ms: 3 * day + 4 * 3_600_000 + 306_000, words: "P1Y2M3DT4H5M6S" }],
    ["P2W", undefined, { months: 0, ms: 14 * day, words: "P2W" }],
    ["PT0.5H", undefined, { months: 0, ms: 1_800_000, words: "PT0.5H" }],
  ])("%j %s", (value, unit, expected) => {
    expect(durationOf(value, unit)).toEqual(expected);
  });

  test.each([
    [4, undefined],
    [4, "m"],
    [4, "fortnights"],
    [4, "constructor"],
    [-1, "d"],
    [Number.POSITIVE_INFINITY, "d"],
    [1e300, "y"],
    [true, "d"],
    [null, "d"],
    ["four", "d"],
    ["P", undefined],
    ["PT", undefined],
    ["P1H", undefined],
    ["P99999999999Y", undefined],
    ["", undefined],
  ])("%j %s is none", (value, unit) => {
    expect(durationOf(value, unit)).toBeUndefined();
  });

  test.each([
    ["2026-03-31T12:00:00Z", 1, 0, "2026-02-28T12:00:00.000Z"],
    ["2024-03-31T12:00:00Z", 1, 0, "2024-02-29T12:00:00.000Z"],
    ["2024-02-29T00:00:00Z", 12, 0, "2023-02-28T00:00:00.000Z"],
    ["2026-01-15T06:30:00Z", 14, day, "2024-11-14T06:30:00.000Z"],
    ["2026-01-01T00:00:00Z", 0, 3 * day, "2025-12-29T00:00:00.000Z"],
  ])("%s less %s months and %s ms", (moment, months, ms, expected) => {
    expect(momentBefore(new Date(moment), { months, ms, words: "" }).toISOString()).toBe(expected);
  });

  test("the longest duration that is read still has a date", () => {
    const longest = durationOf(300_000, "y");
    expect(longest).toBeDefined();
    if (longest !== undefined) expect(momentBefore(new Date(0), longest).getTime()).toBe(-8.64e15);
  });

  test("ages in words", () => {
    expect([90_000, 5 * 3_600_000, 100 * 3_600_000].map(describeAge)).toEqual(["1.5 minutes", "5.0 hours", "4.2 days"]);
  });
});
