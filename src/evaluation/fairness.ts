import { proportionDifference } from "../stats/proportions.ts";
import { areSimpleRows, type Design } from "./design.ts";
import type { Answers, ClassTruth } from "./evaluation.ts";
import { testGains } from "./gain-test.ts";

/**
 * Shares of a group's rows that the model calls positive: of all (demographic parity), of the truly positive (equal opportunity; M. Hardt,
 * E. Price and N. Srebro, 2016), of the truly negative.
 */
export const fairnessMeasures = ["selection-rate", "true-positive-rate", "false-positive-rate"] as const;
export type FairnessMeasure = (typeof fairnessMeasures)[number];

/** Where the whole interval lies of the largest difference that is accepted; `shown`: nothing was asked. */
export type GroupState = "within" | "beyond" | "inconclusive" | "untestable" | "shown";

/** One measure of one group against the reference. */
export interface GroupDifference {
  readonly group: string;
  readonly measure: FairnessMeasure;
  /** Rows that the measure is taken of, in the group and in the reference. */
  readonly rows: number;
  readonly referenceRows: number;
  readonly share: number | null;
  readonly referenceShare: number | null;
  /** The group's share less the reference's, in −1..1, with one-sided bounds at 1 − alpha/k, k the differences that are compared. */
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly state: GroupState;
  readonly reason?: string;
}

export interface NamedRows {
  readonly name: string;
  /** Places of its rows, from 0, in ascending order. */
  readonly rows: Uint32Array;
}

export interface FairnessQuestion {
  /** The largest difference, in either direction, that is accepted; only shown when absent. */
  readonly limit?: number | undefined;
  /** Groups of fewer rows, or of fewer positive or negative ones where the measure is of them, are not compared. */
  readonly leastRows: number;
  readonly design: Design;
}

/** Of all rows: their truth, and the places of those that the model calls positive. */
interface Rows {
  readonly truth: ClassTruth;
  readonly predicted: Uint16Array;
}

/**
 * How one model treats each group, beside how it treats the reference. Bounds are Newcombe's hybrid score bounds; of rows with weights, in
 * groups or in time order they are Student's t on the influence of each row on the difference. Each difference has its bounds at
 * 1 − alpha/k, so that all of them hold together.
 * @param truth of two classes
 */
export function compareGroups(
  groups: readonly NamedRows[],
  reference: NamedRows,
  truth: ClassTruth,
  { predicted }: Required<Pick<Answers, "predicted">>,
  question: FairnessQuestion,
): readonly GroupDifference[] {
  const alpha = question.design.alpha / Math.max(1, groups.length * fairnessMeasures.length);
  const within = { ...question, design: { ...question.design, alpha } };
  return groups.flatMap((group) =>
    fairnessMeasures.map((measure) => compareGroup(group, reference, measure, { truth, predicted }, within)),
  );
}

function compareGroup(
  group: NamedRows,
  reference: NamedRows,
  measure: FairnessMeasure,
  rows: Rows,
  { limit, leastRows, design }: FairnessQuestion,
): GroupDifference {
  const [own, other] = [askedRows(group.rows, measure, rows), askedRows(reference.rows, measure, rows)];
  const head = { group: group.name, measure, rows: own.length, referenceRows: other.length };
  const [share, referenceShare] = [own, other].map((places) => shareOf(places, rows, design.weights));
  const none = {
    share: share ?? null,
    referenceShare: referenceShare ?? null,
    difference: null,
    lower: null,
    upper: null,
  };
  if (Math.min(own.length, other.length) < leastRows) {
    const which = own.length < leastRows ? "of the group" : "of the reference";
    return {
      ...head,
      ...none,
      state: "untestable",
      reason: `fewer than ${leastRows} rows ${which} ${wordsOf[measure]}`,
    };
  }
  const found = differenceOf(own, other, rows, design);
  if (typeof found === "string") return { ...head, ...none, state: "untestable", reason: found };
  return { ...head, ...none, ...found, state: stateOf(found, limit) };
}

const wordsOf: Readonly<Record<FairnessMeasure, string>> = {
  "selection-rate": "at all",
  "true-positive-rate": "are positive",
  "false-positive-rate": "are negative",
};

/** The rows that the measure is taken of. */
function askedRows(places: Uint32Array, measure: FairnessMeasure, { truth }: Rows): Uint32Array {
  if (measure === "selection-rate") return places;
  const wanted = measure === "true-positive-rate";
  return places.filter((row) => (truth.label[row] === truth.positive) === wanted);
}

function shareOf(places: Uint32Array, { predicted, truth }: Rows, weights?: Float64Array): number | null {
  let [positive, total] = [0, 0];
  for (const row of places) {
    const weight = weights?.[row] ?? 1;
    total += weight;
    if (predicted[row] === truth.positive) positive += weight;
  }
  return total > 0 ? positive / total : null;
}

type Bounded = { readonly difference: number; readonly lower: number; readonly upper: number };

/** A text says why there is none. */
function differenceOf(own: Uint32Array, other: Uint32Array, rows: Rows, design: Design): Bounded | string {
  const [share, otherShare] = [own, other].map((places) => shareOf(places, rows, design.weights));
  if (share == null || otherShare == null) return "its rows have no weight";
  if (areSimpleRows(design)) {
    const count = (places: Uint32Array, of: number) => ({ count: Math.round(of * places.length), rows: places.length });
    return proportionDifference(count(own, share), count(other, otherShare), design.alpha);
  }
  const all = rows.predicted.length;
  const difference = share - otherShare;
  const gains = new Float64Array(all).fill(difference);
  addInfluence(gains, own, share, 1, rows, design.weights);
  addInfluence(gains, other, otherShare, -1, rows, design.weights);
  const { weights: _inTheGains, ...dependence } = design;
  const test = testGains(gains, difference, 0, dependence);
  if (test.kind === "inconclusive") return test.reason;
  return { difference, lower: Math.max(-1, test.lower), upper: Math.min(1, test.upper) };
}

/** A share is a ratio of two means over all rows: each row's influence on it is its own deviation over the share's part of the weight. */
function addInfluence(
  gains: Float64Array,
  places: Uint32Array,
  share: number,
  sign: number,
  { predicted, truth }: Rows,
  weights?: Float64Array,
): void {
  let total = 0;
  for (const row of places) total += weights?.[row] ?? 1;
  const scale = (sign * gains.length) / total;
  for (const row of places) {
    const value = predicted[row] === truth.positive ? 1 : 0;
    gains[row] = (gains[row] ?? 0) + scale * (weights?.[row] ?? 1) * (value - share);
  }
}

function stateOf({ lower, upper }: Bounded, limit: number | undefined): GroupState {
  if (limit === undefined) return "shown";
  if (Math.max(lower, -upper) > limit) return "beyond";
  return Math.max(-lower, upper) <= limit ? "within" : "inconclusive";
}
