import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseComment } from "../../src/report/comment.ts";
import { type StepOptions, type Workspace, workspace } from "../support/action-step.ts";
import { buildTimeoutMs, builtDist } from "../support/dist.ts";
import { FakeGitHub } from "../support/github-server.ts";

const head = "a".repeat(40);
const event = (repository = "acme/churn") =>
  JSON.stringify({
    pull_request: {
      number: 7,
      head: { sha: head, repo: { full_name: repository } },
      base: { sha: "b".repeat(40), ref: "main" },
    },
  });
const good = { run: "echo model > out/model.bin", "model-path": "out/model.bin", params: "seed: 7" };

let github: FakeGitHub;
beforeAll(async () => {
  await builtDist();
}, buildTimeoutMs);
beforeEach(async () => {
  await github?.[Symbol.asyncDispose]();
  github = await FakeGitHub.start();
});
afterAll(() => github[Symbol.asyncDispose]());

/** A step of a run that is about the pull request. */
function step(at: Workspace, name: string, given: StepOptions["with"], env: Readonly<Record<string, string>> = {}) {
  return at.step(name, {
    with: { "github-token": github.token, ...given },
    env: {
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_EVENT_PATH: join(at.path, "event.json"),
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: "https://github.example",
      ...env,
    },
  });
}

const sections = () => parseComment(github.conversation[0]?.body ?? "");
const place = { "event.json": event() };

describe("a step in a pull request", { timeout: 60_000 }, () => {
  test("puts its section into the one comment, with a way to the whole", async () => {
    await using at = await workspace(place);
    const result = await step(at, "train", { ...good, model: "churn" });
    expect(result.code, result.output).toBe(0);
    expect(github.conversation).toHaveLength(1);
    expect(sections()).toMatchObject([{ command: "train", verdict: result.outputs.verdict, commit: head, run: "1" }]);
    expect(github.conversation[0]?.body).toContain("https://github.example/acme/churn/actions/runs/1/attempts/1");
    expect(github.misfits).toEqual([]);
  });

  test("takes the place of what was said before, also where it cannot decide", async () => {
    await using at = await workspace(place);
    await step(at, "train", { ...good, model: "churn" });
    const result = await step(at, "train", { ...good, model: "churn", run: "" });
    expect(result.code).toBe(2);
    expect(sections()).toMatchObject([{ command: "train", verdict: "error" }]);
    expect(github.conversation[0]?.body).toContain("**could not decide**");
    expect(github.conversation[0]?.body).toContain("fix: write ");
    expect(github.conversation).toHaveLength(1);
  });

  test("shows no secret, whatever an error or a summary holds", async () => {
    await using at = await workspace({ ...place, "titleholder.yaml": "version: 1\n" });
    const secret = "hunter2-is-secret";
    const env = { DEPLOY_TOKEN: secret };
    await step(at, "validate-data", { data: "a.csv", contract: `${secret}.yaml` }, env);
    expect(sections()).toMatchObject([{ command: "validate-data", verdict: "error" }]);
    expect(github.conversation[0]?.body).not.toContain(secret);
    expect(sections()[0]?.summary).not.toContain(secret);
    expect(github.conversation[0]?.body).toContain("***".replaceAll("*", "&#42;"));
  });

  test.each([
    ["comment: false on the step", { comment: "false" }, ""],
    ["comment: false in titleholder.yaml", {}, "version: 1\nmodels: { churn: { comment: false } }\n"],
  ])("says nothing with %s, also of an error", async (_, given, config) => {
    await using at = await workspace({ ...place, ...(config === "" ? {} : { "titleholder.yaml": config }) });
    expect((await step(at, "train", { ...good, model: "churn", ...given })).code).toBe(0);
    expect((await step(at, "train", { model: "churn", ...given })).code).toBe(2);
    expect(github.requests).toEqual([]);
  });

  test("keeps its verdict where it may not comment, and names the permission", async () => {
    await using at = await workspace({ "event.json": event("mallory/churn") });
    github.fail("issues/create-comment", "403", 99);
    const result = await step(at, "register-model", { "model-path": "model.bin", "dry-run": "true", model: "churn" });
    expect(result.code).toBe(2);
    expect(result.output).toMatch(/::warning::no comment on the pull request: .*403.*fork.*`pull-requests: write`/);
    expect(github.conversation).toEqual([]);
    github.heal();
    const other = await step(at, "validate-data", {
      data: "event.json",
      "infer-contract": "c.yaml",
      "github-token": "",
    });
    expect(other.output).toContain("there is no `github-token`");
    expect(other.code, other.output).toBe(0);
  });
});

test("a push has no comment", { timeout: 60_000 }, async () => {
  await using at = await workspace({ "event.json": "{}" });
  await step(at, "train", { ...good, model: "churn" }, { GITHUB_EVENT_NAME: "push" });
  expect(github.requests).toEqual([]);
});
