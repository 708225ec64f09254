import { describe, expect, test } from "vitest";
import { WeightedSplit } from "../../src/serving/split.ts";
import { createRandom } from "../../src/stats/random.ts";

function canariesOf(split: WeightedSplit, requests: number): number {
  let canaries = 0;
  for (let i = 0; i < requests; i++) if (split.next() === "canary") canaries++;
  return canaries;
}

describe("the weighted split", () => {
  test.each([0, 1, 5, 10, 25, 33, 50, 77, 99, 100])("gives the canary exactly %i of every 100 requests", (percent) => {
    const split = new WeightedSplit(createRandom(7));
    split.setWeight(percent);
    for (let hundred = 0; hundred < 50; hundred++) expect(canariesOf(split, 100)).toBe(percent);
  });

  test("gives the canary 100 of 2,000 at 5%", () => {
    const split = new WeightedSplit(createRandom(1));
    split.setWeight(5);
    expect(canariesOf(split, 2000)).toBe(100);
  });

  test("does not fall in step with traffic that has a rhythm: the places of the canaries vary", () => {
    const split = new WeightedSplit(createRandom(3));
    split.setWeight(5);
    const places = new Set<number>();
    for (let i = 0; i < 20 * 200; i++) if (split.next() === "canary") places.add(i % 20);
    expect(places.size).toBe(20);
  });

  test("follows a change of weight at once", () => {
    const split = new WeightedSplit(createRandom(1));
    split.setWeight(50);
    split.next();
    split.setWeight(0);
    expect(canariesOf(split, 1000)).toBe(0);
    split.setWeight(100);
    expect(canariesOf(split, 1000)).toBe(1000);
  });

  test("keeps a caller with an affinity on one arm, and moves each to the canary once as the weight rises", () => {
    const split = new WeightedSplit(createRandom(1));
    const callers = Array.from({ length: 4000 }, (_, i) => `customer-${i}`);
    let before = new Set<string>();
    for (const percent of [5, 25, 50, 100]) {
      split.setWeight(percent);
      const now = new Set(callers.filter((caller) => split.armOf(caller) === "canary"));
      expect([...before].every((caller) => now.has(caller))).toBe(true);
      expect(Math.abs(now.size / 40 - percent)).toBeLessThan(2.5);
      before = now;
    }
  });

  test.each([-1, 101, 2.5, Number.NaN])("refuses a weight of %f", (percent) => {
    expect(() => new WeightedSplit(createRandom(1)).setWeight(percent)).toThrow(RangeError);
  });
});
