import { execFileSync } from "node:child_process";
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/train.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { CiContext } from "../../src/kernel/host.ts";
import { makeReport, serializeReport } from "../../src/report/report.ts";
import { validationReport } from "../support/chain-reports.ts";
import { type TestHost, testHost } from "../support/host.ts";
import { logisticRegression } from "../support/onnx-models.ts";

const onnx = logisticRegression({ weights: { x: 1, y: -2 } });

async function train(t: TestHost, given: Record<string, unknown>) {
  const absolute = (path: unknown) => (typeof path === "string" ? join(t.cwd, path) : undefined);
  const inputs = command.inputs.parse({
    run: "echo model > out/model.bin",
    ...given,
    modelPath: absolute(given.modelPath ?? "out/model.bin"),
    ...(given.metricsPath === undefined ? {} : { metricsPath: absolute(given.metricsPath) }),
    ...(given.environmentLock === undefined ? {} : { environmentLock: absolute(given.environmentLock) }),
    ...(given.data === undefined ? {} : { data: (given.data as string[]).map(absolute) }),
    evidence: [join(t.cwd, ".titleholder/**/report.json")],
  });
  const result = await command.run(inputs, t.host, t.project);
  command.outputs.parse(result.outputs);
  command.details.parse(result.findings.details);
  const checks = Object.fromEntries(result.findings.checks.map((check) => [check.id, check]));
  return { ...result, checks, details: result.findings.details as Record<string, never> };
}

