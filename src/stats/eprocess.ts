import { mean, sampleStandardDeviation } from "simple-statistics";
import { normalMixtureBoundary } from "./confidence-sequence.ts";

/**
 * Is the canary's rate of events (errors, slow requests) higher than the baseline arm's? A test that may be looked at
 * after every block of traffic: with probability 1 − α no wrong decision is taken at any look. Given the events of a
 * block, the canary's share of them is binomial and depends on the risk ratio alone (M. Lindon and A. Malek,
 * "Anytime-valid inference for multinomial count data", 2022), so rates that move together and a changing split do no
 * harm. The ratio's prior is a grid; with it the likelihood ratio is a nonnegative martingale, an e-process (A. Ramdas,
 * P. Grünwald, V. Vovk and G. Shafer, "Game-theoretic statistics and safe anytime-valid inference", 2023).
 *
 * Requests that are not independent are met twice: the evidence is divided by the estimated overdispersion, and above
 * {@link dispersionLimit} it is left for an asymptotic confidence sequence of the per-block differences (I.
 * Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, "Time-uniform central limit theory and asymptotic
 * confidence sequences", 2024). A lasting difference between two machines cannot be told from a bad release.
 */

/** Closed counts of both arms over the same stretch of time: whole numbers from 0, events at most requests. */
export interface TrafficBlock {
  readonly canaryRequests: number;
  readonly canaryEvents: number;
  readonly baselineRequests: number;
  readonly baselineEvents: number;
}

/**
 * All that the test remembers: the evidence itself, plain JSON. To carry a test through a journal it is enough to
 * record the margin and each block, and to add the blocks again.
 */
export interface EProcessState {
  /** The excess that is tolerated, as a share: 0.1 accepts a ratio below 1.1. Fixed before the first block. */
  readonly margin: number;
  /** Blocks with traffic in both arms. */
  readonly blocks: readonly Counts[];
  /** Blocks that were left out because an arm had no traffic. */
  readonly skippedBlocks: number;
}

type Counts = readonly [canaryRequests: number, canaryEvents: number, baselineRequests: number, baselineEvents: number];

/** What the evidence so far allows, at the errors given. */
export interface EProcessReading {
  /** Blocks with at least one event; the others say nothing about the ratio. No decision is taken before the fifth. */
  readonly informativeBlocks: number;
  /** Sums over all blocks with traffic in both arms. */
  readonly totals: TrafficBlock;
  readonly decision: "roll-back" | "promote" | "none";
  /** Which of the two tests the decision was left to. */
  readonly method: "e-process" | "confidence-sequence";
  /** ln of the (tempered) evidence that the ratio is above 1; rolls back above ln(1/α). */
  readonly logEvidenceWorse: number;
  /** ln of the (tempered) evidence that the ratio is below 1 + margin; promotes above ln(1/α). */
  readonly logEvidenceWithinMargin: number;
  /** Estimated variance over that of independent requests, at least 1; 1 before the fifth informative block. */
  readonly dispersion: number;
  readonly overdispersed: boolean;
  /** The Mantel–Haenszel risk ratio over the blocks, null while an arm has no event. */
  readonly ratio: number | null;
  /**
   * Ratios of the grid not refuted, for display only and at the error of rolling back; null when none is left:
   * inconclusive.
   */
  readonly interval: { readonly lower: number; readonly upper: number } | null;
}

/** 241 ratios, evenly spaced on the log scale, with 1 exactly in the middle. */
const gridHalf = 120;
/** The grid reaches from 1/20 to 20: an interval that ends there goes on. */
export const gridHigh = 20;
const logRatios: readonly number[] = Array.from(
  { length: 2 * gridHalf + 1 },
  (_, j) => ((j - gridHalf) / gridHalf) * Math.log(gridHigh),
);
const ratios = logRatios.map(Math.exp);
/** Standard normal in the logarithm of the ratio; not normalised. */
const logPrior = logRatios.map((logRatio) => -(logRatio ** 2) / 2);

