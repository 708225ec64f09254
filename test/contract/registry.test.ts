import { expect, test } from "vitest";
import { backends } from "../../src/generated/backends.ts";
import type { Json } from "../../src/kernel/json.ts";
import { testHost } from "../support/host.ts";
import { modelRegistryContract, type OpenedRegistry } from "./model-registry.ts";

/** Settings of a fresh, empty registry, by backend. */
const settings: Readonly<Record<string, Json>> = { file: { location: "registry" } };

async function open(name: string): Promise<OpenedRegistry> {
  const t = await testHost();
  const backend = await backends[name]?.load();
  if (backend === undefined) throw new Error(`no backend ${name}`);
  const again = async () => backend.create(settings[name] ?? {}, t.host);
  return { registry: await again(), again, [Symbol.asyncDispose]: () => t[Symbol.asyncDispose]() };
}

test("every backend there is stands under the contract", () => {
  expect(Object.keys(backends)).toEqual(Object.keys(settings));
});

for (const name of Object.keys(backends)) modelRegistryContract(name, () => open(name));
