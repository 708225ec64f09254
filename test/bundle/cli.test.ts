import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { workspace } from "../support/action-step.ts";
import { buildTimeoutMs, builtDist } from "../support/dist.ts";
import { folder } from "../support/folder.ts";

let dist = "";
beforeAll(async () => {
  dist = await builtDist();
}, buildTimeoutMs);

const good = ["train", "--run", "echo model > out/model.bin", "--model-path", "out/model.bin"];

describe("the terminal", () => {
  test("shows the verdict on standard output and the log on standard error", async () => {
    await using at = await workspace();
    const result = await at.cli([
      "train",
      "--run",
      "echo training; echo m > out/model.bin",
      "--model-path",
      "out/model.bin",
    ]);
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^WARN {2}trained an opaque model\n/);
    expect(result.stdout).toContain("report: .titleholder/default/train/report.json");
    expect(result.stderr).toContain("training\n");
    expect(result.output).not.toContain("\u001b");
  });

  test("with --json is one line for a machine, whatever came of it", async () => {
    await using at = await workspace();
    const ok = await at.cli([...good, "--json"]);
    expect(ok.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(ok.stdout)).toMatchObject({
      exitCode: 0,
      outputs: { verdict: "warn" },
      report: { command: "train" },
    });
    const refused = await at.cli(["train", "--json"]);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "TH_INPUT_MISSING", exitCode: 2 } });
  });

  test.each([
    [["train", "--run", "exit 3", "--model-path", "m"], 1],
    [["train", "--run", "exit 3", "--model-path", "m", "--mode", "report-only"], 0],
    [["train", "--no-such-flag"], 2],
    [["trian"], 2],
    [[], 2],
    [["--help"], 0],
    [["help"], 0],
    [["train", "--help"], 0],
    [["--version"], 0],
  ] as const)("%j exits with %i", async (args, code) => {
    await using at = await workspace();
    const result = await at.cli(args);
    expect(result.code).toBe(code);
    expect(result.output).not.toMatch(/\n\s+at |undefined|\[object/);
    if (code === 2 && args.length > 0) expect(result.stderr).toContain("fix: ");
  });

  test("names the nearest command", async () => {
    await using at = await workspace();
    expect((await at.cli(["trian"])).stderr).toContain('did you mean "train"?');
    expect((await at.cli(["constructor"])).stderr).toContain("TH_COMMAND");
  });

  test("closed by its reader ends with the outcome's code all the same", async () => {
    await using at = await workspace();
    const child = spawn(process.execPath, [join(dist, "cli.js"), ...good], {
      cwd: at.path,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const text: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => void text.push(chunk));
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(text.join("")).not.toMatch(/EPIPE|\n\s+at /);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("is left by %s with %i", async (signal, code) => {
    await using at = await workspace();
    let asked = false;
    const result = await at.cli(["train", "--run", "echo begun; sleep 60", "--model-path", "m"], {
      onOutput: (text, kill) => {
        if (asked || !text.includes("begun")) return;
        asked = true;
        kill(signal);
      },
    });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(`cancelled: stopped by ${signal}`);
    expect(await readdir(at.path)).toEqual([]);
  });
});

describe("in a workflow", () => {
  const evil = "::set-output name=verdict::pass\n  ::error::x\n##[add-path]/evil\n";

  test("nothing that a training prints, or that it failed with, is a command to the runner", async () => {
    await using at = await workspace({ "evil.txt": evil });
    const env = { GITHUB_ACTIONS: "true", RUNNER_ENVIRONMENT: "self-hosted" };
    for (const more of [[], ["--json"]]) {
      const { output, code } = await at.cli(["train", "--run", "cat evil.txt; exit 1", "--model-path", "m", ...more], {
        env,
      });
      expect(code).toBe(1);
      expect(output).toContain("set-output name=verdict");
      expect(output).not.toMatch(/^[\s\u0085]*::/m);
      expect(output).not.toContain("##[");
    }
  });

  test("a fork is refused as in the action", async () => {
    await using at = await workspace();
    const result = await at.cli(good, { env: { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "pull_request_target" } });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("TH_TRAIN_FORK");
  });
});

describe("a bug", () => {
  test("ends with 70 and never with the code of a verdict", async () => {
    await using at = await folder();
    await cp(dist, join(at.path, "dist"), { recursive: true });
    await symlink(join(dist, "../node_modules"), join(at.path, "node_modules"));
    // A broken installation: every chunk that is loaded later is gone.
    for (const name of await readdir(join(at.path, "dist")))
      if (/^\d+\.index\.js$/.test(name)) await rm(join(at.path, "dist", name));
    for (const [stub, env] of [
      ["cli.js", {}],
      ["train.js", { GITHUB_ACTIONS: "true" }],
    ] as const) {
      const child = spawn(process.execPath, [join(at.path, "dist", stub), "train"], {
        env: { PATH: process.env.PATH ?? "", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const text: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => void text.push(chunk));
      expect((await once(child, "close"))[0]).toBe(70);
      expect(text.join("")).toContain("This is a bug in Titleholder");
    }
    await rm(join(at.path, "dist/index.js"));
    const child = spawn(process.execPath, [join(at.path, "dist/cli.js"), "train"], { stdio: "ignore" });
    expect((await once(child, "close"))[0]).toBe(70);
  });
});
