import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { runProcess } from "../../src/hosts/process.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { ProcessExit, ProcessSpec } from "../../src/kernel/process.ts";
import { folder } from "../support/folder.ts";

const forever = new AbortController().signal;
const env = { PATH: process.env.PATH ?? "" };

interface Ran extends ProcessExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a shell line to its end; all of its output comes with the exit. */
async function shell(line: string, cwd: string, spec: Partial<ProcessSpec> = {}, signal = forever): Promise<Ran> {
  const text = { stdout: "", stderr: "" };
  const exit = await runProcess(
    {
      argv: ["/bin/sh", "-c", line],
      cwd,
      env,
      onOutput: (stream, chunk) => {
        text[stream] += Buffer.from(chunk).toString("utf8");
      },
      ...spec,
    },
    signal,
  );
  return { ...exit, ...text };
}

/** Whether a process runs; one that has ended and waits for its parent to ask does not. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) [ZX] /.test(stat);
}

async function isGoneSoon(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (!(await isAlive(pid))) return true;
    await wait(20);
  }
  return false;
}

describe("a program", () => {
  test("runs in its folder, with its environment and no more, and both outputs arrive", async () => {
    await using at = await folder();
    const ran = await shell('pwd; echo "$GREETING"; echo "[$HOME]"; echo odd >&2; exit 3', at.path, {
      env: { ...env, GREETING: "a b  c" },
    });
    expect(ran).toMatchObject({
      code: 3,
      signal: null,
      why: "exited",
      stdout: `${at.path}\na b  c\n[]\n`,
      stderr: "odd\n",
    });
  });

  test("has nothing on its input, so that it cannot wait for a person", async () => {
    await using at = await folder();
    expect(await shell("cat", at.path)).toMatchObject({ code: 0, stdout: "" });
  });

  test("that a signal ended says which", async () => {
    await using at = await folder();
    expect(await shell("kill -TERM $$", at.path)).toMatchObject({ code: null, signal: "SIGTERM", why: "exited" });
  });

  test("with much output loses none of it", async () => {
    await using at = await folder();
    const ran = await shell("seq 1 200000", at.path);
    expect(ran.stdout.length).toBe(1_288_895);
    expect(ran.stdout.endsWith("200000\n")).toBe(true);
  });

  test.each([
    ["no such program", ["no-such-program-here"], undefined],
    ["no such folder", ["/bin/sh"], "/no/such/folder"],
    ["a null byte", ["/bin/sh", "-c", "echo a\0b"], undefined],
    ["a folder", ["/tmp"], undefined],
    ["arguments too long", ["/bin/sh", "-c", "true", "x".repeat(3_000_000)], undefined],
  ] as const)("that cannot be started is the user's to mend: %s", async (_what, argv, cwd) => {
    await using at = await folder();
    const started = runProcess({ argv, cwd: cwd ?? at.path, env }, forever);
    await expect(started).rejects.toMatchObject({ code: "TH_PROCESS_START", kind: "configuration" });
    await expect(started).rejects.toBeInstanceOf(TitleholderError);
  });
});

describe("a time limit", () => {
  test("asks first: the program may finish what it does", async () => {
    await using at = await folder();
    const ran = await shell('trap "echo saved; exit 9" TERM; echo ready; while :; do sleep 0.05; done', at.path, {
      wallMs: 400,
    });
    expect(ran).toMatchObject({ code: 9, why: "time", stdout: "ready\nsaved\n" });
  });

  test("ends one that does not listen, and its children", async () => {
    await using at = await folder();
    const ran = await shell('trap "" TERM; sleep 60 & echo $!; wait; while :; do sleep 0.05; done', at.path, {
      wallMs: 300,
      graceMs: 200,
    });
    expect(ran).toMatchObject({ code: null, signal: "SIGKILL", why: "time" });
    expect(await isGoneSoon(Number(ran.stdout))).toBe(true);
  });

  test("longer than a timer can hold does not end the program at once", async () => {
    await using at = await folder();
    expect(await shell("sleep 0.2; echo done", at.path, { wallMs: 30 * 86400e3 })).toMatchObject({
      code: 0,
      why: "exited",
      stdout: "done\n",
    });
  });

  test("that passes after the end changes nothing", async () => {
    await using at = await folder();
    expect(await shell("true", at.path, { wallMs: 60_000 })).toMatchObject({ code: 0, why: "exited" });
  });
});

describe("a cancellation", () => {
  test("by the run's signal or by the process's own ends it", async () => {
    await using at = await folder();
    for (const which of ["run", "own"]) {
      const controller = new AbortController();
      const line = 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done';
      const ran = shell(
        line,
        at.path,
        {
          onOutput: () => controller.abort(new Error("stop")),
          ...(which === "own" ? { signal: controller.signal } : {}),
        },
        which === "run" ? controller.signal : AbortSignal.any([forever, controller.signal]),
      );
      expect(await ran).toMatchObject({ code: 5, why: "cancelled" });
    }
  });

  test("before the start starts nothing", async () => {
    await using at = await folder();
    const started = shell("touch here", at.path, {}, AbortSignal.abort(new Error("too late")));
    await expect(started).rejects.toThrow("too late");
    await expect(readFile(join(at.path, "here"))).rejects.toThrow();
  });
});

describe("what a program leaves running", () => {
  test("is ended with it", async () => {
    await using at = await folder();
    const ran = await shell("sleep 60 & echo $!", at.path);
    expect(ran).toMatchObject({ code: 0, why: "exited" });
    expect(await isGoneSoon(Number(ran.stdout))).toBe(true);
  });

  test("is ended even when it left the group, by the mark in its environment", async () => {
    await using at = await folder();
    const ran = await shell(
      "setsid sh -c 'echo $$ > pid; exec sleep 60' >/dev/null 2>&1 & while ! [ -s pid ]; do sleep 0.02; done",
      at.path,
    );
    expect(ran.code).toBe(0);
    const pid = Number(await readFile(join(at.path, "pid"), "utf8"));
    expect(pid).toBeGreaterThan(0);
    expect(await isGoneSoon(pid)).toBe(true);
  });

  test("does not keep the run from ending, though it holds the pipes and wiped its environment", async () => {
    await using at = await folder();
    const line =
      "setsid env -i /bin/sh -c 'echo $$ > pid; exec /bin/sleep 60' & while ! [ -s pid ]; do sleep 0.02; done; echo started";
    const ran = await shell(line, at.path);
    expect(ran).toMatchObject({ code: 0, stdout: "started\n" });
    process.kill(Number(await readFile(join(at.path, "pid"), "utf8")), "SIGKILL");
  });

  test("is told from what another run started", async () => {
    await using at = await folder();
    const other = shell("sleep 1; echo undisturbed", at.path);
    await shell("sleep 60 & true", at.path);
    expect(await other).toMatchObject({ code: 0, stdout: "undisturbed\n" });
  });

  test("of a run within the run is ended too", async () => {
    await using at = await folder();
    const inner =
      "setsid sh -c 'echo $$ > pid; exec sleep 60' >/dev/null 2>&1 & while ! [ -s pid ]; do sleep 0.02; done";
    const ran = await shell(`export TITLEHOLDER_RUN="$TITLEHOLDER_RUN another"; ${inner}`, at.path);
    expect(ran.code).toBe(0);
    expect(await isGoneSoon(Number(await readFile(join(at.path, "pid"), "utf8")))).toBe(true);
  });
});
