import type { Estimator } from "../metric.ts";

/** How a score orders the rows of two kinds. */

/**
 * The area under the ROC curve: the probability that a positive row scores above a negative one, a tie counting half.
 * @param positive 1 or 0 a row
 */
export function areaEstimator(positive: Uint8Array, score: Float64Array): Estimator {
  const ranked = rank(positive, score);
  return {
    units: score.length,
    value: (weights) => placements(ranked, weights).area,
    influence: (weights) => areaInfluence(ranked, weights),
  };
}

/**
 * The mean precision at the positive rows, from the largest score down, tied rows together (scikit-learn's definition, without
 * interpolation). With 10 to 20 positive rows the influences' spread is 5 to 7% below that of the value, as a precision hangs on other
 * positives too; the degrees of freedom, of half the positives, make up for it (docs/statistics.md).
 * @param positive 1 or 0 a row
 */
export function precisionEstimator(positive: Uint8Array, score: Float64Array): Estimator {
  const ranked = rank(positive, score);
  return {
    units: score.length,
    value: (weights) => precisions(ranked, weights).value,
    influence: (weights) => precisionInfluence(ranked, weights),
    mostDegreesOfFreedom: positive.reduce((sum, is) => sum + is, 0) / 2,
  };
}

/** Rows by descending score; a group is the rows of one score: `ends[g]` is the place after its last. */
interface Ranked {
  readonly order: Uint32Array;
  readonly ends: Uint32Array;
  /** By row. */
  readonly positive: Uint8Array;
}

function rank(positive: Uint8Array, score: Float64Array): Ranked {
  const order = descending(score);
  const ends: number[] = [];
  for (const [place, row] of order.entries()) {
    const next = order[place + 1];
    if (next === undefined || score[next] !== score[row]) ends.push(place + 1);
  }
  return { order, ends: Uint32Array.from(ends), positive };
}

/** Rows from the largest score down. Sorting the numbers themselves is many times faster than sorting rows by a comparison. */
export function descending(score: Float64Array): Uint32Array {
  const sorted = score.slice().sort();
  const places = new Map<number, number>();
  const rows = score.length;
  for (let at = rows - 1; at >= 0; at--) {
    const value = sorted[at] ?? 0;
    if (sorted[at + 1] !== value) places.set(value, rows - 1 - at);
  }
  const order = new Uint32Array(rows);
  for (const [row, value] of score.entries()) {
    const place = places.get(value) ?? 0;
    order[place] = row;
    places.set(value, place + 1);
  }
  return order;
}

function weightOf(weights: Float64Array | undefined, row: number): number {
  return weights === undefined ? 1 : (weights[row] ?? 0);
}

interface Placements {
  readonly area: number;
  /** By row: the weighted share of the other class that the row is rightly ordered against. */
  readonly placed: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

function placements({ order, ends, positive }: Ranked, weights?: Float64Array): Placements {
  const placed = new Float64Array(order.length);
  let [positives, negatives] = [0, 0];
  for (const [row, is] of positive.entries()) {
    if (is === 1) positives += weightOf(weights, row);
    else negatives += weightOf(weights, row);
  }
  let [positivesAbove, negativesAbove, start, area] = [0, 0, 0, 0];
  for (const end of ends) {
    const group = order.subarray(start, end);
    let [ownPositives, ownNegatives] = [0, 0];
    for (const row of group) {
      if (positive[row] === 1) ownPositives += weightOf(weights, row);
      else ownNegatives += weightOf(weights, row);
    }
    const below = (negatives - negativesAbove - ownNegatives / 2) / negatives;
    const above = (positivesAbove + ownPositives / 2) / positives;
    for (const row of group) placed[row] = positive[row] === 1 ? below : above;
    area += ownPositives * below;
    positivesAbove += ownPositives;
    negativesAbove += ownNegatives;
    start = end;
  }
  return { area: area / positives, placed, positives, negatives };
}

function areaInfluence(ranked: Ranked, weights?: Float64Array): Float64Array {
  const { area, placed, positives, negatives } = placements(ranked, weights);
  const total = positives + negatives;
  return placed.map((share, row) => ((share - area) * total) / (ranked.positive[row] === 1 ? positives : negatives));
}

interface Precisions {
  readonly value: number;
  /** By group: the weight of its rows and of those above, and the share of positives among them. */
  readonly reach: Float64Array;
  readonly precision: Float64Array;
  /** By group: the weight of its positives. */
  readonly own: Float64Array;
  readonly positives: number;
  readonly total: number;
}

function precisions({ order, ends, positive }: Ranked, weights?: Float64Array): Precisions {
  const [reach, precision, own] = [0, 1, 2].map(() => new Float64Array(ends.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let [hits, all, start, sum] = [0, 0, 0, 0];
  for (const [group, end] of ends.entries()) {
    let found = 0;
    for (const row of order.subarray(start, end)) {
      const weight = weightOf(weights, row);
      all += weight;
      if (positive[row] === 1) found += weight;
    }
    hits += found;
    reach[group] = all;
    precision[group] = all > 0 ? hits / all : 0;
    own[group] = found;
    sum += found * (precision[group] ?? 0);
    start = end;
  }
  return { value: sum / hits, reach, precision, own, positives: hits, total: all };
}

/**
 * A row changes the precision at every positive row of its score or below, and a positive one the mean itself. By group, from the lowest
 * score up: `gained` sums what a positive row adds, `lost` what any row takes.
 */
function precisionInfluence(ranked: Ranked, weights?: Float64Array): Float64Array {
  const { value, reach, precision, own, positives, total } = precisions(ranked, weights);
  const influence = new Float64Array(ranked.order.length);
  let [gained, lost] = [0, 0];
  for (let group = ranked.ends.length - 1; group >= 0; group--) {
    const part = (reach[group] ?? 0) > 0 ? (own[group] ?? 0) / (reach[group] ?? 1) : 0;
    gained += part;
    lost += part * (precision[group] ?? 0);
    const start = group === 0 ? 0 : (ranked.ends[group - 1] ?? 0);
    for (const row of ranked.order.subarray(start, ranked.ends[group])) {
      const direct = ranked.positive[row] === 1 ? (precision[group] ?? 0) - value + gained : 0;
      influence[row] = (total / positives) * (direct - lost);
    }
  }
  return influence;
}
