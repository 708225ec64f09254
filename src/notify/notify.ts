import type { Digest } from "../kernel/digest.ts";
import type { Report } from "../report/report.ts";

export interface Notice {
  readonly key: string;
  readonly state: "open" | "resolved";
  readonly severity: "warn" | "fail";
  readonly title: string;
  readonly report: Report;
  readonly cause: Digest;
}

/** Where notices go. No implementation yet: the type is the agreement for those to come. */
export interface Channel {
  readonly name: string;
  /** false: every publish is a new message, the caller holds the cooldown. */
  readonly updates: boolean;
  /** Idempotent by key + cause + state: found again by its marker and updated, read back after an uncertain write, never doubled. */
  publish(
    notice: Notice,
    signal: AbortSignal,
  ): Promise<{ readonly url?: string; readonly outcome: "created" | "updated" | "unchanged" | "closed" }>;
}
