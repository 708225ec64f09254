import { execFile } from "node:child_process";
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeFiles } from "../../src/hosts/files.ts";
import { allOf } from "../support/models.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "titleholder-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const at = (...parts: string[]) => join(folder, ...parts);

describe("reading", () => {
  test("a file comes whole or in chunks, and a missing one is undefined", async () => {
    const files = nodeFiles();
    await writeFile(at("big"), Buffer.alloc(600_000, 7));
    expect((await files.read(at("big")))?.byteLength).toBe(600_000);
    const chunks = await allOf(files.stream(at("big")));
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.concat(chunks).equals(Buffer.alloc(600_000, 7))).toBe(true);
    expect(await files.read(at("none"))).toBeUndefined();
    expect(await files.read(at("big", "below"))).toBeUndefined();
    await expect(allOf(files.stream(at("none")))).rejects.toMatchObject({ code: "TH_FILE_MISSING" });
  });

  test("a directory where a file should be is named, with a path relative to the working directory", async () => {
    const files = nodeFiles({ cwd: folder });
    await mkdir(at("data", "folder"), { recursive: true });
    const refusal = { kind: "configuration", code: "TH_FILE_UNREADABLE", place: { file: "data/folder" } };
    await expect(files.read(at("data", "folder"))).rejects.toMatchObject(refusal);
    await expect(allOf(files.stream(at("data", "folder")))).rejects.toMatchObject(refusal);
    await expect(files.read(at("data", "folder"))).rejects.toThrow("data/folder cannot be read: it is a directory");
  });

  test("a device is neither read nor waited for", async () => {
    await expect(nodeFiles().read("/dev/zero")).rejects.toMatchObject({ code: "TH_FILE_UNREADABLE" });
  });

  test("a circle of links is an error, not a wait", async () => {
    await symlink(at("b"), at("a"));
    await symlink(at("a"), at("b"));
    await expect(nodeFiles().facts(at("a"))).rejects.toMatchObject({ code: "TH_FILE_UNREADABLE" });
  });

  test("facts tell files, folders and other things apart and follow links", async () => {
    const files = nodeFiles();
    await writeFile(at("file"), "12345");
    await symlink(at("file"), at("link"));
    expect(await files.facts(at("file"))).toMatchObject({ kind: "file", size: 5 });
    expect(await files.facts(at("link"))).toMatchObject({ kind: "file", size: 5 });
    expect(await files.facts(folder)).toMatchObject({ kind: "directory", size: 0 });
    expect(await files.facts("/dev/null")).toMatchObject({ kind: "other", size: 0 });
    expect(await files.facts(at("none"))).toBeUndefined();
  });

  test("a listing is sorted by code unit and empty for a folder that is not there", async () => {
    for (const name of ["b", "a", "B", "ä", "10", "9"]) await writeFile(at(name), "");
    expect(await nodeFiles().list(folder)).toEqual(["10", "9", "B", "a", "b", "ä"]);
    expect(await nodeFiles().list(at("none"))).toEqual([]);
    await expect(nodeFiles().list(at("a"))).rejects.toMatchObject({ code: "TH_FILE_UNREADABLE" });
  });
});

describe("globs", () => {
  beforeEach(async () => {
    for (const path of ["a/1.csv", "a/deep/2.csv", "b/3.csv", "b/3.txt", ".hidden/4.csv", "odd[1].csv"]) {
      await mkdir(join(folder, path, ".."), { recursive: true });
      await writeFile(at(path), path);
    }
    await mkdir(at("folder.csv"));
  });
  const matches = async (pattern: string) =>
    (await nodeFiles().glob(pattern, folder)).map((path) => path.slice(folder.length + 1));

  test("regular files that match, sorted, folders and hidden ones left out unless they are named", async () => {
    expect(await matches("**/*.csv")).toEqual(["a/1.csv", "a/deep/2.csv", "b/3.csv", "odd[1].csv"]);
    expect(await matches("{a,b}/?.csv")).toEqual(["a/1.csv", "b/3.csv"]);
    expect(await matches("b/3.[ct]*")).toEqual(["b/3.csv", "b/3.txt"]);
    expect(await matches(".hidden/*")).toEqual([".hidden/4.csv"]);
    expect(await matches("none/**")).toEqual([]);
  });

  test("an absolute pattern means the same", async () => {
    expect(await matches(`${folder}/b/*.csv`)).toEqual(["b/3.csv"]);
  });

  test("a plain path is its own match, also when it looks like a pattern", async () => {
    expect(await matches("a/1.csv")).toEqual(["a/1.csv"]);
    expect(await matches("odd[1].csv")).toEqual(["odd[1].csv"]);
    expect(await matches("folder.csv")).toEqual([]);
    expect(await matches("none.csv")).toEqual([]);
  });

  test("linked files match, linked folders are not walked into", async () => {
    await symlink(at("b/3.csv"), at("a/linked.csv"));
    await symlink(folder, at("a/circle"));
    expect(await matches("a/**/*.csv")).toEqual(["a/1.csv", "a/deep/2.csv", "a/linked.csv"]);
  });
});

