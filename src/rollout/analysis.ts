import { addBlock, type EProcessReading, type EProcessState, readEProcess, startEProcess } from "../stats/eprocess.ts";
import { leastRequests, logEvidenceBelow, upperRate } from "./ceiling.ts";
import type { RolloutSettings } from "./observation.ts";
import type { Measurement } from "./rollout.ts";

/** Fewer blocks decide nothing: they cannot show whether requests fail independently of each other. */
const leastBlocks = 5;

/** What the measurements so far add up to. Plain JSON. */
export interface Analysis {
  /** Of the analysis step under way, begun anew at each, so that harm which a higher weight brings out is not outvoted by calm before. */
  readonly stage: EProcessState;
  /** Over the whole rollout, for promoting. */
  readonly whole: EProcessState;
  /** Milliseconds this step has looked, whether or not there was something to see. */
  readonly lookedMs: number;
  /** Canary requests of this step. */
  readonly canaryRequests: number;
  /** Blocks in a row that could not be measured. */
  readonly errorsInRow: number;
}

export function startAnalysis(settings: RolloutSettings): Analysis {
  const begun = startEProcess(settings.margin);
  return { stage: begun, whole: begun, lookedMs: 0, canaryRequests: 0, errorsInRow: 0 };
}

/** The next analysis step: what counts towards promoting is kept, the rest begins anew. */
export function nextStage(analysis: Analysis, settings: RolloutSettings): Analysis {
  return { ...analysis, stage: startEProcess(settings.margin), lookedMs: 0, canaryRequests: 0, errorsInRow: 0 };
}

/** One more block of `ms` milliseconds. No traffic is no error; everything else but `ok` is. */
export function addMeasurement(analysis: Analysis, measurement: Measurement | undefined, ms: number): Analysis {
  const looked = { ...analysis, lookedMs: analysis.lookedMs + ms };
  if (measurement?.state === "empty") return { ...looked, errorsInRow: 0 };
  if (measurement?.state !== "ok") return { ...looked, errorsInRow: analysis.errorsInRow + 1 };
  const { requests, events } = measurement;
  const block = {
    canaryRequests: requests.canary,
    canaryEvents: events.canary,
    baselineRequests: requests.stable,
    baselineEvents: events.stable,
  };
  return {
    stage: addBlock(analysis.stage, block),
    whole: addBlock(analysis.whole, block),
    lookedMs: looked.lookedMs,
    canaryRequests: analysis.canaryRequests + requests.canary,
    errorsInRow: 0,
  };
}

/** What the evidence decides. */
export interface AnalysisDecision {
  readonly harmful: boolean;
  /** This analysis has seen enough blocks for the test for harm to have spoken: one that ended before would let anything through. */
  readonly heard: boolean;
  readonly proven: boolean;
}

/** The decision with the numbers that a report shows. */
export interface AnalysisReading extends AnalysisDecision {
  /** The error each single rollback test may make: alpha over the plan's analyses, as each begins anew. */
  readonly alphaOfStage: number;
  readonly stage: EProcessReading;
  readonly whole: EProcessReading;
  /** Null when no ceiling was declared. */
  readonly ceiling: {
    readonly logEvidence: number;
    readonly upper: number;
    /** Requests without a failure that would have been enough from the start. */
    readonly leastRequests: number;
  } | null;
}

/**
 * Harm is read from the ratio of the arms' error rates. Promotion is proven by that ratio being below 1 + margin, or, when a ceiling was
 * declared, by the canary's own rate being below it, which then takes the ratio's place.
 */
export function decideAnalysis(analysis: Analysis, settings: RolloutSettings): AnalysisDecision {
  const { stage, whole } = readings(analysis, settings);
  return decisionOf(analysis, settings, stage, whole);
}

export function readAnalysis(analysis: Analysis, settings: RolloutSettings): AnalysisReading {
  const { stage, whole } = readings(analysis, settings);
  const { canaryEvents, canaryRequests } = whole.totals;
  const ceiling =
    settings.maxErrorRate === null
      ? null
      : {
          logEvidence: logEvidenceBelow(canaryEvents, canaryRequests, settings.maxErrorRate),
          upper: upperRate(canaryEvents, canaryRequests, settings.alpha),
          leastRequests: leastRequests(settings.maxErrorRate, settings.alpha),
        };
  const decision = decisionOf(analysis, settings, stage, whole);
  return { ...decision, alphaOfStage: alphaOfStage(settings), stage, whole, ceiling };
}

function readings(analysis: Analysis, settings: RolloutSettings) {
  const alpha = { rollBack: alphaOfStage(settings), promote: settings.alpha };
  return { stage: readEProcess(analysis.stage, alpha), whole: readEProcess(analysis.whole, alpha) };
}

function decisionOf(
  analysis: Analysis,
  { maxErrorRate, alpha }: RolloutSettings,
  stage: EProcessReading,
  whole: EProcessReading,
): AnalysisDecision {
  const { canaryEvents, canaryRequests } = whole.totals;
  const enough = analysis.whole.blocks.length >= leastBlocks;
  const proven =
    maxErrorRate === null
      ? whole.decision === "promote"
      : whole.decision !== "roll-back" &&
        logEvidenceBelow(canaryEvents, canaryRequests, maxErrorRate) > -Math.log(alpha);
  return {
    harmful: stage.decision === "roll-back",
    heard: analysis.stage.blocks.length >= leastBlocks,
    proven: enough && proven,
  };
}

function alphaOfStage({ alpha, steps }: RolloutSettings): number {
  return alpha / Math.max(1, steps.filter((step) => step.kind === "analysis").length);
}
