import { studentQuantile, studentSurvival } from "../stats/distributions.ts";
import { benjaminiHochberg } from "../stats/multiplicity.ts";

/** The code of a row that lies in none of a column's parts. */
export const noPart = 255;

/** Parts of the rows by one column: each row's place in `names`, or `noPart`. */
export interface SearchColumn {
  readonly names: readonly string[];
  readonly codes: Uint8Array;
}

/** One number a row, of which a mean is taken; positive is better. */
export interface SearchValues {
  readonly score: Float64Array;
  /** The challenger's score less the champion's; absent when there is none. */
  readonly gain?: Float64Array;
  /** Sample weights; all 1 when absent. */
  readonly weights?: Float64Array;
}

/** What a slice is weak against: the challenger's own score in all other rows, or the champion's in the same. */
export type Against = "rest" | "champion";

export interface WeakSlice {
  readonly slice: string;
  readonly against: Against;
  readonly rows: number;
  /** The mean score in the slice, and what it is held against. */
  readonly here: number;
  readonly there: number;
  /** `there` less `here`; and the least that it is, at 1 − alpha by itself. */
  readonly deficit: number;
  readonly atLeast: number;
  /** Adjusted by Benjamini and Hochberg over all that was looked at. */
  readonly p: number;
}

export interface SearchOptions {
  readonly alpha: number;
  /** Slices of fewer rows are not looked at. */
  readonly leastRows: number;
  /** Slices that are given for each of the two comparisons. */
  readonly most: number;
}

export interface Search {
  readonly slices: readonly WeakSlice[];
  /** Slices that were looked at, each counted once for each comparison. */
  readonly tested: number;
}

/** Sums over the rows of a slice: of 1, w, w², and for each value v of w·v, w²·v, w²·v². */
interface Sums {
  readonly rows: Float64Array;
  readonly weight: Float64Array;
  readonly square: Float64Array;
  readonly score: Moments;
  readonly gain: Moments | undefined;
}
interface Moments {
  readonly sum: Float64Array;
  readonly linear: Float64Array;
  readonly quadratic: Float64Array;
}

interface Candidate extends Omit<WeakSlice, "p"> {
  readonly raw: number;
  /** The single parts that it is crossed of. */
  readonly parents: readonly string[];
}

/**
 * Looks at every part of every column, and at every pair of parts of two columns, for where the challenger does worse than in all other rows,
 * or worse than the champion. It is exploratory: among many slices some are weak by chance, so that p is adjusted by Benjamini and
 * Hochberg, only slices at most alpha are given, and the largest deficit that is sure comes first. A pair is given only where it is surely
 * weaker than either of its parts. Tests are Student's by the slice's rows, as if these were independent.
 *
 * `run` yields the number of steps that are done, so that the caller can stop: what is found by then is the result of `finish`.
 */
export class WeakSliceSearch {
  readonly #columns: readonly SearchColumn[];
  readonly #options: SearchOptions;
  readonly #values: Values;
  readonly #total: Sums;
  readonly #found: Candidate[] = [];
  readonly #codes: Uint16Array;

  constructor(columns: readonly SearchColumn[], values: SearchValues, options: SearchOptions) {
    this.#columns = columns;
    this.#options = options;
    this.#values = new Values(values);
    this.#codes = new Uint16Array(values.score.length);
    this.#total = this.#values.sums(this.#codes, 1);
  }

