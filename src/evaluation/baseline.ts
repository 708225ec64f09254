import type { Answers, ClassTruth, LabelTruth, NumberTruth, Truth } from "./evaluation.ts";
import { weightedMean } from "./metric.ts";

/**
 * What always giving the same answer would give on these rows: the commonest class with each class's share as its probability, of several
 * labels each one's, the mean, of forecasts the last season, or documents in any order; the least that a model must beat. It is taken from the same rows, which flatters
 * the baseline a little.
 */
export function baselineAnswers(truth: Truth, weights?: Float64Array): Answers {
  if (truth.kind === "classes") return majorityAnswers(truth, weights);
  if (truth.kind === "labels") return majorityLabels(truth, weights);
  if (truth.kind === "numbers")
    return truth.naive === undefined ? meanAnswers(truth, weights) : naiveAnswers(truth.naive);
  // One score for all documents: each of their orders at once.
  return { value: new Float64Array(truth.kind === "queries" ? truth.query.length : truth.rows) };
}

function majorityAnswers({ label, classes, positive }: ClassTruth, weights?: Float64Array): Answers {
  const rows = label.length;
  const counts = new Float64Array(classes.length);
  for (const [row, place] of label.entries()) counts[place] = (counts[place] ?? 0) + (weights?.[row] ?? 1);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const majority = counts.indexOf(Math.max(...counts));
  const shares = counts.map((count) => count / total);
  const ofClass = (value: (place: number) => number) => Float64Array.from(label, value);
  const squares = shares.reduce((sum, share) => sum + share * share, 0);
  return {
    predicted: new Uint16Array(rows).fill(majority),
    ...(positive === undefined ? {} : { score: new Float64Array(rows).fill(shares[positive] ?? 0) }),
    ofTrue: ofClass((place) => shares[place] ?? 0),
    ...(positive === undefined
      ? {
          rankOfTrue: Uint16Array.from(label, (place) => rankOf(shares, place)),
          confidence: new Float64Array(rows).fill(shares[majority] ?? 0),
          squaredDistance: ofClass((place) => squares + 1 - 2 * (shares[place] ?? 0)),
        }
      : {}),
  };
}

function rankOf(shares: Float64Array, own: number): number {
  const share = shares[own] ?? 0;
  return shares.reduce(
    (before, other, place) => before + (other > share || (other === share && place > own) ? 1 : 0),
    0,
  );
}

function majorityLabels({ present }: LabelTruth, weights?: Float64Array): Answers {
  const labels = present.map((column) => {
    const common = weightedMean(Float64Array.from(column), weights);
    return {
      predicted: new Uint8Array(column.length).fill(common > 0.5 ? 1 : 0),
      score: new Float64Array(column.length).fill(common),
    };
  });
  return { labels };
}

function meanAnswers({ target }: NumberTruth, weights?: Float64Array): Answers {
  return { value: new Float64Array(target.length).fill(weightedMean(target, weights)) };
}

/** 0 where the data does not reach back: such rows have no weight in the comparison. */
function naiveAnswers(naive: Float64Array): Answers {
  return { value: naive.map((value) => (Number.isFinite(value) ? value : 0)) };
}
