import { execFile } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { inputNames } from "../../src/generated/input-names.ts";
import { execute } from "../../src/hosts/execute.ts";
import { type Failure, failureOf } from "../../src/hosts/failure.ts";
import { nodeFiles } from "../../src/hosts/files.ts";
import { installedModules } from "../../src/hosts/native.ts";
import { nodeHost } from "../../src/hosts/node-host.ts";
import { npmSettings } from "../../src/hosts/npm-settings.ts";
import { resolveInputs } from "../../src/hosts/resolve.ts";
import type { AnyCommand } from "../../src/kernel/command.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import type { Logger } from "../../src/kernel/logger.ts";
import type { Report } from "../../src/report/report.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Where the environment puts temporary files and the home, so that what is left there is seen. */
const places = { TMPDIR: "world/tmp", HOME: "world/home" } as const;

export type Texts = Readonly<Record<string, string>>;

/** What came of one run: a verdict with its report, or a failure as a person is told of it. */
export interface Attempt {
  readonly exitCode: number;
  readonly report?: Report;
  readonly failure?: Failure;
  readonly error?: unknown;
  /** Files and folders that a run without a report made, changed or removed. */
  readonly touched: readonly string[];
}

/**
 * A working folder deep below a private one, so that `..` leads nowhere else, with a folder for temporary files and a home beside it. `attempt` runs a
 * command as a host does: texts, titleholder.yaml, defaults, schema, run, report.
 */
export class Bench implements AsyncDisposable {
  readonly cwd: string;
  readonly #base: string;
  readonly #environmentBefore = { TMPDIR: process.env.TMPDIR, HOME: process.env.HOME };
  #clean: ReadonlyMap<string, string> = new Map();

  private constructor(base: string, folder: string) {
    this.#base = base;
    this.cwd = join(base, "world/a/b/c", folder);
  }

  /** @param prepare fills the folder that every run starts from */
  static async open(prepare: (folder: string) => Promise<void>, folder = "work"): Promise<Bench> {
    const bench = new Bench(await realpath(await mkdtemp(join(tmpdir(), "titleholder-bad-"))), folder);
    await mkdir(bench.#template, { recursive: true });
    for (const [name, place] of Object.entries(places)) process.env[name] = join(bench.#base, place);
    await bench.#empty();
    await prepare(bench.#template);
    await bench.restore();
    return bench;
  }

  get #template(): string {
    return join(this.#base, "template");
  }

  async #empty(): Promise<void> {
    await rm(join(this.#base, "world"), { recursive: true, force: true });
    for (const place of Object.values(places)) await mkdir(join(this.#base, place), { recursive: true });
  }

  /** Everything as it was at first. */
  async restore(): Promise<void> {
    await this.#empty();
    await mkdir(dirname(this.cwd), { recursive: true });
    // Keeps links and pipes as they are, which fs.cp does not.
    await run("cp", ["-a", this.#template, this.cwd]);
    this.#clean = treeOf(join(this.#base, "world"));
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.cwd, path)), { recursive: true });
    await writeFile(join(this.cwd, path), content);
    this.#clean = treeOf(join(this.#base, "world"));
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.cwd, path), { force: true });
    this.#clean = treeOf(join(this.#base, "world"));
  }

  async attempt(command: AnyCommand, given: Texts, ci?: CiContext): Promise<Attempt> {
    const attempt = await this.#run(command, given, ci);
    if (attempt.report !== undefined) {
      await this.restore();
      return { ...attempt, touched: [] };
    }
    const touched = differences(this.#clean, treeOf(join(this.#base, "world")));
    if (touched.length > 0) await this.restore();
    return { ...attempt, touched };
  }

  async #run(command: AnyCommand, given: Texts, ci: CiContext | undefined): Promise<Omit<Attempt, "touched">> {
    const { signal } = new AbortController();
    try {
      const resolved = await resolveInputs(command, new Map(Object.entries(given)), {
        startFolder: this.cwd,
        files: nodeFiles({ cwd: this.cwd }),
        names: inputNames,
        style: (name) => `--${name}`,
      });
      await using host = await nodeHost({
        cwd: resolved.cwd,
        env: process.env,
        log: silent,
        signal,
        ci,
        native: {
          installed: installedModules(join(root, "dist")),
          cache: join(this.#base, "cache"),
          npm: npmSettings({}, ""),
        },
        helperScript: join(root, "src/hosts/helper-entry.ts"),
        now: () => new Date(),
        saveState: () => undefined,
      });
      const { report, exitCode } = await execute(command, resolved, host);
      return { report, exitCode };
    } catch (error) {
      const failure = failureOf(error, signal);
      return { exitCode: failure.exitCode, failure, error };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [name, value] of Object.entries(this.#environmentBefore)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(this.#base, { recursive: true, force: true });
  }
}

/**
 * What is wrong with how a run ended; empty when it ended as it may: with a verdict, or with an error that a person can act on, and
 * nothing written.
 */
export function complaints({ exitCode, failure, error, touched }: Attempt): readonly string[] {
  if (failure === undefined) return [];
  if (!(error instanceof TitleholderError)) return [`a bug: ${failure.text}`];
  const { message, fix, code, place } = error;
  const found = [
    exitCode === 2 ? "" : `exit code ${exitCode}`,
    /^TH_[A-Z_]+$/.test(code) ? "" : "no code",
    message.trim() === "" ? "no message" : "",
    fix.trim() === "" ? "no fix" : "",
    place.input === undefined && place.file === undefined ? "no place" : "",
    /\n\s+at |node:internal|\[object |undefined/.test(failure.text) ? "insides shown" : "",
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what steers a terminal must not come through.
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(failure.text)
      ? "raw control characters"
      : "",
    failure.text.split("\n").length > 2 ? "more than two lines" : "",
    failure.text.length > 3500 ? `${failure.text.length} characters of text` : "",
    touched.length === 0 ? "" : `wrote ${touched.join(", ")}`,
  ].filter((text) => text !== "");
  return found.length === 0 ? [] : [`${found.join("; ")}: ${failure.text.slice(0, 400)}`];
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  progress: () => undefined,
  group: (_title, body) => body(),
};

/** Everything below a folder: what it is, and enough to tell that its content was written anew. Synchronous, as it is done thousands of times. */
function treeOf(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string) => {
    const facts = lstatSync(path, { bigint: true });
    const isFolder = facts.isDirectory();
    found.set(
      relative(folder, path),
      isFolder ? "folder" : `${facts.mode} ${facts.size} ${facts.mtimeNs} ${facts.ino}`,
    );
    if (isFolder) for (const name of readdirSync(path)) visit(join(path, name));
  };
  visit(folder);
  return found;
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}
