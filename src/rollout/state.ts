import type { Instant } from "../kernel/host.ts";
import { type Analysis, addMeasurement, decideAnalysis, nextStage, startAnalysis } from "./analysis.ts";
import type { Observation, RolloutSettings } from "./observation.ts";
import type { PlanStep } from "./plan.ts";
import type { Measurement } from "./rollout.ts";

/**
 * `preparing`, `weighing`, `pausing`, `analysing`: going forward. `finishing`: the canary becomes stable; `crowning`: the champion alias
 * follows. `returning`: traffic goes back. `held`: stays as it is until somebody decides. The last three are the end.
 */
export type Phase =
  | "preparing"
  | "weighing"
  | "pausing"
  | "analysing"
  | "finishing"
  | "crowning"
  | "returning"
  | "held"
  | "promoted"
  | "rolled-back"
  | "aborted";

/** All there is to know about a rollout. Plain JSON. */
export interface RolloutState {
  readonly settings: RolloutSettings;
  readonly phase: Phase;
  /** Index of the plan's step under way. */
  readonly step: number;
  /** Percent the canary shall have. */
  readonly weight: number;
  /** The most it may have: what a lower weight was confirmed to be, or a higher one that may be on its way. */
  readonly mayCarry: number;
  /** When the block or the pause under way began. */
  readonly from: Instant;
  readonly analysis: Analysis;
  /** Times in a row that the target did not do as it was told. */
  readonly unheeded: number;
  /** Nothing was served before: the canary is the first version here. */
  readonly first: boolean;
  /** What `returning` becomes. */
  readonly end: "rolled-back" | "aborted";
  /** Why it went back, was held or was promoted by hand; empty otherwise. */
  readonly reason: string;
  /** Why it is held. */
  readonly hold: "none" | "harm" | "inconclusive";
  /** A held rollout whose target needs nobody to renew its lease. */
  readonly settled: boolean;
  /** A person promoted it before the evidence did. */
  readonly byHand: boolean;
  /** Whether the champion alias followed; null until then. */
  readonly alias: { readonly moved: boolean; readonly detail: string } | null;
  /** What callers may trip over, as the target saw it; the traffic itself decides. */
  readonly breaks: readonly string[];
}

/** What the driver does next. Each may be repeated without harm. */
export type Effect =
  | { readonly do: "prepare" }
  | { readonly do: "set-weight"; readonly percent: number }
  | { readonly do: "measure"; readonly from: Instant; readonly to: Instant }
  | { readonly do: "wait"; readonly until: Instant }
  | { readonly do: "finish"; readonly first: boolean }
  | { readonly do: "move-alias" }
  | { readonly do: "abort" }
  | { readonly do: "hold" };

const ended: ReadonlySet<Phase> = new Set(["promoted", "rolled-back", "aborted"]);

/** Nothing is left to do, now or later. */
export function isOver(state: RolloutState): boolean {
  return ended.has(state.phase);
}

/** Nothing is left to do by the run that drives it: over, or held on purpose. */
export function isAtRest(state: RolloutState): boolean {
  return isOver(state) || (state.phase === "held" && state.settled);
}

/** The state before anything but the decision to begin. */
export function startRollout(settings: RolloutSettings, now: Instant): RolloutState {
  return {
    settings,
    phase: "preparing",
    step: 0,
    weight: 0,
    mayCarry: 0,
    from: now,
    analysis: startAnalysis(settings),
    unheeded: 0,
    first: false,
    end: "aborted",
    reason: "",
    hold: "none",
    settled: false,
    byHand: false,
    alias: null,
    breaks: [],
  };
}

/**
 * One step of the rollout: what was observed, and what follows from it. Pure: the same observations give the same state on any machine,
 * which is how a later run resumes. An observation that does not fit the phase, such as a late answer, changes nothing.
 */
export function stepRollout(
  state: RolloutState,
  observation: Observation,
  now: Instant,
): { readonly state: RolloutState; readonly effect: Effect | undefined } {
  const next = isOver(state) ? state : react(state, observation, now);
  return { state: next, effect: effectOf(next) };
}

