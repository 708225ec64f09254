import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ciContext } from "../../src/hosts/ci.ts";
import { failureOf, Interrupted } from "../../src/hosts/failure.ts";
import { type Terminal, textLogger } from "../../src/hosts/loggers.ts";
import { secretForms } from "../../src/hosts/masks.ts";
import { nativeCache, scrubbedEnvironment } from "../../src/hosts/node-host.ts";
import { npmSettings, registryFor } from "../../src/hosts/npm-settings.ts";
import { runnerLog } from "../../src/hosts/runner-log.ts";
import { version } from "../../src/hosts/version.ts";
import { inert, workflowCommand } from "../../src/hosts/workflow-commands.ts";
import { configurationError, TitleholderError } from "../../src/kernel/error.ts";

const running = new AbortController().signal;
const stoppedBy = (name: "SIGINT" | "SIGTERM") => AbortSignal.abort(new Interrupted(name));

describe("what is told about something thrown", () => {
  test("to mend: 2, with code, place, message and fix, and no stack", () => {
    const failure = failureOf(
      configurationError("TH_X", "the a is b", "write c", { file: "f.yaml", line: 3, column: 5 }),
      running,
    );
    expect(failure).toEqual({
      exitCode: 2,
      title: "TH_X",
      text: "TH_X at f.yaml:3:5: the a is b\n  fix: write c",
      place: { file: "f.yaml", line: 3, column: 5 },
    });
  });

  test("a service that failed: 3", () => {
    expect(failureOf(new TitleholderError("backend", "TH_Y", "gone", "wait"), running).exitCode).toBe(3);
  });

  test("anything else is a bug: 70, with its stack", () => {
    const failure = failureOf(new RangeError("oops"), running);
    expect(failure.exitCode).toBe(70);
    expect(failure.text).toMatch(/This is a bug.*\nRangeError: oops\n\s+at /);
    expect(failureOf("a text", running)).toMatchObject({ exitCode: 70 });
    expect(failureOf(undefined, running)).toMatchObject({ exitCode: 70 });
  });

  test("a run that was stopped says so, whatever broke on the way: 130 and 143", () => {
    expect(failureOf(new Error("broken pipe"), stoppedBy("SIGINT"))).toMatchObject({
      exitCode: 130,
      text: "cancelled: stopped by SIGINT",
    });
    expect(failureOf(new TitleholderError("backend", "TH_Y", "gone", "wait"), stoppedBy("SIGTERM")).exitCode).toBe(143);
    expect(failureOf(new Error("oops"), AbortSignal.abort(new Error("time"))).exitCode).toBe(70);
  });
});

describe("secrets", () => {
  const secret = 'p@ss "w/ord"\\1';

  test("are masked in the forms they are printed in", () => {
    const forms = secretForms(secret);
    expect(forms).toContain(secret);
    expect(forms).toContain(Buffer.from(secret).toString("base64"));
    expect(forms).toContain(encodeURIComponent(secret));
    expect(forms).toContain(JSON.stringify(secret).slice(1, -1));
  });

  test("of several lines are masked line by line", () => {
    const forms = secretForms("-----BEGIN KEY-----\r\nabcdefgh\r\nxy\r\n-----END KEY-----\n");
    expect(forms).toContain("abcdefgh");
    expect(forms).toContain("-----BEGIN KEY-----");
    expect(forms).not.toContain("xy");
  });

  test("too short to be one are not masked: every word would turn into stars", () => {
    expect(secretForms("abc")).not.toContain("abc");
    expect(secretForms("")).toEqual([]);
  });
});

describe("a fork", () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/churn", GITHUB_EVENT_NAME: "pull_request" };
  const from = (name: string, event: Parameters<typeof ciContext>[1]) =>
    ciContext({ ...env, GITHUB_EVENT_NAME: name }, event)?.fromFork;
  const pull = (repo: { full_name: string } | null) => ({ pull_request: { head: { repo } } });

  test("is another head repository, or one that is gone", () => {
    expect(from("pull_request", pull({ full_name: "acme/churn" }))).toBe(false);
    expect(from("pull_request", pull({ full_name: "Acme/Churn" }))).toBe(false);
    expect(from("pull_request", pull({ full_name: "mallory/churn" }))).toBe(true);
    expect(from("pull_request", pull(null))).toBe(true);
    expect(from("pull_request_review", pull({ full_name: "mallory/churn" }))).toBe(true);
    expect(from("workflow_run", { workflow_run: { head_repository: { full_name: "mallory/churn" } } })).toBe(true);
    expect(from("workflow_run", { workflow_run: { head_repository: { full_name: "acme/churn" } } })).toBe(false);
  });

  test("is assumed where the event has foreign code run with this repository's rights, or does not say whose it is", () => {
    expect(from("pull_request_target", pull({ full_name: "acme/churn" }))).toBe(true);
    expect(from("pull_request", null)).toBe(true);
    expect(from("pull_request", {})).toBe(true);
    expect(from("workflow_run", null)).toBe(true);
    expect(from("pull_request", { pull_request: {} })).toBe(true);
  });

  test("is none where a push or a person started the run", () => {
    expect(from("push", { ref: "refs/heads/main" })).toBe(false);
    expect(from("workflow_dispatch", null)).toBe(false);
    expect(from("schedule", {})).toBe(false);
  });
});

