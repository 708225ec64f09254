import { TitleholderError } from "../kernel/error.ts";
import type { ProcessExit, ProcessSpec } from "../kernel/process.ts";

/** Neither hooks nor programs that the repository names, and no network: what lies here was written by others. */
const settings = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.pager=cat",
  "protocol.allow=never",
  "log.showSignature=false",
].flatMap((setting) => ["-c", setting]);
const longestMs = 30_000;
const largestBytes = 16 * 2 ** 20;

/** A repository on this machine, read by git's plumbing alone. */
export interface Repository {
  /** The commit's id; undefined when it is not here. */
  commit(revision: string): Promise<string | undefined>;
  /** Ids of the parents that a commit names, even where the history ends before them. */
  parents(commit: string): Promise<readonly string[]>;
  mergeBase(one: string, other: string): Promise<string | undefined>;
  /** A file at a commit, by its path from the folder; undefined when there is none. */
  read(commit: string, path: string): Promise<Uint8Array | undefined>;
}

interface Answer {
  readonly code: number | null;
  readonly bytes: Buffer;
  readonly said: string;
}

/**
 * The repository that a folder lies in.
 * @returns why there is none that can be read, where it is so
 */
export async function openRepository(
  folder: string,
  env: Readonly<Record<string, string>>,
  run: (spec: ProcessSpec) => Promise<ProcessExit>,
): Promise<Repository | { readonly unreadable: string }> {
  const own = Object.entries(env).filter(([name]) => !/^GIT_/i.test(name));
  const spec = {
    cwd: folder,
    wallMs: longestMs,
    env: {
      ...Object.fromEntries(own),
      GIT_TERMINAL_PROMPT: "0",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_NO_LAZY_FETCH: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      LC_ALL: "C",
    },
  };
  const git = async (...args: readonly string[]): Promise<Answer> => {
    const [out, err]: [Uint8Array[], Uint8Array[]] = [[], []];
    let size = 0;
    const exit = await run({
      ...spec,
      argv: ["git", "--no-pager", ...settings, ...args],
      onOutput: (stream, chunk) => {
        size += chunk.byteLength;
        if (size <= largestBytes) (stream === "stdout" ? out : err).push(chunk);
      },
    });
    const code = size > largestBytes || exit.why !== "exited" ? null : exit.code;
    return { code, bytes: Buffer.concat(out), said: Buffer.concat(err).toString("utf8").trim() };
  };
  const why = await obstacle(git);
  return why === undefined ? new LocalRepository(git) : { unreadable: why };
}

async function obstacle(git: (...args: readonly string[]) => Promise<Answer>): Promise<string | undefined> {
  let answer: Answer;
  try {
    answer = await git("rev-parse", "--git-dir");
  } catch (error) {
    if (!(error instanceof TitleholderError)) throw error;
    return "git is not installed";
  }
  if (answer.code === 0) return undefined;
  if (/dubious ownership/.test(answer.said))
    return 'the folder belongs to another account, and git does not trust it: run `git config --global --add safe.directory "$PWD"` before';
  return "the folder is in no git repository";
}

class LocalRepository implements Repository {
  readonly #git: (...args: readonly string[]) => Promise<Answer>;

  constructor(git: (...args: readonly string[]) => Promise<Answer>) {
    this.#git = git;
  }

  async commit(revision: string): Promise<string | undefined> {
    const found = await this.#resolve(`${revision}^{commit}`);
    return found.code === 0 ? idOf(found) : undefined;
  }

  async parents(commit: string): Promise<readonly string[]> {
    const { code, bytes } = await this.#git("cat-file", "commit", commit);
    const head = bytes.toString("utf8").split("\n\n")[0] ?? "";
    return code === 0 ? [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? "") : [];
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const { code, bytes } = await this.#git("merge-base", "--end-of-options", one, other);
    return code === 0 ? idOf({ bytes }) : undefined;
  }

  async read(commit: string, path: string): Promise<Uint8Array | undefined> {
    const found = await this.#resolve(`${commit}:./${path}`);
    if (found.code === 1 || /is outside repository/.test(found.said)) return undefined;
    const file = found.code === 0 ? await this.#git("cat-file", "blob", idOf(found)) : found;
    if (file.code === 0) return file.bytes;
    throw new TitleholderError(
      "backend",
      "TH_BASE_UNREADABLE",
      `git cannot read ${path} at ${commit.slice(0, 8)}: ${file.said.split("\n")[0] || "no answer"}`,
      "check out with `fetch-depth: 2` and without a filter",
    );
  }

  /** Code 1: there is no such thing. Any other but 0: it cannot be told. */
  #resolve(expression: string): Promise<Answer> {
    return this.#git("rev-parse", "--verify", "--quiet", "--end-of-options", expression);
  }
}

function idOf({ bytes }: Pick<Answer, "bytes">): string {
  return bytes.toString("utf8").trim();
}
