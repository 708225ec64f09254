/**
 * Holm's adjusted p-values (S. Holm, 1979), in the order given: rejecting those at most α makes one false rejection or
 * more with probability at most α, whatever the dependence. For gates.
 *
 * @param pValues each in 0..1
 */
export function holm(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const adjusted = new Array<number>(m);
  let largest = 0;
  for (const [rank, { index, p }] of ascending(pValues).entries()) {
    largest = Math.max(largest, Math.min(1, (m - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}

/**
 * Benjamini and Hochberg's adjusted p-values (1995), in the order given: among those at most α the expected share of
 * false rejections is at most α, for independent or positively dependent tests. For reports.
 *
 * @param pValues each in 0..1
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const adjusted = new Array<number>(m);
  let smallest = 1;
  for (const [rank, { index, p }] of [...ascending(pValues).entries()].reverse()) {
    smallest = Math.min(smallest, (m / (rank + 1)) * p);
    adjusted[index] = smallest;
  }
  return adjusted;
}

function ascending(pValues: readonly number[]): { readonly index: number; readonly p: number }[] {
  return pValues.map((p, index) => ({ index, p })).sort((a, b) => a.p - b.p);
}
