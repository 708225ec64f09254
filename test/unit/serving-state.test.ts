import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
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

test("what runs is remembered for a later process, in a file that only this account may read and a folder that only it may enter", async () => {
  await using t = await testHost();
  const folder = join(t.cwd, "serving");
  expect(await new ServingStore(t.host.files, folder).read()).toEqual(nothingServed);
  await new ServingStore(t.host.files, folder).write(serving);
  const store = new ServingStore(t.host.files, folder);
  expect(await store.read()).toEqual(serving);
  expect((await stat(join(store.path, ".."))).mode & 0o777).toBe(0o700);
  expect((await stat(store.path)).mode & 0o777).toBe(0o600);
});

test("a file that others could read is replaced by one that they cannot", async () => {
  await using t = await testHost();
  const store = new ServingStore(t.host.files, t.cwd);
  await store.write(serving);
  await chmod(store.path, 0o644);
  await store.write(serving);
  expect((await stat(store.path)).mode & 0o777).toBe(0o600);
});

const refusal = { kind: "configuration", code: "TH_SERVING_FOLDER", place: { input: "state-dir" } };

test.each([0o755, 0o750, 0o701, 0o710, 0o720])(
  "a folder of mode %o is neither read from nor written to",
  async (mode) => {
    await using t = await testHost();
    const store = new ServingStore(t.host.files, t.cwd);
    await store.write(serving);
    await chmod(join(t.cwd, "private"), mode);
    await expect(store.read()).rejects.toMatchObject(refusal);
    await expect(store.write(nothingServed)).rejects.toMatchObject(refusal);
    await chmod(join(t.cwd, "private"), 0o700);
    expect(await store.read()).toEqual(serving);
  },
);

test("a folder of another account is refused", async () => {
  await using t = await testHost();
  const store = new ServingStore(t.host.files, t.cwd);
  await store.write(serving);
  // Only root may give a folder away; whoever runs the tests can be somebody else than its owner.
  const owner = process.getuid?.() ?? 0;
  using _stranger = vi.spyOn(process, "getuid").mockReturnValue(owner + 1);
  await expect(store.read()).rejects.toMatchObject(refusal);
  await expect(store.write(nothingServed)).rejects.toMatchObject(refusal);
});

test.each([
  ["no JSON", "{"],
  ["another format", JSON.stringify({ ...serving, schema: "titleholder/serving/v2" })],
  ["half of it", JSON.stringify({ schema: serving.schema })],
])("a state file with %s is refused by name", async (_, text) => {
  await using t = await testHost();
  const store = new ServingStore(t.host.files, t.cwd);
  await t.write("private/serving.json", text);
  await chmod(join(t.cwd, "private"), 0o700);
  await expect(store.read()).rejects.toMatchObject({ kind: "configuration", code: "TH_SERVING_STATE" });
});
