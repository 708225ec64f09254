/**
 * Each row's level replaced by the mean target of that level in all other folds (target encoding with cross-fitting; D. Micci-Barreca, SIGKDD
 * Explorations 3, 2001): a level that occurs once says nothing about its own row, so that a column of identifiers predicts nothing. A level
 * that the other folds lack, and one of few rows in part, gets their overall mean, which counts as one row.
 *
 * @param levels a row
 * @param target finite, a row
 * @param folds which fold a row is in, whole numbers from 0; at least two folds
 */
export function crossFittedMeans(
  levels: readonly string[],
  target: ArrayLike<number>,
  folds: ArrayLike<number>,
): Float64Array {
  const all = new Sums();
  const byFold = new Map<number, Sums>();
  levels.forEach((level, row) => {
    const fold = folds[row] ?? 0;
    const own = byFold.get(fold) ?? new Sums();
    byFold.set(fold, own);
    for (const sums of [all, own]) sums.add(level, target[row] ?? Number.NaN);
  });
  return Float64Array.from(levels, (level, row) => {
    const own = byFold.get(folds[row] ?? 0) ?? all;
    const others = all.total.count - own.total.count;
    const prior = others === 0 ? 0 : (all.total.sum - own.total.sum) / others;
    const [here, mine] = [all.of(level), own.of(level)];
    return (here.sum - mine.sum + prior) / (here.count - mine.count + 1);
  });
}

interface Sum {
  count: number;
  sum: number;
}

class Sums {
  readonly total: Sum = { count: 0, sum: 0 };
  readonly #levels = new Map<string, Sum>();

  add(level: string, value: number): void {
    const own = this.#levels.get(level) ?? { count: 0, sum: 0 };
    this.#levels.set(level, own);
    for (const sum of [own, this.total]) {
      sum.count += 1;
      sum.sum += value;
    }
  }

  of(level: string): Readonly<Sum> {
    return this.#levels.get(level) ?? { count: 0, sum: 0 };
  }
}