/** Fewer blocks cannot show an overdispersion. */
const leastBlocks = 5;
/** Above it the evidence of single requests is no longer believed. */
const dispersionLimit = 2;
/** Fewer blocks are too few for the central limit that the confidence sequence rests on. */
const leastBlocksOfSequence = 10;
/** The number of blocks about which the confidence sequence is tight: an hour of minutes. */
const sequenceTightAt = 60;

/**
 * A test without any traffic yet.
 *
 * @param margin the tolerated excess as a share, 0 ≤ margin < 19
 */
export function startEProcess(margin: number): EProcessState {
  if (!(margin >= 0 && 1 + margin < gridHigh)) {
    throw new RangeError(`the margin must lie in 0..${gridHigh - 1}, not ${margin}`);
  }
  return { margin, blocks: [], skippedBlocks: 0 };
}

/**
 * The state after one more block; the given state is left as it is.
 *
 * @throws RangeError when a count is not a whole number from 0, or events exceed requests
 */
export function addBlock(state: EProcessState, block: TrafficBlock): EProcessState {
  const { canaryRequests, canaryEvents, baselineRequests, baselineEvents } = block;
  requireCounts(canaryEvents, canaryRequests);
  requireCounts(baselineEvents, baselineRequests);
  if (canaryRequests === 0 || baselineRequests === 0) {
    return { ...state, skippedBlocks: state.skippedBlocks + 1 };
  }
  return { ...state, blocks: [...state.blocks, [canaryRequests, canaryEvents, baselineRequests, baselineEvents]] };
}

/**
 * What may be decided now. Nothing before five informative blocks. Without an event in either arm nothing is ever
 * promoted: a ratio of two zeros is unknown. At one look the rollback is read first.
 *
 * @param alpha errors of the two decisions, each 0 < α < ½: of rolling back a canary that is no worse, of promoting one
 *   that is worse by the margin
 */
export function readEProcess(
  { margin, blocks }: EProcessState,
  alpha: { readonly rollBack: number; readonly promote: number },
): EProcessReading {
  const informative = blocks.filter(([, canaryEvents, , baselineEvents]) => canaryEvents + baselineEvents > 0);
  const enough = informative.length >= leastBlocks;
  const ratio = mantelHaenszelRatio(informative);
  const dispersion = enough ? dispersionAbout(informative, ratio) : 1;
  const overdispersed = dispersion > dispersionLimit;
  const evidence = logRatios.map((logRatio) => logLikelihood(informative, logRatio) / dispersion);
  const logMargin = Math.log1p(margin);
  const logEvidenceWorse = logMixture(evidence, (logRatio) => logRatio > 0);
  const logEvidenceWithinMargin =
    logMixture(evidence, (logRatio) => logRatio < logMargin) - logLikelihood(informative, logMargin) / dispersion;
  const worse = overdispersed
    ? sequenceBound(blocks, 1, alpha.rollBack, "lower") > 0
    : enough && logEvidenceWorse > -Math.log(alpha.rollBack);
  const withinMargin = overdispersed
    ? sequenceBound(blocks, 1 + margin, alpha.promote, "upper") < 0
    : enough && logEvidenceWithinMargin > -Math.log(alpha.promote);
  return {
    informativeBlocks: informative.length,
    totals: totalsOf(blocks),
    decision: worse ? "roll-back" : withinMargin ? "promote" : "none",
    method: overdispersed ? "confidence-sequence" : "e-process",
    logEvidenceWorse,
    logEvidenceWithinMargin,
    dispersion,
    overdispersed,
    ratio: ratio > 0 && ratio < Number.POSITIVE_INFINITY ? ratio : null,
    interval: displayInterval(evidence, alpha.rollBack),
  };
}

/**
 * The log-likelihood of the canary's shares of the events at a risk ratio, up to a constant that is the same for every
 * ratio.
 */
function logLikelihood(blocks: readonly Counts[], logRatio: number): number {
  const ratio = Math.exp(logRatio);
  return blocks.reduce((sum, [canaryRequests, canaryEvents, baselineRequests, baselineEvents]) => {
    const pooled = (canaryRequests * ratio + baselineRequests) / (canaryRequests + baselineRequests);
    return sum + canaryEvents * logRatio - (canaryEvents + baselineEvents) * Math.log(pooled);
  }, 0);
}

