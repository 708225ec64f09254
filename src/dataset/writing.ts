import type { Cell, Predicate, StructuralFault } from "./dataset.ts";

/** What is wrong with a row: it satisfies a predicate, repeats the key of an earlier one, or has a cell that did not fit its declared type. */
export type RowFlaw =
  | { readonly where: Predicate }
  | { readonly repeats: readonly string[] }
  | { readonly misfit: string };

/** What becomes of a column's missing cells in the rows that are kept. */
export type MissingCells =
  | { readonly column: string; readonly drop: true }
  /** `value` stands in their place, `indicator` names a further column that is true where one was missing. */
  | { readonly column: string; readonly value?: Exclude<Cell, null>; readonly indicator?: string };

export interface WritePlan {
  /** By reason; a row with a flaw is set aside, with all its reasons in this order. Those that cannot be read are set aside anyway. */
  readonly flaws: ReadonlyMap<string, RowFlaw>;
  /** The reason of a row that cannot be read, by the code of its fault. */
  readonly unreadable: (code: StructuralFault["code"]) => string;
  readonly missing: readonly MissingCells[];
  /** How a file's path is written. */
  readonly show: (file: string) => string;
  /** For each file that is wanted: what stands in it under the key `titleholder`. */
  readonly notes: { readonly aside?: string; readonly kept?: string };
}

/** How many rows went where: `read` = `kept` + `dropped` + `aside` − `unreadable`. */
export interface WrittenRows {
  /** Rows that could be read. */
  readonly read: number;
  readonly unreadable: number;
  /** Rows with a flaw and those that could not be read. */
  readonly aside: number;
  readonly dropped: number;
  readonly kept: number;
  /** Rows by reason, in the order of the plan, then those that could not be read. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Missing cells of the rows that are kept, by column of the plan. */
  readonly filled: ReadonlyMap<string, number>;
  /** Paths in the folder for what is written. */
  readonly files: { readonly aside?: string; readonly kept?: string };
}
