import { weightedMean } from "./metric.ts";

/** How a model's outermost quantiles enclose the truth. */
export interface IntervalQuality {
  readonly low: number;
  readonly high: number;
  /** The weighted share of rows between them, both ends included; `high` − `low` if the quantiles are right. */
  readonly coverage: number;
  /** Rows between them. */
  readonly covered: number;
  /** The weighted mean distance of the two, in the target's unit. */
  readonly width: number;
  /** Rows where a higher level's quantile is below a lower one's. */
  readonly crossing: number;
}

/** Undefined with fewer than two levels. */
export function intervalQuality(
  target: Float64Array,
  quantiles: ReadonlyMap<number, Float64Array>,
  weights?: Float64Array,
): IntervalQuality | undefined {
  const levels = [...quantiles].sort(([one], [other]) => one - other);
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || levels.length < 2) return undefined;
  const [[low, lower], [high, upper]] = [first, last];
  const inside = target.map((value, row) =>
    value >= (lower[row] ?? Number.NaN) && value <= (upper[row] ?? Number.NaN) ? 1 : 0,
  );
  const widths = upper.map((value, row) => value - (lower[row] ?? Number.NaN));
  const isCrossed = (_: number, row: number) =>
    levels.some(([, values], at) => (values[row] ?? 0) < (levels[at - 1]?.[1][row] ?? Number.NEGATIVE_INFINITY));
  return {
    low,
    high,
    coverage: weightedMean(inside, weights),
    covered: inside.reduce((sum, one) => sum + one, 0),
    width: weightedMean(widths, weights),
    crossing: target.filter(isCrossed).length,
  };
}
