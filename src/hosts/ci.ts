import type { CiContext } from "../kernel/host.ts";
import { isJsonObject, type Json } from "../kernel/json.ts";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The run that this process is part of, from the variables that GitHub Actions sets.
 * @param event the event's payload, null when there is none
 * @returns undefined when no such service started this process
 */
export function ciContext(env: Env, event: Json): CiContext | undefined {
  if (env.GITHUB_ACTIONS !== "true") return undefined;
  const name = env.GITHUB_EVENT_NAME ?? "";
  const repository = env.GITHUB_REPOSITORY ?? "";
  return {
    provider: "github",
    repository,
    workflow: env.GITHUB_WORKFLOW ?? "",
    job: env.GITHUB_JOB ?? "job",
    runId: env.GITHUB_RUN_ID ?? "0",
    attempt: Number(env.GITHUB_RUN_ATTEMPT ?? 1),
    sha: env.GITHUB_SHA ?? "",
    ref: env.GITHUB_REF ?? "",
    actor: env.GITHUB_ACTOR ?? "unknown",
    event: name,
    fromFork: name === "pull_request_target" || isForeign(event, repository),
    runner: env.RUNNER_ENVIRONMENT === "github-hosted" ? "github-hosted" : "self-hosted",
  };
}

/** Whether the event is about code of another repository; a deleted fork leaves `repo: null` and is foreign too. */
function isForeign(event: Json, repository: string): boolean {
  if (!isJsonObject(event)) return false;
  const pull = event.pull_request;
  if (isJsonObject(pull)) {
    const head = isJsonObject(pull.head) ? pull.head.repo : null;
    return !isJsonObject(head) || head.full_name !== repository;
  }
  const run = event.workflow_run;
  if (!isJsonObject(run)) return false;
  return !isJsonObject(run.head_repository) || run.head_repository.full_name !== repository;
}
