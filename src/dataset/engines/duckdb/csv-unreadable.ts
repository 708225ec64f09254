import { type CsvFile, codeOfFlaw } from "./csv-file.ts";
import type { UnreadableRow } from "./source.ts";
import { type Reading, read } from "./staging.ts";
import { textOfBytes } from "./unreadable-text.ts";

/** The rows of a file that `cleanCsv` leaves out, as they stand there. */
export async function* unreadableRows(file: CsvFile, host: Reading): AsyncGenerator<UnreadableRow> {
  if (file.skipped.length === 0) return;
  let found: UnreadableRow[] = [];
  const scanner = file.dialect.scanner((row, record) => {
    if (row === 0 || (record.flaw === undefined && record.cells === file.names.length)) return;
    found.push({
      file: file.path,
      row,
      line: record.line,
      code: codeOfFlaw(record.flaw),
      text: textOfBytes(record.bytes.subarray(record.start, record.end)),
    });
  });
  for await (const chunk of read(file.at, "reading the rows that are set aside", host)) {
    scanner.push(chunk);
    yield* found;
    found = [];
  }
  scanner.end();
  yield* found;
}
