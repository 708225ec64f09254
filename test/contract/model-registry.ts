import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import type { EvidenceStatement } from "../../src/lineage/lineage.ts";
import type { AliasMove, ModelRegistry } from "../../src/registry/registry.ts";
import { allOf, modelSource, oneFile, textOf } from "../support/models.ts";

export interface OpenedRegistry extends AsyncDisposable {
  readonly registry: ModelRegistry;
  /** The same registry as another run sees it. */
  again(): Promise<ModelRegistry>;
}

const move = (alias: string, from: number | null, to: number | null, run?: string): Omit<AliasMove, "seq"> => ({
  alias,
  from,
  to,
  at: "2026-01-31T12:00:00.000Z",
  actor: "ada",
  reason: "a test",
  ...(run === undefined ? {} : { run }),
});

function statement(report: Uint8Array, command = "train"): EvidenceStatement {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "model", digest: { sha256: digestOf("m").slice(7) } }],
    predicateType: `https://titleholder.dev/${command}/v1`,
    predicate: {
      command,
      verdict: "pass",
      report: digestOf(report),
      result: digestOf("result"),
      materials: [{ name: "data.csv", kind: "data", digest: digestOf("data") }],
      finished: "2026-01-31T12:00:00.000Z",
    },
  };
}

/** What every backend of `ModelRegistry` keeps to. */
export function modelRegistryContract(backend: string, open: () => Promise<OpenedRegistry>): void {
  describe(`model registry ${backend}: versions`, () => {
    test("what was never registered is undefined or empty", async () => {
      await using opened = await open();
      const { registry } = opened;
      expect(await registry.version("churn", 1)).toBeUndefined();
      expect(await registry.version("churn", "@champion")).toBeUndefined();
      expect(await registry.version("churn", digestOf("a"))).toBeUndefined();
      expect(await registry.versions("churn")).toEqual([]);
      expect(await registry.alias("churn", "champion")).toBeUndefined();
      expect(await allOf(registry.history("churn", "champion"))).toEqual([]);
      expect(await allOf(registry.entries("rollout/churn"))).toEqual([]);
    });

    test("versions count from 1 and hold their bytes, in another run too", async () => {
      await using opened = await open();
      const first = await opened.registry.register("churn", oneFile("weights"));
      const second = await opened.registry.register("churn", modelSource({ "a/model.onnx": "x", "a/b.bin": "y" }));
      expect([first.version, second.version]).toEqual([1, 2]);
      const later = await opened.again();
      expect(await later.version("churn", 1)).toEqual(first);
      expect(await textOf(later.read(first, "model.onnx"))).toBe("weights");
      expect(second.files.map((file) => file.path)).toEqual(["a/b.bin", "a/model.onnx"]);
      expect(await textOf(later.read(second, "a/b.bin"))).toBe("y");
    });

    test("one digest is one version, and the file's name does not matter", async () => {
      await using opened = await open();
      const first = await opened.registry.register("churn", oneFile("weights"));
      await opened.registry.register("churn", oneFile("others"));
      const again = await (await opened.again()).register("churn", modelSource({ "renamed.onnx": "weights" }));
      expect(again).toEqual(first);
      expect(await opened.registry.version("churn", first.digest)).toEqual(first);
      expect((await opened.registry.versions("churn")).map((version) => version.version)).toEqual([1, 2]);
    });

    test("two models do not mix, not even when only the case of their names differs", async () => {
      await using opened = await open();
      await opened.registry.register("churn", oneFile("a"));
      await opened.registry.register("Churn", oneFile("b"));
      expect((await opened.registry.versions("churn")).map((version) => version.digest)).toEqual([digestOf("a")]);
      expect((await opened.registry.versions("Churn")).map((version) => version.digest)).toEqual([digestOf("b")]);
    });

    test("models and standing aliases are listed by name", async () => {
      await using opened = await open();
      const { registry } = opened;
      expect(await registry.models()).toEqual([]);
      expect(await registry.aliases("churn")).toEqual([]);
      for (const name of ["churn", "Churn", "con.v2"]) await registry.register(name, oneFile(name));
      await registry.moveAlias("churn", move("champion", null, 1));
      await registry.moveAlias("churn", move("Nightly", null, 1));
      await registry.moveAlias("churn", move("retired", null, 1));
      await registry.moveAlias("churn", move("retired", 1, null));
      const later = await opened.again();
      expect(await later.models()).toEqual(["Churn", "churn", "con.v2"]);
      expect(await later.aliases("churn")).toEqual(["Nightly", "champion"]);
      expect(await later.aliases("Churn")).toEqual([]);
    });

    test("versions come in pages", async () => {
      await using opened = await open();
      for (let index = 0; index < 5; index++) await opened.registry.register("churn", oneFile(`model ${index}`));
      const numbers = async (after?: number, limit?: number) =>
        (await opened.registry.versions("churn", after, limit)).map((version) => version.version);
      expect(await numbers(0, 2)).toEqual([1, 2]);
      expect(await numbers(2, 2)).toEqual([3, 4]);
      expect(await numbers(4, 2)).toEqual([5]);
      expect(await numbers(5, 2)).toEqual([]);
    });

    test("bytes that are not those declared are refused and leave no version", async () => {
      await using opened = await open();
      const declared = oneFile("weights").get("model.onnx");
      const other = oneFile("changed").get("model.onnx");
      if (declared === undefined || other === undefined) throw new Error("the fixture has one file");
      const source = new Map([["model.onnx", { ...declared, open: other.open }]]);
      await expect(opened.registry.register("churn", source)).rejects.toMatchObject({ code: "TH_MODEL_CHANGED" });
      expect(await opened.registry.versions("churn")).toEqual([]);
    });

    test("names that cannot be written everywhere are refused", async () => {
      await using opened = await open();
      for (const name of ["", "../up", "a/b", "-x", "a@b", "x".repeat(101)]) {
        await expect(opened.registry.register(name, oneFile("a")), name).rejects.toMatchObject({
          code: "TH_MODEL_NAME",
        });
      }
      await opened.registry.register("churn", oneFile("a"));
      for (const alias of ["", "v1", "latest", "a/b", "3"]) {
        await expect(opened.registry.moveAlias("churn", move(alias, null, 1)), alias).rejects.toMatchObject({
          code: "TH_ALIAS_NAME",
        });
      }
    });
  });

  describe(`model registry ${backend}: aliases`, () => {
    test("an alias is its last move, and its history keeps all of them", async () => {
      await using opened = await open();
      const { registry } = opened;
      await registry.register("churn", oneFile("a"));
      await registry.register("churn", oneFile("b"));
      expect(await registry.moveAlias("churn", move("champion", null, 1))).toMatchObject({
        ok: true,
        value: { seq: 1 },
      });
      expect(await registry.moveAlias("churn", move("champion", 1, 2))).toMatchObject({ ok: true, value: { seq: 2 } });
      const later = await opened.again();
      expect(await later.alias("churn", "champion")).toEqual({ ...move("champion", 1, 2), seq: 2 });
      expect((await later.version("churn", "@champion"))?.version).toBe(2);
      expect((await allOf(later.history("churn", "champion"))).map((entry) => entry.to)).toEqual([1, 2]);
      expect(await later.alias("churn", "challenger")).toBeUndefined();
    });

    test("a move from elsewhere than where the alias stands is refused with its last move", async () => {
      await using opened = await open();
      const { registry } = opened;
      await registry.register("churn", oneFile("a"));
      await registry.register("churn", oneFile("b"));
      expect(await registry.moveAlias("churn", move("champion", 2, 1))).toEqual({ ok: false, current: null });
      await registry.moveAlias("churn", move("champion", null, 1));
      const refused = await registry.moveAlias("churn", move("champion", null, 2));
      expect(refused).toMatchObject({ ok: false, current: { seq: 1, to: 1 } });
      expect((await registry.alias("churn", "champion"))?.to).toBe(1);
    });

    test("the same move again is ok and adds nothing; the same places in another run are a new move", async () => {
      await using opened = await open();
      const { registry } = opened;
      await registry.register("churn", oneFile("a"));
      const first = await registry.moveAlias("churn", move("champion", null, 1, "run 1"));
      expect(await registry.moveAlias("churn", move("champion", null, 1, "run 1"))).toEqual(first);
      expect(await registry.moveAlias("churn", move("champion", null, 1, "run 2"))).toMatchObject({ ok: false });
      expect(await allOf(registry.history("churn", "champion"))).toHaveLength(1);
    });

    test("an alias can be cleared and set again", async () => {
      await using opened = await open();
      const { registry } = opened;
      await registry.register("churn", oneFile("a"));
      await registry.moveAlias("churn", move("champion", null, 1));
      expect(await registry.moveAlias("churn", move("champion", 1, null))).toMatchObject({ ok: true });
      expect(await registry.version("churn", "@champion")).toBeUndefined();
      expect(await registry.moveAlias("churn", move("champion", null, 1))).toMatchObject({
        ok: true,
        value: { seq: 3 },
      });
    });

    test("an alias never points at a version that is not there", async () => {
      await using opened = await open();
      await opened.registry.register("churn", oneFile("a"));
      await expect(opened.registry.moveAlias("churn", move("champion", null, 2))).rejects.toMatchObject({
        code: "TH_VERSION_MISSING",
      });
      expect(await opened.registry.alias("churn", "champion")).toBeUndefined();
    });

    test("of moves at the same time from the same place one wins", async () => {
      await using opened = await open();
      for (let index = 0; index < 8; index++) await opened.registry.register("churn", oneFile(`model ${index}`));
      const registries = await Promise.all(Array.from({ length: 8 }, () => opened.again()));
      const results = await Promise.all(
        registries.map((registry, index) =>
          registry.moveAlias("churn", move("champion", null, index + 1, `run ${index}`)),
        ),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      const winner = await opened.registry.alias("churn", "champion");
      for (const result of results) expect(result.ok ? result.value : result.current).toEqual(winner);
    });
  });

  describe(`model registry ${backend}: evidence and streams`, () => {
    test("evidence is a set: attached twice is once, and the report comes back byte for byte", async () => {
      await using opened = await open();
      const version = await opened.registry.register("churn", oneFile("a"));
      const reports = ["one report", "another"].map((text) => new TextEncoder().encode(text));
      for (const report of [...reports, ...reports]) await opened.registry.attach(version, statement(report), report);
      const found = await (await opened.again()).evidence(version);
      expect(found.map(({ report }) => new TextDecoder().decode(report)).sort()).toEqual(["another", "one report"]);
      for (const { statement: attached, report } of found) expect(attached).toEqual(statement(report));
    });

    test("evidence of one version is not another's", async () => {
      await using opened = await open();
      const first = await opened.registry.register("churn", oneFile("a"));
      const second = await opened.registry.register("churn", oneFile("b"));
      const report = new TextEncoder().encode("a report");
      await opened.registry.attach(first, statement(report), report);
      expect(await opened.registry.evidence(second)).toEqual([]);
    });

    test("a stream grows by compare-and-set on its length", async () => {
      await using opened = await open();
      const { registry } = opened;
      expect(await registry.append("rollout/churn", 0, { step: "start" })).toEqual({ ok: true, value: 1 });
      expect(await registry.append("rollout/churn", 0, { step: "late" })).toEqual({ ok: false, current: 1 });
      expect(await registry.append("rollout/churn", 5, { step: "early" })).toEqual({ ok: false, current: 1 });
      expect(await registry.append("rollout/churn", 1, ["any", { json: null }, 1.5])).toEqual({ ok: true, value: 2 });
      const later = await opened.again();
      expect(await allOf(later.entries("rollout/churn"))).toEqual([{ step: "start" }, ["any", { json: null }, 1.5]]);
      expect(await allOf(later.entries("rollout/churn", 1))).toEqual([["any", { json: null }, 1.5]]);
    });

    test("a stream and those below it are apart", async () => {
      await using opened = await open();
      const names = ["budget", "budget/2026", "budget/00000001.json", "Budget", "budget/a b:c/é", "con/nul.x"];
      for (const name of names) await opened.registry.append(name, 0, name);
      for (const name of names) expect(await allOf(opened.registry.entries(name)), name).toEqual([name]);
    });

    test("of writers that append at the same place at the same time one wins", async () => {
      await using opened = await open();
      const registries = await Promise.all(Array.from({ length: 6 }, () => opened.again()));
      const results = await Promise.all(registries.map((registry, index) => registry.append("ledger", 0, index)));
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(await allOf(opened.registry.entries("ledger"))).toEqual([results.findIndex((result) => result.ok)]);
    });
  });
}
