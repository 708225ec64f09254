import { describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { statementOf } from "../../src/lineage/evidence.ts";
import { serializeReport } from "../../src/report/report.ts";
import { fileOf, trainingReport } from "../support/chain-reports.ts";
import { dull, evaluate, good, machine, rows } from "../support/evaluation.ts";
import { TestRepository } from "../support/git.ts";
import { modelSource } from "../support/models.ts";

const both = { challenger: "good.onnx", champion: "dull.onnx" };
const table = "Where the models come from";

describe("rows that a model was trained on", () => {
  const training = rows(2000, 40);
  const report = (model: Uint8Array, name: string, content: string) =>
    fileOf(trainingReport(digestOf(model), { [name]: content }));

  test("a holdout of its own is none of the challenger's training data, and the report says so", async () => {
    await using at = await machine({
      "train.csv": training,
      ".titleholder/train/report.json": report(good, "train.csv", training),
    });
    const { check, findings } = await evaluate(at, both);
    expect(check("training-overlap-challenger")).toMatchObject({ verdict: "pass", observed: 0, n: 1500 });
    const shown = findings.tables.find(({ title }) => title === table);
    expect(shown?.columns).toEqual(["", "challenger", "champion"]);
    expect(shown?.rows.at(-1)).toEqual([
      "rows here that it was trained on",
      "none of 1500",
      "not checked: no report of its training is at hand",
    ]);
    expect(check("training-overlap-champion")).toBeUndefined();
  });

  test("a file that both were made of, or rows copied into the training data, fail for the challenger and warn for the champion", async () => {
    const holdout = rows(1500, 1);
    const leaking = `${training}${holdout.split("\n").slice(1, 301).join("\n")}\n`;
    await using at = await machine({
      "train.csv": leaking,
      ".titleholder/one/report.json": report(good, "train.csv", leaking),
      ".titleholder/two/report.json": report(dull, "test.csv", holdout),
    });
    const { check } = await evaluate(at, both);
    expect(check("training-overlap-challenger")).toMatchObject({ verdict: "fail", observed: 300, n: 1500 });
    expect(check("training-overlap-champion")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("test.csv is among the files"),
    });
    const turned = await evaluate(at, { challenger: "dull.onnx", champion: "good.onnx" });
    expect(turned.check("training-overlap-challenger")?.verdict).toBe("fail");
    expect(turned.check("training-overlap-champion")?.verdict).toBe("warn");
    const asked = await evaluate(at, { ...both, trainingOverlap: false });
    expect(asked.check("training-overlap-challenger")).toBeUndefined();
  });

  test("where predictions are at hand and no model, rows are compared by all that does not name them", async () => {
    const predictions = (rows(1500, 1).match(/^\d+(?=,)/gm) ?? []).map((id) => `${id},${Number(id) % 2}`).join("\n");
    const content = `id,prediction\n${predictions}\n`;
    const leaking = `${training}${rows(1500, 1).split("\n").slice(1, 101).join("\n")}\n`;
    await using at = await machine({
      "new.csv": content,
      "old.csv": content.replace(",0", ",1"),
      "train.csv": leaking,
      ".titleholder/one/report.json": report(new TextEncoder().encode(content), "train.csv", leaking),
    });
    const { check } = await evaluate(at, {
      challenger: "new.csv",
      champion: "old.csv",
      key: ["id"],
      metrics: ["accuracy"],
    });
    expect(check("training-overlap-challenger")).toMatchObject({ verdict: "fail", observed: 100, n: 1500 });
  });

  test("coarse columns repeat by chance, which is no leak", async () => {
    const coarse = (count: number, seed: number) =>
      rows(count, seed).replace(/^(\d+),(-?\d+)\.(\d)\d*,(-?\d+)\.(\d)\d*,/gm, "$1,$2.0,$4.0,");
    const content = coarse(2000, 40);
    await using at = await machine({
      "test.csv": coarse(1500, 1),
      "train.csv": content,
      ".titleholder/one/report.json": report(good, "train.csv", content),
    });
    const { check } = await evaluate(at, both);
    expect(check("training-overlap-challenger")).toMatchObject({ verdict: "pass" });
    expect(check("training-overlap-challenger")?.observed).toBeGreaterThan(1000);
  });

  test("training data that is gone, another file now, or without these columns is said not to be checked", async () => {
    const cases = [
      [{}, "train.csv, which it was trained on, is not here"],
      [{ "train.csv": rows(10, 3) }, "train.csv, which it was trained on, is another file now"],
    ] as const;
    for (const [files, told] of cases) {
      await using at = await machine({ ".titleholder/one/report.json": report(good, "train.csv", training), ...files });
      const { findings } = await evaluate(at, both);
      expect(JSON.stringify(findings.tables)).toContain(`not checked: ${told}`);
    }
    const other = "a,b\n1,2\n";
    await using at = await machine({ "t.csv": other, ".titleholder/one/report.json": report(good, "t.csv", other) });
    const { findings, check } = await evaluate(at, both);
    expect(JSON.stringify(findings.tables)).toContain("its training data has none of the features");
    expect(check("training-overlap-challenger")).toBeUndefined();
  });
});