  /** How many steps there are: columns, and pairs of them. */
  get steps(): number {
    return (this.#columns.length * (this.#columns.length + 1)) / 2;
  }

  /** Single columns first, then pairs. */
  *run(): Generator<number, void> {
    let done = 0;
    for (const column of this.#columns) {
      this.#look([column]);
      done += 1;
      yield done;
    }
    for (const [at, one] of this.#columns.entries()) {
      for (const other of this.#columns.slice(at + 1)) {
        this.#look([one, other]);
        done += 1;
        yield done;
      }
    }
  }

  finish(): Search {
    const adjusted = benjaminiHochberg(this.#found.map(({ raw }) => raw));
    const { alpha, most } = this.#options;
    const sure = new Map<string, number>();
    for (const { slice, against, atLeast } of this.#found) sure.set(`${against} ${slice}`, atLeast);
    const isMore = ({ parents, against, atLeast }: Candidate) =>
      parents.every((parent) => atLeast > (sure.get(`${against} ${parent}`) ?? 0));
    const weak = this.#found
      .map((candidate, at) => ({ candidate, p: adjusted[at] ?? 1 }))
      .filter(({ candidate, p }) => p <= alpha && candidate.atLeast > 0 && isMore(candidate))
      .sort((a, b) => b.candidate.atLeast - a.candidate.atLeast || (a.candidate.slice < b.candidate.slice ? -1 : 1));
    const of = (against: Against) => weak.filter(({ candidate }) => candidate.against === against).slice(0, most);
    const slices = [...of("champion"), ...of("rest")].map(({ candidate, p }) => {
      const { raw: _raw, parents: _parents, ...shown } = candidate;
      return { ...shown, p };
    });
    return { slices, tested: this.#found.length };
  }

  #look(parts: readonly SearchColumn[]): void {
    const [one, other] = parts;
    if (one === undefined) return;
    const width = other?.names.length ?? 1;
    const cells = one.names.length * width;
    for (let row = 0; row < this.#codes.length; row += 1) {
      const [first, second] = [one.codes[row] ?? noPart, other?.codes[row] ?? 0];
      this.#codes[row] =
        first === noPart || (other !== undefined && second === noPart) ? cells : first * width + second;
    }
    const sums = this.#values.sums(this.#codes, cells + 1);
    for (let cell = 0; cell < cells; cell += 1) {
      const rows = sums.rows[cell] ?? 0;
      if (rows < this.#options.leastRows || 2 * rows > this.#codes.length) continue;
      const parents = [one.names[Math.floor(cell / width)], other?.names[cell % width]].filter(
        (name) => name !== undefined,
      );
      this.#judge(sums, cell, parents);
    }
  }

  #judge(sums: Sums, cell: number, names: readonly string[]): void {
    const rows = sums.rows[cell] ?? 0;
    const head = { slice: names.join(", "), rows, parents: names.length > 1 ? names : [] };
    const here = meanOf(sums, sums.score, cell);
    const others = without(this.#total, sums, cell);
    const rest = meanOf(others, others.score, 0);
    this.#add({ ...head, against: "rest", here: here.mean, there: rest.mean }, Math.hypot(here.error, rest.error));
    if (sums.gain === undefined) return;
    const gain = meanOf(sums, sums.gain, cell);
    this.#add({ ...head, against: "champion", here: here.mean, there: here.mean - gain.mean }, gain.error);
  }

  #add(seen: Omit<Candidate, "deficit" | "atLeast" | "raw">, error: number): void {
    const deficit = seen.there - seen.here;
    if (!(error > 0)) return;
    const degrees = seen.rows - 1;
    const raw = studentSurvival(deficit / error, degrees);
    const atLeast = deficit - studentQuantile(1 - this.#options.alpha, degrees) * error;
    this.#found.push({ ...seen, deficit, atLeast, raw });
  }
}

/** What is summed over the rows of each slice. */
class Values {
  readonly #weights: Float64Array | undefined;
  readonly #squares: Float64Array | undefined;
  readonly #score: Moments;
  readonly #gain: Moments | undefined;

  constructor({ score, gain, weights }: SearchValues) {
    this.#weights = weights;
    this.#squares = weights?.map((weight) => weight * weight);
    this.#score = this.#moments(score);
    this.#gain = gain === undefined ? undefined : this.#moments(gain);
  }

  /** By code, below `cells`. */
  sums(codes: Uint16Array, cells: number): Sums {
    const rows = new Float64Array(cells);
    for (const code of codes) rows[code] = (rows[code] ?? 0) + 1;
    const added = (values: Float64Array) => addedBy(codes, values, cells);
    const moments = ({ sum, linear, quadratic }: Moments): Moments => {
      const first = added(sum);
      // Without weights w·v and w²·v are one.
      return { sum: first, linear: linear === sum ? first : added(linear), quadratic: added(quadratic) };
    };
    return {
      rows,
      weight: this.#weights === undefined ? rows : added(this.#weights),
      square: this.#squares === undefined ? rows : added(this.#squares),
      score: moments(this.#score),
      gain: this.#gain === undefined ? undefined : moments(this.#gain),
    };
  }

  #moments(values: Float64Array): Moments {
    const [weights, squares] = [this.#weights, this.#squares];
    if (weights === undefined || squares === undefined) {
      return { sum: values, linear: values, quadratic: values.map((value) => value * value) };
    }
    return {
      sum: values.map((value, row) => value * (weights[row] ?? 0)),
      linear: values.map((value, row) => value * (squares[row] ?? 0)),
      quadratic: values.map((value, row) => value * value * (squares[row] ?? 0)),
    };
  }
}

function addedBy(codes: Uint16Array, values: Float64Array, cells: number): Float64Array {
  const sums = new Float64Array(cells);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? 0;
    sums[code] = (sums[code] ?? 0) + (values[row] ?? 0);
  }
  return sums;
}

/** The weighted mean of a slice and its standard error, √(Σw²(v − mean)²)/Σw. */
function meanOf({ weight, square, rows }: Sums, { sum, linear, quadratic }: Moments, cell: number) {
  const total = weight[cell] ?? 0;
  const mean = (sum[cell] ?? 0) / total;
  const spread = (quadratic[cell] ?? 0) - 2 * mean * (linear[cell] ?? 0) + mean * mean * (square[cell] ?? 0);
  const count = rows[cell] ?? 0;
  // Below the rounding of the sums there is no spread.
  const isSpread = spread > 1e-12 * (quadratic[cell] ?? 0);
  return { mean, error: isSpread ? Math.sqrt((spread * count) / Math.max(1, count - 1)) / total : 0 };
}

/** The sums of all other rows. */
function without(total: Sums, part: Sums, cell: number): Sums {
  const less = (of: Float64Array, by: Float64Array) => Float64Array.of((of[0] ?? 0) - (by[cell] ?? 0));
  const moments = (of: Moments, by: Moments): Moments => ({
    sum: less(of.sum, by.sum),
    linear: less(of.linear, by.linear),
    quadratic: less(of.quadratic, by.quadratic),
  });
  return {
    rows: less(total.rows, part.rows),
    weight: less(total.weight, part.weight),
    square: less(total.square, part.square),
    score: moments(total.score, part.score),
    gain: undefined,
  };
}
