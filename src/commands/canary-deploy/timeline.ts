import { formatDuration } from "../../kernel/quantity.ts";
import type { Observation } from "../../rollout/observation.ts";
import { describePlan } from "../../rollout/plan.ts";

/** An entry of the journal in one line, for people. */
export function describeObservation(seen: Observation): string {
  switch (seen.kind) {
    case "started":
      return `started: ${describePlan(seen.settings.steps)}`;
    case "prepared":
      return seen.first ? "the canary is ready, and nothing was served before" : "the canary is ready beside stable";
    case "failed":
      return `the canary is not ready: ${seen.detail}`;
    case "weight":
      return `the target gives the canary ${seen.percent}%${seen.effective ? "" : ", which is not in effect"}`;
    case "measured":
      return describeMeasurement(seen);
    case "unmeasured":
      return `not measured: ${seen.detail}`;
    case "health":
      return `stable is ${seen.stable}, the canary is ${seen.canary}`;
    case "weight-lost":
      return `the target gives the canary ${seen.percent}% by itself`;
    case "waited":
      return "the pause is over";
    case "resumed":
      return "another run took over";
    case "asked":
      return `asked to ${seen.operation}: ${seen.why}`;
    case "finished":
      return "the new version is stable";
    case "alias":
      return seen.moved ? "the champion alias moved" : `the champion alias did not move: ${seen.detail}`;
    case "returned":
      return "all traffic is at stable";
    case "holding":
      return "the weight stays";
  }
}

function describeMeasurement({ measurement, ms }: Extract<Observation, { kind: "measured" }>): string {
  const block = `block of ${formatDuration(ms)}`;
  if (measurement.state !== "ok") return `${block}: ${measurement.state}, ${measurement.detail}`;
  const { requests, events } = measurement;
  return `${block}: canary ${events.canary} of ${requests.canary} failed, stable ${events.stable} of ${requests.stable}`;
}
