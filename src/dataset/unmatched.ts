import type { FoundRow } from "./dataset.ts";

/** Columns of one data set of a group, in the order in which they are compared with those of another. */
export interface GroupKey<K extends string> {
  readonly dataset: K;
  readonly columns: readonly string[];
}

/** Rows that refer to nothing: how many, and the first of them in source order. */
export interface Unmatched {
  readonly count: number;
  readonly first: readonly FoundRow[];
}
