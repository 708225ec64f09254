import { mean, sampleVariance } from "simple-statistics";
import { expect, test } from "vitest";
import { createRandom } from "../../../src/stats/random.ts";
import { extra } from "./reference.ts";

test.each(extra.random)("the stream of seed $seed is that of sfc32", ({ seed, uniforms }) => {
  const random = createRandom(seed);
  expect(uniforms.map(() => random.uniform())).toEqual(uniforms);
});

test("whole numbers cover their range evenly", () => {
  const random = createRandom("dice");
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 60_000; i++) {
    const face = random.integer(6);
    counts[face] = (counts[face] ?? Number.NaN) + 1;
  }
  // Six standard deviations about 10,000.
  expect(counts.every((count) => Math.abs(count - 10_000) < 550)).toBe(true);
  expect(random.integer(1)).toBe(0);
  expect(() => random.integer(0)).toThrow(RangeError);
  expect(() => random.integer(2.5)).toThrow(RangeError);
});

test("normal numbers have mean 0, variance 1 and the usual tails", () => {
  const random = createRandom(7);
  const sample = Array.from({ length: 40_000 }, () => random.normal());
  expect(Math.abs(mean(sample))).toBeLessThan(0.03);
  expect(Math.abs(sampleVariance(sample) - 1)).toBeLessThan(0.04);
  const beyond = sample.filter((z) => Math.abs(z) > 1.96).length / sample.length;
  expect(Math.abs(beyond - 0.05)).toBeLessThan(0.006);
});

test("a shuffle keeps the elements, leaves its input, and reaches every order alike", () => {
  const random = createRandom("cards");
  const cards = ["a", "b", "c"];
  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle(cards).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect(cards).toEqual(["a", "b", "c"]);
  expect([...orders.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  expect([...orders.values()].every((count) => Math.abs(count - 1000) < 175)).toBe(true);
});

test("a seed that is no whole number is refused", () => {
  expect(() => createRandom(0.5)).toThrow(RangeError);
});
