import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import {
  type FileHandle,
  glob as globFiles,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname, join, parse, resolve, sep } from "node:path";
import { shownPath } from "../commands/paths.ts";
import { configurationError, TitleholderError } from "../kernel/error.ts";
import type { FileFacts, Files, ReplaceOptions, StreamOptions } from "../kernel/files.ts";

/**
 * What a write has just done, in order. The crash tests stop at each of them: `folder` (missing parent folders made),
 * `temp-made`, `temp-written` (once a chunk), `temp-synced`, `placed` (linked or renamed), `temp-removed`, `folder-synced`.
 * `clean-up` comes before what is done after a failure.
 */
export type WriteStep =
  | "start"
  | "folder"
  | "temp-made"
  | "temp-written"
  | "temp-synced"
  | "placed"
  | "temp-removed"
  | "folder-synced"
  | "clean-up";

export interface FilesOptions {
  /** Paths in messages are shown relative to it. */
  readonly cwd?: string;
  /** Called after each step of each write; what it throws, the step throws. */
  readonly onStep?: (step: WriteStep, place: { readonly path: string; readonly temp: string }) => void | Promise<void>;
}

/** Left behind by a killed write, never read: hidden from `list`, and free to be deleted when no run is under way. */
const tempName = /^\.titleholder-[0-9a-f-]{36}\.tmp$/;
const chunkBytes = 1 << 18;

/**
 * Files on the local disk. A path that exists was written whole: bytes go to a temporary file beside it, are flushed, and are put in
 * place by one link or rename, which the folder's own flush makes last.
 *
 * Exclusive creation needs hard links. `open` with O_EXCL would work where there are none (exFAT, some network mounts), but a process
 * killed in the middle would leave half an entry in a slot that nobody may ever replace; such a folder is refused instead.
 */
export function nodeFiles(options: FilesOptions = {}): Files {
  const writer = new Writer(options);
  const show = (path: string) => shown(path, options.cwd);
  return {
    read: (path) => readWhole(path, show),
    stream: (path, options) => streamFile(path, show, options),
    facts: (path) => factsOf(path, show),
    list: (directory) => listNames(directory, show),
    glob: (pattern, cwd) => matchFiles(pattern, cwd, show),
    makeDirectory: (path) => writer.makeDirectory(path),
    createExclusive: (path, bytes) => writer.createExclusive(path, bytes),
    replace: (path, bytes, how) => writer.replace(path, bytes, how),
  };
}

async function readWhole(path: string, show: (path: string) => string): Promise<Uint8Array | undefined> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw notAFile(show(path), facts.isDirectory());
    return await readFile(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(cause, show(path));
  }
}

async function* streamFile(
  path: string,
  show: (path: string) => string,
  { start = 0, fleeting = false }: StreamOptions = {},
): AsyncGenerator<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    // Opening a named pipe would wait for its writer.
    const facts = await stat(path);
    if (!facts.isFile()) throw notAFile(show(path), facts.isDirectory());
    handle = await open(path, "r");
    const memory = fleeting ? Buffer.allocUnsafe(chunkBytes) : undefined;
    for (let at = start; ; ) {
      const { bytesRead, buffer } = await handle.read(memory ?? Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (cause) {
    if (!isMissing(cause)) throw unreadable(cause, show(path));
    const file = show(path);
    throw configurationError("TH_FILE_MISSING", `${file} does not exist`, "check the path", { file }, cause);
  } finally {
    await handle?.close();
  }
}

async function factsOf(path: string, show: (path: string) => string): Promise<FileFacts | undefined> {
  try {
    const facts = await stat(path);
    const account = process.getuid?.();
    const link = (await lstat(path)).isSymbolicLink();
    const more = {
      link,
      modified: facts.mtimeMs,
      private: account === undefined || (facts.uid === account && (facts.mode & 0o077) === 0),
    };
    if (facts.isFile()) return { kind: "file", size: facts.size, ...more };
    return { kind: facts.isDirectory() ? "directory" : "other", size: 0, ...more };
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(cause, show(path));
  }
}

async function listNames(directory: string, show: (path: string) => string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => !tempName.test(name)).sort(byCodeUnit);
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return [];
    throw unreadable(cause, show(directory));
  }
}

