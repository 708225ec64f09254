import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { CHECKOUT, toolPath } from "../support/tools.ts";

const run = promisify(execFile);

/** Our own actions as the examples name them. */
const OWN = /OWNER\/titleholder\/(actions\/[a-z-]+)@1{40}/g;

const GOOD = `name: good
on: push
permissions: {}
concurrency: { group: good, cancel-in-progress: true }
jobs:
  one:
    name: One
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - name: Greet
        run: echo hello
`;

interface Verdict {
  readonly exitCode: number;
  readonly output: string;
}

async function lint(tool: "actionlint" | "zizmor", args: readonly string[], cwd = CHECKOUT): Promise<Verdict> {
  try {
    const { stdout } = await run(toolPath(tool), args, { cwd });
    return { exitCode: 0, output: stdout };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "stdout" in error && "stderr" in error)) throw error;
    if (typeof error.code !== "number") throw error;
    return { exitCode: error.code, output: `${error.stdout}${error.stderr}` };
  }
}

/** Without shellcheck and pyflakes, which some machines have and others have not. */
async function actionlint(files: readonly string[], cwd = CHECKOUT): Promise<Verdict> {
  return await lint("actionlint", ["-no-color", "-shellcheck=", "-pyflakes=", ...files], cwd);
}

async function zizmor(files: readonly string[], cwd = CHECKOUT): Promise<Verdict> {
  return await lint("zizmor", ["--offline", "--persona=auditor", "--no-config", "--no-progress", ...files], cwd);
}

async function workflowFiles(): Promise<readonly string[]> {
  const folders = ["workflows-examples", ".github/workflows"];
  const names = await Promise.all(
    folders.map(async (folder) => (await readdir(join(CHECKOUT, folder))).map((name) => `${folder}/${name}`)),
  );
  return names.flat().filter((name) => /\.ya?ml$/.test(name));
}

async function inFolder<T>(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-lint-"));
  try {
    await mkdir(join(folder, ".github", "workflows"), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, ".github", "workflows", name), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("there are examples for pull requests, releases and monitoring, and the project's own workflow", async () => {
  expect(await workflowFiles()).toEqual(
    expect.arrayContaining([
      "workflows-examples/data-gate.yml",
      "workflows-examples/monitor.yml",
      "workflows-examples/pull-request.yml",
      "workflows-examples/release.yml",
      ".github/workflows/ci.yml",
    ]),
  );
});

test("actionlint and zizmor find nothing in any workflow", async () => {
  const files = await workflowFiles();
  expect(await actionlint(files)).toEqual({ exitCode: 0, output: "" });
  expect(await zizmor(files)).toMatchObject({ exitCode: 0, output: expect.stringContaining("No findings to report") });
});

test("nothing is ignored: no comment and no configuration of either linter", async () => {
  for (const file of await workflowFiles()) {
    expect(await readFile(join(CHECKOUT, file), "utf8"), file).not.toMatch(/zizmor:\s*ignore|actionlint/i);
  }
  const configurations = (await readdir(join(CHECKOUT, ".github"))).concat(await readdir(CHECKOUT));
  expect(configurations.filter((name) => /^(zizmor|actionlint)\.ya?ml$/.test(name))).toEqual([]);
});

test("every third-party action is pinned to a commit, and our own to the placeholder", async () => {
  for (const file of await workflowFiles()) {
    const text = await readFile(join(CHECKOUT, file), "utf8");
    for (const [line] of text.matchAll(/^.*\buses:.*$/gm)) {
      expect(line, file).toMatch(
        /uses: (actions\/[\w-]+@[0-9a-f]{40}|OWNER\/titleholder\/actions\/[a-z-]+@1{40}) # v\d/,
      );
    }
  }
});

test("actionlint finds a planted mistake, and nothing in the same workflow without it", async () => {
  await inFolder({ "good.yml": GOOD, "bad.yml": GOOD.replace("runs-on:", "run-on:") }, async (folder) => {
    expect(await actionlint([".github/workflows/good.yml"], folder)).toEqual({ exitCode: 0, output: "" });
    const bad = await actionlint([".github/workflows/bad.yml"], folder);
    expect(bad.exitCode).toBe(1);
    expect(bad.output).toContain('unexpected key "run-on" for "job" section');
  });
});

test("zizmor finds a planted injection, and nothing in the same workflow without it", async () => {
  const injected = GOOD.replace("on: push", "on: issues").replace(
    "echo hello",
    `echo \${{ github.event.issue.title }}`,
  );
  await inFolder({ "good.yml": GOOD, "bad.yml": injected }, async (folder) => {
    expect(await zizmor([".github/workflows/good.yml"], folder)).toMatchObject({ exitCode: 0 });
    const bad = await zizmor([".github/workflows/bad.yml"], folder);
    expect(bad.exitCode).toBeGreaterThan(10);
    expect(bad.output).toContain("template-injection");
  });
});

/** Lints an example as if our actions lay in the same repository: then actionlint knows their inputs and outputs. */
async function lintAgainstActions(text: string): Promise<Verdict> {
  return await inFolder({ "example.yml": text.replaceAll(OWN, "./$1") }, async (folder) => {
    await mkdir(join(folder, ".git"));
    await cp(join(CHECKOUT, "actions"), join(folder, "actions"), { recursive: true });
    await cp(join(CHECKOUT, "dist"), join(folder, "dist"), { recursive: true });
    return await actionlint([".github/workflows/example.yml"], folder);
  });
}

test("the examples use only inputs and outputs that the actions declare", async () => {
  for (const file of await workflowFiles()) {
    const text = await readFile(join(CHECKOUT, file), "utf8");
    expect(await lintAgainstActions(text), file).toEqual({ exitCode: 0, output: "" });
  }
});

test("an example with an input or an output that no action declares would be found", async () => {
  const text = await readFile(join(CHECKOUT, "workflows-examples", "pull-request.yml"), "utf8");
  const input = await lintAgainstActions(text.replace("purpose: screen", "purposes: screen"));
  expect(input.output).toContain('input "purposes" is not defined in action');
  const output = await lintAgainstActions(text.replaceAll("outputs.model-path", "outputs.model-paths"));
  expect(output.output).toContain('property "model-paths" is not defined');
});
