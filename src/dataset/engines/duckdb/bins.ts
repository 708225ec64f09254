/** Cells that a value is looked up in before edges are compared. */
const linearCells = 4;
const mostCells = 2 ** 15;

/**
 * Cells of values between the first edge and the last, of which the larger value is in no lower one: of equal width, or by sign, exponent and
 * first digits of a double for values of many sizes. One form for both, so that the loop over all values has one way to go.
 */
interface Cells {
  readonly isLinear: boolean;
  readonly low: number;
  readonly scale: number;
  readonly shift: number;
  readonly base: number;
}

/** A table that leads from a value to the few edges it may lie between. */
interface Table extends Cells {
  /** For each cell the first edge that can lie at or above a value in it, and one entry more. */
  readonly first: Uint32Array;
  /** Comparisons that the edges themselves would take, which lie where the values do. */
  readonly cost: number;
}

/** Counts values into right-closed bins: bin i holds what is above edge i − 1 and not above edge i. */
export class Bins {
  readonly counts: Float64Array;
  readonly atEdge: Float64Array;
  readonly sums: Float64Array;
  readonly #edges: Float64Array;
  readonly #table: Table;
  /** The least value of the first bin, and the greatest of the last. */
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;

  /** @param edges ascending and finite. */
  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.counts = new Float64Array(edges.length + 1);
    this.atEdge = new Float64Array(edges.length);
    this.sums = new Float64Array(edges.length + 1);
    const [linear, logarithmic] = [linearTable(edges), logarithmicTable(edges)];
    this.#table = linear.cost <= logarithmic.cost ? linear : logarithmic;
  }

  /**
   * Adds values that are finite, or NaN and left out.
   * @param values numbers at indexes from 0
   */
  addAll(count: number, values: { getItem(index: number): unknown }): void {
    const { counts, atEdge, sums } = this;
    const edges = this.#edges;
    const table = this.#table;
    const { first } = table;
    const last = edges.length - 1;
    const [lowest, highest] = [edges[0] ?? 0, edges[last] ?? 0];
    let [least, greatest] = [this.#least, this.#greatest];
    for (let index = 0; index < count; index += 1) {
      const value = values.getItem(index) as number;
      // NaN is below and above nothing, and an infinity minus itself is NaN.
      if (value - value !== 0) continue;
      let bin = 0;
      if (last >= 0 && value > lowest) {
        if (value > highest) {
          bin = last + 1;
          if (value > greatest) greatest = value;
        } else {
          const at = cellOf(table, value);
          bin = first[at] as number;
          let high = first[at + 1] as number;
          while (bin < high) {
            const middle = (bin + high) >> 1;
            if ((edges[middle] as number) < value) bin = middle + 1;
            else high = middle;
          }
          if (edges[bin] === value) atEdge[bin] = (atEdge[bin] as number) + 1;
        }
      } else {
        if (value < least) least = value;
        if (last >= 0 && value === lowest) atEdge[0] = (atEdge[0] as number) + 1;
        else if (last < 0 && value > greatest) greatest = value;
      }
      counts[bin] = (counts[bin] as number) + 1;
      sums[bin] = (sums[bin] as number) + value;
    }
    this.#least = least;
    this.#greatest = greatest;
  }

  /** All values lie in it: its ends are values, or the first and the last edge where all values lie between those. */
  get range(): readonly [low: number, high: number] | undefined {
    if (!this.counts.some((count) => count > 0)) return undefined;
    const low = Number.isFinite(this.#least) ? this.#least : (this.#edges[0] ?? 0);
    const high = Number.isFinite(this.#greatest) ? this.#greatest : (this.#edges.at(-1) ?? 0);
    // Zero has two signs and is one value.
    return [low + 0, high + 0];
  }
}

function cellOf({ isLinear, low, scale, shift, base }: Cells, value: number): number {
  return isLinear ? Math.floor((value - low) * scale) : (orderOf(value) >> shift) - base;
}

function linearTable(edges: Float64Array): Table {
  const [low, high] = [edges[0] ?? 0, edges[edges.length - 1] ?? 0];
  const cells = Math.max(16, edges.length * linearCells);
  const scale = cells / (high - low);
  const usable = Number.isFinite(scale) ? scale : 0;
  return tableOf(edges, cells + 1, { isLinear: true, low, scale: usable, shift: 0, base: 0 });
}

function logarithmicTable(edges: Float64Array): Table {
  const [low, high] = [orderOf(edges[0] ?? 0), orderOf(edges[edges.length - 1] ?? 0)];
  let shift = 0;
  while ((high >> shift) - (low >> shift) >= mostCells) shift += 1;
  const base = low >> shift;
  return tableOf(edges, (high >> shift) - base + 1, { isLinear: false, low: 0, scale: 0, shift, base });
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const upper = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The upper half of a double's bits as a whole number that grows with the double. Zero has one sign. */
function orderOf(value: number): number {
  double[0] = value + 0;
  const word = words[upper] as number;
  return word ^ ((word >> 31) & 0x7fffffff);
}

function tableOf(edges: Float64Array, count: number, cells: Cells): Table {
  const first = new Uint32Array(count + 1);
  let edge = 0;
  let cost = 0;
  for (let at = 0; at < first.length; at += 1) {
    const from = edge;
    while (edge < edges.length && cellOf(cells, edges[edge] as number) < at) edge += 1;
    first[at] = edge;
    cost += (edge - from) * Math.log2(1 + edge - from);
  }
  return { ...cells, first, cost };
}
