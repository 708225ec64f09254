import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TitleholderError } from "../kernel/error.ts";
import type { NativePackage } from "../kernel/host.ts";
import nativeLock from "./native-lock.json" with { type: "json" };

/** How npm is configured for the person or the runner; the workspace's own `.npmrc` is never asked: a pull request could have written it. */
export interface NpmSettings {
  /** Ends in `/`. */
  readonly registry: string;
  /** Registry by scope, as `@duckdb`. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Bearer token by `//host/path/`. */
  readonly tokens: Readonly<Record<string, string>>;
}

export interface NativeSearch {
  /** `node_modules` folders of this very installation. */
  readonly installed: readonly string[];
  /** Folder of the verified cache, the runner's tool cache where there is one. */
  readonly cache: string;
  readonly npm: NpmSettings;
}

interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** `linux-x64`, `linux-x64-musl` …; absent: everywhere. */
  readonly platform?: string;
  /** What is kept: a path, or a prefix that ends in `/`; `{platform}` and `{arch}` stand for this machine's. */
  readonly files: readonly string[];
}

const lock: Readonly<Record<NativePackage, readonly LockedPackage[]>> = nativeLock.packages;
const loaded = new Map<NativePackage, unknown>();

/**
 * Loads a package with machine code: from this installation's own `node_modules`, else from the verified cache, else from the npm registry
 * into that cache (each tarball against its pinned SHA-512, only this platform's files).
 * @throws TitleholderError TH_NATIVE_PLATFORM (configuration), TH_NATIVE_DOWNLOAD or TH_NATIVE_CORRUPT (backend).
 */
export async function loadNative<T>(
  name: NativePackage,
  search: NativeSearch,
  say?: (text: string) => void,
): Promise<T> {
  const known = loaded.get(name);
  if (known !== undefined) return known as T;
  const folder = (await findInstalled(name, search.installed)) ?? (await ensureCached(name, search, say));
  const module: unknown = createRequire(join(folder, "package.json"))(folder);
  loaded.set(name, module);
  return module as T;
}

/** The `node_modules` folders that belong to an installation whose bundle lies in `dist`: its own, and the one it was installed into. */
export function installedModules(dist: string): readonly string[] {
  const root = dirname(dist);
  const own = join(root, "node_modules");
  return basename(dirname(root)) === "node_modules" ? [own, dirname(root)] : [own];
}

async function findInstalled(name: NativePackage, folders: readonly string[]): Promise<string | undefined> {
  const version = lock[name].find((entry) => entry.name === name)?.version;
  for (const folder of folders) {
    const manifest = await readFile(join(folder, name, "package.json"), "utf8").catch(() => undefined);
    if (manifest === undefined) continue;
    if ((JSON.parse(manifest) as { version?: string }).version === version) return join(folder, name);
  }
  return undefined;
}

