import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Files } from "../../src/kernel/files.ts";
import { Crash, crashingFiles } from "../support/fault-files.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { writeParquet } from "../support/parquet.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: t
version: 1.0.0
status: active
schema: [{ name: t, properties: [{ name: x, logicalType: integer, logicalTypeOptions: { minimum: 0 } }] }]
`;
const targets = ["quarantine", "clean"] as const;

async function validate(t: TestHost, files: Files = t.host.files): Promise<void> {
  const at = (path: string) => join(t.cwd, path);
  const inputs = command.inputs.parse({
    data: [at("data.parquet")],
    contract: at("c.yaml"),
    quarantine: at("out/quarantine.parquet"),
    clean: at("out/clean.parquet"),
    skipProfile: true,
  });
  await command.run(inputs, { ...t.host, files }, t.project);
}

const digests = (t: TestHost) =>
  Promise.all(
    targets.map(async (target) => digestOf((await t.host.files.read(join(t.cwd, `out/${target}.parquet`))) ?? "")),
  );

describe("a run that is killed while it writes", () => {
  test("leaves each file as it was or as it should be, whichever step it was", async () => {
    await using t = await testHost({ files: { "c.yaml": contract } });
    const data = (rows: string) => writeParquet(t.host, join(t.cwd, "data.parquet"), `SELECT unnest([${rows}]) AS x`);
    await data("1, -1");
    await validate(t);
    const before = await digests(t);
    await data("2, 3, -2");
    await validate(t);
    const after = await digests(t);
    expect(after.filter((digest) => before.includes(digest))).toEqual([]);
    const counting = crashingFiles();
    await validate(t, counting);
    const seen = new Set<string>();
    for (let step = 1; step <= counting.steps(); step += 1) {
      await data("1, -1");
      await validate(t);
      await data("2, 3, -2");
      await expect(validate(t, crashingFiles(step))).rejects.toThrow(Crash);
      const found = await digests(t);
      found.forEach((digest, at) => {
        expect([before[at], after[at]]).toContain(digest);
      });
      seen.add(found.map((digest, at) => (digest === after[at] ? "new" : "old")).join(" "));
      // The next run is not in the way of what a killed one left.
      await validate(t);
      expect(await digests(t)).toEqual(after);
    }
    // The clean file comes last.
    expect([...seen].sort()).toEqual(["new new", "new old", "old old"]);
  });
});
