import type { BaseCommit, BaseWanted } from "./base-commit.ts";
import type { Files } from "./files.ts";
import type { HelperLimits, HelperProcess } from "./helper.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import type { ProcessExit, ProcessSpec } from "./process.ts";
import type { Review } from "./review.ts";

/** RFC 3339 in UTC, with milliseconds: `2026-01-31T23:59:59.000Z`. */
export type Instant = string;

/** Packages with machine code, which no bundle can hold: found beside dist or in the verified cache. */
export type NativePackage = "@duckdb/node-api" | "onnxruntime-node";

/** Where the program runs when a continuous integration service started it. */
export interface CiContext {
  readonly provider: "github";
  readonly repository: string;
  readonly workflow: string;
  readonly job: string;
  readonly runId: string;
  readonly attempt: number;
  readonly sha: string;
  readonly ref: string;
  readonly actor: string;
  readonly event: string;
  /** The head repository of the pull request is not this repository, or the event runs foreign code with this one's rights. */
  readonly fromFork: boolean;
  /** The pull request that the event is about. */
  readonly pullRequest?: {
    readonly number: number;
    readonly headSha: string;
    readonly baseSha: string;
    /** The branch that it is to be merged into. */
    readonly baseRef: string;
  };
  /** Where the branch stood before a push, or before a merge queue's group; absent for a new branch. */
  readonly before?: string;
  /** A GitHub-hosted machine is thrown away after the job, and with it everything on its disk. */
  readonly runner: "github-hosted" | "self-hosted";
}

/** All a command may touch of the world. The two hosts build it; tests build a small real one. */
export interface Host {
  /** The working directory, absolute. */
  readonly cwd: string;
  /** Private, absolute, removed by the host at the end. */
  readonly scratch: string;
  readonly now: () => Date;
  readonly log: Logger;
  readonly files: Files;
  /** Aborted by SIGINT, SIGTERM and time limits; its reason is an Error. */
  readonly signal: AbortSignal;
  /** Absent on a laptop. */
  readonly ci?: CiContext;
  /** Who does it: the CI's actor, else the name of the user's account. */
  readonly actor: string;
  /** For the user's commands: without INPUT_*, tokens and state. */
  readonly childEnv: Readonly<Record<string, string>>;
  run(spec: ProcessSpec): Promise<ProcessExit>;
  /** Starts this program again as a helper process; arguments and messages are JSON. */
  spawnSelf(role: string, args: Json, limits: HelperLimits): Promise<HelperProcess>;
  /** Loads an unbundled package from next to dist or from the verified cache; never from the user's working directory. */
  native<T>(name: NativePackage): Promise<T>;
  /** Time limit and address policy applied. */
  fetch(request: Request): Promise<Response>;
  /**
   * The commit that this run starts from; undefined where there is none: no repository, a new branch, an event without a change.
   * @throws TH_BASE_MISSING (configuration), TH_GITHUB (backend) where there is one and it cannot be read
   */
  base(wanted: BaseWanted): Promise<BaseCommit | undefined>;
  /** The review of the pull request that the run is about; undefined where it is about none. */
  review(token: string): Promise<Review | undefined>;
  /** Kept for `settle`; the last call wins. On the CLI it is held in memory until exit. */
  saveState(state: Json): void;
  /** Milliseconds to wait, cut short by the signal (then rejects with its reason). */
  sleep(ms: number): Promise<void>;
}
