import { configurationError } from "../../kernel/error.ts";
import { formatDuration, parseDuration } from "../../kernel/quantity.ts";
import type { RolloutSettings } from "../../rollout/observation.ts";
import { parsePlan } from "../../rollout/plan.ts";
import { bucketMs } from "../../serving/counts.ts";
import type { CanaryInputs } from "./inputs.ts";

/** Blocks in a row that cannot be measured, and weights in a row that do not hold, before the rollout goes back. */
const errorLimit = 3;
/** More blocks cost more to look at than they tell. */
const mostBlocks = 2000;
/** The horizon of an analysis when none is written: so many times its own length, and at least so many blocks. */
const patience = 3;
const usualBlocks = 60;
const leastLeaseMs = 1000;

/**
 * The rules of a new rollout.
 *
 * @throws TitleholderError TH_ROLLOUT_PLAN, TH_DURATION, TH_ROLLOUT_BLOCK (configuration)
 */
export function rolloutSettings(given: CanaryInputs, direct: boolean): RolloutSettings {
  const steps = parsePlan(given.plan);
  const blockMs = parseDuration(given.block, { input: "block" });
  const longestMs = Math.max(...steps.map((step) => (step.kind === "analysis" ? step.ms : 0)));
  const horizonMs =
    given.horizon === undefined
      ? Math.max(patience * longestMs, usualBlocks * blockMs)
      : parseDuration(given.horizon, { input: "horizon" });
  const mostMs = Math.max(horizonMs, longestMs);
  if (blockMs < bucketMs || mostMs / blockMs > mostBlocks) {
    const least = formatDuration(Math.max(bucketMs, mostMs / mostBlocks));
    throw configurationError(
      "TH_ROLLOUT_BLOCK",
      `a block of ${given.block} is too short for an analysis of up to ${formatDuration(mostMs)}`,
      `write a block of at least ${least}, or a shorter horizon`,
      { input: "block" },
    );
  }
  if (horizonMs < 5 * blockMs) {
    throw configurationError(
      "TH_ROLLOUT_BLOCK",
      `a horizon of ${formatDuration(horizonMs)} holds fewer than five blocks of ${given.block}, and nothing is decided before five`,
      "write a shorter block, or a longer horizon",
      { input: "horizon" },
    );
  }
  return {
    steps,
    alpha: given.alpha,
    margin: given.margin,
    maxErrorRate: given.maxErrorRate ?? null,
    minRequests: given.minRequests,
    blockMs,
    horizonMs,
    warmUpMs: parseDuration(given.warmUp, { input: "warm-up" }),
    errorLimit,
    onFailure: given.onFailure,
    direct,
  };
}

/** @throws TitleholderError TH_DURATION, TH_ROLLOUT_LEASE (configuration) */
export function leaseSeconds(given: CanaryInputs): number {
  const ms = parseDuration(given.lease, { input: "lease" });
  if (ms >= leastLeaseMs) return ms / 1000;
  throw configurationError(
    "TH_ROLLOUT_LEASE",
    `a lease of ${given.lease} runs out before it can be renewed`,
    "write at least 1s",
    { input: "lease" },
  );
}

/** @throws TitleholderError TH_DURATION (configuration) */
export function keepSeconds(given: CanaryInputs): number {
  return parseDuration(given.keep, { input: "keep" }) / 1000;
}
