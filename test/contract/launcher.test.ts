import { expect, test } from "vitest";
import { launchers } from "../../src/generated/launchers.ts";
import { launcherContract } from "./launcher.ts";

const loaded = await Promise.all(Object.values(launchers).map(async ({ load }) => load()));

test("the map names every launcher as it names itself", () => {
  expect(loaded.map(({ name }) => name)).toEqual(Object.keys(launchers));
  expect(loaded.length).toBeGreaterThan(0);
});

for (const implementation of loaded) launcherContract(implementation.name, (host) => implementation.create({}, host));
