import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Host } from "../../src/kernel/host.ts";
import type { JobStatus, Launcher, TrainingJob } from "../../src/training/training.ts";
import { type TestHost, testHost } from "../support/host.ts";

const forever = new AbortController().signal;

async function textOf(launcher: Launcher, id: string, from = 0): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of launcher.logs(id, from, forever)) chunks.push(bytes);
  return Buffer.concat(chunks).toString("utf8");
}

/** Follows the log to its end, which is the job's. */
async function ended(launcher: Launcher, id: string): Promise<JobStatus> {
  await textOf(launcher, id);
  return launcher.status(id);
}

/** What every launcher does, on jobs that are lines of the POSIX shell. */
export function launcherContract(name: string, create: (host: Host) => Launcher): void {
  const job = (t: TestHost, command: string, more: Partial<TrainingJob> = {}): TrainingJob => ({
    key: `job-${command}`,
    command,
    cwd: t.cwd,
    env: {},
    resources: {},
    ...more,
  });

  describe(name, () => {
    describe("a job", () => {
      test("that ends well has succeeded", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "echo made > model"));
        expect(await ended(launcher, id)).toEqual({ state: "succeeded", exitCode: 0 });
        expect(await readFile(join(t.cwd, "model"), "utf8")).toBe("made\n");
      });

      test("that ends badly has failed, with its exit code and its last words", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(
          job(t, "printf 'reading\\n\\033[31mno column \"x\"\\033[0m\\n\\n' >&2; exit 4"),
        );
        expect(await ended(launcher, id)).toEqual({
          state: "failed",
          exitCode: 4,
          failure: "exit",
          evidence: 'reading\nno column "x"',
        });
      });

      test("whose command does not exist has failed and is no error of the launcher", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "no-such-trainer --fast"));
        const status = await ended(launcher, id);
        expect(status).toMatchObject({ state: "failed", failure: "exit" });
        expect(JSON.stringify(status)).toContain("not found");
      });

      test("past its time limit is ended and says so", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "echo begun; sleep 60", { wallMs: 300 }));
        expect(await ended(launcher, id)).toMatchObject({ state: "failed", failure: "time" });
      });

      test("killed from outside ran out of memory, as far as anyone can tell", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "kill -KILL $$"));
        expect(await ended(launcher, id)).toMatchObject({ state: "failed", failure: "out-of-memory" });
      });

      test("runs before it ends", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "while ! [ -e go ]; do sleep 0.02; done"));
        const before = await launcher.status(id);
        expect(["queued", "running"]).toContain(before.state);
        await t.write("go", "");
        expect((await ended(launcher, id)).state).toBe("succeeded");
      });
    });

    describe("values", () => {
      test("reach the command by environment, whatever they hold", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const odd = `a "b" 'c' $(touch hacked) \`touch hacked\`; touch hacked\n&& ü`;
        const { id } = await launcher.submit(job(t, 'printf %s "$ODD" > seen', { env: { ODD: odd } }));
        await ended(launcher, id);
        expect(await readFile(join(t.cwd, "seen"), "utf8")).toBe(odd);
        expect(await t.host.files.facts(join(t.cwd, "hacked"))).toBeUndefined();
      });

      test("of the step, its tokens among them, do not", async () => {
        const planted = { INPUT_TOKEN: "canary-1", ACTIONS_RUNTIME_TOKEN: "canary-2", GITHUB_TOKEN: "canary-3" };
        Object.assign(process.env, planted);
        await using t = await testHost();
        for (const variable of Object.keys(planted)) delete process.env[variable];
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "env"));
        const seen = await textOf(launcher, id);
        expect(seen).toContain("PATH=");
        expect(seen).not.toContain("canary");
      });
    });

    describe("a key", () => {
      test("is submitted once, while its job runs and after it", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const once = job(t, "echo x >> count; sleep 0.2");
        const ids = await Promise.all([launcher.submit(once), launcher.submit(once)]);
        expect(ids[0]).toEqual(ids[1]);
        await ended(launcher, ids[0]?.id ?? "");
        expect(await launcher.submit(once)).toEqual(ids[0]);
        await wait(100);
        expect(await readFile(join(t.cwd, "count"), "utf8")).toBe("x\n");
      });

      test("finds its job, and an unknown one finds none", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const submitted = await launcher.submit(job(t, "true"));
        expect(await launcher.find("job-true")).toEqual(submitted);
        expect(await launcher.find("job-false")).toBeUndefined();
        await ended(launcher, submitted.id);
        expect(await launcher.find("job-true")).toEqual(submitted);
      });
    });

    describe("the log", () => {
      test("is followed while the job runs, to its end", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "echo one; while ! [ -e go ]; do sleep 0.02; done; echo two >&2"));
        const chunks: { offset: number; text: string }[] = [];
        for await (const { offset, bytes } of launcher.logs(id, 0, forever)) {
          chunks.push({ offset, text: Buffer.from(bytes).toString("utf8") });
          if (chunks.length === 1) await t.write("go", "");
        }
        expect(chunks[0]).toEqual({ offset: 0, text: "one\n" });
        expect(chunks.map(({ text }) => text).join("")).toBe("one\ntwo\n");
      });

      test("goes on at any offset, after the end too, and for several readers", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "for i in 1 2 3 4 5; do echo line $i; done"));
        const whole = "line 1\nline 2\nline 3\nline 4\nline 5\n";
        expect(await Promise.all([textOf(launcher, id), textOf(launcher, id)])).toEqual([whole, whole]);
        for (const from of [0, 1, 6, 7, 20, whole.length, whole.length + 5]) {
          expect(await textOf(launcher, id, from)).toBe(whole.slice(from));
        }
      });

      test("tells offsets that join without a gap", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "seq 1 50000"));
        let next = 0;
        for await (const { offset, bytes } of launcher.logs(id, 0, forever)) {
          expect(offset).toBe(next);
          next += bytes.byteLength;
        }
        expect(next).toBe(288_894);
      });

      test("is left when the reader's signal says so", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "sleep 60"));
        const controller = new AbortController();
        const reading = launcher.logs(id, 0, controller.signal)[Symbol.asyncIterator]().next();
        controller.abort(new Error("enough"));
        await expect(reading).rejects.toThrow("enough");
        await launcher.cancel(id, 100);
      });
    });

    describe("a cancellation", () => {
      test("ends the job and what it started, and may be asked for again", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "sleep 60 & echo $! > pid; wait"));
        while ((await t.host.files.facts(join(t.cwd, "pid")))?.size === undefined) await wait(20);
        expect(await launcher.cancel(id, 5000)).toMatchObject({ state: "cancelled" });
        expect((await launcher.status(id)).state).toBe("cancelled");
        expect((await launcher.cancel(id, 5000)).state).toBe("cancelled");
        expect(await textOf(launcher, id)).toBe("");
      });

      test("of a job that has ended changes nothing", async () => {
        await using t = await testHost();
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "true"));
        await ended(launcher, id);
        expect(await launcher.cancel(id, 1000)).toEqual({ state: "succeeded", exitCode: 0 });
      });

      test("still works when the whole run is being cancelled", async () => {
        const controller = new AbortController();
        await using t = await testHost({ signal: controller.signal });
        const launcher = create(t.host);
        const { id } = await launcher.submit(job(t, "echo begun; sleep 60"));
        controller.abort(new Error("stopped"));
        expect((await launcher.cancel(id, 5000)).state).toBe("cancelled");
      });
    });
  });
}
