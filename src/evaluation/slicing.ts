import type { Cell } from "../dataset/dataset.ts";

/** More different values than this are a key or a measurement, of which no slice is made. */
export const mostLevels = 10_000;

/** Parts all rows: each has one level. */
export interface Partition {
  /** As a slice's name says them: `country = DE`. */
  readonly names: readonly string[];
  /** Each row's place in `names`. */
  readonly codes: Uint32Array;
}

type Values = Float64Array | BigInt64Array | readonly Cell[];

/** One spelling for a value, whether it comes from a file or from an input: `1` and `1.0` are one. Undefined when missing. */
export function levelText(cell: Cell | undefined): string | undefined {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return undefined;
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, "");
  return String(cell);
}

/** A column's values, gathered batch by batch. */
export class Levels {
  readonly #column: string;
  readonly #codes: Uint32Array;
  readonly #byCell = new Map<Cell, number>();
  readonly #places = new Map<string, number>();
  #rows = 0;

  constructor(column: string, rows: number) {
    this.#column = column;
    this.#codes = new Uint32Array(rows);
  }

  /** How many different values there are; from `mostLevels` on it is not counted further. */
  get size(): number {
    return this.#places.size;
  }

  add(values: Values): void {
    for (let at = 0; at < values.length; at += 1) {
      const cell = values[at] ?? null;
      this.#codes[this.#rows + at] = this.#byCell.get(cell) ?? this.#placeOf(cell);
    }
    this.#rows += values.length;
  }

  finish(): Partition {
    return { names: [...this.#places.keys()], codes: this.#codes };
  }

  #placeOf(cell: Cell): number {
    const text = levelText(cell);
    const name = text === undefined ? missingName(this.#column) : levelName(this.#column, text);
    const place = this.#places.get(name) ?? this.#places.size;
    if (place >= mostLevels) return mostLevels;
    this.#places.set(name, place);
    // Dates are objects of their own each, and never found again.
    if (!(cell instanceof Date)) this.#byCell.set(cell, place);
    return place;
  }
}

/** `country = DE`; a long text is cut. */
export function levelName(column: string, text: string): string {
  const characters = [...text.slice(0, 200)];
  return `${column} = ${characters.length > 80 ? `${characters.slice(0, 80).join("")}…` : text}`.toWellFormed();
}

/**
 * Bins between a column's quantiles, each closed at its upper end, so that about equally many rows lie in each; fewer where a value is
 * commoner than a bin is large. Rows without a finite number are a bin of their own.
 *
 * @param bins at least 2
 */
export function quantileBins(column: string, values: Float64Array, bins: number): Partition {
  const edges = quantileEdges(values, bins);
  const names = binNames(column, edges);
  const codes = Uint32Array.from(values, (value) => (Number.isFinite(value) ? binOf(edges, value) : names.length));
  return { names: [...names, missingName(column)], codes };
}

/** The upper ends of all bins but the last, ascending. */
export function quantileEdges(values: Float64Array, bins: number): readonly number[] {
  const sorted = values.filter(Number.isFinite).sort();
  const last = sorted.at(-1);
  const places = Array.from({ length: bins - 1 }, (_, at) => Math.ceil(((at + 1) * sorted.length) / bins) - 1);
  const edges = places.map((place) => sorted[place] ?? Number.NaN);
  return [...new Set(edges)].filter((edge) => last !== undefined && edge < last);
}

/** The place of a finite number's bin. */
export function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One more than there are edges. */
export function binNames(column: string, edges: readonly number[]): readonly string[] {
  const ends = edgeTexts(edges);
  return [...ends, undefined].map((end, at) => binName(column, ends[at - 1], end));
}

/** The slice of rows without a value. */
export function missingName(column: string): string {
  return `${column} missing`;
}

function binName(column: string, above: string | undefined, to: string | undefined): string {
  if (to !== undefined) return `${above === undefined ? "" : `${above} < `}${column} ≤ ${to}`;
  return above === undefined ? `${column} with a value` : `${column} > ${above}`;
}

/** Six digits, where they tell the edges apart. */
function edgeTexts(edges: readonly number[]): readonly string[] {
  const short = edges.map((edge) => String(Number(edge.toPrecision(6))));
  return new Set(short).size === short.length ? short : edges.map(String);
}

/** Every combination of levels that some row has; from `mostLevels` on they are not told apart. */
export function crossed(partitions: readonly Partition[]): Partition {
  const [first, ...further] = partitions;
  if (first === undefined) throw new RangeError("nothing to cross");
  return further.reduce(crossedWith, first);
}

function crossedWith(one: Partition, other: Partition): Partition {
  const places = new Map<number, number>();
  const names: string[] = [];
  const codes = one.codes.map((code, row) => {
    const second = other.codes[row] ?? 0;
    const both = code * other.names.length + second;
    const place = places.get(both) ?? places.size;
    if (place >= mostLevels) return mostLevels;
    if (place === names.length) {
      places.set(both, place);
      names.push(`${one.names[code]}, ${other.names[second]}`);
    }
    return place;
  });
  return { names, codes };
}

/** The rows of each level that has any: the most rows first, and of as many by name. */
export function rowsByLevel({
  names,
  codes,
}: Partition): readonly { readonly name: string; readonly rows: Uint32Array }[] {
  const sizes = new Uint32Array(names.length);
  for (const code of codes) sizes[code] = (sizes[code] ?? 0) + 1;
  const rows = names.map((_, code) => new Uint32Array(sizes[code] ?? 0));
  const filled = new Uint32Array(names.length);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row] ?? 0;
    const at = filled[code] ?? 0;
    const own = rows[code];
    if (own !== undefined) own[at] = row;
    filled[code] = at + 1;
  }
  return names
    .map((name, code) => ({ name, rows: rows[code] ?? new Uint32Array() }))
    .filter((level) => level.rows.length > 0)
    .sort((a, b) => b.rows.length - a.rows.length || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The rows of several levels as one, in the order of the data. */
export function joinedRows(levels: readonly { readonly rows: Uint32Array }[]): Uint32Array {
  const all = new Uint32Array(levels.reduce((sum, { rows }) => sum + rows.length, 0));
  let at = 0;
  for (const { rows } of levels) {
    all.set(rows, at);
    at += rows.length;
  }
  return all.sort();
}
