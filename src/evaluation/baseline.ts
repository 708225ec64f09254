import type { Answers, Truth } from "./evaluation.ts";

/**
 * What always answering with the commonest class would give on these rows, with each class's share as its probability: the least that a
 * model must beat. The shares are of the same rows, which flatters the baseline a little.
 */
export function majorityAnswers(truth: Truth): Answers {
  const rows = truth.label.length;
  const counts = new Float64Array(truth.classes.length);
  for (const label of truth.label) counts[label] = (counts[label] ?? 0) + 1;
  const majority = counts.indexOf(Math.max(...counts));
  const shares = counts.map((count) => count / rows);
  return {
    predicted: new Uint16Array(rows).fill(majority),
    ...(truth.positive === undefined ? {} : { score: new Float64Array(rows).fill(shares[truth.positive] ?? 0) }),
    ofTrue: Float64Array.from(truth.label, (label) => shares[label] ?? 0),
  };
}
