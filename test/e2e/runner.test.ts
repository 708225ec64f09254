import { join } from "node:path";
import { expect, test } from "vitest";
import { createRepository } from "../support/act/repository.ts";
import { runWorkflow } from "../support/act/run.ts";
import { filledToolCache } from "../support/act/tool-cache.ts";

// These tests are about the harness: that a workflow really runs, and that everything an action does reaches the test.

// As the examples write it, so that a folder inside the repository and a `main` outside that folder are proven too.
const FIXTURE = { "OWNER/titleholder": join(import.meta.dirname, "..", "support", "act", "fixture") };
const USES = `OWNER/titleholder/actions/fixture@${"1".repeat(40)}`;
const UPLOAD = `actions/upload-artifact@${"3".repeat(40)}`;
const DOWNLOAD = `actions/download-artifact@${"4".repeat(40)}`;
const CHECKOUT = `actions/checkout@${"5".repeat(40)}`;

function workflow(jobs: string, on = "[push, pull_request, schedule, workflow_dispatch]"): Record<string, string> {
  return { ".github/workflows/test.yml": `name: test\non: ${on}\njobs:\n${jobs}` };
}

const ONE_STEP = `
  one:
    runs-on: ubuntu-24.04
    steps:
      - id: fixture
        uses: ${USES}
        with: { greeting: "hello: \${{ vars.WHOM }}", secret: "\${{ secrets.PASSWORD }}" }
`;

const LINGERS = `
  one:
    runs-on: ubuntu-24.04
    steps:
      - id: fixture
        uses: ${USES}
        with: { greeting: hello, linger: "true" }
`;

test("outputs, annotations, masks, the summary and the post step of an action reach the test", async () => {
  await using repository = await createRepository(workflow(ONE_STEP));
  const run = await runWorkflow({
    repository,
    workflow: "test.yml",
    actions: FIXTURE,
    vars: { WHOM: 'a "quoted" world' },
    secrets: { PASSWORD: "correct-horse" },
  });
  expect(run.ok).toBe(true);
  const step = run.step("one", "fixture");
  expect(step.outcome).toBe("success");
  expect(step.outputs).toMatchObject({
    greeting: 'hello: a "quoted" world',
    lines: "first\nsecond = 2\n\nfourth: ümläut",
    repository: "acme/churn",
    "tool-cache": "",
    ref: "refs/heads/main",
    sha: expect.stringMatching(/^[0-9a-f]{40}$/),
    runner: "github-hosted",
  });
  expect(step.outputs.node).toMatch(/^v24\./);
  expect(step.annotations).toEqual([
    {
      level: "error",
      message: "100% wrong :: here",
      properties: { title: "A: title, with a = sign", file: "data/a.csv", line: "3", col: "7" },
    },
    { level: "warning", message: "first line\nsecond line", properties: {} },
    { level: "notice", message: "for the record", properties: {} },
  ]);
  expect(run.annotations).toEqual(step.annotations);
  expect(step.summary).toBe("# Verdict\n\nSeveral | columns\n");
  expect(run.masks).toContain("correct-horse");
  expect(step.log).toContain("the secret is ***");
  expect(run.logText).not.toContain("correct-horse");
  const post = run.step("one", "fixture", "post");
  expect(post.log).toContain('post has the state: hello: a "quoted" world');
  expect(post.summary).toBe("Cleaned up\n");
});

test("the steps see nothing of the machine's environment but what is given", async () => {
  await using repository = await createRepository(workflow(ONE_STEP));
  process.env.TITLEHOLDER_TEST_LEAK = "leaked";
  try {
    const env = { GITHUB_API_URL: "http://127.0.0.1:9", GIVEN: "yes" };
    const run = await runWorkflow({ repository, workflow: "test.yml", actions: FIXTURE, env });
    const seen = (run.step("one", "fixture").outputs.environment ?? "").split(" ");
    expect(seen).toEqual(expect.arrayContaining(["GIVEN", "HOME", "ACTIONS_RESULTS_URL", "RUNNER_TEMP"]));
    expect(seen).not.toContain("TITLEHOLDER_TEST_LEAK");
    expect(seen.filter((name) => /npm_|NODE_|PIP_|CERT|VITEST/.test(name))).toEqual([]);
  } finally {
    delete process.env.TITLEHOLDER_TEST_LEAK;
  }
});

test("an input that the workflow does not write arrives empty, as on GitHub", async () => {
  await using repository = await createRepository(
    workflow(`\n  one:\n    runs-on: ubuntu-24.04\n    steps: [{ id: fixture, uses: "${USES}" }]\n`),
  );
  const run = await runWorkflow({ repository, workflow: "test.yml", actions: FIXTURE });
  expect(run.step("one", "fixture").outputs).toMatchObject({ greeting: "", "input-was-set": "true" });
});

test("a failing action fails its job, the jobs that need it are skipped, and its post still runs", async () => {
  await using repository = await createRepository(
    workflow(`
  bad:
    runs-on: ubuntu-24.04
    steps:
      - id: fixture
        uses: ${USES}
        with: { greeting: bye, fail: "true" }
      - id: after
        run: echo not reached
  next:
    needs: bad
    runs-on: ubuntu-24.04
    steps: [{ run: echo not reached either }]
`),
  );
  const run = await runWorkflow({ repository, workflow: "test.yml", actions: FIXTURE });
  expect(run.ok).toBe(false);
  expect(run.job("bad").result).toBe("failure");
  expect(run.job("next").result).toBe("skipped");
  expect(run.step("bad", "fixture").outcome).toBe("failure");
  expect(run.step("bad", "fixture").outputs.greeting).toBe("bye");
  expect(run.step("bad", "fixture", "post").log).toContain("post has the state: bye");
  expect(() => run.step("bad", "after")).toThrow(/these did: fixture \(main\), fixture \(post\)/);
  expect(run.logText).not.toContain("not reached");
});

