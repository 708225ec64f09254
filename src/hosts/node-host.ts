import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TitleholderError } from "../kernel/error.ts";
import type { CiContext, Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import type { Logger } from "../kernel/logger.ts";
import { longestTimerMs } from "../kernel/quantity.ts";
import type { BaseWorld } from "./base.ts";
import { nodeFiles } from "./files.ts";
import type { GitHub } from "./github.ts";
import { loadNative, type NativeSearch } from "./native.ts";
import { runProcess } from "./process.ts";
import { spawnSelf } from "./spawn-self.ts";

export interface NodeHostOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly ci: CiContext | undefined;
  readonly native: NativeSearch;
  /** The script that runs helpers, beside the bundle. */
  readonly helperScript: string;
  readonly now: () => Date;
  readonly saveState: (state: Json) => void;
}

const requestLimitMs = 30_000;

/** The real world behind `Host`, shared by both hosts. Disposing it removes the scratch folder. */
export async function nodeHost(options: NodeHostOptions): Promise<Host & AsyncDisposable> {
  const scratch = await mkdtemp(join(tmpdir(), "titleholder-"));
  const childEnv = scrubbedEnvironment(options.env);
  const { RUNNER_TRACKING_ID: _, ...helperEnv } = childEnv;
  const { signal, log, cwd } = options;
  return {
    cwd,
    scratch,
    now: options.now,
    log,
    files: nodeFiles({ cwd }),
    signal,
    ...(options.ci === undefined ? {} : { ci: options.ci }),
    actor: options.ci?.actor ?? accountName(),
    childEnv,
    run: (spec) => runProcess(spec, spec.signal === undefined ? signal : AbortSignal.any([signal, spec.signal])),
    spawnSelf: (role, args, limits) =>
      spawnSelf(role, args, limits, {
        script: options.helperScript,
        native: options.native,
        // At the end of a job the runner kills whatever carries its mark: the servers of a rollout must outlive it.
        env: helperEnv,
        cwd: scratch,
        log,
        signal,
      }),
    native: (name) => loadNative(name, options.native, { say: (text) => log.info(text), signal }),
    fetch: (request) => fetchWithin(request, signal),
    base: async (wanted) => {
      const { findBase } = await import("./base.ts");
      return findBase({ ...baseWorld(options), env: childEnv, run: (spec) => runProcess(spec, signal) }, wanted);
    },
    review: async (token) => {
      const pull = options.ci?.pullRequest;
      if (pull === undefined) return undefined;
      const { pullRequestReview } = await import("./review-comments.ts");
      const github = await gitHub(options, token);
      return pullRequestReview(github, pull, workspaceOf(options), (ms) => sleep(ms, signal));
    },
    saveState: options.saveState,
    sleep: (ms) => sleep(ms, signal),
    [Symbol.asyncDispose]: () => rm(scratch, { recursive: true, force: true }),
  };
}

function baseWorld(options: NodeHostOptions): Omit<BaseWorld, "env" | "run"> {
  return {
    cwd: options.cwd,
    ci: options.ci,
    workspace: workspaceOf(options),
    remote: async (commit, token) => {
      const { remoteCommit } = await import("./remote-commit.ts");
      return remoteCommit(await gitHub(options, token), commit);
    },
  };
}

/** The folder that the service checked the repository out into. */
function workspaceOf({ env, cwd }: NodeHostOptions): string {
  return env.GITHUB_WORKSPACE || cwd;
}

async function gitHub({ env, ci, signal }: NodeHostOptions, token: string): Promise<GitHub> {
  const { connectGitHub } = await import("./github.ts");
  return connectGitHub(ci?.repository ?? "", { env, token, signal, sleep: (ms) => sleep(ms, signal) });
}

/** A timer set for longer than 24.8 days would go off at once: it is set again and again. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  let left = ms;
  do {
    await wait(Math.min(left, longestTimerMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    left -= longestTimerMs;
  } while (left > 0);
}

/** @throws TitleholderError TH_NETWORK (backend) when no answer comes within the limit. */
async function fetchWithin(request: Request, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.any([signal, AbortSignal.timeout(requestLimitMs)]) });
  } catch (cause) {
    signal.throwIfAborted();
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new TitleholderError(
      "backend",
      "TH_NETWORK",
      `${request.method} ${new URL(request.url).origin} was not answered: ${reason}`,
      "check the address and that the service is up, then run again",
      {},
      cause,
    );
  }
}

const withheldPrefixes = ["INPUT_", "STATE_", "ACTIONS_"];
const withheldNames = new Set([
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "GITHUB_ENTERPRISE_TOKEN",
  "GH_ENTERPRISE_TOKEN",
  "GITHUB_OUTPUT",
  "GITHUB_ENV",
  "GITHUB_PATH",
  "GITHUB_STATE",
  "GITHUB_STEP_SUMMARY",
]);

/** What a pull request's own code may see: no inputs, no tokens of the job, none of the files by which a step steers later ones. */
export function scrubbedEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase();
    if (
      value === undefined ||
      withheldNames.has(upper) ||
      withheldPrefixes.some((prefix) => upper.startsWith(prefix))
    ) {
      continue;
    }
    kept[name] = value;
  }
  return kept;
}

/** Where natives are kept: the runner's tool cache, else the user's cache folder. */
export function nativeCache(env: Readonly<Record<string, string | undefined>>): string {
  return env.RUNNER_TOOL_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "titleholder-tools");
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run a user id that has no account.
    return "unknown";
  }
}
