import type { DataSource, StructuralFault } from "../../dataset.ts";
import type { EngineColumn } from "./sql.ts";
import type { StagedFile } from "./staging.ts";

/** A source as the engine holds it, with a column of the engine's for each of the user's. */
export interface OpenedSource {
  readonly columns: readonly EngineColumn[];
  readonly faults: readonly StructuralFault[];
  /**
   * SQL of a table with these columns and `o`, which grows in source order. Not a view over all of them: a view is planned as a whole,
   * each time, and tables of a thousand columns take a thousand statements.
   * @param original columns of which the values as they stand in the source are there too, under `originalSql`
   */
  table(used: readonly EngineColumn[], original?: readonly EngineColumn[]): string;
  /** Where the row of order `o` stands. */
  locate(order: number): { readonly file: string; readonly row: number; readonly line?: number };
  /** SQL over the table of a map from column to text of the cells that did not fit; absent when all of them did. */
  readonly misfits?: string;
  /** The rows that are not in the table because they could not be read, in source order; absent when there are none. */
  unreadable?(): AsyncIterable<UnreadableRow>;
}

/** What a source was read from, and what is known of the files by now. */
export interface ReadFrom {
  readonly source: DataSource;
  readonly files: readonly Pick<StagedFile, "path" | "encoding" | "packing">[];
}

/** A source in a session. */
export interface SourceInSession {
  readonly source: OpenedSource;
  readonly from: ReadFrom;
}

/** A row that could not be split into cells. */
export interface UnreadableRow {
  readonly file: string;
  readonly row: number;
  readonly line: number;
  readonly code: StructuralFault["code"];
  /** As it stands in the file; a byte that is not UTF-8 as `\xNN`. Empty for a row too long to be held. */
  readonly text: string;
}

/** More than a file has. */
export const rowsPerFile = 2 ** 38;

/** SQL of a number that grows in source order over a list of Parquet files. */
export const orderSql = `file_index::BIGINT * ${rowsPerFile} + file_row_number`;

/** Where the source's own value of a column stands in its table. */
export function originalSql({ sql }: EngineColumn): string {
  return `${sql}_original`;
}

/** A source of which nothing could be read. */
export function nothingReadable(faults: readonly StructuralFault[]): OpenedSource {
  return {
    columns: [],
    faults,
    table: noRows,
    locate: noRows,
  };
}

function noRows(): never {
  throw new Error("an empty source has no rows");
}
