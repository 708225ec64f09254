import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Traffic } from "../../scripts/demo/traffic.ts";
import { openRegistry } from "../../src/commands/open-registry.ts";
import { parseComment, type Section } from "../../src/report/comment.ts";
import { createFlightRepository, type FlightSettings, flightConfig, flightData } from "../support/act/flights.ts";
import type { Repository, WorkflowEvent } from "../support/act/repository.ts";
import { runWorkflow, type WorkflowRun } from "../support/act/run.ts";
import { filledToolCache } from "../support/act/tool-cache.ts";
import { FakeGitHub } from "../support/github-server.ts";
import { testHost } from "../support/host.ts";
import { CHECKOUT, nodePath } from "../support/tools.ts";

// The life of a model in a team's repository, by the example workflows alone. Each test goes on where the last one ended.

const MARK = "github_2b0a4e0e-53c5-4d4c-9d3c-1f4f1f0f2a11";

let disk: string;
let data: string;
let port: number;
let repository: Repository;
let github: FakeGitHub;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function config(settings: Omit<FlightSettings, "port">): string {
  return flightConfig({ ...settings, port });
}

async function run(workflow: string, event?: WorkflowEvent): Promise<WorkflowRun> {
  return await runWorkflow({
    repository,
    workflow,
    ...(event === undefined ? {} : { event }),
    toolCache: await filledToolCache(),
    nodeModules: join(CHECKOUT, "node_modules"),
    // What GitHub's runner marks its processes with, to end at the end of the job what is left of them.
    env: { RUNNER_TRACKING_ID: MARK, GITHUB_API_URL: github.url },
    secrets: { GITHUB_TOKEN: github.token },
    vars: {
      TITLEHOLDER_RUNNER: "models-1",
      TITLEHOLDER_REGISTRY: `file:${disk}/registry`,
      TITLEHOLDER_SERVING: `${disk}/serving`,
    },
  });
}

/** The comment on a pull request, of which there is one. */
function commentOn(number: number): { readonly body: string; readonly sections: readonly Section[] } {
  const comments = github.conversation.filter(({ pull }) => pull === number);
  expect(comments).toHaveLength(1);
  expect(github.misfits).toEqual([]);
  const body = comments[0]?.body ?? "";
  return { body, sections: parseComment(body) };
}

/** The answer of the served model to a real request. */
async function predict(): Promise<number> {
  const [line = ""] = (await readFile(join(data, "traffic.jsonl"), "utf8")).split("\n", 1);
  const body = JSON.stringify({ dataframe_records: [JSON.parse(line)] });
  const answer = await fetch(`http://127.0.0.1:${port}/invocations`, { method: "POST", body });
  return answer.status;
}

async function aliasOf(name: string): Promise<number | null | undefined> {
  await using t = await testHost();
  const registry = await openRegistry(`file:${disk}/registry`, t.host, { allowEphemeral: false });
  return (await registry.alias("flights", name))?.to;
}

/** The CLI as a person on the team's machine would call it. */
async function titleholder(...args: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)(
    nodePath(),
    [join(CHECKOUT, "dist", "cli.js"), ...args, "--registry", `file:${disk}/registry`, "--json"],
    { cwd: repository.path, env: { ...process.env, GITHUB_ACTIONS: "" } },
  );
  return (JSON.parse(stdout) as { outputs: Record<string, string> }).outputs;
}

async function processesWithMark(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
    if (environment.split("\0").includes(`RUNNER_TRACKING_ID=${MARK}`)) found.push(pid);
  }
  return found;
}

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), "titleholder-disk-"));
  data = await flightData();
  port = await freePort();
  github = await FakeGitHub.start("acme/flights");
  repository = await createFlightRepository({ recipe: "champion", port });
});

