import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { spawnSelf } from "../../src/hosts/spawn-self.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import type { HelperLimits, HelperProcess } from "../../src/kernel/helper.ts";
import { type Folder, folder } from "../support/folder.ts";

const support = join(import.meta.dirname, "../support");
const forever = new AbortController().signal;
const logs: string[] = [];

function helper(
  at: Folder,
  options: { role?: string; limits?: HelperLimits; signal?: AbortSignal; script?: string } = {},
): Promise<HelperProcess> {
  return spawnSelf(options.role ?? "obedient", { any: "argument" }, options.limits ?? {}, {
    script: options.script ?? join(support, "helper-roles-worker.ts"),
    native: { installed: [], cache: at.path, npm: { registry: "", scopes: {}, credentials: {} } },
    env: { PATH: process.env.PATH ?? "", GREETING: "hello" },
    cwd: at.path,
    log: {
      debug: (text) => void logs.push(text),
      info: () => undefined,
      warn: () => undefined,
      progress: () => undefined,
      group: (_title, body) => body(),
    },
    signal: options.signal ?? forever,
  });
}

async function rejection(work: Promise<unknown>): Promise<TitleholderError> {
  const error: unknown = await work.then(
    () => new Error("it was answered"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TitleholderError) return error;
  throw error;
}

async function isGoneSoon(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 250; tries += 1) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (stat === "" || /\) [ZX] /.test(stat)) return true;
    await wait(20);
  }
  return false;
}

describe("a helper", () => {
  test("answers, in order, with bytes as bytes", async () => {
    await using at = await folder();
    await using it = await helper(at);
    const answers = await Promise.all([
      it.request(1, [new Uint8Array([1, 2, 3])]),
      it.request({ a: [null, "ü"] }),
      it.request("x"),
    ]);
    expect(answers.map((answer) => answer.message)).toEqual([
      { pid: it.pid, echo: 1 },
      { pid: it.pid, echo: { a: [null, "ü"] } },
      { pid: it.pid, echo: "x" },
    ]);
    expect([...(answers[0]?.bytes?.[0] ?? [])]).toEqual([3, 2, 1]);
    expect(it.pid).not.toBe(process.pid);
  });

  test("sees the environment it was given and no more of the program's", async () => {
    await using at = await folder();
    await using it = await helper(at);
    const { message } = await it.request({ do: "environment" });
    expect(
      Object.keys(message as object).filter((name) => !/^(PATH|GREETING|NODE_CHANNEL_|PWD|_$|SHLVL|OLDPWD)/.test(name)),
    ).toEqual([]);
    expect(message).toMatchObject({ GREETING: "hello" });
  });

  test("sends its output to the debug log", async () => {
    await using at = await folder();
    await using it = await helper(at);
    await it.request({ do: "log" });
    await it.request(null);
    await wait(50);
    expect(logs).toContain("obedient: to stdout");
    expect(logs).toContain("obedient: to stderr");
  });

  test("goes when it is disposed of, and is not asked any more", async () => {
    await using at = await folder();
    const it = await helper(at);
    await it[Symbol.asyncDispose]();
    expect(await it.exit).toMatchObject({ code: 0, why: "exited" });
    expect(await isGoneSoon(it.pid)).toBe(true);
    expect((await rejection(it.request(1))).code).toBe("TH_HELPER_LOST");
    await it[Symbol.asyncDispose]();
  });

  test("that clings to life is killed a second after it was asked to go", async () => {
    await using at = await folder();
    const it = await helper(at, { role: "clinging" });
    await it[Symbol.asyncDispose]();
    expect(await it.exit).toMatchObject({ signal: "SIGKILL" });
  });
});

