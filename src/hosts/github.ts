import { z } from "zod";
import { TitleholderError } from "../kernel/error.ts";

/** What GitHub's interface is reached by. */
export interface GitHubWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly token: string;
  readonly signal: AbortSignal;
  /** How long an answer may take, in milliseconds. */
  readonly answerMs?: number;
  sleep(ms: number): Promise<void>;
}

/** One repository's part of GitHub's REST interface. `owner` and `repo` are filled in. */
export interface GitHub {
  /** Reads, again after a fault that passes. @throws TH_GITHUB (backend) */
  get<T extends z.ZodType>(route: string, params: Params, shape: T): Promise<z.output<T>>;
  /** All pages of a list, at most `mostPages`. @throws TH_GITHUB (backend) */
  list<T extends z.ZodType>(route: string, params: Params, item: T): Promise<z.output<T>[]>;
  /**
   * Writes, once: what was not answered may have been done, and only reading tells.
   * @throws Unanswered, or TH_GITHUB and TH_GITHUB_PERMISSION (backend) for a plain refusal
   */
  write(route: string, params: Params): Promise<void>;
  /**
   * Writes, in one try, for those who read again before another.
   * @returns undefined when it is done; the milliseconds that GitHub wants to be left alone where it refused for now
   * @throws as `write` does
   */
  tryToWrite(route: string, params: Params): Promise<number | undefined>;
}

type Params = Readonly<Record<string, string | number>>;

/** A write of which nobody knows whether it was done. */
export class Unanswered extends Error {}

const usualAnswerMs = 15_000;
const pausesMs = [1000, 4000];
/** How long GitHub may take until a write can be read. */
export const settleMs = 2000;
/** A service that asks for a longer pause is not waited for. */
const longestPauseMs = 60_000;
const pageSize = 100;
const mostPages = 30;

export async function connectGitHub(
  repository: string,
  { env, token, signal, sleep, answerMs = usualAnswerMs }: GitHubWorld,
): Promise<GitHub> {
  const { getOctokit } = await import("@actions/github");
  const [owner = "", repo = ""] = repository.split("/");
  const octokit = getOctokit(token, { baseUrl: env.GITHUB_API_URL || "https://api.github.com", log: silent });
  const once = async (route: string, params: Params): Promise<unknown> => {
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const where = route.includes("{repo}") ? { owner, repo } : {};
    const { data } = await octokit.request(route, { ...where, ...params, request: { signal: within } });
    return data;
  };
  const get = async <T extends z.ZodType>(route: string, params: Params, shape: T): Promise<z.output<T>> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return read(await once(route, params), shape);
      } catch (error) {
        signal.throwIfAborted();
        const pause = attempt < pausesMs.length ? pauseAfter(error, pausesMs[attempt] ?? 0) : undefined;
        if (pause === undefined) throw failure(route, error);
        await sleep(pause);
      }
    }
  };
  const tryToWrite = async (route: string, params: Params, isLast = false): Promise<number | undefined> => {
    try {
      await once(route, params);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      const status = statusOf(error);
      if (status === undefined || status >= 500) throw new Unanswered(failure(route, error).message, { cause: error });
      // Refused for now, and so not done.
      const pause = isLast ? undefined : pauseAfter(error, 0);
      if (pause === undefined) throw failure(route, error);
      return pause;
    }
  };
  return {
    get,
    list: async (route, params, item) => {
      const all: z.output<typeof item>[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const some = await get(route, { ...params, per_page: pageSize, page }, z.array(item));
        all.push(...some);
        if (some.length < pageSize) break;
      }
      return all;
    },
    tryToWrite,
    write: async (route, params) => {
      for (let attempt = 0; ; attempt += 1) {
        const pause = await tryToWrite(route, params, attempt > 0);
        if (pause === undefined) return;
        await sleep(pause);
      }
    },
  };
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** An answer that is cut short comes as text. */
function read<T extends z.ZodType>(data: unknown, shape: T): z.output<T> {
  const parsed = shape.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error("the answer is not what GitHub describes");
}

/** Milliseconds until another try makes sense; undefined where none does. */
function pauseAfter(error: unknown, usual: number): number | undefined {
  const status = statusOf(error);
  if (status === undefined || status >= 500) return usual;
  if (status !== 403 && status !== 429) return undefined;
  const { response } = error as { response?: { headers?: Record<string, unknown> } };
  const stated = Number(response?.headers?.["retry-after"]) * 1000;
  return Number.isFinite(stated) && stated <= longestPauseMs ? Math.max(stated, usual) : undefined;
}

/** The status of GitHub's refusal; undefined where nothing was answered. */
export function statusOf(error: unknown): number | undefined {
  const status = (error instanceof TitleholderError ? error.cause : error) as { status?: unknown; response?: unknown };
  return typeof status?.status === "number" && status.response !== undefined ? status.status : undefined;
}

function failure(route: string, error: unknown): TitleholderError {
  const status = statusOf(error);
  const message = `GitHub answered ${route} with ${describe(error)}`;
  if ((status === 403 && pauseAfter(error, 0) === undefined) || status === 404)
    return new TitleholderError(
      "backend",
      "TH_GITHUB_PERMISSION",
      message,
      "give the job's token the permissions that the action's page names",
      {},
      error,
    );
  return new TitleholderError(
    "backend",
    "TH_GITHUB",
    message,
    status === 401 ? "give a token that is valid" : "run the job again",
    {},
    error,
  );
}

function describe(error: unknown): string {
  const status = statusOf(error);
  if (status !== undefined) return `status ${status}`;
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Error && error.name === "TimeoutError" ? "no answer in time" : message;
}
