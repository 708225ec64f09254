/**
 * Spearman's rank correlation (C. Spearman, 1904): Pearson's of the midranks, so that ties are counted half. In −1..1; 0 where one side
 * does not vary.
 *
 * @param x finite
 * @param y finite, as many
 */
export function rankCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length || x.length === 0) {
    throw new RangeError(`both sides need the same number of values, at least one: ${x.length} and ${y.length}`);
  }
  const [ranksX, ranksY] = [midranks(x), midranks(y)];
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let at = 0; at < x.length; at += 1) {
    const [dx, dy] = [(ranksX[at] ?? 0) - mean, (ranksY[at] ?? 0) - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

/** Ranks from 1; equal values share the mean of theirs. */
function midranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, at) => at).sort(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0),
  );
  const ranks = new Float64Array(values.length);
  let start = 0;
  for (let end = 1; end <= order.length; end += 1) {
    if (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) continue;
    for (let at = start; at < end; at += 1) ranks[order[at] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
