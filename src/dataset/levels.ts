/** The commonest levels of a column as text (null left out), ties by text; the rows of all others are counted. */
export interface Levels {
  readonly counts: ReadonlyMap<string, number>;
  readonly others: number;
}
