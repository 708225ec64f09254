import type { Table } from "../kernel/command.ts";
import type { Json } from "../kernel/json.ts";
import type { Answers, ClassTruth } from "./evaluation.ts";
import { otherClass } from "./evaluation.ts";
import { descending } from "./metrics/ranks.ts";

/** What a report shows beside the tests of classes: confusion, and where two models differ. No row's features are shown. */

export interface NamedAnswers {
  readonly name: string;
  readonly answers: Answers;
}

/** A bin of fewer rows says nothing. */
const leastOfABin = 30;

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
        title: `Confusion of the ${name}`,
        columns: [
          "true class",
          ...truth.classes.map((text) => `predicted ${text}`),
          ...(others ? ["predicted another"] : []),
          "right",
        ],
        rows: counts.map((line, place): readonly Json[] => [
          truth.classes[place] ?? "",
          ...(others ? line : line.slice(0, size)),
          shareOf(line[place] ?? 0, line),
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
  const first = mostApart(different.length, (at) => 1 + distance(different[at] ?? 0)).map((at) => different[at] ?? 0);
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

/** Null for a class without rows. */
function shareOf(count: number, all: readonly number[]): number | null {
  const rows = all.reduce((sum, one) => sum + one, 0);
  return rows === 0 ? null : rounded(count / rows);
}

/** Rows from the smallest value up, in up to so many bins of about equally many, 30 at least; rows of the same value stay together. */
export function* equallyFull(value: Float64Array, bins: number): Iterable<Uint32Array> {
  const order = descending(value).reverse();
  const size = Math.max(leastOfABin, Math.ceil(order.length / bins));
  let start = 0;
  for (const [place, row] of order.entries()) {
    const next = order[place + 1];
    const isTied = next !== undefined && value[next] === value[row];
    const isFull = place + 1 - start >= size && order.length - place - 1 >= leastOfABin;
    if (next !== undefined && (isTied || !isFull)) continue;
    yield order.subarray(start, place + 1);
    start = place + 1;
  }
}

/** Up to ten places below `count`, from the largest distance down, the first ones where many tie; none whose distance is 0. */
export function mostApart(count: number, distance: (place: number) => number): readonly number[] {
  const kept: { readonly place: number; readonly distance: number }[] = [];
  for (let place = 0; place < count; place++) {
    const own = distance(place);
    if (own <= (kept.length < examples ? 0 : (kept.at(-1)?.distance ?? 0))) continue;
    const at = kept.findIndex((one) => one.distance < own);
    kept.splice(at === -1 ? kept.length : at, 0, { place, distance: own });
    if (kept.length > examples) kept.pop();
  }
  return kept.map(({ place }) => place);
}

/** To four decimals: more is noise in a picture. */
export function rounded(value: number): number {
  return Number(value.toFixed(4));
}
