import { z } from "zod";
import { targets } from "../../generated/targets.ts";
import { alpha, baseInputs, dryRunInput, evidenceInput, input, registryInputs } from "../shared.ts";
import { outcomes } from "./findings.ts";

const written = z.union([
  z.strictObject({ "set-weight": z.number() }),
  z.strictObject({ pause: z.string() }),
  z.strictObject({
    analysis: z.union([
      z.string(),
      z.strictObject({ duration: z.string().optional(), requests: z.number().optional() }),
    ]),
  }),
]);

export const inputs = z.strictObject({
  ...baseInputs,
  version: input(z.string().optional(), {
    description:
      "The version to deploy, `registry:NAME@ALIAS` or `registry:NAME@VERSION`; in a dry run also a path. The operations on a rollout that is under way need the model's name alone, and take that of `titleholder.yaml` when it is absent.",
    kind: "path-or-reference",
    example: "registry:churn@challenger",
  }),
  target: input(z.enum(Object.keys(targets) as [string, ...string[]]).default("embedded"), {
    description: "Where the model is served. `embedded`: a model server and a weighted router on this machine.",
  }),
  operation: input(z.enum(["start", "resume", "status", "promote", "abort", "rollback", "stop"]).optional(), {
    description:
      "What to do. When absent: start, or resume the rollout that is under way. `status` only reports. `promote` gives the canary all traffic at once. `abort` returns all traffic to stable. `rollback` does so too, and after a promotion deploys the champion before. `stop` ends the embedded servers.",
  }),
  plan: input(
    z
      .array(written)
      .default([
        { "set-weight": 5 },
        { analysis: "10m" },
        { "set-weight": 50 },
        { analysis: "10m" },
        { "set-weight": 100 },
      ]),
    {
      description:
        "Steps, as YAML: `set-weight` (percent of the traffic), `analysis` (a duration, or `{ requests: N }` of the canary), `pause` (a duration). Harm rolls back during every analysis; the last one also needs proof before all traffic follows.",
      example: "[{ set-weight: 5 }, { analysis: 30m }, { set-weight: 100 }]",
    },
  ),
  alpha: input(alpha, {
    description:
      "Chance of rolling back a canary that is no worse, over the whole rollout; and of promoting one that is worse by the margin.",
  }),
  margin: input(z.number().min(0).max(18).default(0.5), {
    description:
      "Tolerated excess of the canary's error rate as a share of stable's: 0.5 tolerates up to 1.5 times as many errors.",
  }),
  maxErrorRate: input(z.number().gt(0).lt(1).optional(), {
    description:
      "An error rate that is good enough by itself, such as 0.005. It takes the margin's place as the proof for promoting, and is the only one there can be when neither version fails.",
    example: "0.005",
  }),
  minRequests: input(z.int().min(0).default(100), {
    description: "Requests the canary has to answer in an analysis before it may end well.",
  }),
  block: input(z.string().default("60s"), {
    description: "Counts are read and looked at once in this time. No decision is taken before five blocks.",
  }),
  horizon: input(z.string().optional(), {
    description:
      "Longest time of one analysis. Without enough evidence by then the weight is held, and the verdict is inconclusive. Three times the longest analysis and at least 60 blocks when absent.",
    example: "2h",
  }),
  warmUp: input(z.string().default("0s"), {
    description: "Left out of the analysis after each change of weight: the whole time in which a new server is cold.",
  }),
  onFailure: input(z.enum(["rollback", "hold"]).default("rollback"), {
    description:
      "What to do on evidence of harm. A canary that is lost or cannot be measured is rolled back in any case.",
  }),
  allowUnproven: input(z.boolean().default(false), {
    description: "Deploy although the version's evidence is missing or against it. The report says so.",
  }),
  lease: input(z.string().default("30s"), {
    description: "All traffic returns to stable by itself when nobody has controlled the rollout for this long.",
  }),
  keep: input(z.string().default("10m"), {
    description: "How long the former stable server is kept after a promotion.",
  }),
  stateDir: input(z.string().optional(), {
    description: "Folder in which the embedded target remembers what runs. `.titleholder/MODEL/serving` when absent.",
    kind: "path",
  }),
  port: input(z.int().min(0).max(65_535).default(8080), {
    description: "Port on this machine where the embedded router answers callers; 0 picks a free one.",
  }),
  affinity: input(z.string().optional(), {
    description:
      "Header whose value keeps a caller on one arm, such as `x-customer`. Requests are drawn one by one when absent.",
  }),
  memory: input(z.string().default("2GiB"), { description: "Memory limit of one embedded model server." }),
  ...evidenceInput,
  ...registryInputs,
  ...dryRunInput,
});

export type CanaryInputs = z.output<typeof inputs>;

export const outputs = z.strictObject({
  outcome: input(z.enum(outcomes).optional(), {
    description:
      "`promoted`, `rolled-back`, `aborted`, `held` (harm, with `on-failure: hold`), `inconclusive` (held for want of evidence) or `under-way`. Empty in a dry run, when the evidence refuses the version, and after `stop`.",
  }),
  weight: input(z.number().optional(), { description: "Percent of the traffic the new version may have." }),
  rollout: input(z.string().optional(), { description: "Name of the rollout." }),
  journal: input(z.string(), { description: "The registry's stream that holds the rollout's journal." }),
  address: input(z.string().optional(), { description: "Where callers reach the model, when the target was asked." }),
});

const version = z.strictObject({ version: z.int(), digest: z.string() });

/** What a rollout's report says for later commands; the name alone when there was no rollout. */
export const details = z.strictObject({
  name: z.string(),
  rollout: z
    .strictObject({
      id: z.string(),
      canary: version,
      champion: version.nullable(),
      outcome: z.enum(outcomes),
      reason: z.string(),
      weight: z.number(),
      plan: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
      alpha: z.number(),
      margin: z.number(),
      maxErrorRate: z.number().nullable(),
      totals: z.record(z.string(), z.number()),
      logEvidence: z.record(z.string(), z.number().nullable()),
      ratio: z.number().nullable(),
      dispersion: z.number(),
      entries: z.int(),
    })
    .optional(),
});
