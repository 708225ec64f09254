import { isUtf8 } from "node:buffer";

/** Longest record that is read, in bytes. */
export const longestRecord = 16 * 2 ** 20;

/** `quote`: text after a closing quote, or a quote that never closes; `encoding`: bytes that are not UTF-8; `length`: over `longestRecord`. */
type Flaw = "quote" | "encoding" | "length";

/** What differs from RFC 4180, by code. */
export interface CsvMarks {
  readonly quote?: number;
  /** Goes before a quote inside quotes, or itself; a doubled quote is one all the same. */
  readonly escape?: number;
  /** Lines before the first record. */
  readonly skipLines?: number;
}

/** `bytes` from `start` to `end` hold it without its line ending, and only during the call. */
export interface CsvRecord {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly cells: number;
  /** Line on which it starts, from 1. */
  readonly line: number;
  readonly flaw?: Flaw;
}

const fieldStart = 0;
const plain = 1;
const quoted = 2;
/** Right behind a quote inside quotes: the closing one, or the first half of a doubled one. */
const closing = 3;
/** Behind a closing quote and spaces. */
const closed = 4;
/** Behind text that follows a closing quote: nothing but the end of the line means anything. */
const broken = 5;
/** Right behind an escape inside quotes: whatever comes is text. */
const escaped = 6;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const usualQuote = 0x22;
const nothing = Buffer.alloc(0);

/**
 * Splits CSV (RFC 4180; any one-byte delimiter; LF, CRLF or CR; a byte order mark is skipped) into records, holding no more than one
 * record beside the chunk at hand. Blank lines are no records. A quote opens a quoted cell only as its first character.
 */
export class CsvScanner {
  /** Stray quotes, blank lines, CR or mixed line endings: what readers take in different ways. */
  irregular = false;
  /** Every record stands on one line and no line is blank: record n is line n. */
  oneLineEach = true;
  /** Bytes of the longest record. */
  longest = 0;
  /** The line ending met last; all of them, unless irregular. */
  ending: "lf" | "crlf" | "cr" = "lf";
  readonly #sink: (record: CsvRecord) => void;
  readonly #delimiter: number;
  /** What of the record under way came with earlier chunks. */
  #held: Buffer = nothing;
  #begun = false;
  #state = fieldStart;
  #cells = 1;
  #line = 1;
  #recordLine = 1;
  #skipLineFeed = false;
  #overflow = false;
  #endings = 0;
  /** Records that lie wholly in the chunk at hand and end before it are known to be UTF-8. */
  #validUntil = 0;
  readonly #quote: number;
  readonly #escape: number | undefined;
  #linesToSkip: number;

  constructor(delimiter: number, sink: (record: CsvRecord) => void, marks: CsvMarks = {}) {
    this.#sink = sink;
    this.#delimiter = delimiter;
    this.#quote = marks.quote ?? usualQuote;
    this.#escape = marks.escape;
    this.#linesToSkip = marks.skipLines ?? 0;
  }

  push(chunk: Uint8Array): void {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!this.#begun) {
      bytes = Buffer.concat([this.#held, bytes]);
      this.#held = bytes.length < 3 ? bytes : nothing;
      if (bytes.length < 3) return;
      this.#begun = true;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    }
    this.#read(bytes);
  }

  /** The last record needs no line ending. */
  end(): void {
    if (!this.#begun) {
      const bytes = this.#held;
      this.#held = nothing;
      this.#read(bytes);
    }
    if (this.#held.length === 0 && !this.#overflow) return;
    this.#emit(nothing, 0, 0, this.#cells, [quoted, escaped, broken].includes(this.#state));
  }

  #read(all: Buffer): void {
    const bytes = this.#linesToSkip > 0 ? this.#skipLines(all) : all;
    const from = this.#skipLineFeed && bytes[0] === lineFeed ? 1 : 0;
    this.#skipLineFeed &&= bytes.length === 0;
    const first = this.#held.length === 0 ? 0 : endOfLine(bytes);
    const last = bytes.lastIndexOf(lineFeed) + 1;
    this.#validUntil = last > 0 && isUtf8(bytes.subarray(first, last)) ? last : 0;
    const special = this.#state > plain || bytes.includes(this.#quote) || bytes.includes(carriageReturn);
    const start = special ? this.#scan(bytes, from) : this.#scanPlain(bytes, from);
    const rest = bytes.subarray(start);
    const held = this.#held.length === 0 ? Buffer.from(rest) : Buffer.concat([this.#held, rest]);
    this.#overflow ||= held.length > longestRecord;
    this.#held = this.#overflow ? nothing : held;
  }

  #skipLines(bytes: Buffer): Buffer {
    let from = 0;
    for (; this.#linesToSkip > 0; this.#linesToSkip -= 1) {
      const end = bytes.indexOf(lineFeed, from);
      if (end === -1) return nothing;
      from = end + 1;
      this.#line += 1;
      this.#recordLine = this.#line;
    }
    return bytes.subarray(from);
  }

  /** Without quotes and carriage returns only delimiters and line feeds count. Returns where the record under way starts. */
  #scanPlain(bytes: Buffer, from: number): number {
    const delimiter = this.#delimiter;
    const length = bytes.length;
    let cells = this.#cells;
    let start = from;
    for (let at = from; at < length; at += 1) {
      // No call inside this loop: twice as fast.
      for (; at < length; at += 1) {
        const byte = bytes[at];
        if (byte === lineFeed) break;
        cells += Number(byte === delimiter);
      }
      if (at === length) break;
      this.#endRecord(bytes, start, at, cells, plain);
      cells = 1;
      start = at + 1;
    }
    if (start < length) this.#state = bytes[length - 1] === delimiter ? fieldStart : plain;
    else if (start > from) this.#state = fieldStart;
    if (start > from) this.#endWith("lf");
    this.#cells = cells;
    return start;
  }

