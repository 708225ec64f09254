import { setTimeout as wait } from "node:timers/promises";
import type { CiContext } from "../kernel/host.ts";
import type { Section } from "../report/comment.ts";
import type { SectionLinks } from "../report/section.ts";

/** What the host knows of the run that comments. */
export interface CommentingRun {
  readonly ci: CiContext | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  readonly log: { info(text: string): void; warn(text: string): void };
}

/** A comment is no reason to keep a job waiting for longer. */
const longestMs = 60_000;

/**
 * Puts a section into the pull request's comment about the model. Whatever keeps it from that is a warning in the log: a verdict never
 * depends on a comment.
 * @param artifact the number of the report's artifact, where it was uploaded
 */
export async function commentOn(
  { ci, env, token, signal, log }: CommentingRun,
  model: string,
  artifact: number | undefined,
  section: (links: SectionLinks) => Pick<Section, "command" | "verdict" | "summary" | "body">,
): Promise<void> {
  if (ci?.pullRequest === undefined) return;
  const { pullRequest: pull, repository, runId, attempt, fromFork } = ci;
  try {
    if (token === undefined) throw new Error("there is no `github-token`");
    const page = `${env.GITHUB_SERVER_URL || "https://github.com"}/${repository}/actions/runs/${runId}`;
    const report = artifact === undefined ? undefined : `${page}/artifacts/${artifact}`;
    const within = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    const sleep = (ms: number) => wait(ms, undefined, { signal: within }).catch(() => within.throwIfAborted());
    const [{ connectGitHub }, { PullRequestComment }] = await Promise.all([
      import("./github.ts"),
      import("./issue-comment.ts"),
    ]);
    const github = await connectGitHub(repository, { env, token, signal: within, sleep });
    const comment = await PullRequestComment.open(github, pull, model, token, sleep);
    const made = section({ run: `${page}/attempts/${attempt}`, report });
    await comment.settle({ ...made, commit: pull.headSha, run: runId });
    log.info(`the comment on pull request ${pull.number} tells of it`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const fork = fromFork ? "; a pull request of a fork gets a token that only reads" : "";
    log.warn(
      `no comment on the pull request: ${why}${fork}. It needs \`pull-requests: write\`; \`comment: false\` asks for none`,
    );
  }
}
