import { describe, expect, test } from "vitest";
import { locateModel, readModel } from "../../src/commands/model-reference.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { modelDigest } from "../../src/registry/model-digest.ts";
import { parseModelReference, parseRef } from "../../src/registry/names.ts";
import { testHost } from "../support/host.ts";
import { modelSource, oneFile } from "../support/models.ts";

const hosted: CiContext = {
  provider: "github",
  repository: "acme/churn",
  workflow: "gate",
  job: "model",
  runId: "7",
  attempt: 1,
  sha: "a".repeat(40),
  ref: "refs/heads/main",
  actor: "ada",
  event: "push",
  fromFork: false,
  runner: "github-hosted",
};

describe("references to registered models", () => {
  test.each([
    ["registry:churn", { name: "churn", ref: "@champion" }],
    ["registry:churn@challenger", { name: "churn", ref: "@challenger" }],
    ["registry:churn@3", { name: "churn", ref: 3 }],
    ["registry:churn@v3", { name: "churn", ref: 3 }],
    ["registry:prod/churn@champion", { environment: "prod", name: "churn", ref: "@champion" }],
  ])("%s", (text, reference) => {
    expect(parseModelReference(text, { input: "champion" })).toEqual(reference);
  });

  test.each([
    ["registry:", "TH_REFERENCE_SYNTAX"],
    ["registry:a/b/c", "TH_REFERENCE_SYNTAX"],
    ["registry:churn@", "TH_REFERENCE_SYNTAX"],
    ["registry:churn@a@b", "TH_REFERENCE_SYNTAX"],
    ["registry:-churn", "TH_MODEL_NAME"],
    ["registry:churn@0", "TH_VERSION_NUMBER"],
    ["registry:churn@99999999999999999999", "TH_VERSION_NUMBER"],
    ["registry:churn@latest", "TH_ALIAS_NAME"],
    ["registry:churn@a b", "TH_ALIAS_NAME"],
  ])("%s is refused with %s", (text, code) => {
    expect(() => parseModelReference(text, { input: "champion" })).toThrow(
      expect.objectContaining({ code, kind: "configuration", place: { input: "champion" } }),
    );
  });

  test("an alias may be written with its @", () => {
    expect(parseRef("@champion", {})).toBe("@champion");
  });
});

describe("addresses of registries", () => {
  test.each([
    ["", "write file:DIR for a directory"],
    ["./models", "write file:./models for a directory"],
    ["file:", "write what follows file:, as in file:.titleholder/registry"],
    ["files:models", 'did you mean "file"?'],
    ["constructor:x", "write one of: file"],
  ])('"%s" is refused', async (address, fix) => {
    await using t = await testHost();
    await expect(openRegistry(address, t.host, { allowEphemeral: false })).rejects.toMatchObject({
      code: "TH_REGISTRY_ADDRESS",
      fix,
      place: { input: "registry" },
    });
  });

  test("a directory on a GitHub-hosted runner is refused unless that is wanted", async () => {
    await using t = await testHost({ ci: hosted });
    await expect(openRegistry(undefined, t.host, { allowEphemeral: false })).rejects.toMatchObject({
      code: "TH_REGISTRY_EPHEMERAL",
    });
    expect((await openRegistry(undefined, t.host, { allowEphemeral: true })).address).toBe(
      "file:.titleholder/registry",
    );
    await using own = await testHost({ ci: { ...hosted, runner: "self-hosted" } });
    await openRegistry(undefined, own.host, { allowEphemeral: false });
  });

  test("an absolute address below the working directory is shown relative", async () => {
    await using t = await testHost();
    const registry = await openRegistry(`file:${t.cwd}/deep/registry`, t.host, { allowEphemeral: false });
    expect(registry.address).toBe("file:deep/registry");
  });
});

