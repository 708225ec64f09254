import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { nothingServed, type Serving, ServingStore } from "../../src/serving/state.ts";
import { testHost } from "../support/host.ts";

const serving: Serving = {
  ...nothingServed,
  router: { pid: 1, port: 8080, adminPort: 8081, token: "secret" },
  servers: [
    { id: "a", pid: 2, port: 8082, token: "secret", model: { name: "m", version: "1", digest: digestOf("m") } },
  ],
  stable: "a",
};

test("what runs is remembered for a later process, in a folder that only this account may enter", async () => {
  await using t = await testHost();
  const folder = join(t.cwd, "serving");
  expect(await new ServingStore(t.host.files, folder).read()).toEqual(nothingServed);
  await new ServingStore(t.host.files, folder).write(serving);
  const store = new ServingStore(t.host.files, folder);
  expect(await store.read()).toEqual(serving);
  expect((await stat(join(store.path, ".."))).mode & 0o077).toBe(0);
});

test.each([
  ["no JSON", "{"],
  ["another format", JSON.stringify({ ...serving, schema: "titleholder/serving/v2" })],
  ["half of it", JSON.stringify({ schema: serving.schema })],
])("a state file with %s is refused by name", async (_, text) => {
  await using t = await testHost();
  const store = new ServingStore(t.host.files, t.cwd);
  await t.write("private/serving.json", text);
  await expect(store.read()).rejects.toMatchObject({ kind: "configuration", code: "TH_SERVING_STATE" });
});