afterAll(async () => {
  await titleholder("canary-deploy", "--operation", "stop", "--state-dir", join(disk, "serving"));
  await repository[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
  await rm(disk, { recursive: true, force: true });
});

describe("the example workflows, in the order of a model's life", { timeout: 120_000 }, () => {
  test("the first release trains, registers and serves the first champion, and says what it could not compare", async () => {
    const result = await run("release.yml");
    expect(result.ok, result.logText).toBe(true);
    expect(result.jobs.map(({ id }) => id)).toEqual(["data", "register", "canary"]);
    expect(result.step("data", "Is the data as its contract says?").outputs).toMatchObject({
      verdict: "pass",
      violations: "0",
    });
    expect(result.step("register", "Is it good enough?").outputs).toMatchObject({ decision: "unbaselined-pass" });
    expect(result.step("register", "register").outputs).toMatchObject({ version: "1", status: "PASSED" });
    expect(result.step("canary", "Roll it out").outputs).toMatchObject({ outcome: "promoted", verdict: "warn" });
    expect(result.step("data", "Is the data as its contract says?").log).toMatch(
      /::group::upload of the report\n[\s\S]*::endgroup::\npass: all 57 checks passed in 20,885 rows of 3 files\n/,
    );
    expect([...result.artifacts.keys()]).toEqual([
      "titleholder-flights-canary-deploy-canary-1",
      "titleholder-flights-evaluate-vs-champion-register-1",
      "titleholder-flights-register-model-register-1",
      "titleholder-flights-train-register-1",
      "titleholder-flights-validate-data-data-1",
    ]);
  });

  test("the servers outlive the job, its workspace and the runner's ending of what it started", async () => {
    expect(await processesWithMark()).toEqual([]);
    expect(await predict()).toBe(200);
  });

  test("a pull request with a better model passes, and writes nothing to the registry", async () => {
    const files = { "titleholder.yaml": config({ recipe: "challenger" }) };
    const result = await run("pull-request.yml", await repository.openPullRequest({ files }));
    expect(result.ok, result.logText).toBe(true);
    const evaluation = result.step("model", "Is it good enough?").outputs;
    expect(evaluation).toMatchObject({ decision: "superior", summary: expect.stringContaining("roc-auc +0.0") });
    const registration = result.step("model", "Could it be registered?").outputs;
    expect(registration).toMatchObject({ status: "PASSED", summary: expect.stringContaining("would be registered") });
    expect(registration.version).toBeUndefined();
    expect(await aliasOf("challenger")).toBe(1);
    const { body, sections } = commentOn(7);
    expect(sections.map(({ command, verdict }) => [command, verdict])).toEqual([
      ["validate-data", "pass"],
      ["train", "pass"],
      ["evaluate-vs-champion", evaluation.verdict],
      ["register-model", registration.verdict],
    ]);
    expect(body).toContain("challenger is superior: roc-auc +0.0");
  });

  test("merged, it is rolled out under traffic, request by request, and takes the champion's place", async () => {
    await repository.commit({
      "titleholder.yaml": config({ recipe: "challenger" }),
      "serving/2001-02.parquet": { from: join(data, "2001-02.parquet") },
    });
    const traffic = await Traffic.start(join(data, "traffic.jsonl"), port, 4);
    let result: WorkflowRun;
    try {
      result = await run("release.yml");
    } finally {
      await traffic.stop();
    }
    expect(result.ok, result.logText).toBe(true);
    expect(await traffic.stop()).toMatchObject({ failed: 0 });
    expect(result.step("register", "register").outputs).toMatchObject({ version: "2", "alias-before": "1" });
    const rollout = result.step("canary", "Roll it out");
    expect(rollout.outputs).toMatchObject({ outcome: "promoted", weight: "100" });
    expect(rollout.log).toContain("flights-2-4: the canary gets 20% of the traffic");
    expect([await aliasOf("champion"), await aliasOf("previous-champion")]).toEqual([2, 1]);
  });

  test("whoever has the repository walks from the champion back to the raw data", async () => {
    await repository.push();
    const outputs = await titleholder("verify", "--data", "data/2001-01.parquet", "--data", "data/holdout.parquet");
    expect(outputs).toMatchObject({ version: "2", missing: "" });
  });

  test("a pull request with a worse model fails where it is compared, and is not registered", async () => {
    const files = { "titleholder.yaml": config({ recipe: "harmful" }) };
    const result = await run("pull-request.yml", await repository.openPullRequest({ files, number: 8 }));
    expect(result.job("data").result).toBe("success");
    expect(result.job("model").result).toBe("failure");
    const step = result.step("model", "Is it good enough?");
    expect(step).toMatchObject({ exitCode: 1, outputs: { verdict: "fail", decision: "rejected" } });
    expect(step.summary).toContain("evaluate-vs-champion of flights: fail");
    expect(result.job("model").steps.at(-1)).toBe(step);
    expect(await aliasOf("challenger")).toBe(2);
    const { body, sections } = commentOn(8);
    expect(body).toContain("## Titleholder on flights: fail");
    expect(sections.map(({ command }) => command)).toEqual(["validate-data", "train", "evaluate-vs-champion"]);
    expect(sections.at(-1)).toMatchObject({ verdict: "fail", summary: expect.stringContaining("rejected") });
  });

  test("once it is mended, the next push passes, and changes the comment in place", async () => {
    const files = { "titleholder.yaml": config({ recipe: "challenger" }) };
    const event = await repository.openPullRequest({ files, number: 8 });
    const result = await run("pull-request.yml", event);
    expect(result.ok, result.logText).toBe(true);
    const { body, sections } = commentOn(8);
    expect(body).not.toContain("rejected");
    expect(body).not.toContain("earlier");
    expect(new Set(sections.map(({ commit }) => commit)).size).toBe(1);
    expect(sections.map(({ command }) => command)).toContain("register-model");
  });

  test("a pull request with broken data fails on GitHub's runner, and the team's own runner is not taken", async () => {
    const files = {
      "data/2001-01.csv": { from: join(data, "2001-01-corrupted.csv") },
      "titleholder.yaml": config({
        recipe: "champion",
        trainingData: "data/2001-01.csv",
        validated: ["data/2001-01.csv"],
      }),
    };
    const result = await run("pull-request.yml", await repository.openPullRequest({ files, number: 9 }));
    expect(result.job("data").result).toBe("failure");
    expect(result.job("model").result).toBe("skipped");
    const step = result.step("data", "Is the data as its contract says?");
    expect(step).toMatchObject({ exitCode: 1, outputs: { verdict: "fail" } });
    expect(step.annotations).toContainEqual({
      level: "error",
      message: expect.stringContaining("distance must be from 20 to 6000"),
      properties: expect.objectContaining({ file: "contract.odcs.yaml", line: expect.any(String) }),
    });
  });

  test("the monitor finds February as the model knows it, and May drifted", async () => {
    const calm = await run("monitor.yml", await repository.schedule());
    expect(calm.step("drift", "Has production drifted?")).toMatchObject({
      exitCode: 0,
      outputs: { "drifted-columns": "[]" },
    });
    await repository.commit({ "serving/2001-02.parquet": { from: join(data, "2001-05.parquet") } });
    const drifted = await run("monitor.yml", await repository.schedule());
    expect(drifted.ok).toBe(false);
    const step = drifted.step("drift", "Has production drifted?");
    expect(step).toMatchObject({ exitCode: 1, outputs: { verdict: "fail" } });
    expect(JSON.parse(step.outputs["drifted-columns"] ?? "")).not.toEqual([]);
  });
});