test("artifacts travel from job to job through act's artifact server", async () => {
  await using repository = await createRepository({
    "data/a.csv": "x\n1\n",
    ...workflow(`
  write:
    runs-on: ubuntu-24.04
    steps:
      - uses: ${CHECKOUT}
      - run: mkdir -p .titleholder/churn/train && cp data/a.csv .titleholder/churn/train/report.json
      - uses: ${UPLOAD}
        with: { name: titleholder-churn-train-write-1, path: .titleholder, include-hidden-files: "true" }
      - uses: ${UPLOAD}
        with: { name: visible, path: "data/*.csv" }
      - uses: ${UPLOAD}
        with: { name: nothing, path: .titleholder }
  read:
    needs: write
    runs-on: ubuntu-24.04
    steps:
      - uses: ${DOWNLOAD}
        with: { pattern: "titleholder-*", path: .titleholder }
      - uses: ${DOWNLOAD}
        with: { name: visible, path: plain }
      - id: found
        run: |
          echo "files=$(find . -type f | sort | tr '\\n' ' ')" >> "$GITHUB_OUTPUT"
          cmp plain/a.csv .titleholder/titleholder-churn-train-write-1/churn/train/report.json
`),
  });
  const run = await runWorkflow({ repository, workflow: "test.yml" });
  expect(run.ok, run.logText).toBe(true);
  expect(run.step("read", "found").outputs.files).toBe(
    "./.titleholder/titleholder-churn-train-write-1/churn/train/report.json ./plain/a.csv ",
  );
  expect([...run.artifacts.keys()]).toEqual(["titleholder-churn-train-write-1", "visible"]);
  expect(run.artifacts.get("titleholder-churn-train-write-1")?.get("churn/train/report.json")?.toString()).toBe(
    "x\n1\n",
  );
  expect(run.step("write", "4").annotations).toMatchObject([{ level: "warning" }]);
});

test("a job on the team's own runner is told from one on GitHub's, and finds the native packages", async () => {
  await using repository = await createRepository(
    workflow(`
  hosted:
    runs-on: ubuntu-latest
    steps: [{ id: fixture, uses: "${USES}" }]
  own:
    runs-on: \${{ vars.TITLEHOLDER_RUNNER }}
    steps: [{ id: fixture, uses: "${USES}" }]
`),
  );
  const vars = { TITLEHOLDER_RUNNER: "models-1" };
  const toolCache = await filledToolCache();
  const run = await runWorkflow({ repository, workflow: "test.yml", actions: FIXTURE, toolCache, vars });
  const natives = expect.stringMatching(/_duckdb_node-api-\d.* onnxruntime-node-\d/);
  expect(run.step("hosted", "fixture").outputs).toMatchObject({ runner: "github-hosted", "tool-cache": natives });
  expect(run.step("own", "fixture").outputs).toMatchObject({ runner: "self-hosted", "tool-cache": natives });
});

test("a pull request is run on its merge commit with the event of GitHub", async () => {
  await using repository = await createRepository({
    "data/a.csv": "old",
    ...workflow(`
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: ${CHECKOUT}
      - id: seen
        env: { HEAD: "\${{ github.event.pull_request.head.repo.full_name }}" }
        run: |
          echo "data=$(cat data/a.csv)" >> "$GITHUB_OUTPUT"
          echo "head=$HEAD" >> "$GITHUB_OUTPUT"
          echo "ref=$GITHUB_REF base=$GITHUB_BASE_REF" >> "$GITHUB_OUTPUT"
          echo "parents=$(git log -1 --format=%P | wc -w)" >> "$GITHUB_OUTPUT"
`),
  });
  const event = await repository.openPullRequest({ files: { "data/a.csv": "new" }, from: "mallory/churn", number: 12 });
  const run = await runWorkflow({ repository, workflow: "test.yml", event });
  expect(run.step("one", "seen").outputs).toMatchObject({
    data: "new",
    head: "mallory/churn",
    ref: "refs/pull/12/merge base=main",
    parents: "2",
  });
});

test("a cancelled run kills the running step and still runs its post", async () => {
  await using repository = await createRepository(workflow(LINGERS));
  const run = await runWorkflow({
    repository,
    workflow: "test.yml",
    actions: FIXTURE,
    onRecord: (record, cancel) => {
      if (record.msg.includes("lingering")) cancel();
    },
  });
  expect(run.ok).toBe(false);
  expect(run.step("one", "fixture").outcome).toBe("failure");
  expect(run.step("one", "fixture", "post").outcome).toBe("success");
});

test("a run out of time is ended and told with the end of its log", async () => {
  await using repository = await createRepository(workflow(LINGERS));
  const run = runWorkflow({ repository, workflow: "test.yml", actions: FIXTURE, timeout: 2_000 });
  await expect(run).rejects.toThrow(/took longer than 2000 ms.*lingering/s);
});

test("a workflow that cannot run is an error of the harness, never an empty success", async () => {
  await using repository = await createRepository(
    workflow(`\n  one:\n    runs-on: ubuntu-24.04\n    steps: [{ uses: acme/other@v1 }]\n`, "[workflow_dispatch]"),
  );
  const options = { repository, workflow: "test.yml", event: await repository.dispatch() };
  await expect(runWorkflow(options)).rejects.toThrow(/no local folder stands for the action repository acme\/other/);
  const actions = { "acme/other": join(FIXTURE["OWNER/titleholder"], "actions", "fixture") };
  await expect(runWorkflow({ ...options, actions, event: await repository.push() })).rejects.toThrow(
    /act ran no job of test\.yml/,
  );
});
