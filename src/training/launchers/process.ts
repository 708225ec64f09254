import { platform } from "node:os";
import { z } from "zod";
import type { Host, Instant } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import type { ProcessExit } from "../../kernel/process.ts";
import { LineFolder } from "../record.ts";
import type { JobStatus, Launcher, TrainingJob } from "../training.ts";

/** How much of a job's output is kept for `logs`; older bytes are dropped, offsets go on counting. */
const keptBytes = 64 * 2 ** 20;
const newLine = 10;
const carriageReturn = 13;
/** Beyond this a line is handed on in pieces. */
const longestLine = 65_536;
/** A job at its time limit has this long to write a checkpoint. */
const graceMs = 30_000;

interface RunningJob {
  readonly id: string;
  readonly since: Instant;
  readonly stop: AbortController;
  readonly ended: Promise<JobStatus>;
  readonly log: OutputLog;
  status: JobStatus;
}

/** Runs the user's command as a child of this program, through the platform's shell. Jobs are known to this launcher object alone. */
class ProcessLauncher implements Launcher {
  readonly name = "process";
  readonly #host: Host;
  readonly #jobs = new Map<string, RunningJob>();

  constructor(host: Host) {
    this.#host = host;
  }

  async submit(job: TrainingJob): Promise<{ readonly id: string }> {
    const known = this.#jobs.get(job.key);
    if (known !== undefined) return { id: known.id };
    const since = this.#host.now().toISOString();
    const stop = new AbortController();
    const log = new OutputLog();
    const streams = { stdout: new WholeLines(log), stderr: new WholeLines(log) };
    const exit = this.#host.run({
      argv: shellCommand(job.command),
      cwd: job.cwd,
      env: { ...this.#host.childEnv, ...job.env },
      ...(job.wallMs === undefined ? {} : { wallMs: job.wallMs }),
      graceMs,
      signal: stop.signal,
      onOutput: (stream, chunk) => streams[stream].add(chunk),
    });
    const started: RunningJob = {
      id: job.key,
      since,
      stop,
      log,
      ended: this.#watch(job.key, exit, log, Object.values(streams)),
      status: { state: "running", since },
    };
    this.#jobs.set(job.key, started);
    return { id: started.id };
  }

  find(key: string): Promise<{ readonly id: string } | undefined> {
    const job = this.#jobs.get(key);
    return Promise.resolve(job === undefined ? undefined : { id: job.id });
  }

  status(id: string): Promise<JobStatus> {
    return Promise.resolve(this.#job(id).status);
  }

  logs(
    id: string,
    from: number,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly offset: number; readonly bytes: Uint8Array }> {
    return this.#job(id).log.read(from, signal);
  }

  cancel(id: string): Promise<JobStatus> {
    const job = this.#job(id);
    // Host.run ends a cancelled process within 5 s, which no caller's grace can lengthen: the runner would not wait.
    job.stop.abort(new Error("the job was cancelled"));
    return job.ended;
  }

  collect(): Promise<readonly never[]> {
    // The command wrote on this very machine: nothing has to be fetched.
    return Promise.resolve([]);
  }

  async #watch(
    key: string,
    exit: Promise<ProcessExit>,
    log: OutputLog,
    streams: readonly WholeLines[],
  ): Promise<JobStatus> {
    let status: JobStatus;
    try {
      const ended = await exit;
      for (const stream of streams) stream.end();
      status = statusOf(ended, log);
    } catch (error) {
      status = {
        state: "failed",
        exitCode: null,
        failure: "launcher",
        evidence: error instanceof Error ? error.message : String(error),
      };
    }
    const job = this.#jobs.get(key);
    if (job !== undefined) job.status = status;
    log.end();
    return status;
  }

  #job(id: string): RunningJob {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new Error(`the process launcher has no job ${id}`);
    return job;
  }
}

function statusOf(exit: ProcessExit, log: OutputLog): JobStatus {
  const exitCode = exit.code;
  if (exit.why === "cancelled") return { state: "cancelled", exitCode };
  if (exit.why === "time") return { state: "failed", exitCode, failure: "time", evidence: "the time limit passed" };
  if (exitCode === 0) return { state: "succeeded", exitCode };
  // 137 is a shell's word for SIGKILL, which on a crowded machine is the kernel's memory killer.
  const killed = exit.signal === "SIGKILL" || exitCode === 137;
  if (killed || exit.why === "memory") {
    return {
      state: "failed",
      exitCode,
      failure: "out-of-memory",
      evidence: "the process was killed (SIGKILL), as the kernel does when memory runs out",
    };
  }
  const last = log.lastLines(5).join("\n");
  return { state: "failed", exitCode, failure: "exit", evidence: last === "" ? "it printed nothing" : last };
}

/** `run` is the user's own shell line; every value reaches it by environment, never by text put into the line. */
function shellCommand(command: string): readonly [string, ...string[]] {
  return platform() === "win32" ? ["cmd.exe", "/d", "/s", "/c", command] : ["/bin/sh", "-c", command];
}

/** One of a process's two streams: hands on whole lines, so that a line of the other never falls into the middle of one. */
class WholeLines {
  readonly #log: OutputLog;
  #rest: Uint8Array = new Uint8Array();

  constructor(log: OutputLog) {
    this.#log = log;
  }

  add(chunk: Uint8Array): void {
    const bytes = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const cut = Math.max(bytes.lastIndexOf(newLine), bytes.lastIndexOf(carriageReturn)) + 1;
    const length = bytes.byteLength - cut > longestLine ? bytes.byteLength : cut;
    if (length > 0) this.#log.add(bytes.subarray(0, length));
    this.#rest = bytes.subarray(length);
  }

  end(): void {
    if (this.#rest.byteLength > 0) this.#log.add(this.#rest);
    this.#rest = new Uint8Array();
  }
}

/** A growing output that several readers may follow from any offset. */
class OutputLog {
  #chunks: Uint8Array[] = [];
  #first = 0;
  #end = 0;
  #ended = false;
  #wake: (() => void)[] = [];

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#end += chunk.byteLength;
    while (this.#end - this.#first > keptBytes && this.#chunks.length > 1)
      this.#first += this.#chunks.shift()?.byteLength ?? 0;
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  /** The last lines that hold something, as a person would have seen them. */
  lastLines(count: number): readonly string[] {
    const lines: string[] = [];
    const folder = new LineFolder((line) => void (line.trim() === "" || lines.push(line)));
    folder.push(Buffer.concat(this.#chunks.slice(-50)).subarray(-8192));
    folder.end();
    return lines.slice(-count);
  }

  async *read(
    from: number,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly offset: number; readonly bytes: Uint8Array }> {
    let offset = Math.max(from, this.#first);
    const wakeUp = () => this.#notify();
    signal.addEventListener("abort", wakeUp);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (offset < this.#end) {
          const bytes = this.#from(offset);
          yield { offset, bytes };
          offset += bytes.byteLength;
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => this.#wake.push(resolve));
        }
      }
    } finally {
      signal.removeEventListener("abort", wakeUp);
    }
  }

  #from(offset: number): Uint8Array {
    let at = this.#first;
    for (const chunk of this.#chunks) {
      if (offset < at + chunk.byteLength) return chunk.subarray(Math.max(0, offset - at));
      at += chunk.byteLength;
    }
    return new Uint8Array();
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

export const implementation: Implementation<Launcher> = {
  name: "process",
  summary: "A process on this machine, such as a self-hosted GPU runner.",
  settings: z.strictObject({}),
  create: (_settings, host) => new ProcessLauncher(host),
};