describe("locating a model", () => {
  const options = { input: "challenger", allowEphemeral: false };

  test("a file by its digest, whatever its kind", async () => {
    await using t = await testHost({ files: { "out/model.pkl": "pickle" } });
    expect(await locateModel("out/model.pkl", t.host, t.project, options)).toEqual({
      path: `${t.cwd}/out/model.pkl`,
      digest: digestOf("pickle"),
      name: "model.pkl",
      reference: "out/model.pkl",
    });
  });

  test("a folder by the digests of all its files, hidden ones too", async () => {
    await using t = await testHost({ files: { "out/a/w.bin": "w", "out/model.json": "{}", "out/.config": "c" } });
    const files = [".config", "a/w.bin", "model.json"];
    const contents = ["c", "w", "{}"];
    const listed = files.map((path, index) => {
      const content = contents[index] ?? "";
      return { path, size: content.length, digest: digestOf(content) };
    });
    const located = await locateModel(`${t.cwd}/out`, t.host, t.project, options);
    expect(located?.digest).toBe(modelDigest(listed));
    expect([...(await readModel(`${t.cwd}/out`, t.host, "model-path")).files.keys()].sort()).toEqual(files);
  });

  test("what is not there, is empty, or leads in a circle is named", async () => {
    await using t = await testHost({ files: { "out/model.onnx": "x", "out/nothing.onnx": "" } });
    const code = (path: string) => locateModel(path, t.host, t.project, options).catch((error: unknown) => error);
    expect(await code("out/modle.onnx")).toMatchObject({ code: "TH_MODEL_MISSING", fix: 'did you mean "model.onnx"?' });
    expect(await code("out/nothing.onnx")).toMatchObject({ code: "TH_MODEL_EMPTY" });
    await t.write("odd/a:b", "x");
    expect(await code("odd")).toMatchObject({ code: "TH_MODEL_PATH", place: { file: "odd/a:b" } });
    const { mkdir, symlink } = await import("node:fs/promises");
    await mkdir(`${t.cwd}/empty`);
    expect(await code("empty")).toMatchObject({ code: "TH_MODEL_EMPTY" });
    await t.write("circle/model", "x");
    await symlink(`${t.cwd}/circle`, `${t.cwd}/circle/again`);
    expect(await code("circle")).toMatchObject({ code: expect.stringMatching(/^TH_(MODEL_PATH|FILE_UNREADABLE)$/) });
  });

  test("a registered version is copied to the private folder, verified", async () => {
    await using t = await testHost();
    const registry = await openRegistry(undefined, t.host, options);
    const version = await registry.register("churn", oneFile("weights"));
    await registry.moveAlias("churn", { alias: "champion", from: null, to: 1, at: "", actor: "ada", reason: "test" });
    const located = await locateModel("registry:churn", t.host, t.project, options);
    expect(located).toMatchObject({ name: "churn", digest: version.digest, reference: "registry:churn@1", version });
    expect(located?.path.startsWith(t.host.scratch)).toBe(true);
    expect(Buffer.from((await t.host.files.read(located?.path ?? "")) ?? []).toString()).toBe("weights");
    expect(await locateModel("registry:churn@1", t.host, t.project, options)).toEqual({
      ...located,
      evidence: expect.any(Function),
    });
  });

  test("a version of several files becomes a folder", async () => {
    await using t = await testHost();
    const registry = await openRegistry(undefined, t.host, options);
    const version = await registry.register("churn", modelSource({ "model.onnx": "graph", "data/weights": "w" }));
    const located = await locateModel("registry:churn@1", t.host, t.project, options);
    expect((await readModel(located?.path ?? "", t.host, "x")).digest).toBe(version.digest);
  });

  test("an alias or version that is not there is undefined; an environment that is not there is an error", async () => {
    await using t = await testHost({ environments: { prod: { registry: "file:prod" } } });
    expect(await locateModel("registry:churn", t.host, t.project, options)).toBeUndefined();
    expect(await locateModel("registry:prod/churn@7", t.host, t.project, options)).toBeUndefined();
    await expect(locateModel("registry:prd/churn", t.host, t.project, options)).rejects.toMatchObject({
      code: "TH_ENVIRONMENT_UNKNOWN",
      fix: expect.stringContaining('did you mean "prod"?'),
    });
  });

  test("an environment's own registry is asked", async () => {
    await using t = await testHost({ environments: { prod: { registry: "file:prod" } } });
    await (await openRegistry("file:prod", t.host, options)).register("churn", oneFile("in prod"));
    const located = await locateModel("registry:prod/churn@1", t.host, t.project, { ...options, registry: "file:dev" });
    expect(located?.digest).toBe(digestOf("in prod"));
  });
});
