import type { ModelVersion } from "../registry/registry.ts";

export type Arm = "stable" | "canary";

export interface RolloutTarget {
  readonly name: string;
  readonly capabilities: { readonly shadow: boolean; readonly affinity: boolean; readonly lease: boolean };
  /** Brings the canary up with weight 0 and waits until it is ready. Idempotent by rollout id. */
  prepare(rollout: string, canary: ModelVersion): Promise<{ readonly stable: string; readonly canary: string }>;
  /** Percent 0..100 to the canary. Idempotent. Success means accepted, not effective: see verifyWeight. */
  setWeight(rollout: string, percent: number): Promise<void>;
  /** What the target reports now, from its own state and not from what was asked. */
  verifyWeight(rollout: string): Promise<{ readonly percent: number; readonly effective: boolean }>;
  health(rollout: string): Promise<Readonly<Record<Arm, "ready" | "not-ready" | "gone">>>;
  /** Silent for longer → all traffic to stable, without us. */
  renewLease?(rollout: string, seconds: number): Promise<void>;
  /** All traffic to stable, then the canary removed; works from any state, needs no registry. Idempotent. */
  abort(rollout: string): Promise<void>;
  /** The canary becomes stable; the former stable is kept for `keepSeconds`. Idempotent. */
  finish(rollout: string, keepSeconds: number): Promise<void>;
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
  /** events: failed requests, or requests slower than `aboveMs`. A source unreachable after its retries throws (backend): an analysis error. */
  measure(
    query: MetricQuery,
    window: { readonly from: Date; readonly to: Date },
    signal: AbortSignal,
  ): Promise<Measurement>;
}
