import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { CHECKOUT, nodePath } from "../support/tools.ts";

const run = promisify(execFile);

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a copy of a script in a folder of its own, so that it neither sees nor changes this checkout. */
async function runScript(
  name: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  path = process.env.PATH ?? "",
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-script-"));
  try {
    await mkdir(join(folder, "scripts"));
    await cp(join(CHECKOUT, "scripts", name), join(folder, "scripts", name));
    await symlink(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    // A test runner inside a test runner must not take the outer one's variables for its own.
    const env = { PATH: path, HOME: folder, NO_COLOR: "1" };
    const child = run(nodePath(), [join("scripts", name), ...args], { cwd: folder, env });
    return await child.then(
      (ended) => ({ exitCode: 0, ...ended }),
      (error: { code: number; stdout: string; stderr: string }) => ({ ...error, exitCode: error.code }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1);
}

const PASSES = `import { test } from "vitest";\ntest("passes", () => {});\n`;
const MIXED = `import { expect, test } from "vitest";
test("passes", () => {});
test("fails", () => expect(1).toBe(2));
test.todo("is to be written");
`;

test("the test run ends with the counts, and succeeds when every test passed", async () => {
  const ended = await runScript("test.mjs", [], { "a.test.ts": PASSES, "b.test.ts": PASSES });
  expect(lastLine(ended.stdout)).toBe("2 passed, 0 failed");
  expect(ended.exitCode).toBe(0);
});

test("a failing test and a file that cannot be loaded are counted as failed, and fail the run", async () => {
  const ended = await runScript("test.mjs", [], { "a.test.ts": MIXED, "b.test.ts": 'import "./absent.ts";\n' });
  expect(lastLine(ended.stdout)).toBe("1 passed, 2 failed, 1 skipped");
  expect(ended.exitCode).toBe(1);
});

test("a run in which no test ran is no success", async () => {
  const skipped = await runScript("test.mjs", ["-t", "no such test"], { "a.test.ts": PASSES });
  expect(lastLine(skipped.stdout)).toBe("0 passed, 0 failed, 1 skipped");
  expect(skipped.exitCode).toBe(1);
  const none = await runScript("test.mjs", ["--passWithNoTests"], {});
  expect(lastLine(none.stdout)).toBe("0 passed, 0 failed");
  expect(none.exitCode).toBe(1);
});

test("the set-up script says what is missing, and changes nothing, when asked to check", async () => {
  const ended = await runScript("setup-test-tools.mjs", ["--check"], {});
  expect(ended.exitCode).toBe(1);
  for (const tool of ["act 0.2.89", "zizmor 1.32.0", "actionlint 1.7.12"]) {
    expect(ended.stdout).toContain(`missing: ${tool}`);
  }
  expect(ended.stdout).not.toContain("installing");
});

test("the set-up script says what to install where there is no Python, without a stack trace", async () => {
  const ended = await runScript("setup-test-tools.mjs", [], {}, "/nowhere");
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toBe(
    "test tools: python3 is not on PATH. Install Python 3.9 or later, then run this script again.\n",
  );
});
