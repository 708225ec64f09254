import type { FaultyRow, StructuralFault } from "../../dataset.ts";

/** Most of a fault's rows that are kept. */
const keptRows = 100;

/** Gathers the faults of one file's rows, one for each code. */
export class RowFaults {
  readonly #path: string;
  readonly #found = new Map<StructuralFault["code"], { message: string; count: number; first: FaultyRow[] }>();

  constructor(path: string) {
    this.#path = path;
  }

  /** `describe` is asked for rows that are kept alone. */
  add(code: StructuralFault["code"], message: string, describe: () => FaultyRow): void {
    const entry = this.#found.get(code) ?? { message, count: 0, first: [] };
    this.#found.set(code, entry);
    entry.count += 1;
    if (entry.first.length < keptRows) entry.first.push(describe());
  }

  list(): readonly StructuralFault[] {
    return [...this.#found].map(([code, fault]) => ({ code, file: this.#path, ...fault }));
  }
}
