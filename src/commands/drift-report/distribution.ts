import { type Atoms, atomsOf } from "../../drift/atoms.ts";
import { missingLabel, sum } from "../../drift/bins.ts";
import type { ComparedColumn } from "../../drift/comparison.ts";
import type { Series } from "../../kernel/command.ts";
import { niceScale } from "../../report/scale.ts";

/** Values drawn one by one where a column has no more than this many. */
const mostValues = 31;
/** Bins drawn of a column with more values, about. */
const usualBins = 20;
/** Levels drawn of a column, the commonest. */
const mostLevels = 20;
/** What lies beyond these shares of rows, on both sides, is drawn as one bin at either end. */
const ends = [0.005, 0.995] as const;

interface Bars {
  readonly title: string;
  readonly labels: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/**
 * The two distributions for the eye: each value of a column with few, bins of equal width of one with many, the commonest levels. The bins that
 * the decision uses are deciles of the reference, which would look flat. Undefined when there is nothing to draw.
 */
export function distributionChart({ column, reference, current, bins }: ComparedColumn): Series | undefined {
  const bars =
    reference.kind === "numeric" && current.kind === "numeric"
      ? numericBars(column, atomsOf(reference, current))
      : bins === undefined
        ? undefined
        : levelBars(column, bins);
  if (bars === undefined) return undefined;
  const missing = { reference: reference.missing, current: current.missing };
  const isShown = missing.reference + missing.current > 0 && bars.labels.at(-1) !== missingLabel;
  const add = (counts: readonly number[], more: number) => (isShown ? [...counts, more] : counts);
  return {
    title: bars.title,
    x: isShown ? [...bars.labels, missingLabel] : bars.labels,
    lines: {
      reference: shares(add(bars.reference, missing.reference), reference.n),
      current: shares(add(bars.current, missing.current), current.n),
    },
    form: "bars",
  };
}

function shares(counts: readonly number[], rows: number): readonly number[] {
  return counts.map((count) => Number((rows === 0 ? 0 : count / rows).toPrecision(6)));
}

function levelBars(column: string, bins: NonNullable<ComparedColumn["bins"]>): Bars {
  const title = `${column}: share of rows`;
  if (bins.labels.length <= mostLevels) return { title, ...bins };
  const cut = (items: readonly number[]) => items.slice(0, mostLevels);
  return {
    title: `${column}: share of rows, the ${mostLevels} commonest levels`,
    labels: bins.labels.slice(0, mostLevels),
    reference: cut(bins.reference),
    current: cut(bins.current),
  };
}

function numericBars(column: string, atoms: Atoms | undefined): Bars | undefined {
  if (atoms === undefined || atoms.cuts.length === 0) return undefined;
  return { title: `${column}: share of rows`, ...(fewValues(atoms) ?? equalWidths(atoms)) };
}

/** A bar a value, where all the reference's rows lie on a few edges; what the current data has between them is one bar more. */
function fewValues({ cuts, reference, current }: Atoms): Omit<Bars, "title"> | undefined {
  const points = [...cuts.keys()].filter((index) => cuts[index]?.inclusive && cuts[index - 1]?.inclusive === false);
  const at = (counts: readonly number[]) => points.map((index) => counts[index] ?? 0);
  const off = (counts: readonly number[]) => sum(counts) - sum(at(counts));
  if (points.length === 0 || points.length > mostValues || off(reference) > 0) return undefined;
  const others = off(current) > 0;
  return {
    labels: [...points.map((index) => String(cuts[index]?.edge)), ...(others ? ["other values"] : [])],
    reference: [...at(reference), ...(others ? [0] : [])],
    current: [...at(current), ...(others ? [off(current)] : [])],
  };
}

/** Bins between round numbers; within a part that they cut, values are taken to be spread evenly. */
function equalWidths(atoms: Atoms): Omit<Bars, "title"> {
  const whole = atoms.cuts.every(({ edge }) => Number.isSafeInteger(edge));
  const ticks = ticksOf(atoms, whole);
  const count = (counts: readonly number[]) => {
    const below = ticks.map((tick) => rowsUpTo(atoms, counts, tick, whole));
    return [...below, sum(counts)].map((rows, index) => rows - (below[index - 1] ?? 0));
  };
  const labels = [...ticks, undefined].map((tick, index) => {
    const from = ticks[index - 1];
    if (from === undefined) return `≤ ${tick}`;
    if (tick === undefined) return `> ${from}`;
    return whole && tick - from === 1 ? String(tick) : `(${from}, ${tick}]`;
  });
  return withoutEmptyEnds({ labels, reference: count(atoms.reference), current: count(atoms.current) });
}

function ticksOf(atoms: Atoms, whole: boolean): readonly number[] {
  const [first, last] = [atoms.cuts[0]?.edge ?? 0, atoms.cuts.at(-1)?.edge ?? 0];
  if (whole && last - first < mostValues)
    return Array.from({ length: last - first + 2 }, (_, step) => first - 1 + step);
  const low = Math.min(quantile(atoms, atoms.reference, ends[0]), quantile(atoms, atoms.current, ends[0]));
  const high = Math.max(quantile(atoms, atoms.reference, ends[1]), quantile(atoms, atoms.current, ends[1]));
  return niceScale(low, high, 0, 1, usualBins).ticks;
}

function withoutEmptyEnds(bars: Omit<Bars, "title">): Omit<Bars, "title"> {
  const filled = [...bars.labels.keys()].filter(
    (index) => (bars.reference[index] ?? 0) + (bars.current[index] ?? 0) > 0,
  );
  const cut = <T>(items: readonly T[]) => items.slice(filled[0] ?? 0, (filled.at(-1) ?? 0) + 1);
  return { labels: cut(bars.labels), reference: cut(bars.reference), current: cut(bars.current) };
}

/** The edge at which a share of the rows is reached; the last edge when it never is. */
function quantile({ cuts }: Atoms, counts: readonly number[], share: number): number {
  const target = share * sum(counts);
  let rows = 0;
  for (const [index, cut] of cuts.entries()) {
    rows += counts[index] ?? 0;
    if (rows >= target) return cut.edge;
  }
  return cuts.at(-1)?.edge ?? 0;
}

/** Rows at or below a value. What lies beyond the outermost edges is taken to lie beyond every value there. */
function rowsUpTo({ cuts }: Atoms, counts: readonly number[], value: number, whole: boolean): number {
  let rows = 0;
  for (const [index, cut] of cuts.entries()) {
    const part = counts[index] ?? 0;
    const from = cuts[index - 1]?.edge ?? value;
    if (cut.edge <= value) rows += part;
    else if (from >= value) return rows;
    // Between whole edges lie the whole numbers from the one after the lower edge.
    else return rows + part * Math.min(1, (value - from) / (cut.edge - from - (whole && !cut.inclusive ? 1 : 0)));
  }
  return rows;
}
