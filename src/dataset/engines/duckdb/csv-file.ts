import { configurationError } from "../../../kernel/error.ts";
import type { Files } from "../../../kernel/files.ts";
import type { FaultyRow, StructuralFault, TextForm } from "../../dataset.ts";
import { CsvDialect } from "./csv-dialect.ts";
import { type CsvRecord, longestRecord } from "./csv-records.ts";
import { RowFaults } from "./row-faults.ts";
import { type Reading, read, type StagedFile } from "./staging.ts";

const longestHeader = 2 ** 20;
const mostColumns = 10_000;
const delimiters = [",", "\t", ";", "|"] as const;

/** What one reading of a file tells before the engine sees it. */
export interface CsvFile {
  readonly path: string;
  /** Where it stands as UTF-8. */
  readonly at: string;
  /** A name for every column; blank and repeated ones are made unique. Empty when the file cannot be read as CSV at all. */
  readonly names: readonly string[];
  readonly dialect: CsvDialect;
  /** Rows that can be read. */
  readonly rows: number;
  /** Numbers of the rows that cannot, ascending. */
  readonly skipped: readonly number[];
  readonly faults: readonly StructuralFault[];
  /** Needs `cleanCsv` first, or readers would take it in different ways. */
  readonly irregular: boolean;
  readonly ending: "lf" | "crlf" | "cr";
  /** Row n stands on line n plus this; undefined where that is not so for all. */
  readonly lineOffset: number | undefined;
  /** Bytes of the longest record. */
  readonly longest: number;
}

interface Head {
  readonly names: readonly string[];
  readonly dialect: CsvDialect;
  readonly faults: readonly StructuralFault[];
}

/**
 * Reads a whole file for its structure: header, rows that cannot be split, line endings. About 1.5 s a GiB.
 * `expected` are names that help to tell the delimiter.
 */
export async function inspectCsv(
  file: StagedFile,
  expected: readonly string[],
  form: TextForm,
  host: Reading,
): Promise<CsvFile> {
  const { path, at } = file;
  const head = await readHead(host.files, file, expected, form);
  if (head.names.length === 0) {
    const empty = { rows: 0, skipped: [], irregular: false, ending: "lf", lineOffset: undefined, longest: 0 } as const;
    return { path, at, ...head, ...empty };
  }
  const faults = new RowFaults(path);
  let rows = 0;
  const skipped: number[] = [];
  const scanner = head.dialect.scanner((row, record) => {
    rows = row;
    if (row === 0 || (record.flaw === undefined && record.cells === head.names.length)) return;
    skipped.push(row);
    const { flaw } = record;
    const message = describe(flaw, file, head.names.length);
    faults.add(codeOfFlaw(flaw), message, () => describeRow(row, record));
  });
  for await (const chunk of read(at, "reading the structure of the data", host)) scanner.push(chunk);
  scanner.end();
  return {
    path,
    at,
    ...head,
    faults: [...head.faults, ...faults.list()],
    rows: rows - skipped.length,
    skipped,
    irregular: !head.dialect.isUsual || scanner.irregular || skipped.length > 0,
    ending: scanner.ending,
    lineOffset: scanner.oneLineEach ? head.dialect.linesBefore : undefined,
    longest: scanner.longest,
  };
}

/** The readable rows, every cell quoted, without a header. */
export async function* cleanCsv(file: CsvFile, host: Reading): AsyncGenerator<Uint8Array> {
  let out: string[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const scanner = file.dialect.scanner((row, record) => {
    if (row === 0 || record.flaw !== undefined || record.cells !== file.names.length) return;
    const cells = file.dialect.cells(decoder.decode(record.bytes.subarray(record.start, record.end)));
    out.push(cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(file.dialect.delimiter), "\n");
  });
  const drain = (): Uint8Array => {
    const bytes = Buffer.from(out.join(""));
    out = [];
    return bytes;
  };
  for await (const chunk of read(file.at, "cleaning the data", host)) {
    scanner.push(chunk);
    yield drain();
  }
  scanner.end();
  yield drain();
}

/** Row in the file of the n-th readable row (both from 1). */
export function sourceRow(skipped: readonly number[], kept: number): number {
  let low = 0;
  let high = skipped.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    // Readable rows before this skipped one.
    const before = (skipped[middle] ?? 0) - middle - 1;
    if (before < kept) low = middle + 1;
    else high = middle;
  }
  return kept + low;
}

async function readHead(files: Files, file: StagedFile, expected: readonly string[], form: TextForm): Promise<Head> {
  const { path } = file;
  const unreadable = (code: StructuralFault["code"], message: string): Head => ({
    names: [],
    dialect: new CsvDialect(","),
    faults: [{ code, file: path, message, count: 0, first: [] }],
  });
  if (file.fault !== undefined) return { names: [], dialect: new CsvDialect(","), faults: [file.fault] };
  const bytes = await firstBytes(files, file.at, form.skipLines ?? 0);
  if (bytes.length === 0) return unreadable("TH_DATA_EMPTY", "the file is empty: not even a header stands in it");
  const dialects = (form.delimiter === undefined ? delimiters : [form.delimiter]).map(
    (each) => new CsvDialect(each, form),
  );
  const heads = dialects.map((dialect) => ({ dialect, record: firstRecord(bytes, dialect) }));
  const record = heads[0]?.record;
  if (record === undefined) return unreadable("TH_DATA_EMPTY", "the file holds nothing but blank lines");
  if (record.flaw === "encoding") return unreadable("TH_DATA_ENCODING", `the header has ${foreignBytes(file)}`);
  if (record.flaw === "length" || record.text.length > longestHeader)
    return unreadable("TH_DATA_HEADER", `the header is longer than ${longestHeader} characters: this is no CSV`);
  if (record.text.includes("\0"))
    return unreadable(
      "TH_DATA_ENCODING",
      "the header holds NUL characters: this is no text in any encoding that is read",
    );
  const best = heads.reduce((a, b) => (score(b, expected) > score(a, expected) ? b : a));
  if (best.record?.flaw === "quote")
    return unreadable("TH_DATA_HEADER", "the header has text behind a closing quote, or a quote that never closes");
  const cells = best.dialect.cells(best.record?.text ?? "");
  const raw = form.names === undefined ? cells : cells.map((_, at) => form.names?.[at] ?? `column ${at + 1}`);
  if (raw.length > mostColumns)
    return unreadable("TH_DATA_HEADER", `the header has ${raw.length} columns, more than ${mostColumns}`);
  return { dialect: best.dialect, ...nameColumns(path, raw) };
}