describe("writing", () => {
  test("exclusive creation makes the folders, writes once, and says who was first", async () => {
    const files = nodeFiles();
    expect(await files.createExclusive(at("x/y/slot"), bytes("first"))).toBe(true);
    expect(await files.createExclusive(at("x/y/slot"), bytes("second"))).toBe(false);
    expect(await readFile(at("x/y/slot"), "utf8")).toBe("first");
    expect(await readdir(at("x/y"))).toEqual(["slot"]);
  });

  test("what is neither a file nor a folder is not replaced, as an administrator's run could /dev/null", async () => {
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await symlink(at("pipe"), at("link"));
    for (const name of ["pipe", "link"]) {
      await expect(nodeFiles().replace(at(name), bytes("text"))).rejects.toMatchObject({ code: "TH_FILE_UNWRITABLE" });
    }
    expect((await stat(at("pipe"))).isFIFO()).toBe(true);
    expect((await readdir(folder)).toSorted()).toEqual(["link", "pipe"]);
  });

  test("of many writers at once exactly one creates the file", async () => {
    const files = nodeFiles();
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, index) => files.createExclusive(at("slot"), bytes(`writer ${index}`))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await readFile(at("slot"), "utf8")).toBe(`writer ${won.indexOf(true)}`);
    expect(await readdir(folder)).toEqual(["slot"]);
  });

  test("a stream is written in chunks; one that fails leaves nothing", async () => {
    const files = nodeFiles();
    async function* chunks(fail: boolean) {
      yield bytes("one ");
      if (fail) throw new Error("the source ended early");
      yield bytes("two");
    }
    await expect(files.createExclusive(at("slot"), chunks(true))).rejects.toThrow("the source ended early");
    expect(await readdir(folder)).toEqual([]);
    expect(await files.createExclusive(at("slot"), chunks(false))).toBe(true);
    expect(await readFile(at("slot"), "utf8")).toBe("one two");
  });

  test("a replaced file changes at once, and what was opened before keeps the old bytes", async () => {
    const files = nodeFiles();
    await files.replace(at("report"), bytes("old"));
    await link(at("report"), at("kept"));
    await files.replace(at("report"), bytes("new"));
    expect(await readFile(at("report"), "utf8")).toBe("new");
    expect(await readFile(at("kept"), "utf8")).toBe("old");
  });

  test("a private file is closed to others from its first byte, whatever stood there", async () => {
    const modes: number[] = [];
    const files = nodeFiles({
      onStep: async (step, { temp }) => {
        if (step === "temp-made") modes.push((await stat(temp)).mode & 0o777);
      },
    });
    await writeFile(at("secret"), "open", { mode: 0o644 });
    await files.replace(at("secret"), bytes("closed"), { private: true });
    expect(modes).toEqual([0o600]);
    expect((await stat(at("secret"))).mode & 0o777).toBe(0o600);
  });

  test("facts say whether another account may come in", async () => {
    const files = nodeFiles();
    await mkdir(at("mine"), { mode: 0o700 });
    expect(await files.facts(at("mine"))).toMatchObject({ private: true });
    for (const mode of [0o710, 0o704, 0o755]) {
      await chmod(at("mine"), mode);
      expect(await files.facts(at("mine"))).toMatchObject({ private: false });
    }
  });

  test("a private folder is open to its owner alone", async () => {
    await nodeFiles().makeDirectory(at("scratch/inner"));
    expect((await stat(at("scratch/inner"))).mode & 0o777).toBe(0o700);
    await nodeFiles().makeDirectory(at("scratch/inner"));
  });

  test("a directory in the file's place, or a file in the folder's place, is named with a fix", async () => {
    const files = nodeFiles({ cwd: folder });
    await mkdir(at("folder"));
    await writeFile(at("file"), "x");
    await expect(files.replace(at("folder"), bytes("x"))).rejects.toMatchObject({
      code: "TH_FILE_UNWRITABLE",
      message: "folder cannot be written: it is a directory",
    });
    await expect(files.replace(at("file", "below"), bytes("x"))).rejects.toMatchObject({
      code: "TH_FILE_UNWRITABLE",
      message: "file/below cannot be written: a part of the path is a file",
      place: { file: "file/below" },
    });
    expect((await readdir(folder)).sort()).toEqual(["file", "folder"]);
  });
});
