import { z } from "zod";

const count = z.int().min(0);
const byArm = z.strictObject({ stable: count, canary: count });

const measurementSchema = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("ok"), requests: byArm, events: byArm }),
  z.strictObject({
    state: z.enum(["empty", "missing", "not-a-number", "stale", "counter-reset"]),
    detail: z.string(),
  }),
]);

const planStepSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("weight"), percent: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.literal("pause"), ms: z.number().min(0) }),
  z.strictObject({ kind: z.literal("analysis"), ms: z.number().min(0), requests: count }),
]);

const settingsSchema = z.strictObject({
  steps: z.array(planStepSchema).readonly(),
  /** Error of rolling back a harmless canary over the whole rollout, and of promoting a harmful one. */
  alpha: z.number().gt(0).lt(0.5),
  /** Tolerated excess of the risk ratio as a share: 0.5 tolerates up to 1.5 times stable's error rate. */
  margin: z.number().min(0).max(18),
  /** Declared ceiling of the canary's own error rate; null when none was declared. */
  maxErrorRate: z.number().gt(0).lt(1).nullable(),
  /** Canary requests an analysis needs before it may end well. */
  minRequests: count,
  blockMs: z.number().gt(0),
  /** Longest time one analysis may look. */
  horizonMs: z.number().gt(0),
  /** Left out of the analysis after each change of weight. */
  warmUpMs: z.number().min(0),
  /** Blocks in a row that could not be measured before the rollout goes back. */
  errorLimit: z.int().min(1),
  onFailure: z.enum(["rollback", "hold"]),
  /** Promotes without an analysis: a return to a version that was champion before. */
  direct: z.boolean(),
});

/** What is fixed when a rollout starts, so that whoever resumes it goes on by the same rules. */
export type RolloutSettings = z.output<typeof settingsSchema>;

const health = z.enum(["ready", "not-ready", "gone"]);

/** Everything that can happen to a rollout. The journal is a list of these, and the state is what they add up to. */
export const observationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("started"), settings: settingsSchema }),
  z.strictObject({ kind: z.literal("prepared"), first: z.boolean(), breaks: z.array(z.string()).readonly() }),
  /** The canary did not come up, or was not there when it was to become stable. */
  z.strictObject({ kind: z.literal("failed"), detail: z.string() }),
  /** What the target said when it was asked for its weight after setting it. */
  z.strictObject({ kind: z.literal("weight"), percent: z.number().min(0).max(100), effective: z.boolean() }),
  z.strictObject({ kind: z.literal("measured"), ms: z.number().min(0), measurement: measurementSchema }),
  /** The metric source threw. */
  z.strictObject({ kind: z.literal("unmeasured"), ms: z.number().min(0), detail: z.string() }),
  z.strictObject({ kind: z.literal("health"), stable: health, canary: health }),
  /** The target no longer gives the canary what it was told to: its lease ran out, or somebody else changed it. */
  z.strictObject({ kind: z.literal("weight-lost"), percent: z.number().min(0).max(100) }),
  z.strictObject({ kind: z.literal("waited") }),
  /** Another run took over. */
  z.strictObject({ kind: z.literal("resumed") }),
  z.strictObject({ kind: z.literal("asked"), operation: z.enum(["promote", "abort", "rollback"]), why: z.string() }),
  z.strictObject({ kind: z.literal("finished") }),
  z.strictObject({ kind: z.literal("alias"), moved: z.boolean(), detail: z.string() }),
  z.strictObject({ kind: z.literal("returned") }),
  z.strictObject({ kind: z.literal("holding") }),
]);

export type Observation = z.output<typeof observationSchema>;
