/** A linear map from values to coordinates, with round ticks that enclose the values. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** The coordinate of a value, in the range the scale was made for. */
  at(value: number): number;
}

/**
 * A scale over [low, high] widened to round ticks (1, 2 or 5 times a power of ten), about `count` of them.
 * `from` and `to` are the coordinates of its ends; equal values get a scale around them.
 */
export function niceScale(low: number, high: number, from: number, to: number, count = 5): Scale {
  const spread = high > low ? high - low : Math.abs(high) > 0 ? Math.abs(high) : 1;
  const start = high > low ? low : low - spread / 2;
  const step = niceStep(spread / count);
  const first = Math.floor(start / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil((start + spread) / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => round((first + index) * step, step));
  const [bottom, top] = [first * step, last * step];
  return { low: bottom, high: top, ticks, at: (value) => from + ((value - bottom) / (top - bottom)) * (to - from) };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10) * power;
}

/** Multiples of .1 carry binary dust: 0.30000000000000004. */
function round(value: number, step: number): number {
  return Number(value.toFixed(Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(step))))));
}
