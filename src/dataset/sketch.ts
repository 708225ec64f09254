/** A sample of a data set's different rows that all data sets with the same rows have in common (bottom-k). */
export interface RowSketch {
  /** All rows, repeated ones too. */
  readonly rows: number;
  /** The lowest of the different rows' 64-bit hashes, ascending; all of them where there are fewer than were asked for. */
  readonly hashes: BigUint64Array;
}
