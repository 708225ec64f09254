import type { Answers, ClassTruth, LabelTruth, NumberTruth, Truth } from "./evaluation.ts";
import { weightedMean } from "./metric.ts";

/**
 * What always giving the same answer would give on these rows: the commonest class with each class's share as its probability, of several
 * labels each one's, the mean, of forecasts the last season, or documents in any order; the least that a model must beat. It is taken from the same rows, which flatters
 * the baseline a little.
 * @param levels of the quantiles that are asked for, in place of a mean
 */
export function baselineAnswers(truth: Truth, weights?: Float64Array, levels: readonly number[] = []): Answers {
  if (truth.kind === "classes") return majorityAnswers(truth, weights);
  if (truth.kind === "labels") return majorityLabels(truth, weights);
  if (truth.kind === "numbers") return numberAnswers(truth, weights, levels);
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

/** Of forecasts the last season, 0 where the data does not reach back: such rows have no weight in the comparison. */
function numberAnswers(
  { target, naive }: NumberTruth,
  weights: Float64Array | undefined,
  levels: readonly number[],
): Answers {
  const constant = (value: number) => new Float64Array(target.length).fill(value);
  const answer = naive?.map((value) => (Number.isFinite(value) ? value : 0));
  const value = answer ?? constant(weightedMean(target, weights));
  if (levels.length === 0) return { value };
  const quantiles = levels.map((level) => [level, answer ?? constant(quantileOf(target, level, weights))] as const);
  return { value, quantiles: new Map(quantiles) };
}

/** The least value below or at which lies at least this share of the weight. */
function quantileOf(target: Float64Array, level: number, weights?: Float64Array): number {
  const order = [...target.keys()].sort((a, b) => (target[a] ?? 0) - (target[b] ?? 0));
  const weightOf = (row: number) => weights?.[row] ?? 1;
  const total = order.reduce((sum, row) => sum + weightOf(row), 0);
  let below = 0;
  const found = order.find((row) => {
    below += weightOf(row);
    return below >= level * total;
  });
  return target[found ?? order.at(-1) ?? 0] ?? Number.NaN;
}
