import { createHash } from "node:crypto";
import { isAbsolute, relative, sep } from "node:path";
import { z } from "zod";
import { TitleholderError } from "../kernel/error.ts";
import type { CiContext } from "../kernel/host.ts";
import type { PublishedSuggestions, Review, Suggestion } from "../kernel/review.ts";
import { type GitHub, settleMs, statusOf, Unanswered } from "./github.ts";

const fileShape = z.object({ filename: z.string(), patch: z.string().optional() });
const commentShape = z.object({
  id: z.number(),
  path: z.string(),
  line: z.number().nullish(),
  body: z.string(),
});
type Comment = z.output<typeof commentShape>;

/** Review comments of a pull request, told apart by a mark that is not shown. */
export function pullRequestReview(
  github: GitHub,
  { number, headSha }: NonNullable<CiContext["pullRequest"]>,
  workspace: string,
  sleep: (ms: number) => Promise<void>,
): Review {
  return {
    publish: async (scope, suggestions) => {
      const inRepository = suggestions.map((one) => ({
        ...one,
        file: relative(workspace, one.file).replaceAll(sep, "/"),
      }));
      try {
        return await new Comments(github, number, headSha, sleep).settle(digest(scope), inRepository);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        throw new TitleholderError("backend", "TH_GITHUB", error.message, "run the job again", {}, error);
      }
    },
  };
}

class Comments {
  readonly #github: GitHub;
  readonly #number: number;
  readonly #head: string;
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(github: GitHub, number: number, head: string, sleep: (ms: number) => Promise<void>) {
    this.#github = github;
    this.#number = number;
    this.#head = head;
    this.#sleep = sleep;
  }

  async settle(scope: string, suggestions: readonly Suggestion[]): Promise<PublishedSuggestions> {
    const own = await this.#own(scope);
    if (suggestions.length === 0 && own.length === 0) return { posted: 0, updated: 0, removed: 0, outside: [] };
    const shown = suggestions.length === 0 ? new Map<string, ReadonlyMap<number, string>>() : await this.#shownLines();
    const isInside = ({ file, line, old }: Suggestion) => !isAbsolute(file) && shown.get(file)?.get(line) === old;
    const left = new Set(own);
    const counts = { posted: 0, updated: 0 };
    for (const one of suggestions.filter(isInside)) {
      const body = `${mark(scope, one.key)}\n${one.body}`;
      const at = [...left].filter((comment) => comment.body.startsWith(mark(scope, one.key)));
      const same = at.find(({ path, line }) => path === one.file && line === one.line);
      if (same === undefined) {
        await this.#post(scope, one, body);
        counts.posted += 1;
        continue;
      }
      left.delete(same);
      if (same.body.replaceAll("\r\n", "\n") === body) continue;
      await this.#repeat(() => this.#github.write(`PATCH ${commentRoute}`, { comment_id: same.id, body }));
      counts.updated += 1;
    }
    for (const { id } of left) await this.#repeat(() => this.#remove(id));
    return {
      ...counts,
      removed: left.size,
      outside: suggestions.filter((one) => !isInside(one)).map(({ key }) => key),
    };
  }

  async #own(scope: string): Promise<Comment[]> {
    const all = await this.#github.list(`GET ${listRoute}`, { pull_number: this.#number }, commentShape);
    return all.filter(({ body }) => body.startsWith(`<!-- titleholder:suggestion ${scope} `));
  }

  /** Lines of the new side that the pull request shows, by file. */
  async #shownLines(): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
    const files = await this.#github.list(
      "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
      { pull_number: this.#number },
      fileShape,
    );
    return new Map(files.map(({ filename, patch }) => [filename, patchLines(patch ?? "")]));
  }

  /** Posts, and where nobody answered looks whether it was done before it tries once more. */
  async #post(scope: string, { key, file, line }: Suggestion, body: string): Promise<void> {
    const params = { pull_number: this.#number, commit_id: this.#head, path: file, line, side: "RIGHT", body };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#github.write(`POST ${listRoute}`, params);
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error;
        await this.#sleep(settleMs);
        const found = (await this.#own(scope)).some(
          (comment) => comment.body.startsWith(mark(scope, key)) && comment.line === line && comment.path === file,
        );
        if (found) return;
        if (attempt > 0) throw error;
      }
    }
  }

  /** A change or removal may be done twice without harm. */
  async #repeat(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      await this.#sleep(settleMs);
      await write();
    }
  }

  /** What is gone already was removed. */
  async #remove(id: number): Promise<void> {
    try {
      await this.#github.write(`DELETE ${commentRoute}`, { comment_id: id });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }
}

const listRoute = "/repos/{owner}/{repo}/pulls/{pull_number}/comments";
const commentRoute = "/repos/{owner}/{repo}/pulls/comments/{comment_id}";

/** Names of models, columns and rules are others' text: they stand in it as digests. */
function mark(scope: string, key: string): string {
  return `<!-- titleholder:suggestion ${scope} ${digest(key)} -->`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The lines that a patch shows of the new file, by number. */
export function patchLines(patch: string): ReadonlyMap<number, string> {
  const lines = new Map<number, string>();
  let number = 0;
  for (const row of patch.split("\n")) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(row);
    if (hunk !== null) number = Number(hunk[1]);
    else if (row.startsWith("+") || row.startsWith(" ")) {
      lines.set(number, row.slice(1).replace(/\r$/, ""));
      number += 1;
    }
  }
  return lines;
}
