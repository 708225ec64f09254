export interface ProcessSpec {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Wall-clock limit in milliseconds: SIGTERM, then after `graceMs` (default 10 s) SIGKILL, to the whole process group. */
  readonly wallMs?: number;
  readonly graceMs?: number;
  /** Best effort: see docs/limits.md. */
  readonly memoryBytes?: number;
  /** Time on processors, of all threads: a busy machine does not use it up. Helpers alone; not on Windows. */
  readonly cpuSeconds?: number;
  /** Ends this process alone; the host's own signal ends it too. */
  readonly signal?: AbortSignal;
  readonly onOutput?: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly why: "exited" | "time" | "memory" | "cancelled";
}
