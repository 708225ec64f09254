import type { Series, Table } from "../kernel/command.ts";
import type { Json } from "../kernel/json.ts";
import type { NumberTruth } from "./evaluation.ts";
import { equallyFull, mostApart, type NamedAnswers, rounded } from "./pictures.ts";

/** What a report shows of predicted numbers. A residual is the prediction less the truth; no cell of the data is shown. */

const bins = 20;
const lines = ["mean", "a tenth lies below", "a tenth lies above"] as const;

/** Residuals by prediction in bins of equally many rows, for each model, and how all residuals are spread. Empty without one predicted number a row. */
export function residualSeries(truth: NumberTruth, models: readonly NamedAnswers[]): readonly Series[] {
  const residuals = models.flatMap(({ name, answers: { value } }) =>
    value === undefined ? [] : [{ name, value, residual: value.map((one, row) => one - (truth.target[row] ?? 0)) }],
  );
  return [
    ...residuals.flatMap(({ name, value, residual }) => byPrediction(name, value, residual)),
    ...spread(residuals),
  ];
}

function byPrediction(name: string, value: Float64Array, residual: Float64Array): readonly Series[] {
  const x: number[] = [];
  const found = lines.map((): number[] => []);
  for (const rows of equallyFull(value, bins)) {
    const sorted = Float64Array.from(rows, (row) => residual[row] ?? 0).sort();
    x.push(significant(mean(Float64Array.from(rows, (row) => value[row] ?? 0))));
    const outer = [Math.floor(0.1 * (sorted.length - 1)), Math.ceil(0.9 * (sorted.length - 1))];
    const shown = [mean(sorted), ...outer.map((place) => sorted[place] ?? 0)];
    for (const [at, one] of shown.entries()) found[at]?.push(significant(one));
  }
  if (x.length < 2) return [];
  const title = `Residuals of the ${name} by prediction: a mean away from 0 is a bias`;
  return [{ title, x, lines: Object.fromEntries(lines.map((line, at) => [line, found[at] ?? []])) }];
}

interface Residuals {
  readonly name: string;
  readonly residual: Float64Array;
}

/** Shares of rows in bins around 0 that hold all but the largest hundredth of the residuals; what is farther out stands in the outer bins. */
function spread(models: readonly Residuals[]): readonly Series[] {
  const sizes = Float64Array.from(models.flatMap(({ residual }) => [nearlyAll(residual)]));
  const reach = niceReach(Math.max(0, ...sizes));
  if (reach === 0 || !Number.isFinite(reach)) return [];
  const step = (2 * reach) / bins;
  const place = (residual: number) => Math.min(bins - 1, Math.max(0, Math.floor((residual + reach) / step)));
  const shares = models.map(({ name, residual }) => {
    const counts = new Float64Array(bins);
    for (const one of residual) counts[place(one)] = (counts[place(one)] ?? 0) + 1;
    return [name, Array.from(counts, (count) => rounded(count / residual.length))] as const;
  });
  const edge = (at: number) => significant(at * step - reach);
  const x = Array.from({ length: bins }, (_, at) => {
    if (at === 0) return `below ${edge(1)}`;
    return at === bins - 1 ? `from ${edge(at)}` : `${edge(at)} to ${edge(at + 1)}`;
  });
  return [{ title: "Residuals: share of rows", x, lines: Object.fromEntries(shares), form: "bars" }];
}

/** The size that 99% of the residuals do not exceed. */
function nearlyAll(residual: Float64Array): number {
  const sorted = residual.map(Math.abs).sort();
  return sorted[Math.ceil(0.99 * (sorted.length - 1))] ?? 0;
}

const niceSizes = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next larger number whose tenth is short to read. */
function niceReach(size: number): number {
  if (size === 0) return 0;
  const power = 10 ** Math.floor(Math.log10(size));
  return significant((niceSizes.find((nice) => nice * power >= size) ?? 10) * power);
}

/** How many rows lie below each predicted quantile: its level, when the model is right. Empty when no model predicts quantiles. */
export function coverageTables(truth: NumberTruth, models: readonly NamedAnswers[]): readonly Table[] {
  const predicting = models.flatMap(({ name, answers: { quantiles } }) =>
    quantiles === undefined ? [] : [{ name, quantiles }],
  );
  const levels = [...new Set(predicting.flatMap(({ quantiles }) => [...quantiles.keys()]))].sort((a, b) => a - b);
  if (levels.length === 0) return [];
  const below = (values: Float64Array | undefined): Json => {
    if (values === undefined) return null;
    return rounded(
      truth.target.reduce((sum, one, row) => sum + (one <= (values[row] ?? 0) ? 1 : 0), 0) / truth.target.length,
    );
  };
  return [
    {
      title: "Predicted quantiles: share of rows at or below each",
      columns: ["level", ...predicting.map(({ name }) => name)],
      rows: levels.map((level) => [level, ...predicting.map(({ quantiles }) => below(quantiles.get(level)))]),
    },
  ];
}

/** Which model is nearer to the truth, and the rows on which they differ most, by their errors alone. */
export function distanceTables(truth: NumberTruth, challenger: NamedAnswers, champion: NamedAnswers): readonly Table[] {
  const [one, other] = [challenger.answers.value, champion.answers.value];
  if (one === undefined || other === undefined) return [];
  const error = (value: Float64Array, row: number) => (value[row] ?? 0) - (truth.target[row] ?? 0);
  const rows = truth.target.length;
  let [nearer, farther] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const difference = Math.abs(error(one, row)) - Math.abs(error(other, row));
    if (difference < 0) nearer += 1;
    else if (difference > 0) farther += 1;
  }
  const same = rows - nearer - farther;
  const line = (who: string, count: number): readonly Json[] => [who, count, rounded(count / rows)];
  const summary: Table = {
    title: "Which of the two is nearer to the truth",
    columns: ["who is nearer", "rows", "share of all rows"],
    rows: [
      line(`the ${challenger.name}`, nearer),
      line(`the ${champion.name}`, farther),
      ...(same === 0 ? [] : [line("neither", same)]),
    ],
  };
  const apart = (row: number) => Math.abs((one[row] ?? 0) - (other[row] ?? 0));
  const most = mostApart(rows, apart);
  if (most.length === 0) return [summary];
  return [
    summary,
    {
      title: "Rows on which they differ most",
      columns: ["row", `error of the ${challenger.name}`, `error of the ${champion.name}`, "they differ by"],
      rows: most.map((row) => [row + 1, ...[error(one, row), error(other, row), apart(row)].map(significant)]),
    },
  ];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function significant(value: number): number {
  return Number(value.toPrecision(4));
}
