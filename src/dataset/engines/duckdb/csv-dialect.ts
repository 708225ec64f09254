import type { TextForm } from "../../dataset.ts";
import { type CsvRecord, CsvScanner, cellsOf } from "./csv-records.ts";

/** How the records of one file are split: what is said of it, and the delimiter that was told from its first row. */
export class CsvDialect {
  readonly delimiter: string;
  readonly #form: TextForm;

  constructor(delimiter: string, form: TextForm = {}) {
    this.delimiter = delimiter;
    this.#form = form;
  }

  /** Readers need not be told more than the delimiter, and the first record is the header. */
  get isUsual(): boolean {
    const { quote = '"', escape: mark = quote, skipLines = 0, names } = this.#form;
    return quote === '"' && mark === quote && skipLines === 0 && names === undefined;
  }

  /** Behind how many lines row 1 stands, where every record has a line of its own. */
  get linesBefore(): number {
    return (this.#form.skipLines ?? 0) + (this.hasHeader ? 1 : 0);
  }

  get hasHeader(): boolean {
    return this.#form.names === undefined;
  }

  /** Calls `onRow` for each record; the header is row 0, and there is none where files have no header. */
  scanner(onRow: (row: number, record: CsvRecord) => void): CsvScanner {
    let row = this.hasHeader ? -1 : 0;
    const sink = (record: CsvRecord) => {
      row += 1;
      onRow(row, record);
    };
    const { quote = '"', escape: mark = quote, skipLines = 0 } = this.#form;
    return new CsvScanner(this.delimiter.charCodeAt(0), sink, {
      quote: quote.charCodeAt(0),
      ...(mark === quote ? {} : { escape: mark.charCodeAt(0) }),
      skipLines,
    });
  }

  cells(record: string): readonly string[] {
    return cellsOf(record, this.delimiter, this.#form.quote, this.#form.escape);
  }
}