test("outside of GitHub Actions there is no such context; in it, the runner is known", () => {
  expect(ciContext({ CI: "true" }, null)).toBeUndefined();
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_RUN_ID: "7",
    GITHUB_RUN_ATTEMPT: "2",
    GITHUB_JOB: "model",
    RUNNER_ENVIRONMENT: "github-hosted",
  };
  expect(ciContext(env, null)).toMatchObject({ runId: "7", attempt: 2, job: "model", runner: "github-hosted" });
  expect(ciContext({ ...env, RUNNER_ENVIRONMENT: "self-hosted" }, null)?.runner).toBe("self-hosted");
});

test("a child sees no inputs, tokens or state, and none of the files by which a step steers the next", () => {
  const kept = {
    PATH: "/bin",
    HOME: "/root",
    CUDA_VISIBLE_DEVICES: "0",
    GITHUB_SHA: "abc",
    RUNNER_TEMP: "/t",
    MY_INPUT_X: "1",
  };
  const withheld = {
    "INPUT_MODEL-PATH": "x",
    input_lower: "x",
    STATE_phase: "x",
    GITHUB_TOKEN: "x",
    GH_TOKEN: "x",
    GITHUB_OUTPUT: "x",
    GITHUB_ENV: "x",
    GITHUB_PATH: "x",
    GITHUB_STATE: "x",
    GITHUB_STEP_SUMMARY: "x",
    ACTIONS_RUNTIME_TOKEN: "x",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "x",
    ACTIONS_ID_TOKEN_REQUEST_URL: "x",
    ACTIONS_CACHE_URL: "x",
    ACTIONS_RESULTS_URL: "x",
    UNSET: undefined,
  };
  expect(scrubbedEnvironment({ ...withheld, ...kept })).toEqual(kept);
});

describe("npm's settings", () => {
  test("are the public registry where nothing is configured", () => {
    expect(npmSettings({}, "")).toEqual({ registry: "https://registry.npmjs.org/", scopes: {}, credentials: {} });
  });

  test("come from the user's file: comments, quotes, variables, scopes, credentials", () => {
    const file = [
      "; a comment = no setting",
      "# registry=https://wrong.example/",
      'registry = "https://mirror.example/npm"',
      "@duckdb:registry=https://other.example/",
      "//mirror.example/npm/:_authToken=$" + "{MY_TOKEN}",
      "//other.example/:_auth=dXNlcjpwYXNz",
      "//mirror.example/npm/:always-auth=true",
    ].join("\r\n");
    const npm = npmSettings({ MY_TOKEN: "t0ken" }, file);
    expect(npm).toEqual({
      registry: "https://mirror.example/npm/",
      scopes: { "@duckdb": "https://other.example/" },
      credentials: { "//mirror.example/npm/": "Bearer t0ken", "//other.example/": "Basic dXNlcjpwYXNz" },
    });
    expect(registryFor("onnxruntime-node", npm)).toEqual({
      registry: "https://mirror.example/npm/",
      authorization: "Bearer t0ken",
    });
    expect(registryFor("@duckdb/node-api", npm)).toEqual({
      registry: "https://other.example/",
      authorization: "Basic dXNlcjpwYXNz",
    });
  });

  test("of the environment win; a credential goes to the address it was written for, and no other", () => {
    const file = "//mirror.example/:_authToken=wide\n//mirror.example/npm/:_authToken=narrow\n";
    const at = (registry: string) => registryFor("x", npmSettings({ npm_config_registry: registry }, file));
    expect(at("https://mirror.example/npm/")).toEqual({
      registry: "https://mirror.example/npm/",
      authorization: "Bearer narrow",
    });
    expect(at("https://mirror.example/other")).toEqual({
      registry: "https://mirror.example/other/",
      authorization: "Bearer wide",
    });
    expect(at("https://mirror.example.evil/npm/").authorization).toBeUndefined();
    expect(at("").registry).toBe("https://registry.npmjs.org/");
  });
});

test("natives are kept in the runner's tool cache, else in the user's", () => {
  expect(nativeCache({ RUNNER_TOOL_CACHE: "/opt/tools", XDG_CACHE_HOME: "/x" })).toBe("/opt/tools");
  expect(nativeCache({ RUNNER_TOOL_CACHE: "", XDG_CACHE_HOME: "/x" })).toBe("/x/titleholder-tools");
  expect(nativeCache({})).toMatch(/\.cache\/titleholder-tools$/);
});

