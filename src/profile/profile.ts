import type { Column } from "../dataset/dataset.ts";
import type { Digest } from "../kernel/digest.ts";

/**
 * Column summary that merges by addition. `n` counts all rows; `missing` those that are null, NaN or infinite; the rest is in `counts`, or in
 * `levels` and `others`. `edges` strictly ascending, `counts.length === edges.length + 1`, right-closed bins. Dates and timestamps are
 * numeric: milliseconds since 1970 in UTC.
 */
export type ColumnProfile =
  | {
      readonly kind: "numeric";
      readonly n: number;
      readonly missing: number;
      readonly edges: Float64Array;
      readonly counts: Float64Array;
      /** Values equal to each edge, part of the bin below it: exact quantile cuts at ties. */
      readonly atEdge?: Float64Array;
      readonly sums?: Float64Array;
      /** The least and the greatest finite value. */
      readonly range?: readonly [low: number, high: number];
    }
  | {
      readonly kind: "categorical";
      readonly n: number;
      readonly missing: number;
      readonly levels: ReadonlyMap<string, number>;
      readonly others: number;
      /** The levels are named by a digest: equal ones are told to be equal, and not shown. A short list of guesses still finds them out. */
      readonly hashed?: true;
    };

/** What a column is, as far as a change of it can break whoever reads it. */
export type ProfiledField = Pick<Column, "name" | "kind" | "nullable">;

/** A data set's columns in its own order; those that hold lists or structures are left out. */
export interface Profile {
  readonly rows: number;
  /** Fingerprint of the data it was computed from. */
  readonly data?: Digest;
  /** All columns, those that hold lists or structures too. Absent in profiles of format version 1. */
  readonly fields?: readonly ProfiledField[];
  readonly columns: ReadonlyMap<string, ColumnProfile>;
}
