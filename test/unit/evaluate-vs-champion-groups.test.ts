import { expect, test } from "vitest";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine } from "../support/evaluation.ts";

/** Customers of many equal rows: what looks like 1,000 pieces of evidence is 25. */
function customers(): string {
  const random = createRandom(4);
  const lines = Array.from({ length: 25 }, (_, customer) => {
    const [x, z] = [random.normal(), random.normal()];
    const label = random.uniform() < 1 / (1 + Math.exp(-(1.5 * x - z))) ? 1 : 0;
    return Array.from(
      { length: 40 },
      (_, day) => `${customer},2026-01-${String(day % 28).padStart(2, "0")},${x},${z},${label}`,
    );
  });
  return `customer,day,x,z,y\n${lines.flat().join("\n")}\n`;
}

const models = { challenger: "good.onnx", champion: "dull.onnx", data: "customers.csv" };
const metrics = [{ name: "brier", test: "superiority" }];

test("rows of a group count once: the same models are superior by rows, and undecided by groups", async () => {
  await using at = await machine({ "customers.csv": customers() });
  const byRow = await evaluate(at, { ...models, metrics });
  const byGroup = await evaluate(at, { ...models, metrics, group: "customer" });
  expect(byRow.decision).toBe("superior");
  expect(byGroup.check("metric-brier")).toMatchObject({
    verdict: "inconclusive",
    method: "t test over the totals of 25 groups of rows; one-sided bounds at 95%",
  });
  expect(byGroup.check("metric-brier")?.effect).toBeCloseTo(byRow.check("metric-brier")?.effect ?? Number.NaN, 12);
  expect((await evaluate(at, { ...models, metrics, time: "day" })).check("metric-brier")).toMatchObject({
    verdict: "inconclusive",
    message: expect.stringContaining("needs 10 batches, and these 28 moments make"),
  });
});

test("a row without its group, or a column that is not there, is refused by name", async () => {
  await using at = await machine({ "customers.csv": customers().replace("\n3,2026", "\n,2026") });
  await expect(evaluate(at, { ...models, group: "customer" })).rejects.toMatchObject({
    code: "TH_EVALUATION_GROUP",
    message: 'the column "customer" lacks a value in row 121',
    place: { input: "group" },
  });
  await expect(evaluate(at, { ...models, time: "dya" })).rejects.toMatchObject({
    code: "TH_EVALUATION_COLUMNS",
    fix: 'did you mean "day"?',
    place: { input: "time" },
  });
});
