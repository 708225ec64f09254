import { configurationError, type ErrorCode } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";

/**
 * Refuses to run what a fork's pull request brought: a self-hosted runner keeps what a stranger's code leaves on it.
 * @param doing what would be done with it: `train code`
 * @throws TitleholderError (configuration) with the code.
 */
export function refuseFork(allowed: boolean, host: Pick<Host, "ci">, code: ErrorCode, doing: string): void {
  if (host.ci?.fromFork !== true || allowed) return;
  throw configurationError(
    code,
    `this run (${host.ci.event}) would ${doing} of a fork, which could take over the runner and read what it can read`,
    "let a maintainer push the branch to this repository, or write allow-forks: true where the runner is thrown away after each job",
    { input: "allow-forks" },
  );
}
