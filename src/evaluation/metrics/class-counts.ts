import type { Answers, Average, ClassTruth, MetricSettings, Truth } from "../evaluation.ts";
import { type Estimator, type Metric, meanEstimator, needed } from "../metric.ts";

import { labelShares, type ShareOf } from "./label-sets.ts";

/**
 * Metrics of a confusion matrix, by the weights of each class's rows (`support`), of the rows predicted to be it (`answered`) and of those
 * that are both (`hits`). Each is a smooth function of these that does not change when all weights double, so that its influence on a row
 * is the sum of the derivatives by the counts that the row is part of. Definitions as in scikit-learn 1.7, where a share of nothing is 0.
 */
interface Counts {
  readonly hits: Float64Array;
  readonly answered: Float64Array;
  readonly support: Float64Array;
  readonly total: number;
}

/** A metric of counts with its derivatives by each. */
interface Slope extends Counts {
  readonly value: number;
}

type OfCounts = (counts: Counts) => Slope;

const averaged = ["binary", "multiclass"] as const;

export const accuracy: Metric = {
  tasks: averaged,
  needs: "class",
  better: "higher",
  margin: 0.01,
  shape: "smooth",
  estimator: (truth, answers) => {
    const { label } = classes(truth);
    const predicted = needed(answers.predicted, "class");
    return meanEstimator(Float64Array.from(label, (place, row) => (predicted[row] === place ? 1 : 0)));
  },
};

/** The mean of the classes' recalls, over classes that have rows. */
export const balancedAccuracy = ofCounts(0.01, () => (counts) => {
  const { hits, support } = counts;
  const there = support.filter((weight) => weight > 0).length;
  return {
    value: sumOf(hits, (hit, at) => share(hit, support[at])) / there,
    hits: hits.map((_, at) => share(1, support[at]) / there),
    answered: new Float64Array(hits.length),
    support: hits.map((hit, at) => -share(share(hit, support[at]), support[at]) / there),
    total: 0,
  };
});

/** Of the rows predicted to be a class, the share that is. */
export const precision = shareOfHits("answered", (counts) => ratio(counts, 0, 1));
/** Of a class's rows, the share that was found. */
export const recall = shareOfHits("support", (counts) => ratio(counts, 1, 0));
/** The harmonic mean of both: twice the hits over what was answered and what there is. */
export const f1 = shareOfHits("both", (counts) => ratio(counts, 1, 1));

/** Matthews' correlation of true and predicted class, for any number of classes (J. Gorodkin, 2004), in −1..1. 0 when either has one class only. */
export const mcc = ofCounts(0.01, () => (counts) => {
  const { hits, answered, support, total } = counts;
  const correct = sumOf(hits, (hit) => hit);
  const dot = sumOf(answered, (count, at) => count * (support[at] ?? 0));
  const spreadOfAnswers = total * total - sumOf(answered, (count) => count * count);
  const spreadOfTruth = total * total - sumOf(support, (count) => count * count);
  const scale = Math.sqrt(spreadOfAnswers * spreadOfTruth);
  if (!(scale > 0)) return flat(hits.length);
  const above = correct * total - dot;
  const value = above / scale;
  const bend = (count: number, spread: number) => (value * count) / spread;
  return {
    value,
    hits: hits.map(() => total / scale),
    answered: answered.map((count, at) => -(support[at] ?? 0) / scale + bend(count, spreadOfAnswers)),
    support: support.map((count, at) => -(answered[at] ?? 0) / scale + bend(count, spreadOfTruth)),
    total: correct / scale - value * total * (1 / spreadOfAnswers + 1 / spreadOfTruth),
  };
});

/** The mean cost of a row, in the user's unit, by true and predicted class. */
export const cost: Metric = {
  tasks: averaged,
  needs: "class",
  better: "lower",
  shape: "smooth",
  estimator: (truth, answers, { costs = {} }) => {
    const { label, classes: names } = classes(truth);
    const predicted = needed(answers.predicted, "class");
    const table = names.map((own) => names.map((other) => costs[own]?.[other] ?? 0));
    return meanEstimator(Float64Array.from(label, (place, row) => table[place]?.[predicted[row] ?? 0] ?? 0));
  },
};

function ofCounts(margin: number, definition: (settings: MetricSettings, truth: ClassTruth) => OfCounts): Metric {
  return {
    tasks: averaged,
    needs: "class",
    better: "higher",
    margin,
    shape: "smooth",
    estimator: (truth, answers, settings) =>
      countsEstimator(classes(truth), answers, definition(settings, classes(truth))),
  };
}

/** Of classes, and of several labels. */
function shareOfHits(of: ShareOf, ratios: (counts: Counts) => Ratios): Metric {
  const metric = ofCounts(0.01, (settings, truth) => averageOf(settings, truth, ratios));
  return {
    ...metric,
    tasks: [...averaged, "multilabel"],
    estimator: (truth, answers, settings) =>
      truth.kind === "labels" ? labelShares(truth, answers, of, settings) : metric.estimator(truth, answers, settings),
  };
}

