import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { countLook, readLooks } from "../../src/commands/holdout-ledger.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { intentSchema, type LookIntent, ledgerOf, nextLook } from "../../src/evaluation/ledger.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { configurationError } from "../../src/kernel/error.ts";
import { type TestHost, testHost } from "../support/host.ts";

const holdout = { model: "churn", name: "test.csv" };
const registryOf = (t: TestHost) => openRegistry(undefined, t.host, { allowEphemeral: false });

function intent(name: string, alpha = 0.0025): LookIntent {
  return intentSchema.parse({
    format: "titleholder/holdout-look/v1",
    key: digestOf(name),
    holdout,
    alike: [],
    challenger: digestOf(name),
    champion: null,
    rule: digestOf("rule"),
    alpha,
    total: 0.05,
    budget: 20,
    protected: false,
    sketches: [{ columns: ["x"], key: [], rows: 0, digest: digestOf("") }],
  });
}

async function take(t: TestHost, name: string) {
  return countLook(
    await registryOf(t),
    digestOf(name),
    async (looks) => {
      const next = nextLook(ledgerOf(looks, [holdout]), 0.05, 20);
      if (next === undefined) throw configurationError("TH_HOLDOUT_SPENT", "spent", "rotate it");
      return intent(name, next.alpha);
    },
    t.host,
    true,
  );
}

const worker = join(import.meta.dirname, "../support/holdout-ledger-worker.ts");

const run = promisify(execFile);

/** What processes of their own made of their looks, all at once. */
function processes(cwd: string, names: readonly string[], uid?: number): Promise<readonly string[]> {
  const options = uid === undefined ? {} : { uid };
  return Promise.all(
    names.map(async (name) => (await run(process.execPath, [worker, cwd, name], options)).stdout.trim()),
  );
}

describe("looks that are counted at the same time", () => {
  test("20 at once spend the whole budget, and the next finds nothing left", async () => {
    await using t = await testHost();
    const found = await Promise.all(Array.from({ length: 20 }, (_, at) => take(t, `challenger ${at}`)));
    expect(found.map(({ before }) => before.length).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, at) => at),
    );
    const looks = await readLooks(await registryOf(t));
    expect(ledgerOf(looks, [holdout])).toMatchObject({ spent: expect.closeTo(0.05, 12) });
    await expect(take(t, "one more")).rejects.toMatchObject({ code: "TH_HOLDOUT_SPENT" });
  });

  test("30 at once for 20 looks: 20 are counted and 10 refused", async () => {
    await using t = await testHost();
    const found = await Promise.allSettled(Array.from({ length: 30 }, (_, at) => take(t, `challenger ${at}`)));
    expect(found.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
    expect(await readLooks(await registryOf(t))).toHaveLength(20);
  });

  test("the same one 20 times at once is counted once", async () => {
    await using t = await testHost();
    const found = await Promise.all(Array.from({ length: 20 }, () => take(t, "challenger")));
    expect(found.filter(({ state }) => state === "counted")).toHaveLength(1);
    expect(new Set(found.map(({ look }) => look.alpha))).toEqual(new Set([0.0025]));
    expect(await readLooks(await registryOf(t))).toHaveLength(1);
  });

  test("by processes of their own: one look each, and one of two that are the same", async () => {
    await using t = await testHost();
    const names = ["a", "a", "b", "c", "c", "d"];
    const states = await processes(t.cwd, names);
    const looks = await readLooks(await registryOf(t));
    expect(looks.map(({ challenger }) => challenger).sort()).toEqual(
      ["a", "b", "c", "d"].map((name) => digestOf(name)).sort(),
    );
    expect(states.filter((state) => state === "counted")).toHaveLength(4);
    expect(states.filter((state) => state === "again")).toHaveLength(2);
  }, 60_000);
});

describe("a look that nobody reported", () => {
  test("stays spent, and is free when the run is made again", async () => {
    await using t = await testHost();
    const first = await take(t, "challenger");
    await take(t, "another");
    const again = await take(t, "challenger");
    expect(again).toMatchObject({ state: "again", before: [], look: { alpha: first.look.alpha } });
    expect(await readLooks(await registryOf(t))).toHaveLength(2);
  });
});

describe("a registry that this account may not write", () => {
  test("leaves the look as an intent", async () => {
    await using t = await testHost();
    await take(t, "challenger");
    const root = process.getuid?.() === 0;
    const folders = [".", ".titleholder", ".titleholder/registry", ".titleholder/registry/streams/holdout/ledger@"];
    for (const folder of folders) await chmod(join(t.cwd, folder), 0o555);
    try {
      // Whoever may do everything works as nobody.
      expect(await processes(t.cwd, ["challenger", "another"], root ? 65_534 : undefined)).toEqual([
        "again",
        "intended",
      ]);
    } finally {
      for (const folder of folders) await chmod(join(t.cwd, folder), 0o755);
    }
    expect(await readLooks(await registryOf(t))).toHaveLength(1);
  });
});
