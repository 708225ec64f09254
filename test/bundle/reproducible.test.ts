import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { buildTimeoutMs, builtDist } from "../support/dist.ts";
import { folder } from "../support/folder.ts";
import { CHECKOUT } from "../support/tools.ts";

const run = promisify(execFile);

const parts = ["src", "scripts", "package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];

async function digests(dist: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(dist)).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) =>
          [
            name,
            createHash("sha256")
              .update(await readFile(join(dist, name)))
              .digest("hex"),
          ] as const,
      ),
    ),
  );
}

let dist = "";
beforeAll(async () => {
  dist = await builtDist();
}, buildTimeoutMs);

describe("the bundle", () => {
  test("stays below its limit of 7 MB", async () => {
    const sizes = await Promise.all((await readdir(dist)).map(async (name) => (await stat(join(dist, name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(7e6);
  });

  test("has a stub an action, and names no folder of the machine it was built on", async () => {
    const names = await readdir(dist);
    for (const action of await readdir(join(CHECKOUT, "actions"))) expect(names).toContain(`${action}.js`);
    for (const name of names) expect((await readFile(join(dist, name), "utf8")).includes(CHECKOUT), name).toBe(false);
  });

  test("brings the licence of every package in it", async () => {
    const text = await readFile(join(dist, "licenses.txt"), "utf8");
    for (const name of ["@actions/core", "@actions/artifact", "undici", "zod", "yaml", "tar", "protobufjs"]) {
      expect(text, name).toMatch(new RegExp(`^${name}@\\d`, "m"));
    }
    for (const external of ["onnxruntime-node", "@duckdb/node-api"])
      expect(text).not.toMatch(new RegExp(`^${external}@`, "m"));
  });

  // Copies the packages twice and builds twice: a minute.
  if (process.env.TITLEHOLDER_SLOW === "1") {
    test("is the same bytes from two checkouts in different folders", { timeout: 600_000 }, async () => {
      await using at = await folder();
      const built: Readonly<Record<string, string>>[] = [];
      let from = CHECKOUT;
      for (const name of ["one", "another folder/deep/er"]) {
        const checkout = join(at.path, name);
        await mkdir(checkout, { recursive: true });
        for (const part of parts) await cp(join(from, part), join(checkout, part), { recursive: true });
        // Its own packages, as `npm ci` would give it: a link would lead back to one folder for both.
        await run("cp", ["-a", join(CHECKOUT, "node_modules"), join(checkout, "node_modules")]);
        from = checkout;
        await run(process.execPath, ["scripts/build.ts"], { cwd: checkout });
        built.push(await digests(join(checkout, "dist")));
      }
      expect(built[0]).toEqual(built[1]);
      expect(Object.keys(built[0] ?? {})).toContain("index.js");
    });
  }
});