describe("the champion's age and code", () => {
  test("a champion older than max-age is a stale baseline", async () => {
    await using at = await machine();
    const finished = new Date(at.host.now().getTime() - 100 * 86_400_000).toISOString();
    await at.host.files.replace(
      `${at.cwd}/.titleholder/one/report.json`,
      new TextEncoder().encode(fileOf(trainingReport(digestOf(dull), { "t.csv": "a\n1\n" }, { finished }))),
    );
    expect((await evaluate(at, { ...both, maxAge: "90d" })).check("champion-age")).toMatchObject({
      verdict: "warn",
      message: expect.stringMatching(/stale baseline: the champion was trained 100 d ago, and max-age is 90 d/),
    });
    expect((await evaluate(at, { ...both, maxAge: "101d" })).check("champion-age")?.verdict).toBe("pass");
    expect((await evaluate(at, both)).check("champion-age")).toBeUndefined();
    const turned = await evaluate(at, { challenger: "dull.onnx", champion: "good.onnx", maxAge: "1d" });
    expect(turned.check("champion-age")?.verdict).toBe("unchecked");
    await expect(evaluate(at, { ...both, maxAge: "soon" })).rejects.toMatchObject({ code: "TH_DURATION" });
  });

  test("a champion whose code is not part of this branch is a stale baseline", async () => {
    await using at = await machine();
    const repository = new TestRepository(at.cwd);
    const first = repository.commit();
    const finished = new Date(at.host.now().getTime() - 1000).toISOString();
    const says = (commit: string) =>
      at.host.files.replace(
        `${at.cwd}/.titleholder/one/report.json`,
        new TextEncoder().encode(
          fileOf(trainingReport(digestOf(dull), { "t.csv": "a\n1\n" }, { finished, code: { commit, dirty: false } })),
        ),
      );
    await says(first);
    expect((await evaluate(at, both)).check("champion-code")?.verdict).toBe("pass");
    repository.git("checkout", "--quiet", "-b", "side");
    const side = repository.commit({ "side.txt": "1" });
    repository.git("checkout", "--quiet", "main");
    await says(side);
    expect((await evaluate(at, both)).check("champion-code")).toMatchObject({
      verdict: "warn",
      message: expect.stringContaining("not part of this work's history"),
    });
    await says("f".repeat(40));
    const unknown = await evaluate(at, both);
    expect(unknown.check("champion-code")).toBeUndefined();
    expect(JSON.stringify(unknown.findings.tables)).toContain("cannot be told");
  });

  test("a registered champion brings its own evidence, and its registration's date", async () => {
    await using at = await machine();
    const registry = await openRegistry(undefined, at.host, { allowEphemeral: false });
    const version = await registry.register("m", modelSource({ "model.onnx": dull }));
    await registry.moveAlias("m", {
      alias: "champion",
      from: null,
      to: version.version,
      at: at.host.now().toISOString(),
      actor: "ada",
      reason: "first",
    });
    const report = trainingReport(digestOf(dull), { "test.csv": rows(1500, 1) });
    const { bytes, digest } = serializeReport(report);
    const given = { challenger: "good.onnx", champion: "registry:m@champion", maxAge: "1d" };
    expect((await evaluate(at, given)).check("champion-age")).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("registered just now"),
    });
    await registry.attach(version, statementOf(report, digest), bytes);
    const { check } = await evaluate(at, given);
    expect(check("training-overlap-champion")?.verdict).toBe("warn");
    expect(check("champion-age")?.verdict).toBe("warn");
  });
});
