import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type StepResult, type Workspace, workspace } from "../support/action-step.ts";
import { buildTimeoutMs, builtDist, olderNode } from "../support/dist.ts";

beforeAll(async () => {
  await builtDist();
}, buildTimeoutMs);

const good = { run: "echo model > out/model.bin", "model-path": "out/model.bin" };
const actions = ["validate-data", "train", "evaluate-vs-champion", "register-model", "canary-deploy", "drift-report"];

/** Lines that a runner takes for commands (actions/runner, ActionCommand.cs), by command. */
function commandsIn(result: StepResult): readonly string[] {
  return result.lines.flatMap((line) => {
    // A line of the first form is not looked at for the second.
    const name = /^[\s\u0085]*::([^: ]+).*?::/.exec(line)?.[1] ?? /##\[([a-zA-Z-]+)/.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}

/** What a step that had no result must look like. */
async function expectRefusal(
  at: Workspace,
  result: StepResult,
  code: string,
  before: readonly string[],
): Promise<void> {
  expect(result.code).toBe(2);
  expect(result.output).toContain(`title=${code}`);
  expect(result.output).toContain("%0A  fix: ");
  expect(result.output).not.toMatch(/\n\s+at |node:internal|\.js:\d/);
  expect(commandsIn(result)).toEqual(["error"]);
  expect(result.outputs).toEqual({});
  expect(result.summary).toBe("");
  expect((await readdir(at.path)).sort()).toEqual([...before].sort());
  expect(result.left).toEqual([]);
}

describe("a step that ends well", () => {
  test("writes outputs, summary and report, and nothing to the environment", async () => {
    await using at = await workspace({
      "titleholder.yaml": "version: 1\nmodels:\n  churn:\n    train: { params: { depth: 6 } }\n",
    });
    const result = await at.step("train", { with: good });
    expect(result.code).toBe(0);
    expect(result.outputs).toMatchObject({
      verdict: "warn",
      report: ".titleholder/churn/train/report.json",
      "model-path": "out/model.bin",
      "model-digest": `sha256:${createHash("sha256").update("model\n").digest("hex")}`,
    });
    expect(result.outputs["run-id"]).toMatch(/^train-[0-9a-f]{16}$/);
    const bytes = await readFile(join(at.path, result.outputs.report ?? ""));
    expect(result.outputs["report-digest"]).toBe(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    const report = JSON.parse(bytes.toString()) as { config: object; run: { ci: object }; summary: string };
    expect(report.config).toMatchObject({
      run: { from: "input" },
      params: { value: { depth: 6 }, from: "file" },
      mode: { from: "default" },
    });
    expect(report.run.ci).toMatchObject({
      provider: "github",
      repository: "acme/churn",
      job: "model",
      fromFork: false,
    });
    expect((await readdir(join(at.path, ".titleholder/churn/train"))).sort()).toEqual([
      "report.html",
      "report.json",
      "report.junit.xml",
      "report.sarif",
    ]);
    expect(result.summary).toContain(report.summary);
    expect(result.output).toContain("no artifact service in this run");
    expect(commandsIn(result)).not.toContain("error");
    expect(result.left).toEqual([]);
  });

  test("loads its native package from its own installation, never from the workspace", async () => {
    await using at = await workspace({
      "data.csv": "id,age\n1,30\n2,41\n",
      "contract.yaml": [
        "apiVersion: v3.1.0",
        "kind: DataContract",
        "id: people",
        "version: 1.0.0",
        "status: active",
        "schema:",
        "  - name: people",
        "    properties:",
        "      - { name: id, logicalType: integer, required: true, unique: true }",
        "      - { name: age, logicalType: integer }",
        "",
      ].join("\n"),
      "node_modules/@duckdb/node-api/package.json":
        '{ "name": "@duckdb/node-api", "version": "1.5.5-r.5", "main": "index.js" }',
      "node_modules/@duckdb/node-api/index.js": 'require("node:fs").writeFileSync("hacked", "");',
    });
    const result = await at.step("validate-data", { with: { data: "data.csv", contract: "contract.yaml" } });
    expect(result.output).not.toContain("TH_");
    expect(result.code).toBe(0);
    expect(result.outputs.verdict).toBe("pass");
    await expect(stat(join(at.path, "hacked"))).rejects.toThrow();
  });
});

describe("a verdict against it", () => {
  test("fails the job with outputs, an annotation and the summary", async () => {
    await using at = await workspace();
    const result = await at.step("train", { with: { ...good, run: "echo 'no column churned' >&2; exit 3" } });
    expect(result.code).toBe(1);
    expect(result.outputs.verdict).toBe("fail");
    expect(result.lines).toContain(
      "::error title=exit::the command ended with exit code 3; its last words: no column churned",
    );
    expect(result.lines).toContain("::error title=train::fail: training failed");
    expect(result.summary).toContain("training failed");
  });

  test("lets it succeed when it only reports", async () => {
    await using at = await workspace();
    const result = await at.step("train", { with: { ...good, run: "exit 3", mode: "report-only" } });
    expect(result.code).toBe(0);
    expect(result.outputs.verdict).toBe("fail");
  });

  test("is told without annotations when none are wanted", async () => {
    await using at = await workspace();
    const result = await at.step("train", { with: { ...good, run: "exit 3", annotations: "false" } });
    expect(result.lines.filter((line) => line.startsWith("::error"))).toEqual([
      "::error title=train::fail: training failed",
    ]);
  });
});

describe("bad input", () => {
  test.each(actions.filter((name) => name !== "canary-deploy"))(
    "%s with nothing at all says what it needs",
    async (name) => {
      await using at = await workspace();
      const result = await at.step(name);
      await expectRefusal(at, result, "TH_INPUT_MISSING", []);
    },
  );

  test.each([
    [{ mode: "enforced" }, "TH_INPUT_VALUE", 'did you mean "enforce"?'],
    [{ "allow-forks": "yes" }, "TH_INPUT_BOOLEAN", "write true or false"],
    [{ params: "{ a: " }, "TH_INPUT_SYNTAX", "write YAML or JSON"],
    [{ params: "5" }, "TH_INPUT_VALUE", "write a mapping"],
    [{ modelpath: "x" }, "TH_INPUT_UNKNOWN", 'did you mean "model-path"?'],
    [{ "time-limit": "soon" }, "TH_DURATION", "write a number and a unit"],
    [{ data: "nowhere/*.csv" }, "TH_DATA_MISSING", ""],
    [{ config: "nowhere.yaml" }, "TH_CONFIG_MISSING", "point `config`"],
    [{ "working-directory": "nowhere" }, "TH_INPUT_DIRECTORY", "existing folder"],
    [{ report: "folder" }, "TH_OUTPUT_PATH", "name a file"],
  ] as const)("%j", async (given, code, fix) => {
    await using at = await workspace({ "folder/file": "x" });
    const result = await at.step("train", { with: { ...good, ...given } });
    await expectRefusal(at, result, code, ["folder"]);
    expect(result.output).toContain(fix);
  });

  test("in titleholder.yaml is annotated there, as seen from the repository's root", async () => {
    await using at = await workspace({
      "sub/titleholder.yaml": "version: 1\nmodels:\n  m:\n    train:\n      rnu: x\n",
    });
    const result = await at.step("train", { with: { "working-directory": "sub" } });
    await expectRefusal(at, result, "TH_CONFIG_KEY", ["sub"]);
    expect(result.output).toContain("::error title=TH_CONFIG_KEY,file=sub/titleholder.yaml,line=5,col=7::");
  });

  test("of a fork is the same: its code is not run", async () => {
    await using at = await workspace({
      "event.json": JSON.stringify({ pull_request: { head: { repo: { full_name: "mallory/churn" } } } }),
    });
    const env = { GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: join(at.path, "event.json") };
    await expectRefusal(at, await at.step("train", { with: { ...good, run: "touch ran" }, env }), "TH_TRAIN_FORK", [
      "event.json",
    ]);
  });
});

describe("what the training prints", () => {
  test("is shown, and is no command to the runner", async () => {
    await using at = await workspace({
      "evil.txt": [
        "::set-output name=verdict::pass",
        "::save-state name=titleholder-phase::main",
        "   ::error file=a::not ours",
        "\u00a0::add-mask::a",
        "\u0085::add-matcher::evil.json",
        "::stop-commands::token",
        "text before ##[set-output name=verdict]pass",
        "##[add-path]/evil",
        "progress\r::warning::after a carriage return",
        "\u001b[0m::warning::after a colour",
        "",
      ].join("\n"),
    });
    const result = await at.step("train", { with: { ...good, run: "cat evil.txt; cat evil.txt >&2; exit 1" } });
    expect(result.output).toContain("| ::set-output name=verdict::pass");
    expect(result.output).toContain("text before ## [set-output name=verdict]pass");
    expect(new Set(commandsIn(result))).toEqual(new Set(["group", "endgroup", "error"]));
    const ours = result.lines.filter((line) => /^::(warning|error)/.test(line));
    expect(ours.every((line) => /^::(warning|error) title=/.test(line))).toBe(true);
    expect(result.outputs.verdict).toBe("fail");
    expect(result.state).toEqual({});
  });
});

describe("a step that is stopped", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s ends its training, tells so, and leaves nothing half-written", async (signal, code) => {
    await using at = await workspace();
    const run = 'trap "echo saved; exit 1" TERM; echo $$ > pid; echo begun; while :; do sleep 0.05; done';
    let asked = false;
    const result = await at.step("train", {
      with: { ...good, run },
      onOutput: (text, kill) => {
        if (asked || !text.includes("begun")) return;
        asked = true;
        kill(signal);
      },
    });
    expect(result.code).toBe(code);
    expect(result.output).toContain(`::error title=cancelled::cancelled: stopped by ${signal}`);
    expect(result.outputs).toEqual({});
    expect((await readdir(at.path)).sort()).toEqual(["out", "pid"]);
    expect(result.left).toEqual([]);
    const pid = Number(await readFile(join(at.path, "pid"), "utf8"));
    await expect(stat(`/proc/${pid}`)).rejects.toThrow();
  });

  test("is gone before its runner loses patience, with a training that does not listen", async () => {
    await using at = await workspace();
    const timers: NodeJS.Timeout[] = [];
    const result = await at.step("train", {
      with: { ...good, run: 'trap "" TERM; echo $$ > pid; echo begun; while :; do sleep 0.05; done' },
      onOutput: (text, kill) => {
        if (timers.length > 0 || !text.includes("begun")) return;
        kill("SIGINT");
        // A runner's own times.
        timers.push(setTimeout(() => kill("SIGTERM"), 7500));
        timers.push(setTimeout(() => kill("SIGKILL"), 10_000));
      },
    });
    for (const timer of timers) clearTimeout(timer);
    expect(result.code).toBe(130);
    expect(result.left).toEqual([]);
    await expect(stat(`/proc/${Number(await readFile(join(at.path, "pid"), "utf8"))}`)).rejects.toThrow();
  });
});

describe("the post step", () => {
  test("is told from the main one by its state, and does nothing where nothing is left to do", async () => {
    await using at = await workspace();
    const main = await at.step("canary-deploy", { with: { plan: "nonsense" } });
    expect(main.code).toBe(2);
    expect(main.state).toEqual({ "titleholder-phase": "main" });
    const post = await at.step("canary-deploy", { with: { plan: "nonsense" }, state: main.state });
    expect(post).toMatchObject({ code: 0, output: "", outputs: {}, summary: "" });
  });

  test("is none for an action that leaves nothing behind", async () => {
    await using at = await workspace();
    expect((await at.step("train", { with: good })).state).toEqual({});
  });
});

describe("an installation", () => {
  test("on an older Node says so and exits 2, as action and as CLI", async () => {
    const old = await olderNode();
    // Where this machine has none, a Node that says it is one.
    const node = old ?? process.execPath;
    await using at = await workspace({
      "older.cjs": 'Object.defineProperty(process.versions, "node", { value: "20.1.0" });',
    });
    const nodeFlags = old === undefined ? ["-r", join(at.path, "older.cjs")] : [];
    const result = await at.step("train", { with: good, node, nodeFlags });
    expect(result.code).toBe(2);
    expect(result.output).toMatch(
      /^::error title=TH_NODE::Titleholder needs Node 24 or newer, this is v\d+\.\d+\.\d+\. Fix: .*\n$/,
    );
    if (old === undefined) return;
    const cli = await at.cli(["train"], { node });
    expect(cli.code).toBe(2);
    expect(cli.output).toMatch(/^TH_NODE: Titleholder needs Node 24/);
  });
});
