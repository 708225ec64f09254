import { z } from "zod";
import { TitleholderError } from "../kernel/error.ts";
import type { CiContext } from "../kernel/host.ts";
import { commentMark, parseComment, renderComment, type Section, withSection } from "../report/comment.ts";
import { type GitHub, settleMs, statusOf, Unanswered } from "./github.ts";

const commentShape = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: z.object({ login: z.string(), type: z.string() }).nullish(),
});
type Comment = z.output<typeof commentShape>;

const listRoute = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const commentRoute = "/repos/{owner}/{repo}/issues/comments/{comment_id}";

/** Jobs that write at the same time settle within a few rounds; one that does not is told of. */
const mostRounds = 8;

/** The pull request's comment about one model, which every gate has a section in. */
export class PullRequestComment {
  readonly #github: GitHub;
  readonly #number: number;
  readonly #model: string;
  readonly #isOwn: (comment: Comment) => boolean;
  readonly #sleep: (ms: number) => Promise<void>;

  private constructor(
    github: GitHub,
    number: number,
    model: string,
    isOwn: (comment: Comment) => boolean,
    sleep: (ms: number) => Promise<void>,
  ) {
    this.#github = github;
    this.#number = number;
    this.#model = model;
    this.#isOwn = isOwn;
    this.#sleep = sleep;
  }

  /** @throws TH_GITHUB (backend) where nobody says whose the token is */
  static async open(
    github: GitHub,
    { number }: Pick<NonNullable<CiContext["pullRequest"]>, "number">,
    model: string,
    token: string,
    sleep: (ms: number) => Promise<void>,
  ): Promise<PullRequestComment> {
    const login = await loginOf(github, token);
    const mark = commentMark(model);
    const isOwn = ({ body, user }: Comment) =>
      (body ?? "").startsWith(mark) && (login === undefined ? user?.type === "Bot" : user?.login === login);
    return new PullRequestComment(github, number, model, isOwn, sleep);
  }

  /**
   * Puts the section into the comment, in the place of the same command's, and reads it back: another job may have written at the same time, and
   * what was not answered may have been done. Ends when there is one comment and it holds all sections.
   * @throws TH_GITHUB, TH_GITHUB_PERMISSION (backend)
   */
  async settle(section: Section): Promise<"written" | "unchanged"> {
    let problem: Error | undefined;
    for (let round = 0; round < mostRounds; round += 1) {
      const step = await this.#nextStep(section);
      if (step === undefined) return round === 0 ? "unchanged" : "written";
      let pause: number | undefined;
      try {
        pause = await step();
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        problem = error;
      }
      await this.#sleep(Math.max(settleMs, pause ?? 0));
    }
    const message = problem?.message ?? "the comment was changed by others again and again";
    throw new TitleholderError("backend", "TH_GITHUB", message, "run the job again", {}, problem);
  }

  /** The next write towards the one comment, from what stands there now; undefined when nothing is left to do. */
  async #nextStep(section: Section): Promise<(() => Promise<number | undefined>) | undefined> {
    const all = await this.#github.list(`GET ${listRoute}`, { issue_number: this.#number }, commentShape);
    const [first, ...doubles] = all.filter(this.#isOwn).sort((a, b) => a.id - b.id);
    const standing = [...doubles, first].flatMap((comment) => parseComment(comment?.body ?? ""));
    const sections = [...standing, section].reduce(withSection, [] as readonly Section[]);
    const body = renderComment(this.#model, sections, section.command);
    if (first === undefined)
      return () => this.#github.tryToWrite(`POST ${listRoute}`, { issue_number: this.#number, body });
    if (first.body?.replaceAll("\r\n", "\n") !== body)
      return () => this.#change("PATCH", { comment_id: first.id, body });
    // Two jobs made one each. By now the first holds the sections of both.
    const [double] = doubles;
    if (double === undefined) return undefined;
    return () => this.#change("DELETE", { comment_id: double.id });
  }

  /** What is gone by now shows in the next round. */
  async #change(method: string, params: Readonly<Record<string, string | number>>): Promise<number | undefined> {
    try {
      return await this.#github.tryToWrite(`${method} ${commentRoute}`, params);
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }
}

/** The account of a person's token; undefined for an app's, which may not ask, and comments as a bot. */
async function loginOf(github: GitHub, token: string): Promise<string | undefined> {
  if (token.startsWith("ghs_")) return undefined;
  try {
    return (await github.get("GET /user", {}, z.object({ login: z.string() }))).login;
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}
