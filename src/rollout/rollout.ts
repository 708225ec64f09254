import type { ModelVersion } from "../registry/registry.ts";

export type Arm = "stable" | "canary";

/** What a target made ready. */
export interface Prepared {
  /** Where stable answers; null when nothing was served here before, and the canary will be the first. */
  readonly stable: string | null;
  readonly canary: string;
  /** Where callers go; null when the target does not know. */
  readonly address: string | null;
  /** What callers of stable may trip over when the canary takes its place: inputs they may not send, outputs that are gone. */
  readonly breaks: readonly string[];
}

/** Something that sends a share of live traffic to a new version. Every operation may be repeated, by this process or by another. */
export interface RolloutTarget {
  readonly name: string;
  readonly capabilities: { readonly shadow: boolean; readonly affinity: boolean; readonly lease: boolean };
  /**
   * Brings the canary up with weight 0 and waits until it is ready. `champion` is what stable shall be when nothing is served yet.
   * @throws TitleholderError TH_TARGET_* when the canary does not come up (configuration) or the target cannot be reached (backend).
   */
  prepare(rollout: string, canary: ModelVersion, champion?: ModelVersion): Promise<Prepared>;
  /** Whole percent 0..100 to the canary. Success means accepted, not effective: see verifyWeight. */
  setWeight(rollout: string, percent: number): Promise<void>;
  /** What the target reports now, from its own state and not from what was asked; percent 0 when it knows no such rollout. */
  verifyWeight(rollout: string): Promise<{ readonly percent: number; readonly effective: boolean }>;
  health(rollout: string): Promise<Readonly<Record<Arm, "ready" | "not-ready" | "gone">>>;
  /**
   * Silent for longer → all traffic to stable, without us. False when that has happened: the lease runs again, and the weight stays 0
   * until it is set again.
   */
  renewLease?(rollout: string, seconds: number): Promise<boolean>;
  /** The weight stays as it is without anybody renewing: a rollout that is held on purpose. */
  releaseLease?(rollout: string): Promise<void>;
  /** All traffic to stable, then the canary removed; works from any state, needs no registry. */
  abort(rollout: string): Promise<void>;
  /** The canary becomes stable without a failed request; the former stable is kept for `keepSeconds`. */
  finish(rollout: string, keepSeconds: number): Promise<void>;
  /** Ends what the target itself runs, for targets that run something. Traffic stops. */
  stop?(): Promise<void>;
}

/** Counts over a closed window. Missing is a state of its own, never a zero. */
export type Measurement =
  | {
      readonly state: "ok";
      readonly requests: Readonly<Record<Arm, number>>;
      readonly events: Readonly<Record<Arm, number>>;
    }
  | { readonly state: "empty" | "missing" | "not-a-number" | "stale" | "counter-reset"; readonly detail: string };

export type MetricQuery = { readonly metric: "errors" } | { readonly metric: "slow"; readonly aboveMs: number };

export interface MetricSource {
  readonly name: string;
  /**
   * Requests that the model had to answer in [from, to), and how many of them failed or took longer than `aboveMs`. Windows that follow
   * each other share no request and lose none. `empty`: no request in either arm. `stale`: the window is not over for the source.
   * `counter-reset`: the source began to count within the window. `missing`: it cannot answer for this window or threshold.
   * @throws TitleholderError (backend) when the source cannot be reached after its retries: an analysis error.
   */
  measure(
    query: MetricQuery,
    window: { readonly from: Date; readonly to: Date },
    signal: AbortSignal,
  ): Promise<Measurement>;
}