/** A delimiter is judged by the expected names it yields, then by the number of columns. */
function score(
  head: { readonly dialect: CsvDialect; readonly record: { readonly text: string } | undefined },
  expected: readonly string[],
): number {
  const cells = head.dialect.cells(head.record?.text ?? "");
  return cells.filter((cell) => expected.includes(cell)).length * mostColumns * 100 + cells.length;
}

async function firstBytes(files: Files, path: string, skipLines: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of files.stream(path)) {
    parts.push(chunk);
    size += chunk.byteLength;
    if (size > longestHeader || (skipLines === 0 && chunk.includes(0x0a))) break;
  }
  return Buffer.concat(parts);
}

function firstRecord(
  bytes: Uint8Array,
  dialect: CsvDialect,
): { readonly text: string; readonly flaw?: CsvRecord["flaw"] } | undefined {
  let found: { readonly text: string; readonly flaw?: CsvRecord["flaw"] } | undefined;
  const scanner = dialect.scanner((_row, record) => {
    if (found !== undefined) return;
    const text = Buffer.from(record.bytes.subarray(record.start, record.end)).toString();
    found = record.flaw === undefined ? { text } : { text, flaw: record.flaw };
  });
  scanner.push(bytes);
  if (found === undefined) scanner.end();
  return found;
}

function nameColumns(path: string, raw: readonly string[]): Pick<Head, "names" | "faults"> {
  const seen = new Set<string>();
  const names: string[] = [];
  const blank: number[] = [];
  const repeated: string[] = [];
  raw.forEach((cell, at) => {
    const name = cell.trim() === "" ? `(column ${at + 1})` : cell;
    if (name !== cell) blank.push(at + 1);
    else if (seen.has(name)) repeated.push(name);
    const unique = seen.has(name) ? `${name} (column ${at + 1})` : name;
    seen.add(unique);
    names.push(unique);
  });
  const faults: StructuralFault[] = [];
  const fault = (code: StructuralFault["code"], message: string) =>
    faults.push({ code, file: path, message, count: 0, first: [] });
  if (blank.length > 0) fault("TH_DATA_HEADER_BLANK", `the header has no name for column ${blank.join(", ")}`);
  if (repeated.length > 0)
    fault(
      "TH_DATA_HEADER_DUPLICATE",
      `the header repeats ${[...new Set(repeated)].map((name) => `"${name}"`).join(", ")}`,
    );
  return { names, faults };
}

function describe(flaw: CsvRecord["flaw"], file: StagedFile, columns: number): string {
  if (flaw === "encoding") return foreignBytes(file);
  if (flaw === "quote") return "text behind a closing quote, or a quote that never closes";
  if (flaw === "length") return `more than ${longestRecord / 2 ** 20} MiB in one row`;
  return `a number of cells other than the header's ${columns}`;
}

function describeRow(row: number, record: CsvRecord): FaultyRow {
  const text = Buffer.from(record.bytes.subarray(record.start, Math.min(record.end, record.start + 400))).toString();
  const cells = record.flaw === undefined ? `${record.cells} ${record.cells === 1 ? "cell" : "cells"}: ` : "";
  return { row, line: record.line, found: cutText(`${cells}${text}`) };
}

const flawCodes = {
  encoding: "TH_DATA_ENCODING",
  quote: "TH_DATA_QUOTE",
  length: "TH_DATA_LONG_ROW",
} as const;

/** The fault of a record that cannot be read; without a flaw its number of cells is wrong. */
export function codeOfFlaw(flaw: CsvRecord["flaw"]): StructuralFault["code"] {
  return flaw === undefined ? "TH_DATA_RAGGED" : flawCodes[flaw];
}

/** What is said of bytes that the file's encoding does not have. */
export function foreignBytes({ encoding }: StagedFile): string {
  return encoding === "utf-8"
    ? "bytes that are not UTF-8; say which encoding it is, as in `encoding: windows-1252`"
    : `bytes that are not ${encoding}`;
}

/** At most 80 characters of a text. */
export function cutText(text: string): string {
  const characters = [...text.slice(0, 200)];
  return characters.length > 80 ? `${characters.slice(0, 79).join("")}…` : characters.join("");
}

/** Where a file of the source cannot be read for reasons outside of its content. */
export async function requireFiles(files: Files, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const facts = await files.facts(path);
    if (facts?.kind === "file") continue;
    throw configurationError(
      "TH_DATA_UNREADABLE",
      facts === undefined
        ? "the file does not exist"
        : `this is a ${facts.kind === "directory" ? "folder" : "device"}, not a file`,
      "name files that exist and that this user may read",
      { file: path },
    );
  }
}
