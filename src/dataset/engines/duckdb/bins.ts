/** Counts values into right-closed bins: bin i holds what is above edge i − 1 and not above edge i. */
export class Bins {
  readonly counts: Float64Array;
  readonly atEdge: Float64Array;
  readonly sums: Float64Array;
  readonly #edges: Float64Array;
  /** For each of equal steps between the first edge and the last: the first edge that can lie at or above a value in it. */
  readonly #table: Uint32Array;
  readonly #low: number;
  readonly #scale: number;

  /** @param edges ascending and finite. */
  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.counts = new Float64Array(edges.length + 1);
    this.atEdge = new Float64Array(edges.length);
    this.sums = new Float64Array(edges.length + 1);
    const [low, high] = [edges[0] ?? 0, edges[edges.length - 1] ?? 0];
    const steps = Math.max(16, edges.length * 4);
    this.#low = low;
    const scale = steps / (high - low);
    this.#scale = Number.isFinite(scale) ? scale : 0;
    this.#table = new Uint32Array(steps + 2);
    let edge = 0;
    for (let step = 0; step < this.#table.length; step += 1) {
      while (edge < edges.length && this.#step(edges[edge] ?? 0) < step) edge += 1;
      this.#table[step] = edge;
    }
  }

  /** @param value finite. */
  add(value: number): void {
    const bin = this.#find(value);
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    this.sums[bin] = (this.sums[bin] ?? 0) + value;
    if (this.#edges[bin] === value) this.atEdge[bin] = (this.atEdge[bin] ?? 0) + 1;
  }

  #step(value: number): number {
    return Math.floor((value - this.#low) * this.#scale);
  }

  /** The first edge at or above the value. Rounding puts equal values into equal steps, and larger ones never into a lower step. */
  #find(value: number): number {
    const edges = this.#edges;
    const last = edges.length - 1;
    if (last < 0 || value <= this.#low) return 0;
    if (value > (edges[last] as number)) return edges.length;
    const step = this.#step(value);
    let low = this.#table[step] ?? 0;
    let high = this.#table[step + 1] ?? edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