describe("a line of a workflow's log", () => {
  test.each([
    "::set-output name=verdict::pass",
    "  ::error::x",
    "\t\u00a0\u0085\u2003::add-mask::fail",
    "fine\n::stop-commands::x",
    "fine\r::group::x",
    "fine\r\n  ::save-state name=titleholder-phase::main",
    "##[error]x",
    "some text ##[add-matcher]x",
  ])("%j is printed and not obeyed", (text) => {
    const printed = inert(text);
    for (const line of printed.split(/\r\n|\n|\r/)) {
      expect(line.replace(/^[\s\u0085]+/, "")).not.toMatch(/^::/);
      expect(line).not.toContain("##[");
    }
    // Nothing of it is lost.
    expect(printed.replaceAll("| ", "").replaceAll("## [", "##[")).toBe(text);
  });

  test.each(["std::vector<int>", "a :: b", "## heading", "epoch 3: loss 0.2", "", "\n"])(
    "%j stays as it is",
    (text) => {
      expect(inert(text)).toBe(text);
    },
  );

  test("a command's own text cannot leave its line or its property", () => {
    expect(
      workflowCommand("error", "50%\r\n::warning::x", { title: "a:b,c\n", file: "f,line=9::x", line: 3, col: 0 }),
    ).toBe("::error title=a%3Ab%2Cc%0A,file=f%2Cline=9%3A%3Ax,line=3,col=0::50%25%0D%0A::warning::x");
    expect(workflowCommand("endgroup", "")).toBe("::endgroup::");
  });

  test("a group is closed when its body fails", async () => {
    const lines: string[] = [];
    const log = runnerLog(
      (text) => void lines.push(text),
      () => new Date(0),
    );
    await expect(log.group("build", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    log.warn("odd", { file: "a.csv", line: 2, column: 7 });
    log.debug("low");
    log.info("##[x] ::y");
    expect(lines).toEqual([
      "::group::build\n",
      "::endgroup::\n",
      "::warning file=a.csv,line=2,col=7::odd\n",
      "::debug::low\n",
      "## [x] ::y\n",
    ]);
  });
});

describe("progress", () => {
  function terminal(isTerminal: boolean) {
    let now = 0;
    const written: string[] = [];
    const settings: Terminal = {
      write: (text) => void written.push(text),
      isTerminal,
      columns: 60,
      now: () => new Date(now),
      debug: false,
    };
    return { log: textLogger(settings), written, pass: (ms: number) => (now += ms) };
  }

  test("in a log is one line in ten seconds, and none for a short task", () => {
    const { log, written, pass } = terminal(false);
    for (let done = 0; done <= 100; done += 1) {
      log.progress("rows", done, 100);
      pass(50);
    }
    expect(written).toEqual([]);
    for (let done = 0; done <= 100; done += 1) {
      log.progress("epochs", done, 100);
      pass(400);
    }
    expect(written).toEqual([
      "epochs: 25 of 100 (25%) after 10.0 s\n",
      "epochs: 50 of 100 (50%) after 20.0 s\n",
      "epochs: 75 of 100 (75%) after 30.0 s\n",
      "epochs: 100 of 100 (100%) after 40.0 s\n",
    ]);
  });

  test("on a terminal is a bar that lines pass above, and that goes when the task is done", () => {
    const { log, written, pass } = terminal(true);
    pass(1000);
    log.progress("rows", 50, 100);
    expect(written.at(-1)).toMatch(/^\[#+\.+\] rows: 50 of 100 \(50%\) after 0 ms$/);
    expect(written.at(-1)?.length).toBeLessThan(60);
    const bar = written.at(-1);
    log.info("a line");
    expect(written.slice(-3)).toEqual(["\r\x1b[2K", "a line\n", bar]);
    log.progress("rows", 100, 100);
    expect(written.at(-1)).toBe("\r\x1b[2K");
    log.info("another");
    expect(written.at(-1)).toBe("another\n");
  });

  test("without a known end counts on", () => {
    const { log, written, pass } = terminal(false);
    log.progress("bytes", 0);
    pass(11_000);
    log.progress("bytes", 1_234_567);
    expect(written).toEqual(["bytes: 1,234,567 after 11.0 s\n"]);
  });

  test("debug lines are for those who asked", () => {
    const { log, written } = terminal(false);
    log.debug("hidden");
    log.warn("seen", { file: "a", line: 1 });
    expect(written).toEqual(["warning: seen (a:1)\n"]);
  });
});

test("the program's version is the package's", async () => {
  const manifest = JSON.parse(await readFile(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
});