/** What is to be done in a state; undefined at rest. */
export function effectOf(state: RolloutState): Effect | undefined {
  switch (state.phase) {
    case "preparing":
      return { do: "prepare" };
    case "weighing":
      return { do: "set-weight", percent: state.weight };
    case "pausing": {
      const step = state.settings.steps[state.step];
      return { do: "wait", until: later(state.from, step?.kind === "pause" ? step.ms : 0) };
    }
    case "analysing":
      return { do: "measure", from: state.from, to: later(state.from, state.settings.blockMs) };
    case "finishing":
      return { do: "finish", first: state.first };
    case "crowning":
      return { do: "move-alias" };
    case "returning":
      return { do: "abort" };
    case "held":
      return state.settled ? undefined : { do: "hold" };
    default:
      return undefined;
  }
}

function react(state: RolloutState, seen: Observation, now: Instant): RolloutState {
  switch (seen.kind) {
    case "asked":
      return answer(state, seen);
    case "resumed":
      return resume(state, now);
    case "health":
      return seen.canary === "gone" && isUnderWay(state) ? goBack(state, "rolled-back", "the canary was lost") : state;
    case "failed":
      return failed(state, seen.detail);
    case "weight-lost":
      return isWatched(state) ? reweigh(state, seen.percent) : state;
    case "returned":
      return state.phase === "returning" ? { ...state, phase: state.end, weight: 0, mayCarry: 0 } : state;
    case "prepared":
      return state.phase === "preparing" ? prepared(state, seen, now) : state;
    case "weight":
      return state.phase === "weighing" ? weighed(state, seen, now) : state;
    case "waited":
      return state.phase === "pausing" ? advance(state, now) : state;
    case "measured":
      return state.phase === "analysing" ? measured(state, seen.measurement, seen.ms, now) : state;
    case "unmeasured":
      return state.phase === "analysing" ? measured(state, undefined, seen.ms, now) : state;
    case "finished":
      return state.phase === "finishing" ? { ...state, phase: "crowning" } : state;
    case "alias":
      return state.phase === "crowning"
        ? { ...state, phase: "promoted", alias: { moved: seen.moved, detail: seen.detail } }
        : state;
    case "holding":
      return state.phase === "held" ? { ...state, settled: true } : state;
    case "started":
      return state;
  }
}

/** The canary has traffic or may get it. */
function isUnderWay(state: RolloutState): boolean {
  return ["preparing", "weighing", "pausing", "analysing", "held"].includes(state.phase);
}

/** The target shall have the weight of the state right now. */
function isWatched(state: RolloutState): boolean {
  return state.phase === "pausing" || state.phase === "analysing";
}

function answer(state: RolloutState, asked: Extract<Observation, { kind: "asked" }>): RolloutState {
  if (!isUnderWay(state)) return state;
  if (asked.operation === "promote") return { ...finish(state), byHand: true, reason: asked.why };
  return goBack(state, asked.operation === "abort" ? "aborted" : "rolled-back", asked.why);
}

function failed(state: RolloutState, detail: string): RolloutState {
  if (state.phase === "finishing")
    return goBack(state, "rolled-back", `the canary was lost before it became stable: ${detail}`);
  return isUnderWay(state) ? goBack(state, "aborted", `the canary did not come up: ${detail}`) : state;
}

/** The target may have gone back by itself, and the canary with it: what was reached is set up again, what was measured stays. */
function resume(state: RolloutState, now: Instant): RolloutState {
  if (!isUnderWay(state)) return state;
  const forgiven =
    state.hold === "harm" ? nextStage(state.analysis, state.settings) : { ...state.analysis, lookedMs: 0 };
  return {
    ...state,
    phase: "preparing",
    from: now,
    unheeded: 0,
    analysis: state.hold === "none" ? state.analysis : forgiven,
    hold: "none",
    settled: false,
    reason: "",
  };
}

function prepared(state: RolloutState, seen: Extract<Observation, { kind: "prepared" }>, now: Instant): RolloutState {
  const known = { ...state, first: seen.first, breaks: seen.breaks };
  if (seen.first || state.settings.direct) return finish(known);
  // A resumed rollout has its weight already, and its step is not to be begun again.
  return state.weight > 0 ? weigh(known, state.weight) : enter(known, state.step, now);
}