function countsEstimator(truth: ClassTruth, answers: Answers, evaluate: OfCounts): Estimator {
  const predicted = needed(answers.predicted, "class");
  const { label } = truth;
  // One more than there are classes: rows whose predicted class is none of the label's.
  const other = truth.classes.length;
  const count = (weights?: Float64Array) => countsOf(label, predicted, other, weights);
  return {
    units: label.length,
    value: (weights) => evaluate(count(weights)).value,
    influence: (weights) => {
      const counts = count(weights);
      const { hits, answered, support, total } = evaluate(counts);
      return Float64Array.from(label, (place, row) => {
        const answer = Math.min(predicted[row] ?? other, other);
        const slope = (answer === place ? (hits[place] ?? 0) : 0) + (answered[answer] ?? 0) + (support[place] ?? 0);
        return counts.total * (slope + total);
      });
    },
  };
}

function countsOf(label: Uint16Array, predicted: Uint16Array, other: number, weights?: Float64Array): Counts {
  const [hits, answered, support] = [0, 1, 2].map(() => new Float64Array(other + 1)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let total = 0;
  for (const [row, place] of label.entries()) {
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    const answer = Math.min(predicted[row] ?? other, other);
    total += weight;
    support[place] = (support[place] ?? 0) + weight;
    answered[answer] = (answered[answer] ?? 0) + weight;
    if (answer === place) hits[place] = (hits[place] ?? 0) + weight;
  }
  return { hits, answered, support, total };
}

/** hits / a mix of support (`ofSupport`) and answered, as recall (1, 0), precision (0, 1) and F1 (½, ½) are; its derivatives by class. */
interface Ratios {
  readonly value: Float64Array;
  readonly byHits: Float64Array;
  readonly byAnswered: Float64Array;
  readonly bySupport: Float64Array;
}

function ratio({ hits, answered, support }: Counts, ofSupport: number, ofAnswered: number): Ratios {
  const scale = ofSupport + ofAnswered;
  const below = hits.map((_, at) => (ofSupport * (support[at] ?? 0) + ofAnswered * (answered[at] ?? 0)) / scale);
  const value = hits.map((hit, at) => share(hit, below[at]));
  return {
    value,
    byHits: below.map((one) => share(1, one)),
    byAnswered: value.map((one, at) => (-share(one, below[at]) * ofAnswered) / scale),
    bySupport: value.map((one, at) => (-share(one, below[at]) * ofSupport) / scale),
  };
}

function averageOf({ average }: MetricSettings, truth: ClassTruth, ratios: (counts: Counts) => Ratios): OfCounts {
  const kind: Average = average ?? (truth.positive === undefined ? "macro" : "positive");
  if (kind === "micro") return microOf(ratios);
  return (counts) => {
    const { value, byHits, byAnswered, bySupport } = ratios(counts);
    const part = partOf(kind, counts, truth);
    const mean = sumOf(value, (one, at) => one * (part[at] ?? 0));
    const weighted = kind === "weighted";
    return {
      value: mean,
      hits: byHits.map((slope, at) => slope * (part[at] ?? 0)),
      answered: byAnswered.map((slope, at) => slope * (part[at] ?? 0)),
      // The support is the weight of a class as well; the total is what they are shares of.
      support: bySupport.map((slope, at) => slope * (part[at] ?? 0) + (weighted ? (value[at] ?? 0) / counts.total : 0)),
      total: weighted ? -mean / counts.total : 0,
    };
  };
}

/** What part each class has in the average; in the plain mean every class counts that rows have or a prediction named. */
function partOf(kind: Average, { answered, support, total }: Counts, { positive }: ClassTruth): Float64Array {
  if (kind === "positive") return support.map((_, at) => (at === positive ? 1 : 0));
  if (kind === "weighted") return support.map((weight) => weight / total);
  const seen = support.map((weight, at) => (weight > 0 || (answered[at] ?? 0) > 0 ? 1 : 0));
  const count = sumOf(seen, (one) => one);
  return seen.map((one) => one / count);
}

function microOf(ratios: (counts: Counts) => Ratios): OfCounts {
  return (counts) => {
    const sum = (values: Float64Array) => Float64Array.of(sumOf(values, (value) => value));
    const all = ratios({
      ...counts,
      hits: sum(counts.hits),
      answered: sum(counts.answered),
      support: sum(counts.support),
    });
    const spread = (slope: Float64Array) => counts.hits.map(() => slope[0] ?? 0);
    return {
      value: all.value[0] ?? Number.NaN,
      hits: spread(all.byHits),
      answered: spread(all.byAnswered),
      support: spread(all.bySupport),
      total: 0,
    };
  };
}

function flat(size: number): Slope {
  const none = new Float64Array(size);
  return { value: 0, hits: none, answered: none, support: none, total: 0 };
}

function classes(truth: Truth): ClassTruth {
  if (truth.kind !== "classes") throw new Error("a metric of classes was asked of rows without");
  return truth;
}

function share(part: number, whole: number | undefined): number {
  return whole === undefined || whole === 0 ? 0 : part / whole;
}

function sumOf(values: Float64Array, of: (value: number, at: number) => number): number {
  let sum = 0;
  for (const [at, value] of values.entries()) sum += of(value, at);
  return sum;
}
