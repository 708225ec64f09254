import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { configurationError, type TitleholderError } from "../kernel/error.ts";
import type { ProcessExit, ProcessSpec } from "../kernel/process.ts";
import { longestTimerMs } from "../kernel/quantity.ts";

const defaultGraceMs = 10_000;
/** A runner kills this program 7.5 s after it asked to stop: what it started must be gone before. */
const cancelGraceMs = 5000;
/** Virtual memory of an idle Node 24 with onnxruntime loaded, measured 1.45 GB: the address-space limit counts from here. */
const baselineVirtualBytes = 1.5 * 2 ** 30;
/** How long the pipes of an ended process may stay open. */
const drainMs = 2000;
/** Names the runs, outermost first, that a process was started by: found by it even when it left their process group. */
const runVariable = "TITLEHOLDER_RUN";

/**
 * Runs a program to its end. The child leads a process group of its own: on a time limit the whole group gets SIGTERM and, `graceMs` later,
 * SIGKILL; on a cancellation after 5 s at the latest. What the child leaves running when it ends is killed too: its group, and on Linux whatever
 * still carries the run's mark in its environment.
 * @throws TitleholderError TH_PROCESS_START (configuration) when the program cannot be started.
 */
export async function runProcess(spec: ProcessSpec, signal: AbortSignal): Promise<ProcessExit> {
  signal.throwIfAborted();
  const mark = randomUUID();
  const child = startProcess(spec, mark);
  child.stdout?.on("data", (chunk: Buffer) => spec.onOutput?.("stdout", chunk));
  child.stderr?.on("data", (chunk: Buffer) => spec.onOutput?.("stderr", chunk));
  const guard = guardProcess(child, spec, signal);
  let cleared = Promise.resolve();
  try {
    const exit = await new Promise<ProcessExit>((resolve, reject) => {
      child.once("error", (cause) => reject(startError(spec, cause)));
      // `exit` first: leftovers that hold the pipes open would keep `close` from ever coming.
      child.once("exit", () => {
        cleared = endLeftovers(child, mark);
      });
      child.once("close", (code, name) => resolve({ code, signal: name, why: guard.why() }));
    });
    await cleared;
    return exit;
  } finally {
    guard.stop();
  }
}

function startProcess(spec: ProcessSpec, mark: string): ChildProcess {
  const [file, ...args] = spec.argv;
  try {
    return owned(
      spawn(file, args, {
        cwd: spec.cwd,
        env: { ...spec.env, [runVariable]: [spec.env[runVariable] ?? "", mark].join(" ").trim() },
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
      }),
    );
  } catch (cause) {
    // A text with a null byte, which no program can be given.
    throw startError(spec, cause instanceof Error ? cause : new Error(String(cause)));
  }
}

async function endLeftovers(child: ChildProcess, mark: string): Promise<void> {
  const drain = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, drainMs);
  child.once("close", () => clearTimeout(drain));
  killGroup(child, "SIGKILL");
  if (process.platform === "linux") await killMarked(mark);
}

/** Kills every process that was started with the mark in its environment; twice, as one may be starting another meanwhile. */
async function killMarked(mark: string): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    const names = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
    for (const name of names) {
      // Another user's process cannot be read, and is none of ours.
      const environment = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
      const marks = environment.split("\0").find((entry) => entry.startsWith(`${runVariable}=`));
      if (marks?.includes(mark) === true) kill(Number(name), "SIGKILL");
    }
  }
}

const running = new Set<ChildProcess>();

/** A child that goes when this program ends, however abruptly; only SIGKILL leaves no time for it. */
export function owned(child: ChildProcess): ChildProcess {
  if (running.size === 0) process.on("exit", endRunning);
  running.add(child);
  const forget = () => disown(child);
  child.once("exit", forget);
  child.once("error", forget);
  return child;
}

/** The child may outlive this program. */
export function disown(child: ChildProcess): void {
  if (running.delete(child) && running.size === 0) process.off("exit", endRunning);
}

