import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeFiles, type WriteStep } from "../../src/hosts/files.ts";
import { Crash, crashingFiles, failingFiles } from "../support/fault-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "titleholder-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

/** Steps of one write, by counting them. */
async function stepsOf(write: (files: ReturnType<typeof crashingFiles>) => Promise<unknown>): Promise<number> {
  const counting = crashingFiles();
  await write(counting);
  return counting.steps();
}

test("the steps of a write are those that the crash tests stop at", async () => {
  const seen: WriteStep[] = [];
  const files = nodeFiles({ onStep: (step) => void seen.push(step) });
  await files.createExclusive(join(folder, "a/slot"), bytes("x"));
  const common: WriteStep[] = ["start", "folder", "temp-made", "temp-written", "temp-synced", "placed"];
  expect(seen.splice(0)).toEqual([...common, "temp-removed", "folder-synced"]);
  await files.replace(join(folder, "a/file"), bytes("x"));
  expect(seen).toEqual([...common, "folder-synced"]);
});

describe("stopped at any step", () => {
  test("an exclusive file is whole or absent, is not listed before, and can be written after", async () => {
    const total = await stepsOf((files) => files.createExclusive(join(folder, "count/slot"), bytes("0123456789")));
    for (let stop = 1; stop <= total; stop++) {
      const path = join(folder, `run ${stop}`, "slot");
      const faulty = crashingFiles(stop);
      await expect(faulty.createExclusive(path, bytes("0123456789"))).rejects.toBeInstanceOf(Crash);
      const files = nodeFiles();
      const left = await files.read(path);
      expect(left === undefined ? "absent" : new TextDecoder().decode(left)).toMatch(/^(absent|0123456789)$/);
      expect(await files.list(join(folder, `run ${stop}`))).toEqual(left === undefined ? [] : ["slot"]);
      expect(await files.createExclusive(path, bytes("0123456789"))).toBe(left === undefined);
      expect(await readFile(path, "utf8")).toBe("0123456789");
    }
    expect(total).toBe(8);
  });

  test("a replaced file holds the old bytes or the new ones", async () => {
    const total = await stepsOf((files) => files.replace(join(folder, "count"), bytes("new bytes")));
    for (let stop = 1; stop <= total; stop++) {
      const path = join(folder, `run ${stop}`);
      await nodeFiles().replace(path, bytes("old"));
      await expect(crashingFiles(stop).replace(path, bytes("new bytes"))).rejects.toBeInstanceOf(Crash);
      expect(["old", "new bytes"]).toContain(await readFile(path, "utf8"));
      await nodeFiles().replace(path, bytes("new bytes"));
      expect(await readFile(path, "utf8")).toBe("new bytes");
    }
    expect(total).toBe(7);
  });
});

describe("a failing disk", () => {
  const refusals = [
    ["ENOSPC", "configuration", "TH_FILE_NO_SPACE"],
    ["EDQUOT", "configuration", "TH_FILE_NO_SPACE"],
    ["EACCES", "configuration", "TH_FILE_UNWRITABLE"],
    ["EROFS", "configuration", "TH_FILE_UNWRITABLE"],
    ["EIO", "backend", "TH_FILE_FAILED"],
  ] as const;

  test.each(refusals)(
    "%s at any step before the file stands is a %s error and leaves nothing",
    async (code, kind, error) => {
      for (let failAt = 1; failAt <= 5; failAt++) {
        for (const operation of ["createExclusive", "replace"] as const) {
          const files = failingFiles(failAt, code);
          const path = join(folder, `${operation} ${failAt}`, "slot");
          const refused = await files[operation](path, bytes("x")).catch((cause: unknown) => cause);
          expect(refused).toMatchObject({ kind, code: error });
          expect((refused as { fix: string }).fix).not.toBe("");
          expect(files.stopped()).toBe(true);
          expect(await readdir(join(folder, `${operation} ${failAt}`)).catch(() => [])).toEqual([]);
        }
      }
    },
  );

  test("a file system without hard links is refused rather than written to unsafely", async () => {
    for (const code of ["EPERM", "ENOTSUP", "EMLINK"]) {
      const files = failingFiles(1, code, "temp-synced");
      await expect(files.createExclusive(join(folder, "slot"), bytes("x"))).rejects.toMatchObject({
        kind: "configuration",
        code: "TH_FILE_NO_LINKS",
      });
    }
    expect(await readdir(folder)).toEqual([]);
  });
});