function weighed(state: RolloutState, seen: Extract<Observation, { kind: "weight" }>, now: Instant): RolloutState {
  if (seen.percent !== state.weight || !seen.effective) return reweigh(state, seen.percent);
  const confirmed = { ...state, mayCarry: state.weight, unheeded: 0 };
  const step = state.settings.steps[state.step];
  if (step?.kind === "weight") return advance(confirmed, now);
  return begin(confirmed, now);
}

function reweigh(state: RolloutState, percent: number): RolloutState {
  const unheeded = state.unheeded + 1;
  if (unheeded >= state.settings.errorLimit) {
    return goBack(
      state,
      "rolled-back",
      `the target gave the canary ${percent}% of the traffic instead of ${state.weight}%`,
    );
  }
  return { ...weigh(state, state.weight), unheeded };
}

function measured(state: RolloutState, measurement: Measurement | undefined, ms: number, now: Instant): RolloutState {
  const { settings } = state;
  const analysis = addMeasurement(state.analysis, measurement, ms);
  const next = { ...state, analysis, unheeded: 0, from: nextBlock(state, ms, now) };
  if (analysis.errorsInRow >= settings.errorLimit) {
    return goBack(next, "rolled-back", `${analysis.errorsInRow} measurements in a row failed`);
  }
  const { harmful, heard, proven } = decideAnalysis(analysis, settings);
  if (harmful) {
    const reason = "the canary fails more often than stable";
    return settings.onFailure === "hold" ? hold(next, "harm", reason) : goBack(next, "rolled-back", reason);
  }
  const step = settings.steps[state.step];
  const least = step?.kind === "analysis" ? step : { ms: 0, requests: 0 };
  const seenEnough =
    heard && analysis.lookedMs >= least.ms && analysis.canaryRequests >= Math.max(least.requests, settings.minRequests);
  // Going on is not a pass: only the last analysis, after which all traffic follows, has to prove something.
  const needsProof = !settings.steps.slice(state.step + 1).some((later) => later.kind === "analysis");
  if (seenEnough && (!needsProof || proven)) return advance(next, now);
  if (analysis.lookedMs >= Math.max(settings.horizonMs, least.ms)) {
    return hold(next, "inconclusive", "the horizon came before the evidence");
  }
  return next;
}

function advance(state: RolloutState, now: Instant): RolloutState {
  return enter(state, state.step + 1, now);
}

function enter(state: RolloutState, index: number, now: Instant): RolloutState {
  const step: PlanStep | undefined = state.settings.steps[index];
  const at = { ...state, step: index };
  if (step === undefined) return finish(at);
  if (step.kind === "weight") return weigh(at, step.percent);
  const fresh = step.kind === "analysis" ? { ...at, analysis: nextStage(at.analysis, at.settings) } : at;
  return begin(fresh, now);
}

/** Starts, or after an interruption goes on with, a step that takes time. */
function begin(state: RolloutState, now: Instant): RolloutState {
  const step = state.settings.steps[state.step];
  if (step?.kind === "pause") return { ...state, phase: "pausing", from: now };
  return { ...state, phase: "analysing", from: later(now, state.settings.warmUpMs) };
}

function weigh(state: RolloutState, percent: number): RolloutState {
  return { ...state, phase: "weighing", weight: percent, mayCarry: Math.max(state.mayCarry, percent) };
}

function finish(state: RolloutState): RolloutState {
  return { ...state, phase: "finishing", weight: 100, mayCarry: 100, hold: "none", settled: false };
}

function hold(state: RolloutState, why: "harm" | "inconclusive", reason: string): RolloutState {
  return { ...state, phase: "held", hold: why, reason, settled: false };
}

function goBack(state: RolloutState, end: "rolled-back" | "aborted", reason: string): RolloutState {
  return { ...state, phase: "returning", weight: 0, end, reason, hold: "none", settled: false };
}

/** Blocks follow each other without a gap, unless the driver was away for so long that the source may have forgotten. */
function nextBlock(state: RolloutState, ms: number, now: Instant): Instant {
  const end = later(state.from, ms);
  return Date.parse(now) - Date.parse(end) > 2 * state.settings.blockMs ? now : end;
}

function later(at: Instant, ms: number): Instant {
  return new Date(Date.parse(at) + ms).toISOString();
}
