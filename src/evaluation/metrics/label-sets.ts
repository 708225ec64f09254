import type { Answers, Average, LabelAnswers, LabelTruth, MetricSettings, Truth } from "../evaluation.ts";
import { type Estimator, type Metric, meanEstimator, needed } from "../metric.ts";
import { areaEstimator, precisionEstimator } from "./ranks.ts";

/** Metrics of rows that have several labels or none; definitions as in scikit-learn 1.9, where a share of nothing is 0. */

const tasks = ["multilabel"] as const;

/** The share of rows whose labels are all right. */
export const subsetAccuracy: Metric = ofRows("higher", 0.01, ({ wrong }) => (wrong === 0 ? 1 : 0));
/** The share of labels that are wrong. */
export const hammingLoss: Metric = ofRows("lower", 0.01, ({ wrong, labels }) => wrong / labels);
/** Labels that are both there and predicted, over those that are either; the mean over rows. */
export const jaccard: Metric = ofRows("higher", 0.01, ({ hits, answered, support }) =>
  share(hits, answered + support - hits),
);

/** A row's labels: how many there are, were predicted, are both, and are one without the other. */
interface RowCounts {
  readonly support: number;
  readonly answered: number;
  readonly hits: number;
  readonly wrong: number;
  readonly labels: number;
}

function ofRows(better: "higher" | "lower", margin: number, value: (counts: RowCounts) => number): Metric {
  return {
    tasks,
    needs: "class",
    better,
    margin,
    shape: "smooth",
    estimator: (truth, answers) => perRow(labelsOf(truth), answersOf(answers), value),
  };
}

function perRow(truth: LabelTruth, answers: readonly LabelAnswers[], value: (counts: RowCounts) => number): Estimator {
  const labels = truth.labels.length;
  const rows = truth.present[0]?.length ?? 0;
  return meanEstimator(
    Float64Array.from({ length: rows }, (_, row) => {
      let [support, answered, hits] = [0, 0, 0];
      for (const [at, present] of truth.present.entries()) {
        const [is, said] = [present[row] ?? 0, answers[at]?.predicted[row] ?? 0];
        support += is;
        answered += said;
        hits += is * said;
      }
      return value({ support, answered, hits, wrong: support + answered - 2 * hits, labels });
    }),
  );
}

/** What a share of hits is over: of what was predicted (precision), of what there is (recall), or of the mean of both (F1). */
export type ShareOf = "answered" | "support" | "both";

/** Precision, recall and F1 of labels, by their `average`: macro when none is written. */
export function labelShares(
  truth: Truth,
  answers: Answers,
  of: ShareOf,
  { average = "macro" }: MetricSettings,
): Estimator {
  const sets = labelsOf(truth);
  const given = answersOf(answers);
  if (average === "samples") {
    return perRow(sets, given, ({ hits, answered, support }) => share(hits, below(of, answered, support)));
  }
  return averagedShares(sets, given, of, average);
}

function below(of: ShareOf, answered: number, support: number): number {
  return of === "both" ? (answered + support) / 2 : of === "answered" ? answered : support;
}

/** By label: the weight of hits, of what they are a share of, and of the rows that have the label. */
interface LabelSums {
  readonly hits: Float64Array;
  readonly whole: Float64Array;
  readonly support: Float64Array;
  readonly total: number;
}

function averagedShares(truth: LabelTruth, answers: readonly LabelAnswers[], of: ShareOf, average: Average): Estimator {
  const rows = truth.present[0]?.length ?? 0;
  const counts = (row: number, at: number) => {
    const [is, said] = [truth.present[at]?.[row] ?? 0, answers[at]?.predicted[row] ?? 0];
    return { hit: is * said, part: below(of, said, is), is };
  };
  const sums = (weights?: Float64Array) => sumsOf(truth.labels.length, rows, counts, weights);
  return {
    units: rows,
    value: (weights) => shareBy(sums(weights), average),
    influence: (weights) => {
      const all = sums(weights);
      const { hits, whole, own } = slopesOf(all, average);
      return Float64Array.from({ length: rows }, (_, row) => {
        let slope = 0;
        for (let at = 0; at < hits.length; at++) {
          const { hit, part, is } = counts(row, at);
          slope += hit * (hits[at] ?? 0) + part * (whole[at] ?? 0) + is * (own[at] ?? 0);
        }
        return slope * all.total;
      });
    },
  };
}

type CountsOf = (row: number, at: number) => { readonly hit: number; readonly part: number; readonly is: number };