  /** Returns where the record under way starts. */
  #scan(bytes: Buffer, from: number): number {
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    const mark = this.#escape ?? -1;
    const length = bytes.length;
    let state = this.#state;
    let cells = this.#cells;
    let start = from;
    for (let at = from; at < length; at += 1) {
      const byte = bytes[at];
      if (state === quoted || state === escaped) {
        if (state === escaped) state = quoted;
        else if (byte === mark) state = escaped;
        else if (byte === quote) state = closing;
        if (byte === lineFeed) {
          this.#line += 1;
          this.oneLineEach = false;
        }
      } else if (byte === delimiter) {
        if (state === broken) continue;
        cells += 1;
        state = fieldStart;
      } else if (byte === lineFeed || byte === carriageReturn) {
        this.#endRecord(bytes, start, at, cells, state);
        at += this.#rest(bytes, at);
        start = at + 1;
        cells = 1;
        state = fieldStart;
      } else if (byte === quote) state = this.#atQuote(state);
      else if (state === fieldStart) state = plain;
      else if (state === closing || state === closed) {
        this.irregular = true;
        state = byte === space ? closed : broken;
      }
    }
    this.#state = state;
    this.#cells = cells;
    return start;
  }

  #atQuote(state: number): number {
    if (state === fieldStart || state === closing) return quoted;
    this.irregular = true;
    return state === closed ? broken : state;
  }

  /** How many bytes of the line's ending follow its first. */
  #rest(bytes: Buffer, at: number): number {
    if (bytes[at] === lineFeed) {
      this.#endWith("lf");
      return 0;
    }
    // At the end of a chunk the line feed may be yet to come.
    this.#skipLineFeed = at + 1 === bytes.length;
    const pair = bytes[at + 1] === lineFeed;
    this.#endWith(pair || this.#skipLineFeed ? "crlf" : "cr");
    return pair ? 1 : 0;
  }

  #endWith(ending: "lf" | "crlf" | "cr"): void {
    if (ending === "cr" || (this.#endings > 0 && this.ending !== ending)) this.irregular = true;
    this.ending = ending;
    this.#endings += 1;
  }

  #endRecord(bytes: Buffer, start: number, end: number, cells: number, state: number): void {
    this.#line += 1;
    if (end > start || this.#held.length > 0 || this.#overflow) {
      this.#emit(bytes, start, end, cells, state === broken);
      return;
    }
    this.irregular = true;
    this.oneLineEach = false;
    this.#recordLine = this.#line;
  }

  #emit(bytes: Buffer, start: number, end: number, cells: number, misquoted: boolean): void {
    let record: CsvRecord = { bytes, start, end, cells, line: this.#recordLine };
    let valid = end <= this.#validUntil;
    if (this.#held.length > 0) {
      const whole = Buffer.concat([this.#held, bytes.subarray(start, end)]);
      this.#held = nothing;
      valid = false;
      record = { ...record, bytes: whole, start: 0, end: whole.length };
    }
    if (record.end - record.start > this.longest) this.longest = record.end - record.start;
    const flaw = this.#overflow ? "length" : this.#flaw(record, valid, misquoted);
    this.#sink(flaw === undefined ? record : { ...record, flaw });
    this.#recordLine = this.#line;
    this.#overflow = false;
  }

  #flaw(record: CsvRecord, valid: boolean, misquoted: boolean): Flaw | undefined {
    if (!valid && !isUtf8(record.bytes.subarray(record.start, record.end))) return "encoding";
    return misquoted ? "quote" : undefined;
  }
}

/** Behind the first line feed or carriage return: the record that earlier chunks began reaches to there at least. */
function endOfLine(bytes: Buffer): number {
  const end = bytes.indexOf(lineFeed) + 1;
  return (end === 0 ? bytes : bytes.subarray(0, end)).indexOf(carriageReturn) + 1 || end;
}

/** The cells of one flawless record as text, quotes and escapes resolved. */
export function cellsOf(text: string, delimiter: string, quote = '"', mark = quote): readonly string[] {
  const cells: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const inQuotes = text[at] === quote;
    const close = inQuotes ? closingQuote(text, at + 1, quote, mark) : at;
    const next = text.indexOf(delimiter, close);
    const end = next === -1 ? text.length : next;
    // Behind a closing quote nothing but spaces can stand.
    cells.push(inQuotes ? unescaped(text.slice(at + 1, close), quote, mark) : text.slice(at, end));
    at = end + 1;
  }
  return cells;
}

function closingQuote(text: string, from: number, quote: string, mark: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (mark !== quote && text[at] === mark) at += 1;
    else if (text[at] === quote && text[at + 1] === quote) at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

function unescaped(text: string, quote: string, mark: string): string {
  if (mark === quote) return text.replaceAll(quote + quote, quote);
  let plain = "";
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === mark || (text[at] === quote && text[at + 1] === quote)) at += 1;
    plain += text[at] ?? "";
  }
  return plain;
}
