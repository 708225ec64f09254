import type { Artifact } from "../kernel/command.ts";
import type { Instant } from "../kernel/host.ts";

export interface TrainingJob {
  /** Idempotency key. */
  readonly key: string;
  /** The user's command line, run by the platform's shell; values reach it by environment only. */
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, number>>;
  readonly wallMs?: number;
}

export type JobStatus =
  | { readonly state: "queued" | "running"; readonly since: Instant; readonly detail?: string }
  | { readonly state: "succeeded" | "cancelled"; readonly exitCode: number | null }
  | {
      readonly state: "failed";
      readonly exitCode: number | null;
      readonly failure: "exit" | "out-of-memory" | "time" | "preempted" | "launcher";
      readonly evidence: string;
    };

export interface Launcher {
  readonly name: string;
  /** Idempotent by `job.key`: a known key returns the job that has it, running or done. */
  submit(job: TrainingJob): Promise<{ readonly id: string }>;
  /** undefined: the launcher knows no such job, which after a submit is TH_LAUNCHER_LOST for the caller to judge, never a resubmit. */
  find(key: string): Promise<{ readonly id: string } | undefined>;
  status(id: string): Promise<JobStatus>;
  /** From a byte offset to the end of the job; may be called again at the last offset after a lost connection. */
  logs(
    id: string,
    from: number,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly offset: number; readonly bytes: Uint8Array }>;
  /** Idempotent; returns when the job is terminal or `graceMs` has passed and it was killed. */
  cancel(id: string, graceMs: number): Promise<JobStatus>;
  collect(id: string, into: string): Promise<readonly Artifact[]>;
}
