import { isUtf8 } from "node:buffer";
import { type CsvFile, codeOfFlaw } from "./csv-file.ts";
import { type CsvRecord, CsvScanner } from "./csv-records.ts";
import type { UnreadableRow } from "./source.ts";
import { type Reading, read } from "./staging.ts";

/** The rows of a file that `cleanCsv` leaves out, as they stand there. */
export async function* unreadableRows(file: CsvFile, host: Reading): AsyncGenerator<UnreadableRow> {
  if (file.skipped.length === 0) return;
  let found: UnreadableRow[] = [];
  let row = -1;
  const scanner = new CsvScanner(file.delimiter.charCodeAt(0), (record) => {
    row += 1;
    if (row === 0 || (record.flaw === undefined && record.cells === file.names.length)) return;
    found.push({ file: file.path, row, line: record.line, code: codeOfFlaw(record.flaw), text: textOf(record) });
  });
  for await (const chunk of read(file.at, "reading the rows that are set aside", host)) {
    scanner.push(chunk);
    yield* found;
    found = [];
  }
  scanner.end();
  yield* found;
}

function textOf({ bytes, start, end }: CsvRecord): string {
  const record = Buffer.from(bytes.subarray(start, end));
  if (isUtf8(record)) return record.toString();
  const parts: string[] = [];
  for (let at = 0; at < record.length; ) {
    const width = [1, 2, 3, 4].find((count) => at + count <= record.length && isUtf8(record.subarray(at, at + count)));
    parts.push(
      width === undefined
        ? `\\x${(record[at] ?? 0).toString(16).toUpperCase().padStart(2, "0")}`
        : record.subarray(at, at + width).toString(),
    );
    at += width ?? 1;
  }
  return parts.join("");
}