async function matchFiles(pattern: string, cwd: string, show: (path: string) => string): Promise<readonly string[]> {
  const plain = resolve(cwd, pattern);
  // A file whose name holds `[` or `{` is its own match.
  if ((await factsOf(plain, show))?.kind === "file") return [plain];
  const found = new Set<string>();
  try {
    const { folder, rest } = await standingPart(plain, show);
    if (rest === "") return [];
    for await (const entry of globFiles(rest, { cwd: folder, withFileTypes: true })) {
      const path = resolve(folder, entry.parentPath, entry.name);
      if (entry.isFile() || (entry.isSymbolicLink() && (await factsOf(path, show))?.kind === "file")) found.add(path);
    }
  } catch (cause) {
    throw unreadable(cause, show(plain));
  }
  return [...found].sort(byCodeUnit);
}

/** Cuts a pattern after the folders that stand under that very name: a `[` in the name of a working directory is no pattern. */
async function standingPart(
  pattern: string,
  show: (path: string) => string,
): Promise<{ readonly folder: string; readonly rest: string }> {
  const { root } = parse(pattern);
  const parts = pattern.slice(root.length).split(sep);
  let folder = root;
  for (const [at, part] of parts.entries()) {
    const next = join(folder, part);
    // A pattern may be longer than any name.
    const isFolder = Buffer.byteLength(part) <= 255 && (await factsOf(next, show))?.kind === "directory";
    if (!isFolder) return { folder, rest: parts.slice(at).join("/") };
    folder = next;
  }
  return { folder, rest: "" };
}

class Writer {
  readonly #options: FilesOptions;

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#guarded(path, "", () => this.#makeFolder(path, 0o700));
  }

  async createExclusive(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<boolean> {
    if (await exists(path)) return false;
    return this.#write(path, bytes, async (temp, handle) => {
      const placed = await this.#linkInto(path, temp, handle);
      await this.#step("placed", path, temp);
      await rm(temp, { force: true });
      await this.#step("temp-removed", path, temp);
      return placed;
    });
  }

  async replace(path: string, bytes: Uint8Array | AsyncIterable<Uint8Array>, how: ReplaceOptions = {}): Promise<void> {
    await refuseSpecial(path, shown(path, this.#options.cwd));
    const place = async (temp: string) => {
      await this.#step("temp-synced", path, temp);
      await rename(temp, path);
      await this.#step("placed", path, temp);
    };
    await this.#write(path, bytes, place, how.private === true ? 0o600 : 0o666);
  }

  /** Writes and flushes a temporary file beside `path`, lets `place` put it there, and flushes the folder. */
  async #write<T>(
    path: string,
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    place: (temp: string, handle: FileHandle) => Promise<T>,
    mode = 0o666,
  ): Promise<T> {
    const folder = dirname(path);
    const temp = join(folder, `.titleholder-${randomUUID()}.tmp`);
    return this.#guarded(path, temp, async () => {
      await this.#step("start", path, temp);
      await this.#makeFolder(folder, 0o777);
      await this.#step("folder", path, temp);
      const handle = await open(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
      let result: T;
      try {
        await this.#step("temp-made", path, temp);
        for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
          await handle.writeFile(chunk);
          await this.#step("temp-written", path, temp);
        }
        await handle.sync();
        result = await place(temp, handle);
      } finally {
        await handle.close();
      }
      await syncFolder(folder);
      await this.#step("folder-synced", path, temp);
      return result;
    });
  }

  /** Makes a folder and those above it, each made to last by flushing the one that holds it. */
  async #makeFolder(path: string, mode: number): Promise<void> {
    const first = await mkdir(path, { recursive: true, mode });
    if (first === undefined) return;
    for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
  }

  /** After a failure nothing is left behind, and what went wrong becomes a message for the user. */
  async #guarded<T>(path: string, temp: string, body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (cause) {
      await this.#step("clean-up", path, temp);
      if (temp !== "") await rm(temp, { force: true }).catch(() => undefined);
      throw unwritable(cause, shown(path, this.#options.cwd));
    }
  }

  /** Whether this link is the one that made `path`. */
  async #linkInto(path: string, temp: string, handle: FileHandle): Promise<boolean> {
    try {
      await this.#step("temp-synced", path, temp);
      await link(temp, path);
      return true;
    } catch (cause) {
      const code = codeOf(cause);
      // A network file system may repeat a request whose answer was lost: then the link is there, and it is ours.
      if (code === "EEXIST") return (await handle.stat()).nlink > 1;
      if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"].includes(code)) throw cause;
      const folder = shown(dirname(path), this.#options.cwd);
      throw configurationError(
        "TH_FILE_NO_LINKS",
        `the file system of ${folder} has no hard links, without which two writers cannot be kept apart (${code})`,
        "put this folder on a file system that has them (ext4, XFS, APFS, NTFS, NFS)",
        { file: folder },
        cause,
      );
    }
  }

  async #step(step: WriteStep, path: string, temp: string): Promise<void> {
    await this.#options.onStep?.(step, { path, temp });
  }
}

