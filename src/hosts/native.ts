import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TitleholderError } from "../kernel/error.ts";
import type { NativePackage } from "../kernel/host.ts";
import nativeLock from "./native-lock.json" with { type: "json" };
import { type NpmSettings, registryFor } from "./npm-settings.ts";

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

type NativeLock = Readonly<Record<NativePackage, readonly LockedPackage[]>>;

export interface NativeOptions {
  readonly say?: (text: string) => void;
  /** Ends a download. */
  readonly signal?: AbortSignal;
  /** Which tarballs make up a package; the committed lock. */
  readonly lock?: NativeLock;
}

const loaded = new Map<NativePackage, unknown>();
/** A folder of an interrupted download is cleared away after this long: another process may be filling it. */
const staleMs = 24 * 3600e3;
const triesMs = [0, 1000, 4000];

/**
 * Loads a package with machine code: from this installation's own `node_modules`, else from the verified cache, else from the npm registry
 * into that cache (each tarball against its pinned SHA-512, only this platform's files).
 * @throws TitleholderError TH_NATIVE_PLATFORM, TH_NATIVE_CACHE or TH_NATIVE_LOAD (configuration), TH_NATIVE_DOWNLOAD or TH_NATIVE_CORRUPT (backend).
 */
export async function loadNative<T>(
  name: NativePackage,
  search: NativeSearch,
  options: NativeOptions = {},
): Promise<T> {
  const known = loaded.get(name);
  if (known !== undefined) return known as T;
  const folder = await nativeFolder(name, search, options);
  // From 1.30 on it keeps an id of the machine in the home folder and tells its maker what is run, unless this is set before it is loaded.
  if (name === "onnxruntime-node") process.env.ORT_DISABLE_TELEMETRY = "1";
  const module = load(name, folder);
  loaded.set(name, module);
  return module as T;
}

function load(name: NativePackage, folder: string): unknown {
  try {
    return createRequire(join(folder, "package.json"))(folder) as unknown;
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_DLOPEN_FAILED")) throw cause;
    throw new TitleholderError(
      "configuration",
      "TH_NATIVE_LOAD",
      `${name} could not be loaded: ${cause.message}`,
      "give it more memory where a limit was set; else install the library that is named",
      { file: folder },
      cause,
    );
  }
}

/** Where the package lies, fetched first where it has to be. @throws as `loadNative`. */
export async function nativeFolder(
  name: NativePackage,
  search: NativeSearch,
  options: NativeOptions = {},
): Promise<string> {
  const entries = (options.lock ?? nativeLock.packages)[name];
  const version = entries.find((entry) => entry.name === name)?.version;
  return (await findInstalled(name, version, search.installed)) ?? (await ensureCached(name, entries, search, options));
}

/** The `node_modules` folders that belong to an installation whose bundle lies in `dist`: its own, and the one it was installed into. */
export function installedModules(dist: string): readonly string[] {
  const root = dirname(dist);
  const own = join(root, "node_modules");
  return basename(dirname(root)) === "node_modules" ? [own, dirname(root)] : [own];
}

async function findInstalled(
  name: NativePackage,
  version: string | undefined,
  folders: readonly string[],
): Promise<string | undefined> {
  for (const folder of folders) {
    const manifest = await readFile(join(folder, name, "package.json"), "utf8").catch(() => undefined);
    if (manifest === undefined) continue;
    if ((JSON.parse(manifest) as { version?: string }).version === version) return join(folder, name);
  }
  return undefined;
}

async function ensureCached(
  name: NativePackage,
  entries: readonly LockedPackage[],
  search: NativeSearch,
  options: NativeOptions,
): Promise<string> {
  const wanted = entries.filter((entry) => entry.platform === undefined || entry.platform === platformName());
  const isBuiltByPlatform = entries.some((entry) => entry.platform !== undefined);
  if (isBuiltByPlatform && wanted.every((entry) => entry.platform === undefined)) throw platformError(name);
  const home = join(search.cache, "titleholder", cacheKey(name, wanted));
  if (!(await exists(join(home, ".complete")))) {
    options.say?.(`fetching ${name} ${wanted[0]?.version} for ${platformName()}, once; kept in ${search.cache}`);
    try {
      await fill(home, name, wanted, search.npm, options.signal);
    } catch (error) {
      throw isFileSystemError(error) ? cacheError(search.cache, error) : error;
    }
  }
  return join(home, "node_modules", name);
}

/** Everything into a folder beside `home`, marked and then renamed: what has the mark is whole. */
async function fill(
  home: string,
  name: NativePackage,
  wanted: readonly LockedPackage[],
  npm: NpmSettings,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(home), { recursive: true });
  await removeStale(dirname(home));
  const temporary = await mkdtemp(join(dirname(home), incoming));
  try {
    for (const entry of wanted) await fetchPackage(entry, join(temporary, "node_modules", entry.name), npm, signal);
    if (name === "onnxruntime-node" && !(await exists(join(temporary, "node_modules", name, onnxruntimeBinary())))) {
      throw platformError(name);
    }
    await writeFile(join(temporary, ".complete"), `${randomUUID()}\n`);
    await rename(temporary, home).catch(async (error: unknown) => {
      // Another process was first; what it put there passed the same checks. Without the mark it is somebody's half-removed folder.
      if (await exists(join(home, ".complete"))) return;
      if (!(await exists(home))) throw error;
      await rm(home, { recursive: true, force: true });
      await rename(temporary, home);
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const incoming = ".incoming-";

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(incoming)) continue;
    const facts = await stat(join(folder, name)).catch(() => undefined);
    if (facts !== undefined && Date.now() - facts.mtimeMs > staleMs) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

async function fetchPackage(
  entry: LockedPackage,
  into: string,
  npm: NpmSettings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const tarball = await download(entry, npm, signal);
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

async function download(
  entry: LockedPackage,
  npm: NpmSettings,
  stop = new AbortController().signal,
): Promise<Uint8Array> {
  const { registry, authorization } = registryFor(entry.name, npm);
  const url = `${registry}${entry.name}/-/${basename(entry.name)}-${entry.version}.tgz`;
  let cause: unknown;
  for (const pause of triesMs) {
    await wait(pause, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
    try {
      const response = await fetch(url, {
        headers: authorization === undefined ? {} : { authorization },
        signal: AbortSignal.any([stop, AbortSignal.timeout(300_000)]),
      });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      cause = new Error(`HTTP ${response.status}`);
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      stop.throwIfAborted();
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

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && !(error instanceof TitleholderError);
}

function cacheError(cache: string, cause: Error): TitleholderError {
  return new TitleholderError(
    "configuration",
    "TH_NATIVE_CACHE",
    `cannot keep a package in ${cache}: ${cause.message}`,
    "let this account write there, free disk space, or set RUNNER_TOOL_CACHE to another folder",
    {},
    cause,
  );
}
