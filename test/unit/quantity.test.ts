import { expect, test } from "vitest";
import { formatDuration } from "../../src/kernel/quantity.ts";

test.each([
  [0, "0 ms"],
  [999.4, "999 ms"],
  [999.7, "1.0 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 0 s"],
  [119_990, "2 min 0 s"],
  [3_599_800, "1 h 0 min"],
  [47.5 * 3_600_000, "47 h 30 min"],
  [48 * 3_600_000, "2 d"],
  [100 * 86_400_000 + 3_600_000, "100 d 1 h"],
])("%d ms is told as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
