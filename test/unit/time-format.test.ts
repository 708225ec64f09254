import { describe, expect, test } from "vitest";
import { parseTimeFormat, partsOfFormat } from "../../src/dataset/time-format.ts";

describe("patterns of dates and times", () => {
  test.each([
    ["yyyy-MM-dd", { date: true, clock: false, zone: false }],
    ["HH:mm[:ss]", { date: false, clock: true, zone: false }],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", { date: true, clock: true, zone: true }],
    ["EEE, d MMM uuuu hh:mm a VV", { date: true, clock: true, zone: true }],
    ["yyyyDDD", { date: true, clock: false, zone: false }],
  ])("%s is read", (pattern, parts) => {
    const format = parseTimeFormat(pattern);
    expect(format && partsOfFormat(format)).toEqual(parts);
  });

  test("optional sections are ways to write it, the fullest first", () => {
    const ways = parseTimeFormat("HH[:mm[:ss]]")?.map((way) =>
      way.map((token) => ("field" in token ? token.field : token.literal)),
    );
    expect(ways).toEqual([["hour", ":", "minute", ":", "second"], ["hour", ":", "minute"], ["hour"]]);
  });

  test("quotes hold letters, and two quotes one", () => {
    expect(
      parseTimeFormat("d 'de' MMMM''yy")?.[0]?.map((token) => ("field" in token ? token.field : token.literal)),
    ).toEqual(["day", " ", "de", " ", "month-name", "'", "short-year"]);
  });

  test.each([
    ["MM/yyyy", "no day"],
    ["hh:mm", "no half of the day"],
    ["yyyy-MM-dd HH:ss", "seconds without minutes"],
    ["yyyy-MM-dd'T", "an open quote"],
    ["[yyyy-MM-dd", "an open section"],
    ["yyyy-'W'ww", "weeks"],
    ["G yyyy-MM-dd", "eras"],
    ["yyyy-MM-dd z", "abbreviated zones"],
    ["XXX yyyy-MM-dd HH:mm", "an offset before the time"],
    ["yyyy-MM-dd MMM", "a month twice"],
    ["", "nothing"],
  ])("%s is not: %s", (pattern) => {
    expect(parseTimeFormat(pattern)).toBeUndefined();
  });
});
