import { isAbsolute, relative, sep } from "node:path";
import type { BaseCommit, BaseWanted } from "../kernel/base-commit.ts";
import { configurationError } from "../kernel/error.ts";
import type { CiContext } from "../kernel/host.ts";
import type { ProcessExit, ProcessSpec } from "../kernel/process.ts";
import { openRepository, type Repository } from "./git.ts";

export interface BaseWorld {
  readonly cwd: string;
  /** For git. */
  readonly env: Readonly<Record<string, string>>;
  readonly run: (spec: ProcessSpec) => Promise<ProcessExit>;
  readonly ci: CiContext | undefined;
  /** The folder that the service checked the repository out into. */
  readonly workspace: string;
  /** Reads a commit through the service's interface. */
  readonly remote: (commit: string, token: string) => Promise<Pick<BaseCommit, "read">>;
}

/**
 * The commit that this run starts from. A named revision is that. Of a pull request it is the first parent of the merge that the service
 * made and checked out, else the base that the event names: never one that the pull request's own branch could move. Of a push it is
 * where the branch stood before; on a laptop where this branch left the remote's main one.
 * @returns undefined where there is nothing to start from: no repository on a laptop, a new branch, an event without a change
 * @throws TH_BASE_MISSING (configuration) where there is one and its files cannot be had
 */
export async function findBase(world: BaseWorld, wanted: BaseWanted): Promise<BaseCommit | undefined> {
  const opened = await openRepository(world.cwd, world.env, world.run);
  const repository = "unreadable" in opened ? undefined : opened;
  const why = "unreadable" in opened ? opened.unreadable : "the checkout holds no earlier commit";
  if (wanted.revision !== undefined) return named(world, repository, wanted.revision, why);
  if (world.ci === undefined) return fromMainBranch(world, repository);
  const start = await startOf(world.ci, repository);
  if (start === undefined) return undefined;
  const name = `${start.name} at ${start.commit.slice(0, 8)}`;
  if (repository !== undefined && (await repository.commit(start.commit)) !== undefined)
    return { name, read: (path) => repository.read(start.commit, fromFolder(world.cwd, path)) };
  if (wanted.token !== undefined) {
    const remote = await world.remote(start.commit, wanted.token);
    const inside = (path: string) => {
      const way = fromFolder(world.workspace, path);
      return way === ".." || way.startsWith("../") || isAbsolute(way) ? undefined : way;
    };
    return {
      name,
      read: async (path) => {
        const way = inside(path);
        return way === undefined ? undefined : remote.read(way);
      },
    };
  }
  throw configurationError(
    "TH_BASE_MISSING",
    `${name} cannot be read: ${why}, and there is no github-token to ask GitHub with`,
    "check out with `fetch-depth: 2`, or give `github-token`",
  );
}

async function named(
  world: BaseWorld,
  repository: Repository | undefined,
  revision: string,
  why: string,
): Promise<BaseCommit> {
  const commit = await repository?.commit(revision);
  if (repository !== undefined && commit !== undefined)
    return {
      name: commit.startsWith(revision) ? commit.slice(0, 8) : `${revision} at ${commit.slice(0, 8)}`,
      read: (path) => repository.read(commit, fromFolder(world.cwd, path)),
    };
  throw configurationError(
    "TH_BASE_MISSING",
    repository === undefined ? why : `there is no file and no commit "${revision}" here`,
    "name an earlier contract's file, or a commit, branch or tag that was fetched",
    { input: "base" },
  );
}

async function fromMainBranch(world: BaseWorld, repository: Repository | undefined): Promise<BaseCommit | undefined> {
  const commit = await repository?.mergeBase("origin/HEAD", "HEAD");
  if (repository === undefined || commit === undefined) return undefined;
  return {
    name: `the remote's main branch at ${commit.slice(0, 8)}`,
    read: (path) => repository.read(commit, fromFolder(world.cwd, path)),
  };
}

async function startOf(
  { pullRequest, before, sha, event }: CiContext,
  repository: Repository | undefined,
): Promise<{ readonly commit: string; readonly name: string } | undefined> {
  if (pullRequest === undefined)
    return before === undefined ? undefined : { commit: before, name: "the commit before" };
  const { baseRef: name, baseSha, headSha } = pullRequest;
  const head = event === "pull_request" ? await repository?.commit("HEAD") : undefined;
  const [first, second, third] = head === sha && head !== undefined ? ((await repository?.parents(head)) ?? []) : [];
  const isMerge = second === headSha && third === undefined;
  return { commit: isMerge && first !== undefined ? first : baseSha, name };
}

function fromFolder(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/");
}
