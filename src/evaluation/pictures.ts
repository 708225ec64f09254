import type { Series, Table } from "../kernel/command.ts";
import type { Json } from "../kernel/json.ts";
import type { Answers, ClassTruth } from "./evaluation.ts";
import { otherClass } from "./evaluation.ts";

/** What a report shows beside the tests: curves, confusion, and where two models differ. No row's features are shown. */

export interface NamedAnswers {
  readonly name: string;
  readonly answers: Answers;
}

const curvePoints = 40;

/** ROC curves of one or two models at equally spaced false positive rates. Empty without scores or with rows of one class only. */
export function rocSeries(truth: ClassTruth, models: readonly NamedAnswers[]): readonly Series[] {
  const positives = truth.label.reduce((sum, label) => sum + (label === truth.positive ? 1 : 0), 0);
  const negatives = truth.label.length - positives;
  const scored = models.filter(({ answers }) => answers.score !== undefined);
  if (scored.length === 0 || positives === 0 || negatives === 0 || truth.positive === undefined) return [];
  const x = Array.from({ length: curvePoints + 1 }, (_, point) => point / curvePoints);
  const lines: Record<string, readonly number[]> = {};
  for (const { name, answers } of scored)
    lines[name] = rocAt(x, truth, answers.score ?? new Float64Array(0), positives, negatives);
  return [{ title: "ROC curve: true positive rate by false positive rate", x: x.map(rounded), lines }];
}

/** The true positive rate at each of the ascending false positive rates, straight lines between the thresholds. */
function rocAt(
  rates: readonly number[],
  truth: ClassTruth,
  score: Float64Array,
  positives: number,
  negatives: number,
): readonly number[] {
  const order = Uint32Array.from(score.keys()).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0));
  const curve: number[] = [];
  let [hits, falseAlarms] = [0, 0];
  let [lastRate, lastHits] = [0, 0];
  for (let start = 0; start < order.length; ) {
    const threshold = score[order[start] ?? 0];
    let end = start;
    while (end < order.length && score[order[end] ?? 0] === threshold) {
      if (truth.label[order[end] ?? 0] === truth.positive) hits += 1;
      else falseAlarms += 1;
      end += 1;
    }
    const rate = falseAlarms / negatives;
    while (curve.length < rates.length && (rates[curve.length] ?? 2) < rate) {
      const share = ((rates[curve.length] ?? 0) - lastRate) / (rate - lastRate);
      curve.push(rounded((lastHits + share * (hits - lastHits)) / positives));
    }
    [lastRate, lastHits] = [rate, hits];
    start = end;
  }
  while (curve.length < rates.length) curve.push(1);
  return curve;
}

/** A bin of fewer rows says nothing. */
const leastOfABin = 30;
const bins = 10;

/** Share of positives among the rows of each tenth of predicted probability. Empty when no model gives probabilities. */
export function calibrationSeries(truth: ClassTruth, models: readonly NamedAnswers[]): readonly Series[] {
  const scored = models.filter(({ answers }) => answers.score !== undefined && answers.ofTrue !== undefined);
  if (scored.length === 0 || truth.positive === undefined) return [];
  const x = Array.from({ length: bins }, (_, bin) => rounded((bin + 0.5) / bins));
  const lines: Record<string, readonly (number | null)[]> = {};
  for (const { name, answers } of scored) {
    const rows = new Float64Array(bins);
    const hits = new Float64Array(bins);
    for (const [row, score] of (answers.score ?? new Float64Array(0)).entries()) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(score * bins)));
      rows[bin] = (rows[bin] ?? 0) + 1;
      if (truth.label[row] === truth.positive) hits[bin] = (hits[bin] ?? 0) + 1;
    }
    lines[name] = Array.from(rows, (count, bin) => (count < leastOfABin ? null : rounded((hits[bin] ?? 0) / count)));
  }
  return [
    { title: "Calibration: share of positives by predicted probability", x, lines: { ...lines, "as predicted": x } },
  ];
}