async function refusal(work: Promise<unknown>): Promise<TitleholderError> {
  const error: unknown = await work.then(
    () => new Error("accepted"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TitleholderError) return error;
  throw error;
}

const pullRequest = (fromFork: boolean): CiContext => ({
  provider: "github",
  repository: "acme/churn",
  workflow: "gate",
  job: "model",
  runId: "1",
  attempt: 1,
  sha: "0".repeat(40),
  ref: "refs/pull/1/merge",
  actor: "mallory",
  event: "pull_request",
  fromFork,
  runner: "self-hosted",
});

describe("a training that ends well", () => {
  test("leaves a model on record by its digest, with command, parameters, data and metrics", async () => {
    await using t = await testHost({ files: { "data/a.csv": "x,y\n1,2\n", "uv.lock": "locked", "model.onnx": onnx } });
    const { findings, outputs, checks } = await train(t, {
      run: 'cp model.onnx "$TITLEHOLDER_MODEL_PATH"; echo \'{"auc": 0.875, "note": "x", "odd": 1e999}\' > "$TITLEHOLDER_METRICS_PATH"',
      data: ["data/*.csv"],
      params: { depth: 6, seed: 7 },
      modelPath: "out/model.onnx",
      metricsPath: "out/metrics.json",
      environmentLock: "uv.lock",
    });
    expect(checks.exit).toMatchObject({ verdict: "pass", observed: 0 });
    expect(checks.model?.verdict).toBe("pass");
    expect(checks.metrics).toMatchObject({
      verdict: "pass",
      message: "1 metric; 2 that are no finite numbers were left out",
    });
    expect(checks["data-evidence"]?.verdict).toBe("warn");
    expect(findings.verdict).toBe("warn");
    expect(findings.subjects).toEqual([{ name: "out/model.onnx", digest: digestOf(onnx), kind: "model" }]);
    expect(findings.materials).toEqual([
      { name: "data/a.csv", digest: digestOf("x,y\n1,2\n"), kind: "data" },
      { name: "uv.lock", digest: digestOf("locked"), kind: "config" },
    ]);
    expect(outputs).toMatchObject({
      modelPath: "out/model.onnx",
      modelDigest: digestOf(onnx),
      metrics: '{"auc":0.875}',
    });
    expect(findings.details).toMatchObject({
      run: {
        launcher: "process",
        params: { depth: 6, seed: 7 },
        environmentLock: digestOf("locked"),
        exitCode: 0,
        code: null,
      },
      model: { format: "onnx", digest: digestOf(onnx) },
      metrics: { auc: 0.875 },
    });
    expect(findings.tables[0]?.rows).toEqual([["auc", 0.875]]);
    // What a report is made of has a canonical form.
    expect(() =>
      makeReport(
        { command: "train", model: "m", config: {}, run: { version: "0", started: "", finished: "", timings: {} } },
        findings,
      ),
    ).not.toThrow();
  });

  test("has the same id for the same command, parameters, data, code and lock, and another for any other", async () => {
    await using t = await testHost({ files: { "a.csv": "x\n1\n", lock: "1" } });
    const id = async (given: Record<string, unknown>) =>
      (await train(t, { environmentLock: "lock", data: ["a.csv"], ...given })).outputs.runId;
    const first = await id({ params: { a: 1, b: 2 } });
    expect(first).toMatch(/^train-[0-9a-f]{16}$/);
    expect(await id({ params: { b: 2, a: 1 } })).toBe(first);
    expect(await id({ params: { a: 1, b: 3 } })).not.toBe(first);
    expect(await id({ params: { a: 1, b: 2 }, run: "echo other > out/model.bin" })).not.toBe(first);
    await t.write("lock", "2");
    expect(await id({ params: { a: 1, b: 2 } })).not.toBe(first);
    await t.write("lock", "1");
    await t.write("a.csv", "x\n2\n");
    expect(await id({ params: { a: 1, b: 2 } })).not.toBe(first);
  });

  test("records the commit, and whether files differed from it", async () => {
    await using t = await testHost({ files: { "train.py": "pass\n" } });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
        cwd: t.cwd,
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("add", "train.py");
    git("commit", "--quiet", "-m", "first");
    const commit = git("rev-parse", "HEAD").trim();
    expect((await train(t, {})).details.run).toMatchObject({ code: { commit, dirty: false } });
    await t.write("train.py", "other\n");
    expect((await train(t, {})).details.run).toMatchObject({ code: { commit, dirty: true } });
  });

  test("may leave a folder, which is hashed and never opened", async () => {
    await using t = await testHost();
    const { outputs, details } = await train(t, {
      run: "mkdir -p out/m; echo a > out/m/a; echo b > out/m/b.pkl",
      modelPath: "out/m",
    });
    expect(outputs.modelDigest).toMatch(/^sha256:/);
    expect(details.model).toMatchObject({ format: "opaque", size: 4, signature: null });
  });

  test("of validated data rests on that report, and fails on data that failed", async () => {
    const files = { "a.csv": "x\n1\n" };
    await using t = await testHost({ files });
    const passed = serializeReport(validationReport(files, { finished: "2026-01-01T00:00:00.000Z" }));
    await t.write(".titleholder/default/validate-data/report.json", passed.bytes);
    const good = await train(t, { data: ["a.csv"] });
    expect(good.checks["data-evidence"]?.verdict).toBe("pass");
    expect(good.findings.verdict).toBe("pass");
    expect(good.findings.materials).toContainEqual({
      name: ".titleholder/default/validate-data/report.json",
      digest: passed.digest,
      kind: "report",
    });
    const failed = serializeReport(validationReport(files, { verdict: "fail", finished: "2026-01-02T00:00:00.000Z" }));
    await t.write(".titleholder/later/report.json", failed.bytes);
    expect((await train(t, { data: ["a.csv"] })).checks["data-evidence"]?.verdict).toBe("fail");
    await t.write("a.csv", "x\n2\n");
    expect((await train(t, { data: ["a.csv"] })).checks["data-evidence"]?.verdict).toBe("warn");
  });
});

describe("what the command is given", () => {
  test("comes by environment: data, parameters one by one and as JSON, paths, the seed", async () => {
    await using t = await testHost({ files: { "a b.csv": "x\n1\n" } });
    await train(t, {
      run: 'env > seen; cp "$TITLEHOLDER_DATA_FILE" list; echo m > out/model.bin',
      data: ["*.csv"],
      params: { "max-depth": 6, name: 'it\'s "x" $(touch hacked)', seed: 7, layers: [1, 2] },
    });
    const seen = new Map(
      (await readFile(join(t.cwd, "seen"), "utf8"))
        .split("\n")
        .map((line) => [line.split("=")[0], line.split("=").slice(1).join("=")]),
    );
    expect(seen.get("TITLEHOLDER_PARAM_MAX_DEPTH")).toBe("6");
    expect(seen.get("TITLEHOLDER_PARAM_NAME")).toBe('it\'s "x" $(touch hacked)');
    expect(seen.get("TITLEHOLDER_PARAM_LAYERS")).toBe("[1,2]");
    expect(seen.get("TITLEHOLDER_SEED")).toBe("7");
    expect(JSON.parse(seen.get("TITLEHOLDER_PARAMS") ?? "")).toMatchObject({ "max-depth": 6, seed: 7 });
    expect(JSON.parse(seen.get("TITLEHOLDER_DATA") ?? "")).toEqual([join(t.cwd, "a b.csv")]);
    expect(JSON.parse(await readFile(join(t.cwd, "list"), "utf8"))).toEqual([join(t.cwd, "a b.csv")]);
    expect(seen.get("TITLEHOLDER_MODEL_PATH")).toBe(join(t.cwd, "out/model.bin"));
    expect(seen.get("TITLEHOLDER_OUTPUT_DIR")).toBe(join(t.cwd, "out"));
    expect(await t.host.files.facts(join(t.cwd, "hacked"))).toBeUndefined();
  });

  test("is in a file when a variable cannot hold it", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 800 }, (_, i) => [`data/${"long-name-".repeat(8)}${i}.csv`, "x\n"]),
    );
    await using t = await testHost({ files });
    await train(t, {
      run: 'cp "$TITLEHOLDER_DATA_FILE" list; echo "[$TITLEHOLDER_DATA]" > variable; echo m > out/model.bin',
      data: ["data"],
    });
    expect((JSON.parse(await readFile(join(t.cwd, "list"), "utf8")) as string[]).length).toBe(800);
    expect(await readFile(join(t.cwd, "variable"), "utf8")).toBe("[]\n");
    expect(await refusal(train(t, { params: { text: "x".repeat(70_000) } }))).toMatchObject({
      code: "TH_TRAIN_PARAMS",
      place: { input: "params" },
    });
  });

  test("holds no input, token or state of the step", async () => {
    const planted = [
      "INPUT_RUN",
      "INPUT_TOKEN",
      "STATE_x",
      "GITHUB_TOKEN",
      "ACTIONS_RUNTIME_TOKEN",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "GITHUB_OUTPUT",
    ];
    for (const name of planted) process.env[name] = `canary-${name}`;
    await using t = await testHost();
    for (const name of planted) delete process.env[name];
    await train(t, { run: "env; cat /proc/$$/environ; echo m > out/model.bin" });
    expect(t.logs.length).toBeGreaterThan(5);
    expect(t.logs.join("\n")).not.toContain("canary");
  });
});

