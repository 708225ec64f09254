import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { configurationError } from "../kernel/error.ts";
import type { ProcessExit, ProcessSpec } from "../kernel/process.ts";

const defaultGraceMs = 10_000;
/** Virtual memory of an idle Node 24 with onnxruntime loaded, measured 1.45 GB: the address-space limit counts from here. */
const baselineVirtualBytes = 1.5 * 2 ** 30;

/**
 * Runs a program to its end. The child leads a process group of its own: on a time limit or a cancellation the whole group gets SIGTERM
 * and, `graceMs` later, SIGKILL; what the child leaves running when it ends is killed too.
 * @throws TitleholderError TH_PROCESS_START (configuration) when the program cannot be started.
 */
export async function runProcess(spec: ProcessSpec, signal: AbortSignal): Promise<ProcessExit> {
  signal.throwIfAborted();
  const [file, ...args] = spec.argv;
  const child = spawn(file, args, {
    cwd: spec.cwd,
    env: { ...spec.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  child.stdout.on("data", (chunk: Buffer) => spec.onOutput?.("stdout", chunk));
  child.stderr.on("data", (chunk: Buffer) => spec.onOutput?.("stderr", chunk));
  const guard = guardProcess(child, spec, signal);
  try {
    return await new Promise<ProcessExit>((resolve, reject) => {
      child.once("error", (cause) => reject(startError(file, spec.cwd, cause)));
      // `exit` first: leftovers that hold the pipes open would keep `close` from ever coming.
      child.once("exit", () => killGroup(child, "SIGKILL"));
      child.once("close", (code, name) => resolve({ code, signal: name, why: guard.why() }));
    });
  } finally {
    guard.stop();
  }
}

/** Watches a child's wall clock, resident memory and the caller's signal; tells afterwards which of them ended it. */
export function guardProcess(
  child: ChildProcess,
  limits: Pick<ProcessSpec, "wallMs" | "graceMs" | "memoryBytes">,
  signal: AbortSignal,
): { why(): ProcessExit["why"]; stop(): void } {
  let why: ProcessExit["why"] = "exited";
  const timers: NodeJS.Timeout[] = [];
  const end = (reason: ProcessExit["why"], hard: boolean) => {
    if (why !== "exited") return;
    why = reason;
    killGroup(child, hard ? "SIGKILL" : "SIGTERM");
    if (!hard) timers.push(setTimeout(() => killGroup(child, "SIGKILL"), limits.graceMs ?? defaultGraceMs));
  };
  const onAbort = () => end("cancelled", false);
  signal.addEventListener("abort", onAbort, { once: true });
  if (limits.wallMs !== undefined) timers.push(setTimeout(() => end("time", false), limits.wallMs));
  const memory = limits.memoryBytes;
  if (memory !== undefined && process.platform === "linux") {
    const watch = setInterval(() => {
      void residentBytes(child.pid).then((bytes) => {
        if (bytes > memory + residentBaselineBytes) end("memory", true);
      });
    }, 100);
    timers.push(watch);
  }
  return {
    why: () => (why === "exited" && memory !== undefined && diedOfMemory(child) ? "memory" : why),
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
  const statm = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "0 0");
  return Number(statm.split(" ")[1] ?? 0) * 4096;
}

/** Signals the child's whole group; a group that is gone already is no error. */
export function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // ESRCH: nothing is left to signal, which is what was wanted.
  }
}

/** Wraps a program so that the kernel refuses it more address space; elsewhere than on Linux the arguments stay as they are. */
export function underMemoryLimit(
  argv: readonly [string, ...string[]],
  memoryBytes: number | undefined,
): readonly [string, ...string[]] {
  if (memoryBytes === undefined || process.platform !== "linux") return argv;
  const kib = Math.ceil((baselineVirtualBytes + memoryBytes) / 1024);
  return ["/bin/sh", "-c", `ulimit -v ${kib}; exec "$0" "$@"`, ...argv];
}

function startError(file: string, cwd: string, cause: Error & { code?: string }) {
  return configurationError(
    "TH_PROCESS_START",
    `cannot start ${file}: ${cause.code === "ENOENT" ? "no such program, or the folder it should run in is missing" : cause.message}`,
    "install the program, or check that it is on PATH and that the working directory exists",
    { file: cwd },
    cause,
  );
}
