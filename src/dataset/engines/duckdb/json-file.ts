import type { StructuralFault } from "../../dataset.ts";
import { cutText, foreignBytes } from "./csv-file.ts";
import { JsonShape, ShapeLog } from "./json-shape.ts";
import { type JsonLayout, JsonSplitter, type JsonText, longestValue } from "./json-splitter.ts";
import { type JsonFlaw, JsonReader } from "./json-values.ts";
import { RowFaults } from "./row-faults.ts";
import type { UnreadableRow } from "./source.ts";
import { type Reading, read, type StagedFile } from "./staging.ts";
import { textOfBytes } from "./unreadable-text.ts";

const mostColumns = 10_000;
const lineFeed = 0x0a;

/** What one reading of a file tells before the engine sees it. */
export interface JsonFile {
  readonly staged: StagedFile;
  readonly path: string;
  readonly layout: JsonLayout;
  /** JSON Lines with the readable rows and nothing else: the file, or a copy. */
  readonly at: string;
  readonly shape: JsonShape;
  /** Rows that can be read. */
  readonly rows: number;
  /** Numbers of the rows that cannot, ascending. */
  readonly skipped: readonly number[];
  readonly faults: readonly StructuralFault[];
  /** Row n stands on line n plus this; undefined where that is not so for all. */
  readonly lineOffset: number | undefined;
  /** Bytes of the longest row. */
  readonly longest: number;
}

/**
 * Reads a whole file for its structure: JSON Lines, one array of objects, or objects one after the other. All but regular JSON Lines are copied to
 * `copy` as such, so that no reader has to hold an array whole.
 */
export async function inspectJson(staged: StagedFile, copy: string, host: Reading): Promise<JsonFile> {
  if (staged.fault !== undefined) return new JsonPass(staged, "lines").file(staged.at, [staged.fault]);
  const layout = await layoutOf(staged, host);
  const bytes = (task: string) => withoutMark(read(staged.at, task, host));
  if (layout === "lines") {
    const pass = new JsonPass(staged, layout);
    for await (const chunk of bytes("reading the structure of the data")) pass.push(chunk);
    pass.end();
    if (pass.isRegular && !(await hasMark(staged, host))) return pass.file(staged.at);
  }
  const pass = new JsonPass(staged, layout, true);
  await host.files.createExclusive(copy, keptRows(pass, bytes("reading the structure of the data")));
  return pass.file(copy);
}

/** The rows of a file that are left out, as they stand there. */
export async function* unreadableJson(file: JsonFile, host: Reading): AsyncGenerator<UnreadableRow> {
  if (file.skipped.length === 0) return;
  let found: UnreadableRow[] = [];
  const pass = new JsonPass(file.staged, file.layout, false, (row, flaw, { bytes, start, end, line }) => {
    const text = textOfBytes(bytes.subarray(start, end));
    found.push({ file: file.path, row, line, code: codeOfFlaw(flaw), text });
  });
  for await (const chunk of withoutMark(read(file.staged.at, "reading the rows that are set aside", host))) {
    pass.push(chunk);
    yield* found;
    found = [];
  }
  pass.end();
  yield* found;
}

/** One reading of a file, row by row. */
class JsonPass {
  readonly #staged: StagedFile;
  readonly #layout: JsonLayout;
  readonly #splitter: JsonSplitter;
  readonly #reader = new JsonReader(new ShapeLog());
  readonly #shape = new JsonShape(mostColumns);
  readonly #faults: RowFaults;
  readonly #skipped: number[] = [];
  readonly #keeps: boolean;
  readonly #onFlaw: ((row: number, flaw: JsonFlaw, text: JsonText) => void) | undefined;
  #kept: Buffer[] = [];
  #row = 0;
  #longest = 0;
  #offset: number | undefined = undefined;
  #isOffsetOfAll = true;

