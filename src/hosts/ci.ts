import { readFileSync } from "node:fs";
import type { CiContext } from "../kernel/host.ts";
import { isJsonObject, type Json, type JsonObject } from "../kernel/json.ts";

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
    ...changeOf(event),
    fromFork: name === "pull_request_target" || isForeign(name, event, repository),
    runner: env.RUNNER_ENVIRONMENT === "github-hosted" ? "github-hosted" : "self-hosted",
  };
}

/** The pull request, or the commit before, that an event's payload names. What is not of the right form is left out. */
function changeOf(event: Json): Pick<CiContext, "pullRequest" | "before"> {
  const payload = isJsonObject(event) ? event : {};
  const pull = payload.pull_request;
  if (isJsonObject(pull)) {
    const [head, base] = [pull.head, pull.base].map((end) => (isJsonObject(end ?? null) ? (end as JsonObject) : {}));
    const [headSha, baseSha] = [commitId(head?.sha), commitId(base?.sha)];
    if (typeof pull.number !== "number" || headSha === undefined || baseSha === undefined) return {};
    const baseRef = typeof base?.ref === "string" ? base.ref : "the base";
    return { pullRequest: { number: pull.number, headSha, baseSha, baseRef } };
  }
  const group = payload.merge_group;
  const before = commitId(isJsonObject(group ?? null) ? (group as JsonObject).base_sha : payload.before);
  return before === undefined ? {} : { before };
}

/** Nothing but zeros stands for no commit. */
function commitId(value: Json | undefined): string | undefined {
  return typeof value === "string" && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value) && !/^0+$/.test(value)
    ? value
    : undefined;
}

/**
 * Whether the event is about code of another repository. A deleted fork leaves `repo: null` and is foreign too, and so is an event of this
 * kind whose payload is missing: nothing says then whose code it is.
 */
function isForeign(name: string, event: Json, repository: string): boolean {
  const payload = isJsonObject(event) ? event : {};
  const isOwn = (repo: Json | undefined) =>
    isJsonObject(repo) &&
    typeof repo.full_name === "string" &&
    repo.full_name.toLowerCase() === repository.toLowerCase();
  const pull = payload.pull_request;
  if (isJsonObject(pull)) return !isJsonObject(pull.head) || !isOwn(pull.head.repo);
  const run = payload.workflow_run;
  if (isJsonObject(run)) return !isOwn(run.head_repository);
  return name.startsWith("pull_request") || name === "workflow_run";
}

/** `ciContext` with the payload that the service left on disk. */
export function currentCi(env: Env): CiContext | undefined {
  let event: Json = null;
  try {
    event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH ?? "", "utf8")) as Json;
  } catch {
    // No payload, or none that can be read: `isForeign` expects the worst of an event that needs one.
  }
  return ciContext(env, event);
}
