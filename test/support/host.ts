import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { installedModules } from "../../src/hosts/native.ts";
import { nodeHost } from "../../src/hosts/node-host.ts";
import { npmSettings } from "../../src/hosts/npm-settings.ts";
import type { Project } from "../../src/kernel/command.ts";
import type { CiContext, Host } from "../../src/kernel/host.ts";
import type { Json } from "../../src/kernel/json.ts";
import type { Logger } from "../../src/kernel/logger.ts";

const root = join(import.meta.dirname, "../..");

export interface TestHostOptions {
  /** Written into the working directory first. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly ci?: CiContext;
  /** Beside this process's own, less what says that a service started it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: () => Date;
  readonly model?: string;
  readonly environments?: Project["environments"];
  readonly signal?: AbortSignal;
  /** An existing folder to work in, kept at the end: a second run on the same machine. */
  readonly cwd?: string;
}

export interface TestHost extends AsyncDisposable {
  readonly host: Host;
  readonly project: Project;
  readonly cwd: string;
  /** `level text`, in order. */
  readonly logs: string[];
  /** What was saved for `settle`, last call wins. */
  state(): Json | undefined;
  write(path: string, content: string | Uint8Array): Promise<string>;
}

/** A real host on a fresh folder: real files, processes, helpers and native packages; only the log is kept in memory. */
export async function testHost(options: TestHostOptions = {}): Promise<TestHost> {
  const cwd = options.cwd ?? (await realpath(await mkdtemp(join(tmpdir(), "titleholder-test-"))));
  const logs: string[] = [];
  let state: Json | undefined;
  const write = async (path: string, content: string | Uint8Array) => {
    const full = join(cwd, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, content);
    return full;
  };
  for (const [path, content] of Object.entries(options.files ?? {})) await write(path, content);
  const host = await nodeHost({
    cwd,
    env: { ...process.env, CI: undefined, TF_BUILD: undefined, JENKINS_URL: undefined, ...options.env },
    log: memoryLogger(logs),
    signal: options.signal ?? new AbortController().signal,
    ci: options.ci,
    native: {
      installed: installedModules(join(root, "dist")),
      cache: join(cwd, ".cache"),
      npm: npmSettings({}, ""),
    },
    helperScript: join(root, "src/hosts/helper-entry.ts"),
    now: options.now ?? (() => new Date()),
    saveState: (next) => {
      state = next;
    },
  });
  return {
    host,
    cwd,
    logs,
    project: {
      model: options.model ?? "default",
      reports: join(cwd, ".titleholder"),
      environments: options.environments ?? {},
    },
    state: () => state,
    write,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      if (options.cwd === undefined) await rm(cwd, { recursive: true, force: true });
    },
  };
}

function memoryLogger(logs: string[]): Logger {
  return {
    debug: (text) => void logs.push(`debug ${text}`),
    info: (text) => void logs.push(`info ${text}`),
    warn: (text) => void logs.push(`warn ${text}`),
    progress: (task, done, total) =>
      void logs.push(`progress ${task} ${done}${total === undefined ? "" : `/${total}`}`),
    group: async (title, body) => {
      logs.push(`group ${title}`);
      return body();
    },
  };
}
