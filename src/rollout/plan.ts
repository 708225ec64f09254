import { configurationError } from "../kernel/error.ts";
import { formatDuration, parseDuration } from "../kernel/quantity.ts";

/** A step as users write it: exactly one of the three keys. */
export type WrittenStep =
  | { readonly "set-weight": number }
  | { readonly pause: string }
  | { readonly analysis: string | { readonly duration?: string | undefined; readonly requests?: number | undefined } };

export type PlanStep =
  /** Percent 1..100 of the traffic goes to the canary. */
  | { readonly kind: "weight"; readonly percent: number }
  | { readonly kind: "pause"; readonly ms: number }
  /** Lasts until both have passed: the time measured, and the requests the canary answered. */
  | { readonly kind: "analysis"; readonly ms: number; readonly requests: number };

const place = { input: "plan" };

function refuse(index: number, what: string, fix: string): Error {
  return configurationError("TH_ROLLOUT_PLAN", `step ${index + 1} of the plan ${what}`, fix, place);
}

/**
 * Reads a plan and checks that it makes sense as a whole: weights rise, every analysis has two arms to compare, and nothing is promoted
 * without an analysis before it. Traffic goes to the canary entirely when the last step is done, whether the plan says so or not.
 *
 * @throws TitleholderError TH_ROLLOUT_PLAN, TH_DURATION (configuration)
 */
export function parsePlan(written: readonly WrittenStep[]): readonly PlanStep[] {
  const steps = written.map(parseStep);
  let weight = 0;
  for (const [index, step] of steps.entries()) {
    if (step.kind === "weight") {
      if (step.percent <= weight) {
        throw refuse(
          index,
          `sets the weight to ${step.percent}% after ${weight}%`,
          "let the weights rise step by step",
        );
      }
      weight = step.percent;
    } else if (step.kind === "analysis" && (weight === 0 || weight === 100)) {
      const why = weight === 0 ? "before the canary has traffic" : "when stable has no traffic left to compare with";
      throw refuse(index, `is an analysis ${why}`, "put the analysis after a `set-weight` between 1 and 99");
    }
  }
  if (!steps.some((step) => step.kind === "analysis")) {
    throw configurationError(
      "TH_ROLLOUT_PLAN",
      "the plan has no analysis, so it would promote without evidence",
      "add a step such as `analysis: 30m` after a `set-weight` step",
      place,
    );
  }
  return steps;
}

function parseStep(step: WrittenStep, index: number): PlanStep {
  if ("set-weight" in step) {
    const percent = step["set-weight"];
    if (!(Number.isInteger(percent) && percent >= 1 && percent <= 100)) {
      throw refuse(index, `sets the weight to ${percent}`, "write whole percents from 1 to 100");
    }
    return { kind: "weight", percent };
  }
  if ("pause" in step) return { kind: "pause", ms: parseDuration(step.pause, place) };
  const { duration, requests } =
    typeof step.analysis === "string" ? { duration: step.analysis, requests: undefined } : step.analysis;
  if (duration === undefined && requests === undefined) {
    throw refuse(index, "is an analysis without an end", "write `analysis: 30m` or `analysis: { requests: 2000 }`");
  }
  if (requests !== undefined && !(Number.isInteger(requests) && requests >= 1)) {
    throw refuse(index, `analyses ${requests} requests`, "write a whole number from 1");
  }
  return { kind: "analysis", ms: duration === undefined ? 0 : parseDuration(duration, place), requests: requests ?? 0 };
}

/** `5% → analysis of 30 min → 100%`: for a person. */
export function describePlan(steps: readonly PlanStep[]): string {
  return steps.map(describeStep).join(" → ");
}

export function describeStep(step: PlanStep): string {
  if (step.kind === "weight") return `${step.percent}%`;
  if (step.kind === "pause") return `pause of ${formatDuration(step.ms)}`;
  const least = [
    ...(step.ms > 0 ? [formatDuration(step.ms)] : []),
    ...(step.requests > 0 ? [`${step.requests} canary requests`] : []),
  ];
  return `analysis of ${least.join(" and ")}`;
}