async function ensureCached(name: NativePackage, search: NativeSearch, say?: (text: string) => void): Promise<string> {
  const wanted = lock[name].filter((entry) => entry.platform === undefined || entry.platform === platformName());
  if (
    !lock[name].every((entry) => entry.platform === undefined) &&
    wanted.every((entry) => entry.platform === undefined)
  ) {
    throw platformError(name);
  }
  const home = join(search.cache, "titleholder", cacheKey(name, wanted));
  const target = join(home, "node_modules", name);
  if (await exists(join(home, ".complete"))) return target;
  say?.(`fetching ${name} ${wanted[0]?.version} for ${platformName()}, once; kept in ${search.cache}`);
  await mkdir(dirname(home), { recursive: true });
  const temporary = await mkdtemp(join(dirname(home), ".incoming-"));
  try {
    for (const entry of wanted) await fetchPackage(entry, join(temporary, "node_modules", entry.name), search.npm);
    if (name === "onnxruntime-node" && !(await exists(join(temporary, "node_modules", name, onnxruntimeBinary())))) {
      throw platformError(name);
    }
    await writeFile(join(temporary, ".complete"), `${randomUUID()}\n`);
    await rename(temporary, home).catch(async (error: unknown) => {
      // Another process was first; what it put there passed the same checks.
      if (!(await exists(join(home, ".complete")))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

async function fetchPackage(entry: LockedPackage, into: string, npm: NpmSettings): Promise<void> {
  const tarball = await download(entry, npm);
  const [algorithm = "", expected = ""] = entry.integrity.split(/-(.*)/s);
  const actual = createHash(algorithm).update(tarball).digest("base64");
  if (actual !== expected) {
    throw new TitleholderError(
      "backend",
      "TH_NATIVE_CORRUPT",
      `${entry.name} ${entry.version} from the npm registry has ${algorithm} ${actual}, expected ${expected}`,
      "check the registry or mirror that npm is configured with: it serves other bytes than were published",
    );
  }
  await mkdir(into, { recursive: true });
  const { extract } = await import("tar");
  const { Readable } = await import("node:stream");
  const { pipeline } = await import("node:stream/promises");
  const keep = entry.files.map((file) => file.replace("{platform}", process.platform).replace("{arch}", process.arch));
  const isKept = (path: string) => {
    const inside = path.replace(/^[^/]+\//, "");
    return keep.some((file) => (file.endsWith("/") ? inside.startsWith(file) : inside === file));
  };
  await pipeline(Readable.from([tarball]), extract({ cwd: into, strip: 1, filter: isKept, strict: true }));
}

async function download(entry: LockedPackage, npm: NpmSettings): Promise<Uint8Array> {
  const scope = entry.name.startsWith("@") ? (entry.name.split("/")[0] ?? "") : "";
  const registry = npm.scopes[scope] ?? npm.registry;
  const url = `${registry}${entry.name}/-/${basename(entry.name)}-${entry.version}.tgz`;
  const token = npm.tokens[registry.replace(/^https?:/, "")];
  let cause: unknown;
  for (const pause of [0, 1000, 4000]) {
    await wait(pause);
    try {
      const response = await fetch(url, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(300_000),
      });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      cause = new Error(`HTTP ${response.status}`);
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      cause = error;
    }
  }
  const reason = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : "";
  throw new TitleholderError(
    "backend",
    "TH_NATIVE_DOWNLOAD",
    `cannot fetch ${entry.name} ${entry.version} from the configured npm registry: ${reason}`,
    "let this machine reach the npm registry or a mirror (npm config set registry URL), or fill the tool cache once beforehand",
    {},
    cause,
  );
}

/** One folder per exact set of tarballs: a new version, or another platform, never meets old files. */
function cacheKey(name: string, entries: readonly LockedPackage[]): string {
  const hash = createHash("sha256");
  for (const entry of entries)
    hash.update(`${entry.name} ${entry.version} ${entry.integrity} ${entry.files.join(" ")}\n`);
  return `${name.replace(/[@/]/g, "_")}-${entries[0]?.version}-${platformName()}-${hash.digest("hex").slice(0, 12)}`;
}

/** `linux-x64`, and `linux-x64-musl` where the C library is musl. */
function platformName(): string {
  const name = `${process.platform}-${process.arch}`;
  if (process.platform !== "linux") return name;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined ? `${name}-musl` : name;
}

function onnxruntimeBinary(): string {
  return `bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`;
}

function platformError(name: string): TitleholderError {
  return new TitleholderError(
    "configuration",
    "TH_NATIVE_PLATFORM",
    `${name} has no build for ${platformName()}`,
    "run this command on Linux (x64, arm64), macOS or Windows",
  );
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/**
 * npm's settings from the environment and the user's own configuration.
 * @param userConfig text of the user's `.npmrc`, empty when there is none
 */
export function npmSettings(env: Readonly<Record<string, string | undefined>>, userConfig: string): NpmSettings {
  const settings: Record<string, string> = {};
  for (const line of userConfig.split(/\r?\n/)) {
    const match = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    settings[match[1]] = match[2].replace(/\$\{(\w+)\}/g, (_all, name: string) => env[name] ?? "");
  }
  const slash = (url: string) => (url.endsWith("/") ? url : `${url}/`);
  const scopes: Record<string, string> = {};
  const tokens: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (key.startsWith("@") && key.endsWith(":registry")) scopes[key.slice(0, -":registry".length)] = slash(value);
    if (key.startsWith("//") && key.endsWith(":_authToken")) tokens[slash(key.slice(0, -":_authToken".length))] = value;
  }
  const registry = env.npm_config_registry ?? env.NPM_CONFIG_REGISTRY ?? settings.registry ?? nativeLock.registry;
  return { registry: slash(registry), scopes, tokens };
}