function sumsOf(labels: number, rows: number, counts: CountsOf, weights?: Float64Array): LabelSums {
  const [hits, whole, support] = [0, 1, 2].map(() => new Float64Array(labels)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    total += weight;
    for (let at = 0; at < labels; at++) {
      const { hit, part, is } = counts(row, at);
      hits[at] = (hits[at] ?? 0) + weight * hit;
      whole[at] = (whole[at] ?? 0) + weight * part;
      support[at] = (support[at] ?? 0) + weight * is;
    }
  }
  return { hits, whole, support, total };
}

function shareBy({ hits, whole, support }: LabelSums, average: Average): number {
  if (average === "micro") return share(sum(hits), sum(whole));
  const shares = hits.map((hit, at) => share(hit, whole[at] ?? 0));
  if (average === "weighted") return share(sum(shares.map((one, at) => one * (support[at] ?? 0))), sum(support));
  return sum(shares) / shares.length;
}

/** The derivatives of the value by each label's hits, by what they are a share of, and by the label's own weight. */
function slopesOf(sums: LabelSums, average: Average) {
  const { hits, whole, support } = sums;
  const value = shareBy(sums, average);
  const none = new Float64Array(hits.length);
  if (average === "micro") {
    const all = sum(whole);
    return { hits: none.map(() => share(1, all)), whole: none.map(() => -share(value, all)), own: none };
  }
  const weighted = average === "weighted";
  const all = sum(support);
  const shares = hits.map((hit, at) => share(hit, whole[at] ?? 0));
  const part = none.map((_, at) => (weighted ? share(support[at] ?? 0, all) : 1 / none.length));
  return {
    hits: part.map((one, at) => share(one, whole[at] ?? 0)),
    whole: part.map((one, at) => -share(one * (shares[at] ?? 0), whole[at] ?? 0)),
    own: weighted ? shares.map((one) => share(one - value, all)) : none,
  };
}

/** The mean of each label's own area or average precision (macro), or that of all labels' scores in one list (micro). */
export function labelRanks(
  truth: Truth,
  answers: Answers,
  of: "area" | "precision",
  { average = "macro" }: MetricSettings,
): Estimator {
  const { present } = labelsOf(truth);
  const scores = answersOf(answers).map(({ score }) => needed(score, "score of each label"));
  const estimator = of === "area" ? areaEstimator : precisionEstimator;
  if (average === "micro") return inOneList(estimator(joined(present), joinedScores(scores)), scores.length);
  const own = present.map((is, at) => ({ is, estimator: estimator(is, scores[at] ?? new Float64Array(0)) }));
  // As scikit-learn has it: the average precision of a label that no row has is 0.
  const parts = own.filter(({ is }) => of === "area" || is.includes(1)).map((one) => one.estimator);
  return meanOf(parts, own.length, present[0]?.length ?? 0);
}

function meanOf(parts: readonly Estimator[], count: number, rows: number): Estimator {
  return {
    units: rows,
    value: (weights) => parts.reduce((all, one) => all + one.value(weights), 0) / count,
    influence: (weights) => {
      const influences = parts.map((one) => one.influence(weights));
      return Float64Array.from(
        { length: rows },
        (_, row) => influences.reduce((all, one) => all + (one[row] ?? 0), 0) / count,
      );
    },
  };
}

/** Each row stands once for every label: its influence is the mean of theirs. */
function inOneList(list: Estimator, labels: number): Estimator {
  const rows = list.units / labels;
  const repeated = (weights?: Float64Array) => {
    if (weights === undefined) return undefined;
    const all = new Float64Array(list.units);
    for (let at = 0; at < labels; at++) all.set(weights, at * rows);
    return all;
  };
  return {
    units: rows,
    value: (weights) => list.value(repeated(weights)),
    influence: (weights) => {
      const all = list.influence(repeated(weights));
      return Float64Array.from({ length: rows }, (_, row) => {
        let own = 0;
        for (let at = 0; at < labels; at++) own += all[at * rows + row] ?? 0;
        return own / labels;
      });
    },
  };
}

function joined(columns: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(columns.flatMap((column) => [...column]));
}

function joinedScores(columns: readonly Float64Array[]): Float64Array {
  return Float64Array.from(columns.flatMap((column) => [...column]));
}

function labelsOf(truth: Truth): LabelTruth {
  if (truth.kind !== "labels") throw new Error("a metric of several labels was asked of rows without");
  return truth;
}

function answersOf({ labels }: Answers): readonly LabelAnswers[] {
  return needed(labels, "labels");
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: Float64Array): number {
  return values.reduce((all, one) => all + one, 0);
}