/**
 * The risk ratio over blocks whose rates and splits differ (N. Mantel and W. Haenszel, 1959; for risks K. J. Rothman,
 * 1986). Infinite without a baseline event, NaN without any.
 */
function mantelHaenszelRatio(blocks: readonly Counts[]): number {
  let [canary, baseline] = [0, 0];
  for (const [canaryRequests, canaryEvents, baselineRequests, baselineEvents] of blocks) {
    const requests = canaryRequests + baselineRequests;
    canary += (canaryEvents * baselineRequests) / requests;
    baseline += (baselineEvents * canaryRequests) / requests;
  }
  return canary / baseline;
}

/**
 * Pearson's statistic of the canary's shares of the events, over its degrees of freedom (P. McCullagh and J. A. Nelder,
 * 1989); at least 1.
 */
function dispersionAbout(blocks: readonly Counts[], estimate: number): number {
  // All events in one arm: that arm's share is 1 in every block, as estimated, and nothing is left to disperse.
  if (estimate === 0 || estimate === Number.POSITIVE_INFINITY) return 1;
  const pearson = blocks.reduce((sum, [canaryRequests, canaryEvents, baselineRequests, baselineEvents]) => {
    const events = canaryEvents + baselineEvents;
    const share = (canaryRequests * estimate) / (canaryRequests * estimate + baselineRequests);
    return sum + (canaryEvents - events * share) ** 2 / (events * share * (1 - share));
  }, 0);
  return Math.max(1, pearson / (blocks.length - 1));
}

/** ln Σ wⱼ·e^(evidenceⱼ) with the prior restricted to the ratios that `belongs` takes, and normalised over them. */
function logMixture(evidence: readonly number[], belongs: (logRatio: number) => boolean): number {
  const chosen = logRatios.flatMap((logRatio, j) => (belongs(logRatio) ? [j] : []));
  const prior = chosen.map((j) => logPrior[j] ?? 0);
  return logSumExp(prior.map((weight, i) => weight + (evidence[chosen[i] ?? 0] ?? 0))) - logSumExp(prior);
}

function logSumExp(terms: readonly number[]): number {
  const largest = Math.max(...terms);
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}

function displayInterval(evidence: readonly number[], alpha: number): EProcessReading["interval"] {
  const mixture = logMixture(evidence, () => true);
  const left = ratios.filter((_, j) => mixture - (evidence[j] ?? 0) < -Math.log(alpha));
  const [lower, upper] = [left[0], left.at(-1)];
  return lower === undefined || upper === undefined ? null : { lower, upper };
}

/**
 * The lower or upper end of the confidence sequence for the mean, over blocks, of the canary's rate less `factor` times
 * the baseline's; NaN before it may be read.
 */
function sequenceBound(blocks: readonly Counts[], factor: number, alpha: number, side: "lower" | "upper"): number {
  const count = blocks.length;
  if (count < leastBlocksOfSequence) {
    return Number.NaN;
  }
  const differences = blocks.map(
    ([canaryRequests, canaryEvents, baselineRequests, baselineEvents]) =>
      canaryEvents / canaryRequests - (factor * baselineEvents) / baselineRequests,
  );
  const reach = (sampleStandardDeviation(differences) * normalMixtureBoundary(count, alpha, sequenceTightAt)) / count;
  return mean(differences) + (side === "lower" ? -reach : reach);
}

function totalsOf(blocks: readonly Counts[]): TrafficBlock {
  const total = (place: 0 | 1 | 2 | 3) => blocks.reduce((sum, counts) => sum + counts[place], 0);
  return { canaryRequests: total(0), canaryEvents: total(1), baselineRequests: total(2), baselineEvents: total(3) };
}

function requireCounts(events: number, requests: number): void {
  if (!(Number.isSafeInteger(events) && Number.isSafeInteger(requests) && events >= 0 && events <= requests)) {
    throw new RangeError(`${events} events of ${requests} requests is not a count`);
  }
}
