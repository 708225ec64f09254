import type { StructuralFault } from "../../dataset.ts";
import type { EngineColumn } from "./sql.ts";

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

/** A row that could not be split into cells. */
export interface UnreadableRow {
  readonly file: string;
  readonly row: number;
  readonly line: number;
  readonly code: StructuralFault["code"];
  /** As it stands in the file; a byte that is not UTF-8 as `\xNN`. Empty for a row too long to be held. */
  readonly text: string;
}

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

/** Faults of files whose columns differ from those of the first. */
export function schemaFaults(
  files: readonly { readonly path: string; readonly names: readonly string[] }[],
): readonly StructuralFault[] {
  const [first, ...others] = files;
  if (first === undefined) return [];
  return others.flatMap((file) => {
    const lacking = first.names.filter((name) => !file.names.includes(name));
    const more = file.names.filter((name) => !first.names.includes(name));
    if (lacking.length + more.length === 0) return [];
    const parts = [
      ...(lacking.length === 0 ? [] : [`lacks ${listed(lacking)}`]),
      ...(more.length === 0 ? [] : [`adds ${listed(more)}`]),
    ];
    const message = `the file's columns differ from those of the first file: it ${parts.join(" and ")}`;
    return [{ code: "TH_DATA_SCHEMA", file: file.path, message, count: 0, first: [] }];
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name}"`);
  return names.length > 10 ? `${shown.join(", ")} and ${names.length - 10} more` : shown.join(", ");
}