  constructor(
    staged: StagedFile,
    layout: JsonLayout,
    keeps = false,
    onFlaw?: (row: number, flaw: JsonFlaw, text: JsonText) => void,
  ) {
    this.#staged = staged;
    this.#layout = layout;
    this.#keeps = keeps;
    this.#onFlaw = onFlaw;
    this.#faults = new RowFaults(staged.path);
    this.#splitter = new JsonSplitter(layout, (text) => this.#take(text));
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  end(): void {
    this.#splitter.end();
  }

  get isRegular(): boolean {
    return this.#splitter.isRegular && this.#skipped.length === 0;
  }

  /** The rows that were kept since the last call, each on a line. */
  takeKept(): Uint8Array {
    const bytes = Buffer.concat(this.#kept);
    this.#kept = [];
    return bytes;
  }

  file(at: string, faults: readonly StructuralFault[] = this.#fileFaults()): JsonFile {
    return {
      staged: this.#staged,
      path: this.#staged.path,
      layout: this.#layout,
      at,
      shape: this.#shape,
      rows: this.#row - this.#skipped.length,
      skipped: this.#skipped,
      faults: [...faults, ...this.#faults.list()],
      lineOffset: this.#isOffsetOfAll ? this.#offset : undefined,
      longest: this.#longest,
    };
  }

  #take(text: JsonText): void {
    const { bytes, start, end, line, isTooLong } = text;
    this.#row += 1;
    this.#offset ??= line - this.#row;
    this.#isOffsetOfAll &&= this.#offset === line - this.#row;
    this.#longest = Math.max(this.#longest, end - start);
    const flaw = isTooLong ? "length" : this.#reader.read(bytes, start, end, this.#shape);
    if (flaw === undefined) {
      if (this.#keeps) this.#kept.push(oneLine(bytes.subarray(start, end)));
      return;
    }
    const row = this.#row;
    this.#skipped.push(row);
    this.#onFlaw?.(row, flaw, text);
    const shown = () => cutText(bytes.toString("utf8", start, Math.min(end, start + 400)));
    this.#faults.add(codeOfFlaw(flaw), this.#describe(flaw), () => ({ row, line, found: shown() }));
  }

  #describe(flaw: JsonFlaw): string {
    if (flaw === "encoding") return foreignBytes(this.#staged);
    if (flaw === "cut") return cutMessages[this.#layout];
    return flaws[flaw][1];
  }

  #fileFaults(): readonly StructuralFault[] {
    const fault = (code: StructuralFault["code"], message: string): StructuralFault[] => [
      { code, file: this.#staged.path, message, count: 0, first: [] },
    ];
    const isArray = this.#layout === "array";
    if (this.#row === 0 && (!isArray || this.#splitter.isClosed))
      return fault("TH_DATA_EMPTY", isArray ? "the array is empty" : "the file is empty: no object stands in it");
    if (this.#shape.isWide)
      return fault("TH_DATA_JSON_KEYS", `the objects have more than ${mostColumns} different keys: this is no table`);
    if (isArray && !this.#splitter.isClosed)
      return fault(
        "TH_DATA_JSON_CUT",
        `the array ends early, in or behind row ${this.#row}: the file was cut off, or a bracket is never closed`,
      );
    return this.#splitter.hasMore
      ? fault("TH_DATA_JSON_MORE", "something stands behind the end of the array, and is not read")
      : [];
  }
}

async function* keptRows(pass: JsonPass, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    pass.push(chunk);
    yield pass.takeKept();
  }
  pass.end();
  yield pass.takeKept();
}

/** Line ends can only stand between the parts of a value. */
function oneLine(value: Buffer): Buffer {
  const line = Buffer.allocUnsafe(value.length + 1);
  value.copy(line);
  line[value.length] = lineFeed;
  for (let at = line.indexOf(lineFeed); at < value.length; at = line.indexOf(lineFeed, at)) line[at] = 0x20;
  return line;
}

/**
 * An array begins with its bracket. A name that says JSON Lines is believed; else the first line decides: when it is the mere beginning of a
 * value, values stand over several lines.
 */
async function layoutOf(staged: StagedFile, host: Reading): Promise<JsonLayout> {
  let start = "";
  for await (const chunk of withoutMark(host.files.stream(staged.at))) {
    start = Buffer.from(chunk).toString("latin1").trimStart();
    if (start !== "") break;
  }
  if (start.startsWith("[")) return "array";
  if (/\.(jsonl|ndjson)(\.(gz|zst))?$/i.test(staged.path)) return "lines";
  const [line = "", ...others] = start.split("\n", 2);
  const bytes = Buffer.from(line.trimEnd(), "latin1");
  const flaw = new JsonReader(new ShapeLog()).read(bytes, 0, bytes.length, new JsonShape(mostColumns));
  return others.length === 0 || flaw === "cut" ? "values" : "lines";
}

async function hasMark(staged: StagedFile, host: Reading): Promise<boolean> {
  for await (const chunk of host.files.stream(staged.at)) return isMark(chunk);
  return false;
}

async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of chunks) {
    yield isFirst && isMark(chunk) ? chunk.subarray(3) : chunk;
    isFirst = false;
  }
}

function isMark(chunk: Uint8Array): boolean {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
}

const cutMessages: Readonly<Record<JsonLayout, string>> = {
  lines: "a value that does not end on its line; JSON Lines has one value a line",
  array: "an item that is missing or does not end",
  values: "a value that does not end",
};

const flaws: Readonly<Record<Exclude<JsonFlaw, "encoding" | "cut">, readonly [StructuralFault["code"], string]>> = {
  syntax: ["TH_DATA_JSON_SYNTAX", "text that is not JSON"],
  object: ["TH_DATA_JSON_OBJECT", "values that are not objects, and so no rows"],
  key: ["TH_DATA_JSON_KEY", "objects that have a key twice"],
  nan: ["TH_DATA_JSON_NAN", 'NaN or Infinity, which JSON does not have as numbers; write null, or the text "NaN"'],
  number: ["TH_DATA_JSON_NUMBER", "numbers beyond the range of a double"],
  surrogate: ["TH_DATA_JSON_SURROGATE", "escapes that write half a character"],
  depth: ["TH_DATA_JSON_DEPTH", "values more than 100 levels deep"],
  length: ["TH_DATA_LONG_ROW", `more than ${longestValue / 2 ** 20} MiB in one row`],
};

function codeOfFlaw(flaw: JsonFlaw): StructuralFault["code"] {
  if (flaw === "encoding") return "TH_DATA_ENCODING";
  return flaw === "cut" ? "TH_DATA_JSON_CUT" : flaws[flaw][0];
}