/** A rename would put a plain file in the place of `/dev/null` for the whole machine, where the account may. */
async function refuseSpecial(path: string, file: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined || facts.isFile() || facts.isDirectory()) return;
  throw configurationError(
    "TH_FILE_UNWRITABLE",
    `${file} cannot be written: it is neither a file nor a directory`,
    "name a file",
    { file },
  );
}

/** Windows and some network file systems cannot flush a folder; there the rename or link is as durable as they make it. */
async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    await handle.sync();
  } catch (cause) {
    if (!["EPERM", "EACCES", "EISDIR", "EINVAL", "EBADF", "ENOTSUP", "EOPNOTSUPP"].includes(codeOf(cause))) throw cause;
  } finally {
    await handle?.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}

function isMissing(cause: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(cause));
}

const reasons: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  EACCES: ["this account may not open it", "give the account that runs Titleholder access to it"],
  EPERM: ["this account may not change it", "give the account that runs Titleholder access to it"],
  EROFS: ["its file system is read-only", "choose a folder that can be written to"],
  EISDIR: ["it is a directory", "name a file"],
  ENOTDIR: ["a part of the path is a file", "check the path"],
  ENOTEMPTY: ["it is a directory", "name a file"],
  EEXIST: ["a part of the path is a file", "check the path"],
  ENOENT: ["a folder of the path is gone", "check the path, and that nothing else clears it"],
  ELOOP: ["its symbolic links form a circle", "mend the links"],
  ENAMETOOLONG: ["its name is too long for the file system", "choose a shorter name"],
  ENOSPC: ["the disk is full", "free some space, or choose a folder on another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose a folder on another disk"],
  EFBIG: [
    "it is larger than the file system or the limit of this process allows",
    "raise the limit, or choose another disk",
  ],
  EMFILE: ["too many files are open", "raise the limit of open files (ulimit -n)"],
  ERR_FS_FILE_TOO_LARGE: ["it is larger than the 2 GiB that can be held at once", "use a smaller file"],
  ERR_INVALID_ARG_VALUE: ["the path holds a zero byte", "write the path without it"],
};

function notAFile(file: string, directory: boolean): TitleholderError {
  const what = directory ? "it is a directory" : "it is neither a file nor a directory";
  return configurationError("TH_FILE_UNREADABLE", `${file} cannot be read: ${what}`, "name a file", { file });
}

function unreadable(cause: unknown, file: string): Error {
  if (cause instanceof TitleholderError) return cause;
  const code = codeOf(cause);
  if (code === "") return cause instanceof Error ? cause : new Error(String(cause));
  const [what, fix] = reasons[code] ?? [code, "check the disk and its mount"];
  return configurationError("TH_FILE_UNREADABLE", `${file} cannot be read: ${what}`, fix, { file }, cause);
}

/** A full disk and refused access are the user's to mend; an input or output error of the disk is the machine's. */
function unwritable(cause: unknown, file: string): Error {
  if (cause instanceof TitleholderError) return cause;
  const code = codeOf(cause);
  if (code === "") return cause instanceof Error ? cause : new Error(String(cause));
  const message = `${file} cannot be written: ${reasons[code]?.[0] ?? code}`;
  const reason = reasons[code];
  if (reason === undefined) {
    return new TitleholderError("backend", "TH_FILE_FAILED", message, "check the disk and its mount", { file }, cause);
  }
  const full = ["ENOSPC", "EDQUOT"].includes(code);
  return configurationError(full ? "TH_FILE_NO_SPACE" : "TH_FILE_UNWRITABLE", message, reason[1], { file }, cause);
}

function shown(path: string, cwd: string | undefined): string {
  return cwd === undefined ? path : shownPath({ cwd }, path);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
