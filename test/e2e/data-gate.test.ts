import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseComment } from "../../src/report/comment.ts";
import { exampleWorkflow } from "../support/act/flights.ts";
import { createRepository, type Repository, type RepositoryFiles } from "../support/act/repository.ts";
import { runWorkflow, type WorkflowRun } from "../support/act/run.ts";
import { filledToolCache } from "../support/act/tool-cache.ts";
import { FakeGitHub } from "../support/github-server.ts";

// The example workflow for data alone, in a real runner: what a team sees when a pull request brings good data, bad data, and bad data with a milder contract.

const contract = (most: number, more = "") => `apiVersion: v3.1.0
kind: DataContract
id: flights
version: 1.0.0
status: active
schema:
  - name: flights
    properties:
      - { name: id, logicalType: integer, primaryKey: true, classification: public }
      - name: delay
        logicalType: integer
        required: true
        classification: public
        logicalTypeOptions: { minimum: -60, maximum: ${most} }
      - { name: pilot, logicalType: string, classification: restricted }
${more}`;
const rows = (from: number, delay: (row: number) => number) =>
  Array.from({ length: 20 }, (_, at) => `${from + at},${delay(at)},Ada ${from + at}\n`).join("");
const good = `id,delay,pilot\n${rows(1, (row) => row)}`;

let repository: Repository;
let github: FakeGitHub;

beforeAll(async () => {
  github = await FakeGitHub.start();
  repository = await createRepository(
    {
      ".gitignore": ".titleholder/\n",
      "titleholder.yaml":
        "version: 1\nmodels:\n  flights:\n    validate-data:\n      data: data/*.csv\n      contract: contract.odcs.yaml\n",
      "contract.odcs.yaml": contract(600),
      "data/a.csv": good,
      ".github/workflows/data-gate.yml": await exampleWorkflow("data-gate.yml"),
    },
    github.repository,
  );
});
afterAll(async () => {
  await repository[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
});

async function propose(files: RepositoryFiles): Promise<WorkflowRun> {
  return runWorkflow({
    repository,
    workflow: "data-gate.yml",
    event: await repository.openPullRequest({ files, number: github.number }),
    toolCache: await filledToolCache(),
    env: { GITHUB_API_URL: github.url },
    secrets: { GITHUB_TOKEN: github.token },
  });
}

describe("the example workflow for data", { timeout: 120_000 }, () => {
  test("lets a pull request with good data pass", async () => {
    const run = await propose({ "data/b.csv": good.replaceAll(/^(\d+)/gm, (id) => `${Number(id) + 100}`) });
    expect(run.ok, run.logText).toBe(true);
    expect(run.step("data", "data").outputs).toMatchObject({ verdict: "pass", rows: "40", violations: "0" });
    expect(parseComment(github.conversation[0]?.body ?? "")).toMatchObject([{ verdict: "pass" }]);
  });

  test("blocks bad data, points at the rule and at the row, and shows nothing of restricted columns", async () => {
    const bad = `id,delay,pilot\n${rows(101, (row) => (row === 4 ? 9999 : row))}7,1,Eve\nragged\n`;
    const run = await propose({ "data/b.csv": bad });
    expect(run.ok).toBe(false);
    const step = run.step("data", "data");
    expect(step).toMatchObject({ exitCode: 1, outputs: { verdict: "fail", rows: "41", violations: "3" } });
    const places = step.annotations.map(({ properties: { file, line } }) => `${file}:${line}`);
    expect(places).toEqual(
      expect.arrayContaining(["contract.odcs.yaml:14", "data/b.csv:6", "data/b.csv:22", "data/b.csv:23"]),
    );
    expect(step.summary).toContain("delay must be from -60 to 600");
    expect(step.summary).toContain("9999");
    expect(github.conversation).toHaveLength(1);
    expect(parseComment(github.conversation[0]?.body ?? "")).toMatchObject([{ verdict: "fail" }]);
    expect(`${step.summary}${step.log}${github.conversation[0]?.body}`).not.toContain("Ada");
  });

  test("is not got round by a pull request that makes the contract milder with the data", async () => {
    const files = {
      "contract.odcs.yaml": contract(10_000),
      "data/b.csv": `id,delay,pilot\n${rows(101, (row) => (row === 4 ? 9999 : row))}`,
    };
    const run = await propose(files);
    expect(run.ok).toBe(false);
    const step = run.step("data", "data");
    expect(step.outputs).toMatchObject({ verdict: "fail", violations: "0" });
    expect(step.summary).toMatch(/loosening/);
    expect(step.annotations[0]).toMatchObject({ level: "error", message: expect.stringContaining("600") });
    expect(github.misfits).toEqual([]);
  });
});
