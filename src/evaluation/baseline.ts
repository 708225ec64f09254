import type { Answers, ClassTruth, NumberTruth, Truth } from "./evaluation.ts";
import { weightedMean } from "./metric.ts";

/**
 * What always giving the same answer would give on these rows: the commonest class with each class's share as its probability, or the mean;
 * the least that a model must beat. It is taken from the same rows, which flatters the baseline a little.
 */
export function baselineAnswers(truth: Truth, weights?: Float64Array): Answers {
  return truth.kind === "classes" ? majorityAnswers(truth, weights) : meanAnswers(truth, weights);
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

function meanAnswers({ target }: NumberTruth, weights?: Float64Array): Answers {
  return { value: new Float64Array(target.length).fill(weightedMean(target, weights)) };
}