describe("a training that fails", () => {
  test("by its exit code has the last words as evidence, and no model", async () => {
    await using t = await testHost({ files: { "out/model.bin": "old" } });
    const { findings, outputs, checks } = await train(t, {
      run: "echo m > out/model.bin; echo 'KeyError: churned' >&2; exit 3",
    });
    expect(findings.verdict).toBe("fail");
    expect(findings.summary).toBe("training failed");
    expect(checks.exit).toMatchObject({ verdict: "fail", observed: 3, expected: 0 });
    expect(checks.exit?.message).toBe("the command ended with exit code 3; its last words: KeyError: churned");
    expect(findings.subjects).toEqual([]);
    expect(outputs.modelDigest).toBe("");
  });

  test("by its time limit", async () => {
    await using t = await testHost();
    const { checks } = await train(t, { run: "sleep 60", timeLimit: "300ms" });
    expect(checks.exit?.message).toContain("stopped at its time limit of 300ms");
    expect((await refusal(train(t, { timeLimit: "soon" }))).code).toBe("TH_DURATION");
  });

  test.each([
    ["no model", "true", "the command left no model at out/model.bin"],
    ["an empty folder", "mkdir out/model.bin", "the folder out/model.bin is empty"],
  ])("by leaving %s", async (_what, run, message) => {
    await using t = await testHost();
    const { findings, checks } = await train(t, { run });
    expect(findings.verdict).toBe("fail");
    expect(findings.summary).toBe("training ended well but left no new model");
    expect(checks.model).toMatchObject({ verdict: "fail", message });
  });

  test("by leaving the model, the folder or the metrics of an earlier run where they are", async () => {
    await using t = await testHost({
      files: { "out/model.bin": "old", "out/m/weights": "old", "out/metrics.json": '{"auc": 1}' },
    });
    expect((await train(t, { run: "true" })).checks.model?.message).toContain("is what was there before");
    expect((await train(t, { run: "true", modelPath: "out/m" })).checks.model?.message).toContain(
      "is what was there before",
    );
    const stale = await train(t, { metricsPath: "out/metrics.json" });
    expect(stale.checks.metrics).toMatchObject({ verdict: "fail", message: "the command left no new metrics here" });
    expect(stale.outputs.metrics).toBe("{}");
    await writeFile(join(t.cwd, "out/model.bin.metrics.json"), '{"auc": 1}');
    expect((await train(t, {})).outputs.metrics).toBe("{}");
  });

  test("a model written anew is new, be its bytes the same", async () => {
    await using t = await testHost({ files: { "out/model.bin": "model\n" } });
    await utimes(join(t.cwd, "out/model.bin"), 1, 1);
    expect((await train(t, {})).checks.model?.verdict).toBe("pass");
  });

  test("by leaving something else under an ONNX model's name", async () => {
    await using t = await testHost();
    const { checks, findings } = await train(t, { run: "echo pickled > out/model.onnx", modelPath: "out/model.onnx" });
    expect(checks.model?.verdict).toBe("fail");
    expect(findings.subjects).toEqual([]);
  });

  test.each([
    ["not JSON", "echo '{auc: 1}'", "not JSON"],
    ["NaN", "echo '{\"auc\": NaN}'", "not JSON (NaN"],
    ["a list", "echo '[1]'", "not a JSON object"],
    ["huge", "head -c 1100000 /dev/zero | tr '\\0' ' '", "longer than 1.0 MB"],
    ["missing", undefined, "left no new metrics"],
  ])("by leaving metrics that are %s", async (_what, print, message) => {
    await using t = await testHost();
    const write = print === undefined ? "true" : `${print} > out/metrics.json`;
    const { checks, findings } = await train(t, {
      run: `echo m > out/model.bin; ${write}`,
      metricsPath: "out/metrics.json",
    });
    expect(checks.metrics?.verdict).toBe("fail");
    expect(checks.metrics?.message).toContain(message);
    expect(checks.metrics?.place).toEqual({ file: "out/metrics.json" });
    expect(findings.verdict).toBe("fail");
  });
});

