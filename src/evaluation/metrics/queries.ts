import type { Answers, QueryTruth, Truth } from "../evaluation.ts";
import { type Metric, meanEstimator, needed } from "../metric.ts";

/**
 * Metrics of an order of documents by a score, one number a query, each query as important as its weight. Documents of one score stand in
 * every order at once: the value is the mean over them. A query without a relevant document counts 0.
 */

/** One query's documents by falling score, each with its relevance; `ends[g]` is the place after the last document of the g-th score. */
interface Ordered {
  readonly relevance: readonly number[];
  readonly ends: readonly number[];
}

/**
 * Normalised discounted cumulative gain (K. Järvelin and J. Kekäläinen, 2002) as scikit-learn 1.9 has it: the gain is the relevance, the
 * discount log2 of the place + 1, and ties share the mean (F. McSherry and M. Najork, 2008); over the best order's, by places 1..k.
 */
export const ndcg: Metric = ofQueries(({ relevance, ends }, k) => {
  const best = [...relevance].sort((a, b) => b - a);
  const ideal = best.reduce((sum, gain, place) => sum + gain * discount(place, k), 0);
  if (ideal === 0) return 0;
  let [sum, start] = [0, 0];
  for (const end of ends) {
    const gain = sumBetween(relevance, start, end) / (end - start);
    for (let place = start; place < end; place++) sum += gain * discount(place, k);
    start = end;
  }
  return sum / ideal;
});

/** One over the place of the first relevant document, 0 when none is among the first k. */
export const mrr: Metric = ofQueries(({ relevance, ends }, k) => {
  let start = 0;
  for (const end of ends) {
    const relevant = relevance.slice(start, end).filter((one) => one > 0).length;
    if (relevant > 0) return firstAmong(relevant, end - start, start, k);
    start = end;
  }
  return 0;
});

/** The mean precision at the relevant documents, ties together, as scikit-learn's average precision of each query. */
export const map: Metric = ofQueries(({ relevance, ends }) => {
  let [hits, sum, start] = [0, 0, 0];
  for (const end of ends) {
    const found = relevance.slice(start, end).filter((one) => one > 0).length;
    hits += found;
    sum += (found * hits) / end;
    start = end;
  }
  return hits === 0 ? 0 : sum / hits;
});

/** Queries without a relevant document. */
export function emptyQueries({ query, queries, relevance }: QueryTruth): number {
  const relevant = new Uint8Array(queries);
  for (const [row, place] of query.entries()) if ((relevance[row] ?? 0) > 0) relevant[place] = 1;
  return queries - relevant.reduce((sum, one) => sum + one, 0);
}

function ofQueries(value: (ordered: Ordered, k: number) => number): Metric {
  return {
    tasks: ["ranking"],
    needs: "value",
    better: "higher",
    margin: 0.01,
    shape: "resampled",
    estimator: (truth, answers, { k = Number.POSITIVE_INFINITY }) =>
      meanEstimator(Float64Array.from(orderedQueries(truth, answers), (ordered) => value(ordered, k))),
  };
}

function orderedQueries(truth: Truth, answers: Answers): readonly Ordered[] {
  if (truth.kind !== "queries") throw new Error("a metric of queries was asked of rows without");
  const { query, queries, relevance } = truth;
  const score = needed(answers.value, "score");
  const rows: number[][] = Array.from({ length: queries }, () => []);
  for (const [row, place] of query.entries()) rows[place]?.push(row);
  return rows.map((own) => {
    own.sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0));
    const ends = own.flatMap((row, place) => (score[row] === score[own[place + 1] ?? -1] ? [] : [place + 1]));
    return { relevance: own.map((row) => relevance[row] ?? 0), ends };
  });
}

function discount(place: number, k: number): number {
  return place < k ? 1 / Math.log2(place + 2) : 0;
}

function sumBetween(values: readonly number[], start: number, end: number): number {
  let sum = 0;
  for (let place = start; place < end; place++) sum += values[place] ?? 0;
  return sum;
}

/** The mean of one over the place of the first of `relevant` among `all` in random order behind `before` others, as far as place k. */
function firstAmong(relevant: number, all: number, before: number, k: number): number {
  let [chance, sum] = [relevant / all, 0];
  for (let place = 1; place <= all - relevant + 1; place++) {
    if (before + place <= k) sum += chance / (before + place);
    chance *= (all - relevant - place + 1) / (all - place);
  }
  return sum;
}