describe("an error in a helper", () => {
  test("of the user's making crosses the border whole", async () => {
    await using at = await folder();
    await using it = await helper(at);
    const error = await rejection(it.request({ do: "mistake" }));
    expect(error).toMatchObject({
      kind: "configuration",
      code: "TH_TEST_MISTAKE",
      message: "the a is b",
      fix: "write c",
      place: { file: "f.csv", line: 2, column: 3 },
    });
    expect((await it.request("still there")).message).toMatchObject({ echo: "still there" });
  });

  test("that is a bug stays one, with the stack from the other side", async () => {
    await using at = await folder();
    await using it = await helper(at);
    const failed = it.request({ do: "bug" });
    await expect(failed).rejects.toThrow(/in the helper process: RangeError: an index ran out\n.*helper-roles-worker/s);
    await expect(failed).rejects.not.toBeInstanceOf(TitleholderError);
  });

  test("at its start is thrown by the start, and nothing is left running", async () => {
    await using at = await folder();
    expect((await rejection(helper(at, { role: "refusing" }))).code).toBe("TH_TEST_REFUSED");
    await expect(helper(at, { role: "constructor" })).rejects.toThrow("no helper role constructor");
  });

  test("in the way of its script is a lost helper with the last words", async () => {
    await using at = await folder();
    const error = await rejection(helper(at, { script: join(at.path, "nowhere.js") }));
    expect(error.code).toBe("TH_HELPER_LOST");
    expect(error.message).toMatch(/ended \(exit 1\)/);
  });
});

describe("a helper that dies", () => {
  test("rejects whatever waits, says how it died, and its last words", async () => {
    await using at = await folder();
    await using it = await helper(at);
    const waiting = [it.request({ do: "die" }), it.request("never read")].map(rejection);
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: "TH_HELPER_LOST", kind: "backend" });
      expect(error.message).toContain('the helper process "obedient" ended (SIGKILL): last words');
    }
    expect(await it.exit).toEqual({ code: null, signal: "SIGKILL", why: "exited" });
  });

  test("by an exit of its own is lost too", async () => {
    await using at = await folder();
    await using it = await helper(at);
    expect((await rejection(it.request({ do: "exit" }))).message).toContain("ended (exit 7)");
  });

  test("of its time limit says so, even while it computes", async () => {
    await using at = await folder();
    await using it = await helper(at, { limits: { wallMs: 1500 } });
    expect((await rejection(it.request({ do: "spin" }))).message).toContain("ran past its time limit");
    expect((await it.exit).why).toBe("time");
  });

  test("of its run's cancellation says so", async () => {
    await using at = await folder();
    const controller = new AbortController();
    await using it = await helper(at, { signal: controller.signal });
    const stalled = rejection(it.request({ do: "stall" }));
    controller.abort(new Error("stop"));
    expect((await stalled).message).toContain("was cancelled");
    expect((await it.exit).why).toBe("cancelled");
    await expect(helper(at, { signal: controller.signal })).rejects.toThrow("stop");
  });

  test.each(["allocate", "heap"])("of its memory limit says so (%s)", async (how) => {
    await using at = await folder();
    await using it = await helper(at, { limits: { memoryBytes: 200e6, wallMs: 40_000 } });
    expect((await it.request("small")).message).toMatchObject({ echo: "small" });
    expect((await rejection(it.request({ do: how }))).message).toContain("ran out of its memory limit");
    expect((await it.exit).why).toBe("memory");
  });
});

describe("when the program is killed", () => {
  async function startedBy(
    ...args: string[]
  ): Promise<{ readonly parent: ReturnType<typeof spawn>; readonly pid: number }> {
    const parent = spawn(process.execPath, [join(support, "helper-parent-worker.ts"), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout ?? parent, "data")) as [Buffer];
    return { parent, pid: Number(line.toString()) };
  }

  test.each(["obedient", "clinging"])("its helper ends by itself (%s)", async (role) => {
    const { parent, pid } = await startedBy(role);
    expect(pid).toBeGreaterThan(0);
    parent.kill("SIGKILL");
    expect(await isGoneSoon(pid)).toBe(true);
  });

  test("a helper that was detached goes on, and lets the program end", async () => {
    const { parent, pid } = await startedBy("obedient", "detach");
    const [code] = (await once(parent, "exit")) as [number];
    expect(code).toBe(0);
    await wait(300);
    expect(await isGone(pid)).toBe(false);
    process.kill(pid, "SIGTERM");
    expect(await isGoneSoon(pid)).toBe(true);
  });
});

async function isGone(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")) === "";
}

test("disposing of a helper that was detached leaves it alone", async () => {
  await using at = await folder();
  const it = await helper(at);
  it.detach();
  await it[Symbol.asyncDispose]();
  await wait(1200);
  expect(await isGone(it.pid)).toBe(false);
  process.kill(it.pid, "SIGKILL");
});
