import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { AliasMove, ModelRegistry } from "../../src/registry/registry.ts";
import { allOf } from "./models.ts";

/** A fresh folder, in memory where the system has such a place: thousands of flushed writes are waited for otherwise. */
export async function quickFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const memory = await stat("/dev/shm").catch(() => undefined);
  const path = await mkdtemp(join(memory?.isDirectory() ? "/dev/shm" : tmpdir(), "titleholder-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Everything in a folder by path, temporary files of stopped writes left out. */
export async function tree(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith(".tmp")) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = digestOf(await readFile(path));
  }
  return files;
}

/**
 * What holds whatever happened to the writers: versions count from 1 without a gap, no digest twice, every byte has its digest;
 * moves are chained and point at versions that are there; evidence and entries can be read.
 */
export async function expectWhole(
  registry: ModelRegistry,
  parts: {
    readonly models: readonly string[];
    readonly aliases: readonly string[];
    readonly streams: readonly string[];
  },
): Promise<{ readonly versions: number; readonly moves: number; readonly entries: readonly (readonly Json[])[] }> {
  let versions = 0;
  let moves = 0;
  for (const model of parts.models) {
    const found = await registry.versions(model, 0, 1000);
    expect(found.map((version) => version.version)).toEqual(found.map((_, index) => index + 1));
    expect(new Set(found.map((version) => version.digest)).size).toBe(found.length);
    for (const version of found) {
      for (const file of version.files) await allOf(registry.read(version, file.path));
      await registry.evidence(version);
    }
    for (const alias of parts.aliases) {
      const history = await allOf(registry.history(model, alias));
      expectChained(history, found.length);
      moves += history.length;
    }
    versions += found.length;
  }
  const entries = await Promise.all(parts.streams.map((stream) => allOf(registry.entries(stream))));
  return { versions, moves, entries };
}

function expectChained(history: readonly AliasMove[], versions: number): void {
  let at: number | null = null;
  for (const [index, move] of history.entries()) {
    expect(move.seq).toBe(index + 1);
    expect(move.from).toBe(at);
    if (move.to !== null) expect(move.to).toBeLessThanOrEqual(versions);
    at = move.to;
  }
}
