import { expect } from "vitest";
import golden from "../../fixtures/statistics.json" with { type: "json" };
import extra from "../../fixtures/statistics-extra.json" with { type: "json" };

export { extra, golden };

/** Fails unless `actual` equals `expected` to a relative error of `tolerance`; a zero must be met exactly. */
export function expectRelative(actual: number, expected: number, tolerance = 1e-9): void {
  const error = expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);
  expect(error, `${actual} against ${expected}`).toBeLessThanOrEqual(expected === 0 ? 0 : tolerance);
}