describe("a fork", () => {
  test("is not trained, and nothing of it runs", async () => {
    await using t = await testHost({ ci: pullRequest(true) });
    const error = await refusal(train(t, { run: "touch ran" }));
    expect(error).toMatchObject({ code: "TH_TRAIN_FORK", kind: "configuration", place: { input: "allow-forks" } });
    expect(await t.host.files.facts(join(t.cwd, "ran"))).toBeUndefined();
  });

  test("is trained when that was written, and a branch of the repository always", async () => {
    await using fork = await testHost({ ci: pullRequest(true) });
    expect((await train(fork, { allowForks: true })).checks.exit?.verdict).toBe("pass");
    await using branch = await testHost({ ci: pullRequest(false) });
    expect((await train(branch, {})).checks.exit?.verdict).toBe("pass");
  });
});

describe("bad input", () => {
  test.each([
    [{ data: ["nowhere/*.csv"] }, "TH_DATA_MISSING"],
    [{ environmentLock: "nowhere.lock" }, "TH_FILE_MISSING"],
    [{ timeLimit: "1 fortnight" }, "TH_DURATION"],
  ])("%j is refused before anything runs or is written", async (given, code) => {
    await using t = await testHost();
    expect((await refusal(train(t, { ...given, run: "touch ran" }))).code).toBe(code);
    expect(await t.host.files.list(t.cwd)).toEqual([]);
  });
});

describe("a cancelled run", () => {
  test("ends the training, waits for its end, and throws why", async () => {
    const controller = new AbortController();
    await using t = await testHost({ signal: controller.signal });
    const training = train(t, {
      run: 'trap "echo saved > checkpoint; exit 1" TERM; touch begun; while :; do sleep 0.05; done',
    });
    const thrown = expect(training).rejects.toThrow("stopped by the test");
    while ((await t.host.files.facts(join(t.cwd, "begun"))) === undefined) await wait(20);
    controller.abort(new Error("stopped by the test"));
    await thrown;
    expect(await readFile(join(t.cwd, "checkpoint"), "utf8")).toBe("saved\n");
  });
});

describe("the training's log", () => {
  test("arrives as lines, in one group", async () => {
    await using t = await testHost();
    await train(t, {
      run: "echo one; echo two >&2; printf 'a\\rb\\rc\\n'; printf la; echo err >&2; printf st; echo m > out/model.bin",
    });
    const from = t.logs.indexOf("group training log");
    expect(t.logs.slice(from + 1).sort()).toEqual(["info c", "info err", "info last", "info one", "info two"]);
  });
});

test("a model path in a folder that does not exist yet is made for the command", async () => {
  await using t = await testHost();
  await mkdir(join(t.cwd, "other"));
  const { checks } = await train(t, { run: "echo m > deep/er/model", modelPath: "deep/er/model" });
  expect(checks.model?.verdict).toBe("pass");
});