function endRunning(): void {
  for (const child of running) killGroup(child, "SIGKILL");
}

/** Watches a child's wall clock, resident memory and the caller's signal; tells afterwards which of them ended it. */
export function guardProcess(
  child: ChildProcess,
  limits: Pick<ProcessSpec, "wallMs" | "graceMs" | "memoryBytes">,
  signal: AbortSignal,
): { why(): ProcessExit["why"]; stop(): void } {
  let why: ProcessExit["why"] = "exited";
  const timers: NodeJS.Timeout[] = [];
  const end = (reason: ProcessExit["why"], graceMs: number) => {
    if (why !== "exited" || child.exitCode !== null || child.signalCode !== null) return;
    why = reason;
    if (graceMs > 0) killGroup(child, "SIGTERM");
    timers.push(setTimeout(() => killGroup(child, "SIGKILL"), graceMs));
  };
  const graceMs = limits.graceMs ?? defaultGraceMs;
  const onAbort = () => end("cancelled", Math.min(graceMs, cancelGraceMs));
  signal.addEventListener("abort", onAbort, { once: true });
  // A longer limit is none.
  if (limits.wallMs !== undefined && limits.wallMs <= longestTimerMs) {
    timers.push(setTimeout(() => end("time", graceMs), limits.wallMs));
  }
  const memory = limits.memoryBytes;
  if (memory !== undefined && process.platform === "linux") {
    const watch = setInterval(() => {
      void residentBytes(child.pid).then((bytes) => {
        if (bytes > memory + residentBaselineBytes) end("memory", 0);
      });
    }, 100);
    timers.push(watch);
  }
  return {
    why: () => {
      if (why !== "exited") return why;
      if (child.signalCode === "SIGXCPU") return "time";
      return memory !== undefined && diedOfMemory(child) ? "memory" : why;
    },
    stop: () => {
      signal.removeEventListener("abort", onAbort);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** What Node and a native library take before any work is done, measured 85 MB. */
const residentBaselineBytes = 120 * 2 ** 20;

/** V8 aborts when an allocation fails under an address-space limit. */
function diedOfMemory(child: ChildProcess): boolean {
  return child.exitCode === 134 || child.signalCode === "SIGABRT" || child.signalCode === "SIGTRAP";
}

async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Signals the child's whole group; a group that is gone already is no error. */
export function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined) kill(process.platform === "win32" ? child.pid : -child.pid, name);
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ESRCH: nothing is left to signal, which is what was wanted.
  }
}

/**
 * Wraps a program so that the kernel refuses it more address space, and ends it by SIGXCPU after so much time on processors. Address space is
 * limited on Linux alone, and nothing on Windows.
 */
export function underLimits(
  argv: readonly [string, ...string[]],
  { memoryBytes, cpuSeconds }: Pick<ProcessSpec, "memoryBytes" | "cpuSeconds">,
): readonly [string, ...string[]] {
  if (process.platform === "win32") return argv;
  const limits = [
    ...(memoryBytes === undefined || process.platform !== "linux"
      ? []
      : [`ulimit -v ${Math.ceil((baselineVirtualBytes + memoryBytes) / 1024)}`]),
    ...(cpuSeconds === undefined
      ? []
      : [`ulimit -H -t ${Math.ceil(cpuSeconds) + 1}`, `ulimit -S -t ${Math.ceil(cpuSeconds)}`]),
  ];
  return limits.length === 0 ? argv : ["/bin/sh", "-c", `${limits.join("; ")}; exec "$0" "$@"`, ...argv];
}

function startError(spec: ProcessSpec, cause: Error & { code?: string }): TitleholderError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such program, or the folder it should run in is missing",
    E2BIG: "its arguments and environment are longer than the operating system takes",
  };
  return configurationError(
    "TH_PROCESS_START",
    `cannot start ${spec.argv[0]}: ${reasons[cause.code ?? ""] ?? cause.message}`,
    "install the program, or check that it is on PATH and that the working directory exists",
    {},
    cause,
  );
}