const shownClasses = 12;

/** True class by predicted class, one table a model. Empty for more classes than a person reads. */
export function confusionTables(truth: ClassTruth, models: readonly NamedAnswers[]): readonly Table[] {
  const size = truth.classes.length;
  if (size > shownClasses) return [];
  return models.flatMap(({ name, answers: { predicted } }) => {
    if (predicted === undefined) return [];
    const counts = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
    for (const [row, label] of truth.label.entries()) {
      const line = counts[label];
      const place = Math.min(predicted[row] ?? otherClass, size);
      if (line !== undefined) line[place] = (line[place] ?? 0) + 1;
    }
    const others = counts.some((line) => (line[size] ?? 0) > 0);
    return [
      {
        title: `Confusion of the ${name}: rows by true and predicted class`,
        columns: [
          "true class",
          ...truth.classes.map((text) => `predicted ${text}`),
          ...(others ? ["predicted another"] : []),
        ],
        rows: counts.map((line, place): readonly Json[] => [
          truth.classes[place] ?? "",
          ...(others ? line : line.slice(0, size)),
        ]),
      },
    ];
  });
}

const examples = 10;

/** How often two models predict different classes, who is right then, and the rows on which they differ most. */
export function disagreementTables(
  truth: ClassTruth,
  challenger: NamedAnswers,
  champion: NamedAnswers,
): readonly Table[] {
  const one = challenger.answers.predicted;
  const other = champion.answers.predicted;
  if (one === undefined || other === undefined) return [];
  const different: number[] = [];
  const counts = { challenger: 0, champion: 0, neither: 0 };
  for (const [row, label] of truth.label.entries()) {
    if (one[row] === other[row]) continue;
    different.push(row);
    if (one[row] === label) counts.challenger += 1;
    else if (other[row] === label) counts.champion += 1;
    else counts.neither += 1;
  }
  const rows = truth.label.length;
  const share = (count: number): readonly Json[] => [count, rounded(count / rows)];
  const summary: Table = {
    title: "Where the two predict different classes",
    columns: ["who is right", "rows", "share of all rows"],
    rows: [
      [`the ${challenger.name} alone`, ...share(counts.challenger)],
      [`the ${champion.name} alone`, ...share(counts.champion)],
      ...(truth.classes.length > 2 ? [["neither", ...share(counts.neither)]] : []),
    ],
  };
  return different.length === 0 ? [summary] : [summary, exampleTable(truth, challenger, champion, different)];
}

/** The rows of largest difference; a row is named by its place in the data, its cells are not shown. */
function exampleTable(
  truth: ClassTruth,
  challenger: NamedAnswers,
  champion: NamedAnswers,
  different: readonly number[],
): Table {
  const ofTrue = (answers: Answers, row: number) => answers.ofTrue?.[row];
  const distance = (row: number) =>
    Math.abs((ofTrue(challenger.answers, row) ?? 0) - (ofTrue(champion.answers, row) ?? 0));
  const first = different.toSorted((a, b) => distance(b) - distance(a) || a - b).slice(0, examples);
  const className = (place: number | undefined) => truth.classes[place ?? otherClass] ?? "another";
  const probabilities = challenger.answers.ofTrue !== undefined && champion.answers.ofTrue !== undefined;
  const columns = ["row", "true class", `${challenger.name} predicts`, `${champion.name} predicts`];
  const more = different.length - first.length;
  return {
    title: "Rows on which they differ most",
    columns: probabilities
      ? [...columns, `probability of the true class, ${challenger.name}`, `the same, ${champion.name}`]
      : columns,
    rows: first.map((row): readonly Json[] => [
      row + 1,
      className(truth.label[row]),
      className(challenger.answers.predicted?.[row]),
      className(champion.answers.predicted?.[row]),
      ...(probabilities
        ? [rounded(ofTrue(challenger.answers, row) ?? 0), rounded(ofTrue(champion.answers, row) ?? 0)]
        : []),
    ]),
    ...(more > 0 ? { more } : {}),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
