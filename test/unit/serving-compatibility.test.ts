import { expect, test } from "vitest";
import { breaksOf } from "../../src/serving/compatibility.ts";

const tensor = (name: string, datatype = "FP32", shape: readonly number[] = [-1, 1]) => ({ name, datatype, shape });
const many = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => tensor(`${prefix}${at}`));

test("callers notice nothing when the new version takes and gives the same, or gives more", () => {
  const stable = { inputs: [tensor("a"), tensor("b")], outputs: [tensor("y")] };
  expect(breaksOf(stable, stable)).toEqual([]);
  expect(breaksOf(stable, { inputs: [tensor("b"), tensor("a")], outputs: [tensor("y"), tensor("z")] })).toEqual([]);
});

test("what callers may trip over is said once a kind, with the names", () => {
  const stable = { inputs: [tensor("a"), tensor("b"), tensor("c")], outputs: [tensor("y"), tensor("z")] };
  const canary = {
    inputs: [tensor("a"), tensor("b", "INT64"), tensor("d"), tensor("e")],
    outputs: [tensor("y", "FP32", [-1, 2])],
  };
  expect(breaksOf(stable, canary)).toEqual([
    "it also takes the inputs d, e",
    "it no longer takes the input c",
    "it no longer gives the output z",
    "its input b is INT64 [-1, 1] instead of FP32 [-1, 1]",
    "its output y is FP32 [-1, 2] instead of FP32 [-1, 1]",
  ]);
});

test("of hundreds of columns the first are named and the rest counted", () => {
  const [text = ""] = breaksOf({ inputs: [], outputs: [] }, { inputs: many("x", 300), outputs: [] });
  expect(text).toMatch(/^it also takes the inputs x0, x1, .*, x19 and 280 more$/);
  const whole = { inputs: many("x", 25).map(({ name }) => tensor(name, "INT64")), outputs: [] };
  expect(breaksOf({ inputs: many("x", 25), outputs: [] }, whole)[0]).toMatch(/^its input x0 is .* and 5 more$/);
});
