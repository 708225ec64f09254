import type { Cell, ColumnBatch } from "../../dataset.ts";
import { cellOf, type SelectedColumn } from "./cells.ts";
import type { Session } from "./session.ts";

/** Doubles that come in pieces, without a box for each. */
class Doubles {
  #values = new Float64Array(4096);
  #length = 0;

  push(count: number, valueAt: (index: number) => number): void {
    const length = this.#length + count;
    if (length > this.#values.length) {
      const larger = new Float64Array(Math.max(length, 2 * this.#values.length));
      larger.set(this.#values);
      this.#values = larger;
    }
    for (let index = 0; index < count; index += 1) this.#values[this.#length + index] = valueAt(index);
    this.#length = length;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/**
 * The `wanted` rows of the lowest rank, in the order in which they come: all where there are fewer, and undefined where there are fewer than `least`.
 * @param sql a statement whose first column is a rank and whose others are these
 */
export async function drawnRows(
  session: Session,
  columns: readonly SelectedColumn[],
  sql: string,
  { wanted, least }: { readonly wanted: number; readonly least: number },
): Promise<ColumnBatch | undefined> {
  const ranks = new Doubles();
  const drawn = columns.map(({ doubles }) => (doubles ? new Doubles() : ([] as Cell[])));
  for await (const chunk of session.chunks(sql)) {
    const count = chunk.rowCount;
    const rank = chunk.getColumnVector(0);
    ranks.push(count, (row) => rank.getItem(row) as number);
    for (const [at, { column }] of columns.entries()) {
      const [vector, values] = [chunk.getColumnVector(at + 1), drawn[at]];
      if (values instanceof Doubles) values.push(count, (row) => vector.getItem(row) as number);
      else for (let row = 0; row < count; row += 1) values?.push(cellOf(column.kind, vector.getItem(row)));
    }
  }
  if (ranks.values.length < least) return undefined;
  const chosen = lowest(ranks.values, Math.min(wanted, ranks.values.length));
  return new Map(columns.map(({ column }, at) => [column.name, chosenOf(drawn[at] ?? [], chosen)]));
}

function chosenOf(drawn: Doubles | readonly Cell[], chosen: Uint32Array): Float64Array | readonly Cell[] {
  if (!(drawn instanceof Doubles)) return Array.from(chosen, (row) => drawn[row] ?? null);
  const { values } = drawn;
  const cells = new Float64Array(chosen.length);
  for (let at = 0; at < chosen.length; at += 1) cells[at] = values[chosen[at] as number] as number;
  return cells;
}

/** Indexes of the `count` lowest ranks, ascending; of equal ranks the first. */
function lowest(ranks: Float64Array, count: number): Uint32Array {
  const cut = ranks.slice().sort()[count - 1] ?? Number.NEGATIVE_INFINITY;
  let ties = count;
  for (const rank of ranks) if (rank < cut) ties -= 1;
  const found = new Uint32Array(count);
  let length = 0;
  for (let at = 0; at < ranks.length && length < count; at += 1) {
    const rank = ranks[at] as number;
    if (rank > cut) continue;
    if (rank === cut) ties -= 1;
    if (rank < cut || ties >= 0) {
      found[length] = at;
      length += 1;
    }
  }
  return found;
}
