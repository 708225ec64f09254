import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { modelDigest } from "../../src/registry/model-digest.ts";
import { foldTags, tagEntry } from "../../src/registry/tags.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { allOf, modelSource, oneFile, textOf } from "../support/models.ts";

const open = (t: TestHost) => openRegistry("file:registry", t.host, { allowEphemeral: false });

describe("the digest of a model", () => {
  const a = { path: "a", size: 1, digest: digestOf("a") };
  const b = { path: "b", size: 1, digest: digestOf("b") };

  test("is the one file's own, and of several does not depend on their order", () => {
    expect(modelDigest([a])).toBe(a.digest);
    expect(modelDigest([{ ...a, path: "other" }])).toBe(a.digest);
    expect(modelDigest([a, b])).toBe(modelDigest([b, a]));
    expect(modelDigest([a, b])).toBe(
      digestOf(`[{"digest":"${a.digest}","path":"a","size":1},{"digest":"${b.digest}","path":"b","size":1}]`),
    );
  });

  test("changes with every path, size and content", () => {
    const digests = [
      [a, b],
      [a, { ...b, path: "c" }],
      [a, { ...b, size: 2 }],
      [a, { ...b, digest: a.digest }],
    ];
    expect(new Set(digests.map(modelDigest)).size).toBe(4);
  });
});

test("the last entry of a tag counts, and entries of another shape are passed over", () => {
  const entries = [
    tagEntry("a", "1", "", "ada"),
    null,
    { key: "a" },
    tagEntry("b", "x", "", "ada"),
    tagEntry("a", "2", "", "bo"),
  ];
  expect(foldTags(entries)).toEqual({ a: "2", b: "x" });
});

describe("the folder of a file registry", () => {
  test("reading makes nothing, and the first write marks it with its format", async () => {
    await using t = await testHost();
    const registry = await open(t);
    await registry.versions("churn");
    expect(await readdir(t.cwd)).not.toContain("registry");
    await registry.register("churn", oneFile("a"));
    expect(await readFile(`${t.cwd}/registry/format.json`, "utf8")).toBe('{"format":"titleholder/registry/v1"}\n');
  });

  test("a newer format is refused with what to upgrade, for reading and for writing", async () => {
    await using t = await testHost({ files: { "registry/format.json": '{"format":"titleholder/registry/v2"}' } });
    const refusal = { code: "TH_REGISTRY_FORMAT", kind: "configuration", fix: expect.stringContaining("upgrade") };
    await expect((await open(t)).versions("churn")).rejects.toMatchObject(refusal);
    await expect((await open(t)).register("churn", oneFile("a"))).rejects.toMatchObject(refusal);
    await expect((await open(t)).alias("churn", "champion")).rejects.toMatchObject(refusal);
    await expect(allOf((await open(t)).entries("budget"))).rejects.toMatchObject(refusal);
  });

  test("a folder with other things in it is not taken over; hidden files do no harm", async () => {
    await using t = await testHost({ files: { "registry/readme.txt": "mine" } });
    await expect((await open(t)).register("churn", oneFile("a"))).rejects.toMatchObject({
      code: "TH_REGISTRY_LOCATION",
    });
    expect(await readdir(`${t.cwd}/registry`)).toEqual(["readme.txt"]);
    await using u = await testHost({ files: { "registry/.gitkeep": "" } });
    expect((await (await open(u)).register("churn", oneFile("a"))).version).toBe(1);
  });

  test("a file in its place is refused", async () => {
    await using t = await testHost({ files: { registry: "a file" } });
    await expect((await open(t)).versions("churn")).rejects.toMatchObject({ code: "TH_REGISTRY_LOCATION" });
  });
});

describe("damage is found and named, never read over", () => {
  const blobOf = (t: TestHost, content: string) => {
    const hex = digestOf(content).slice(7);
    return `${t.cwd}/registry/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
  };
  const corrupt = (file: RegExp) => ({
    kind: "backend",
    code: "TH_REGISTRY_CORRUPT",
    place: { file: expect.stringMatching(file) },
  });

  test("changed and lost bytes of a model", async () => {
    await using t = await testHost();
    const version = await (await open(t)).register("churn", modelSource({ "a.bin": "aaaa", "b.bin": "bbbb" }));
    await writeFile(blobOf(t, "aaaa"), "aaab");
    await rm(blobOf(t, "bbbb"));
    const registry = await open(t);
    await expect(textOf(registry.read(version, "a.bin"))).rejects.toMatchObject(corrupt(/^registry\/blobs\//));
    await expect(textOf(registry.read(version, "b.bin"))).rejects.toMatchObject(corrupt(/^registry\/blobs\//));
  });

  test("registering again mends lost bytes, and refuses to rest on changed ones", async () => {
    await using t = await testHost();
    const version = await (await open(t)).register("churn", oneFile("aaaa"));
    await rm(blobOf(t, "aaaa"));
    expect(await (await open(t)).register("churn", oneFile("aaaa"))).toEqual(version);
    expect(await textOf((await open(t)).read(version, "model.onnx"))).toBe("aaaa");
    await writeFile(blobOf(t, "aaaa"), "aaab");
    await expect((await open(t)).register("churn", oneFile("aaaa"))).rejects.toMatchObject(corrupt(/blobs/));
  });

  test.each([
    ["half of it", (text: string) => text.slice(0, text.length / 2)],
    ["another digest", (text: string) => text.replace(digestOf("a"), digestOf("b"))],
    ["another number", (text: string) => text.replace('"version":1', '"version":2')],
    ["a path out of the folder", (text: string) => text.replace("model.onnx", "../model.onnx")],
  ])("an entry with %s", async (_name, edit) => {
    await using t = await testHost();
    await (await open(t)).register("churn", oneFile("a"));
    const entry = `${t.cwd}/registry/models/churn/versions/00000001.json`;
    await writeFile(entry, edit(await readFile(entry, "utf8")));
    await expect((await open(t)).version("churn", 1)).rejects.toMatchObject(corrupt(/models\/churn\/versions/));
  });

  test("a gap in a stream", async () => {
    await using t = await testHost();
    const registry = await open(t);
    for (let seq = 0; seq < 3; seq++) await registry.append("journal", seq, seq);
    await rm(`${t.cwd}/registry/streams/journal@/00000002.json`);
    await expect(allOf(registry.entries("journal"))).rejects.toMatchObject(corrupt(/00000002\.json$/));
    await expect(registry.append("journal", 3, 3)).rejects.toMatchObject(corrupt(/00000002\.json$/));
  });
});

test("what a desktop leaves in the folders is passed over", async () => {
  await using t = await testHost();
  const registry = await open(t);
  const version = await registry.register("churn", oneFile("a"));
  for (const folder of ["versions", "evidence/00000001"]) {
    await mkdir(`${t.cwd}/registry/models/churn/${folder}`, { recursive: true });
    await writeFile(`${t.cwd}/registry/models/churn/${folder}/.DS_Store`, "x");
  }
  expect(await (await open(t)).versions("churn")).toEqual([version]);
  expect(await registry.evidence(version)).toEqual([]);
});
