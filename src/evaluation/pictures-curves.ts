import type { Series, Table } from "../kernel/command.ts";
import type { Json } from "../kernel/json.ts";
import { proportion } from "../stats/proportions.ts";
import type { Answers, ClassTruth } from "./evaluation.ts";
import { descending } from "./metrics/ranks.ts";
import { equallyFull, type NamedAnswers, rounded } from "./pictures.ts";

/** Curves over all thresholds of a score, and how often probabilities come true. */

const curvePoints = 40;

/** Rows of two classes by descending score. */
interface Ranking {
  readonly name: string;
  readonly order: Uint32Array;
  readonly score: Float64Array;
  readonly isPositive: (row: number) => boolean;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * ROC and precision-recall curves of one or two models of two classes, each at equally spaced places. Empty without scores or with rows of one
 * class only.
 */
export function curveSeries(truth: ClassTruth, models: readonly NamedAnswers[]): readonly Series[] {
  const positives = truth.label.reduce((sum, label) => sum + (label === truth.positive ? 1 : 0), 0);
  const negatives = truth.label.length - positives;
  if (truth.positive === undefined || positives === 0 || negatives === 0) return [];
  const rankings = models.flatMap(({ name, answers: { score } }): readonly Ranking[] => {
    if (score === undefined) return [];
    const isPositive = (row: number) => truth.label[row] === truth.positive;
    return [{ name, order: descending(score), score, isPositive, positives, negatives }];
  });
  if (rankings.length === 0) return [];
  const x = Array.from({ length: curvePoints + 1 }, (_, point) => point / curvePoints);
  const lines = (curve: (places: readonly number[], ranking: Ranking) => readonly number[]) =>
    Object.fromEntries(rankings.map((ranking) => [ranking.name, curve(x, ranking)]));
  const share = rounded(positives / truth.label.length);
  return [
    { title: "ROC curve: true positive rate by false positive rate", x: x.map(rounded), lines: lines(rocAt) },
    {
      title: "Precision by recall: chance has the share of positives",
      x: x.map(rounded),
      lines: { ...lines(precisionAt), "share of positives": x.map(() => share) },
    },
  ];
}

/** For each threshold from the largest score down: how many positives and negatives are at or above it. Tied rows go together. */
function* thresholds({ order, score, isPositive }: Ranking): Iterable<readonly [hits: number, falseAlarms: number]> {
  let [hits, falseAlarms] = [0, 0];
  for (const [place, row] of order.entries()) {
    if (isPositive(row)) hits += 1;
    else falseAlarms += 1;
    const next = order[place + 1];
    if (next === undefined || score[next] !== score[row]) yield [hits, falseAlarms];
  }
}

/** The true positive rate at each of the ascending false positive rates, straight lines between the thresholds. */
function rocAt(rates: readonly number[], ranking: Ranking): readonly number[] {
  const curve: number[] = [];
  let [lastRate, lastHits] = [0, 0];
  for (const [hits, falseAlarms] of thresholds(ranking)) {
    const rate = falseAlarms / ranking.negatives;
    while (curve.length < rates.length && (rates[curve.length] ?? 2) < rate) {
      const share = ((rates[curve.length] ?? 0) - lastRate) / (rate - lastRate);
      curve.push(rounded((lastHits + share * (hits - lastHits)) / ranking.positives));
    }
    [lastRate, lastHits] = [rate, hits];
  }
  while (curve.length < rates.length) curve.push(1);
  return curve;
}

/** The precision at the first threshold that reaches each of the ascending recalls: straight lines between thresholds would promise too much (J. Davis and M. Goadrich, 2006). */
function precisionAt(recalls: readonly number[], ranking: Ranking): readonly number[] {
  const curve: number[] = [];
  for (const [hits, falseAlarms] of thresholds(ranking)) {
    while (curve.length < recalls.length && (recalls[curve.length] ?? 2) * ranking.positives <= hits + 1e-9)
      curve.push(rounded(hits / (hits + falseAlarms)));
  }
  return curve;
}

const bins = 10;

/** Rows whose predicted probability is about the same, with how many came true. */
interface Bin {
  readonly rows: number;
  readonly predicted: number;
  readonly observed: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Reliability in up to ten bins of equally many rows (tied rows in one), with a 95% interval of each bin's share: how often the positive class came
 * true, or with several classes how often the most probable one did. Empty when no model gives probabilities, or for a few rows.
 */
export function calibrationSeries(truth: ClassTruth, models: readonly NamedAnswers[]): readonly Series[] {
  return models.flatMap(({ name, answers }): readonly Series[] => {
    const found = calibrationBins(truth, answers);
    if (found.length < 2) return [];
    const x = found.map(({ predicted }) => rounded(predicted));
    const line = (value: (bin: Bin) => number) => found.map((bin) => rounded(value(bin)));
    return [
      {
        title: `Calibration of the ${name}: ${came(truth)} by probability, with a 95% interval`,
        x,
        lines: {
          [name]: line(({ observed }) => observed),
          "as predicted": x,
          "at least": line(({ lower }) => lower),
          "at most": line(({ upper }) => upper),
        },
      },
    ];
  });
}

/** The bins that the calibration curves are drawn from, with their rows. */
export function calibrationTables(truth: ClassTruth, models: readonly NamedAnswers[]): readonly Table[] {
  const all = models
    .map(({ name, answers }) => ({ name, found: calibrationBins(truth, answers) }))
    .filter(({ found }) => found.length > 1);
  if (all.length === 0) return [];
  const most = Math.max(...all.map(({ found }) => found.length));
  return [
    {
      title: `Calibration: predicted probability and ${came(truth)}, in bins of equally many rows`,
      columns: ["bin", ...all.flatMap(({ name }) => [`${name}: rows`, "predicted", "observed"])],
      rows: Array.from({ length: most }, (_, at): readonly Json[] => [
        at + 1,
        ...all.flatMap(({ found }) => {
          const bin = found[at];
          return bin === undefined ? [null, null, null] : [bin.rows, rounded(bin.predicted), rounded(bin.observed)];
        }),
      ]),
    },
  ];
}

function came({ positive }: ClassTruth): string {
  return positive === undefined ? "share of right answers" : "share of positives";
}

function calibrationBins(truth: ClassTruth, { score, ofTrue, predicted, confidence }: Answers): readonly Bin[] {
  const { positive, label } = truth;
  if (positive === undefined) {
    if (confidence === undefined || predicted === undefined) return [];
    return binned(confidence, (row) => predicted[row] === label[row]);
  }
  // A score alone is no probability.
  if (score === undefined || ofTrue === undefined) return [];
  return binned(score, (row) => label[row] === positive);
}

function binned(probability: Float64Array, hit: (row: number) => boolean): readonly Bin[] {
  return [...equallyFull(probability, bins)].map((rows) => {
    const sum = rows.reduce((all, row) => all + (probability[row] ?? 0), 0);
    const count = rows.reduce((all, row) => all + (hit(row) ? 1 : 0), 0);
    const { share, lower, upper } = proportion({ count, rows: rows.length }, 0.025);
    return { rows: rows.length, predicted: sum / rows.length, observed: share, lower, upper };
  });
}
