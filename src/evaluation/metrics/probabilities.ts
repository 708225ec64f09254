import type { Answers, ClassTruth, Truth } from "../evaluation.ts";
import { type Estimator, type Metric, meanEstimator, needed } from "../metric.ts";

/** Metrics of the probabilities that a model gives to classes; definitions as in scikit-learn 1.7. */

const both = ["binary", "multiclass"] as const;

/** As scikit-learn clips: no more than keeps the logarithm finite. */
export const defaultClip = 2 ** -52;

/** −ln of the probability given to the true class. */
export const logLoss: Metric = {
  tasks: both,
  needs: "probability",
  better: "lower",
  margin: 0.01,
  shape: "smooth",
  estimator: (_, answers, { clip = defaultClip }) =>
    meanEstimator(
      needed(answers.ofTrue, "probability").map((one) => -Math.log(Math.min(Math.max(one, clip), 1 - clip))),
    ),
};

/** Rows whose probability of the true class is outside clip..1 − clip. */
export function clippedRows({ ofTrue }: Answers, clip: number = defaultClip): number {
  return ofTrue?.reduce((count, one) => count + (one < clip || one > 1 - clip ? 1 : 0), 0) ?? 0;
}

/** The squared distance of the probability from the truth: two classes once (0..1), several summed over classes (0..2). */
export const brier: Metric = {
  tasks: both,
  needs: "probability",
  better: "lower",
  margin: 0.005,
  shape: "smooth",
  estimator: (truth, answers) =>
    meanEstimator(
      truth.kind === "classes" && truth.positive === undefined
        ? needed(answers.squaredDistance, "probability of each class")
        : needed(answers.ofTrue, "probability").map((one) => (1 - one) ** 2),
    ),
};

/** Whether the true class is among the k first by probability. */
export const topK: Metric = {
  tasks: ["multiclass"],
  needs: "score",
  better: "higher",
  margin: 0.01,
  shape: "smooth",
  estimator: (_, answers, { k = 5 }) =>
    meanEstimator(Float64Array.from(needed(answers.rankOfTrue, "score of each class"), (rank) => (rank < k ? 1 : 0))),
};

const usualBins = 15;

/**
 * Expected calibration error (M. P. Naeini and others, 2015; C. Guo and others, 2017): over bins of the probability, the mean distance of the bin's share of hits from its mean probability, weighted by rows. Two classes: probability and share of the positive one;
 * several: the largest probability, and how often its class is right. It is above 0 even for perfect probabilities.
 */
export const ece: Metric = {
  tasks: both,
  needs: "probability",
  better: "lower",
  margin: 0.01,
  shape: "resampled",
  estimator: (truth, answers, { bins = usualBins, binning = "equal-width" }) => {
    const { probability, hit } = claims(truth, answers);
    const bin = binning === "equal-width" ? equallyWide(probability, bins) : equallyFull(probability, bins);
    const gap = hit.map((one, row) => one - (probability[row] ?? 0));
    return calibrationEstimator(bin, gap, bins);
  },
};

function claims(truth: Truth, answers: Answers): { readonly probability: Float64Array; readonly hit: Float64Array } {
  const { label, positive } = truth as ClassTruth;
  if (positive !== undefined) {
    const hit = Float64Array.from(label, (place) => (place === positive ? 1 : 0));
    return { probability: needed(answers.score, "probability"), hit };
  }
  const predicted = needed(answers.predicted, "class");
  const hit = Float64Array.from(label, (place, row) => (predicted[row] === place ? 1 : 0));
  return { probability: needed(answers.confidence, "probability"), hit };
}

/** A bin takes in its upper edge, the first one its lower edge too. */
function equallyWide(probability: Float64Array, bins: number): Uint16Array {
  return Uint16Array.from(probability, (one) => Math.min(bins - 1, Math.max(0, Math.ceil(one * bins) - 1)));
}

/** Bins between the quantiles of all rows (interpolated as numpy does), whatever their weights. */
function equallyFull(probability: Float64Array, bins: number): Uint16Array {
  const sorted = probability.slice().sort();
  const edges = Float64Array.from({ length: bins - 1 }, (_, edge) => {
    const place = ((sorted.length - 1) * (edge + 1)) / bins;
    const below = sorted[Math.floor(place)] ?? 0;
    return below + ((sorted[Math.ceil(place)] ?? 0) - below) * (place - Math.floor(place));
  });
  return Uint16Array.from(probability, (one) => edges.reduce((count, edge) => count + (edge < one ? 1 : 0), 0));
}

function calibrationEstimator(bin: Uint16Array, gap: Float64Array, bins: number): Estimator {
  const sums = (weights?: Float64Array) => {
    const sum = new Float64Array(bins);
    let total = 0;
    for (const [row, one] of gap.entries()) {
      const weight = weights === undefined ? 1 : (weights[row] ?? 0);
      const at = bin[row] ?? 0;
      sum[at] = (sum[at] ?? 0) + weight * one;
      total += weight;
    }
    return { sum, value: total > 0 ? sum.reduce((all, one) => all + Math.abs(one), 0) / total : Number.NaN };
  };
  return {
    units: gap.length,
    value: (weights) => sums(weights).value,
    influence: (weights) => {
      const { sum, value } = sums(weights);
      return gap.map((one, row) => Math.sign(sum[bin[row] ?? 0] ?? 0) * one - value);
    },
  };
}
