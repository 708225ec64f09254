/**
 * The Jensen–Shannon distance to base 2, the square root of the divergence (J. Lin, 1991; D. M. Endres and J. E.
 * Schindelin, 2003), as SciPy's jensenshannon(p, q, 2). In 0..1: 0 for equal shares, 1 for disjoint ones.
 *
 * @param reference counts a bin; not all zero
 * @param current counts of the same bins; not all zero
 */
export function jensenShannonDistance(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const p = shares(reference);
  const q = shares(current);
  if (p.length !== q.length) {
    throw new RangeError(`the counts must share their bins, there are ${p.length} and ${q.length}`);
  }
  const divergence = p.reduce((sum, share, bin) => {
    const other = q[bin] ?? Number.NaN;
    const middle = (share + other) / 2;
    return sum + (relativeEntropyTerm(share, middle) + relativeEntropyTerm(other, middle)) / 2;
  }, 0);
  return Math.sqrt(Math.min(1, Math.max(0, divergence)));
}

function relativeEntropyTerm(share: number, middle: number): number {
  return share === 0 ? 0 : share * Math.log2(share / middle);
}

function shares(counts: ArrayLike<number>): number[] {
  const values = Array.from(counts);
  const total = values.reduce((sum, count) => sum + count, 0);
  if (!(total > 0)) {
    throw new RangeError("the counts must not all be zero");
  }
  return values.map((count) => count / total);
}
