import { expect, test } from "vitest";
import { methods } from "../../src/generated/methods.ts";
import { testHost } from "../support/host.ts";
import { driftMethodContract } from "./drift-method.ts";

await using t = await testHost();
const loaded = await Promise.all(Object.values(methods).map(async ({ load }) => load()));

test("the map names every method as it names itself", () => {
  expect(loaded.map(({ name }) => name)).toEqual(Object.keys(methods));
  expect(loaded.length).toBeGreaterThan(0);
});

for (const implementation of loaded) driftMethodContract(implementation.create({}, t.host));
