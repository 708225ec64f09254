import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { CHECKOUT } from "./tools.ts";

const run = promisify(execFile);
/** What the bundle is made of. */
const sources = [
  "src",
  "scripts/build.ts",
  "scripts/licences.ts",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
];
const staleMs = 3600e3;
const patienceMs = 250_000;
/** For the hook that waits for a build, on a machine that has much else to do. */
export const buildTimeoutMs = 300_000;

/**
 * The bundle of the present sources, built when no test has built it yet. It lies as an installed package does: beside `node_modules`.
 * @returns the folder that `npm run build` would have written
 */
export async function builtDist(): Promise<string> {
  const builds = join(CHECKOUT, "build");
  const home = join(builds, `app-${await fingerprint()}`);
  const dist = join(home, "dist");
  await mkdir(builds, { recursive: true });
  if (!(await isFirst(home))) {
    // Another test file builds it; one that was killed meanwhile is not waited for.
    for (let waited = 0; waited < patienceMs; waited += 200) {
      if (await exists(dist)) return dist;
      await wait(200);
    }
  }
  await symlink(join(CHECKOUT, "node_modules"), join(home, "node_modules")).catch(() => undefined);
  const fresh = join(home, `fresh-${process.pid}`);
  await run(process.execPath, ["scripts/build.ts", "--out", fresh], { cwd: CHECKOUT });
  // Another test file may have been first; its bytes are the same.
  await rename(fresh, dist).catch(() => rm(fresh, { recursive: true, force: true }));
  await removeOld(builds, home);
  return dist;
}

/** Whether this call is the one that makes the folder. */
function isFirst(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    () => false,
  );
}

async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of await filesBelow(join(CHECKOUT, source))) {
      hash
        .update(`${relative(CHECKOUT, file)}\0`)
        .update(await readFile(file))
        .update("\0");
    }
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesBelow(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function removeOld(builds: string, present: string): Promise<void> {
  for (const name of await readdir(builds)) {
    const path = join(builds, name);
    if (!name.startsWith("app-") || path === present) continue;
    if (Date.now() - (await stat(path)).mtimeMs > staleMs) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** A Node that is older than the actions need, where this machine has one. */
export async function olderNode(): Promise<string | undefined> {
  for (const folder of new Set([...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin"])) {
    const path = join(folder, "node");
    const version = await run(path, ["--version"]).then(
      ({ stdout }) => Number(/^v(\d+)/.exec(stdout)?.[1]),
      () => Number.NaN,
    );
    if (version < 24) return path;
  }
  return undefined;
}

/** Folder of the running Node, for a PATH on which children find the same one. */
export const nodeFolder = dirname(process.execPath);
