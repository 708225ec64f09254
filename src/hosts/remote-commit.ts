import { z } from "zod";
import type { BaseCommit } from "../kernel/base-commit.ts";
import { TitleholderError } from "../kernel/error.ts";
import { type GitHub, statusOf } from "./github.ts";

const commitShape = z.object({ sha: z.string() });
const fileShape = z.object({ type: z.string(), encoding: z.string().optional(), content: z.string().optional() });

/**
 * A commit as GitHub has it.
 * @throws TH_GITHUB (backend) when the token cannot see it: a file would then seem not to be there
 */
export async function remoteCommit(github: GitHub, commit: string): Promise<Pick<BaseCommit, "read">> {
  await github.get("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", { commit_sha: commit }, commitShape);
  return {
    read: async (path) => {
      let file: z.output<typeof fileShape>;
      try {
        file = await github.get("GET /repos/{owner}/{repo}/contents/{path}", { path, ref: commit }, fileShape);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
      if (file.encoding === "base64" && file.content !== undefined) return Buffer.from(file.content, "base64");
      throw new TitleholderError(
        "backend",
        "TH_BASE_UNREADABLE",
        `${path} at ${commit.slice(0, 8)} is ${file.type === "file" ? "too large for GitHub's interface" : `a ${file.type}`}`,
        "check out with `fetch-depth: 2`",
      );
    },
  };
}
