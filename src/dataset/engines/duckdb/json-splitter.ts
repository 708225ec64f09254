/** Longest value that is read, in bytes. */
export const longestValue = 16 * 2 ** 20;

/** `lines`: a value a line; `array`: the items of one array; `values`: one after the other, each over as many lines as it likes. */
export type JsonLayout = "lines" | "array" | "values";

/** `bytes` from `start` to `end` hold one value without the space around it, and only during the call. */
export interface JsonText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Line on which it starts, from 1. */
  readonly line: number;
  /** It is longer than `longestValue`, and its bytes are lost. */
  readonly isTooLong: boolean;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const nothing = Buffer.alloc(0);

/**
 * Splits JSON into the values that become rows, holding no more than one beside the chunk at hand. What stands inside a value is not looked at
 * but for quotes and brackets, so that a broken one spoils no more than it must: in `lines` never more than its line.
 */
export class JsonSplitter {
  /** Of an array: its closing bracket was met. */
  isClosed = false;
  /** Of an array: something but space stands behind the closing bracket. */
  hasMore = false;
  /** Readers of JSON Lines may take the file as it stands: no blank line, no byte order mark. */
  isRegular = true;
  readonly #layout: JsonLayout;
  readonly #sink: (value: JsonText) => void;
  #held: Buffer = nothing;
  /** A value is under way; its bytes start in `held`, or else in the chunk at hand. */
  #begun = false;
  #isTooLong = false;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #line = 1;
  #valueLine = 1;
  /** Items of an array are told by their commas: behind one an item has to follow. */
  #afterComma = false;

  constructor(layout: JsonLayout, sink: (value: JsonText) => void) {
    this.#layout = layout;
    this.#sink = sink;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const start = this.#layout === "lines" ? this.#splitLines(bytes) : this.#splitNested(bytes);
    if (start < 0) return;
    this.#hold(bytes.subarray(start));
  }

  /** The last value needs no line ending. */
  end(): void {
    if (this.#begun || this.#held.length > 0 || this.#isTooLong) this.#emit(nothing, 0, 0);
  }

  /** Returns where the line under way starts. */
  #splitLines(bytes: Buffer): number {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(lineFeed, start);
      if (end === -1) return start;
      this.#valueLine = this.#line;
      this.#emit(bytes, start, end);
      this.#line += 1;
      this.#valueLine = this.#line;
      start = end + 1;
    }
  }

  /** Returns where the value under way starts; −1 where there is none. */
  #splitNested(bytes: Buffer): number {
    const isArray = this.#layout === "array";
    const base = isArray ? 1 : 0;
    let start = this.#begun ? 0 : -1;
    let [depth, inText, escaped, isClosed] = [this.#depth, this.#inText, this.#escaped, this.isClosed];
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inText = false;
        if (byte === lineFeed) this.#line += 1;
        continue;
      }
      if (byte === space || byte === tab || byte === carriageReturn || byte === lineFeed) {
        if (!isArray && depth === 0 && start >= 0) start = this.#finish(bytes, start, at);
        if (byte === lineFeed) this.#line += 1;
        continue;
      }
      if (isClosed) {
        this.hasMore = true;
        break;
      }
      if (isArray && depth === 0) {
        depth = 1;
        continue;
      }
      if (isArray && depth === 1 && (byte === comma || byte === closeBracket)) {
        if (byte === comma || start >= 0 || this.#afterComma) this.#finish(bytes, start < 0 ? at : start, at);
        start = -1;
        this.#afterComma = byte === comma;
        isClosed = byte === closeBracket;
        continue;
      }
      if (start < 0) {
        start = at;
        this.#begun = true;
        this.#valueLine = this.#line;
        this.#afterComma = false;
      }
      if (byte === quote) inText = true;
      else if (byte === openBrace || byte === openBracket) depth += 1;
      else if ((byte === closeBrace || byte === closeBracket) && depth > base) {
        depth -= 1;
        if (depth === 0) start = this.#finish(bytes, start, at + 1);
      }
    }
    [this.#depth, this.#inText, this.#escaped, this.isClosed] = [depth, inText, escaped, isClosed];
    return start;
  }

  #finish(bytes: Buffer, start: number, end: number): number {
    if (!this.#begun) this.#valueLine = this.#line;
    this.#begun = true;
    this.#emit(bytes, start, end);
    this.#begun = false;
    return -1;
  }

  #hold(rest: Buffer): void {
    this.#held = this.#held.length === 0 ? Buffer.from(rest) : Buffer.concat([this.#held, rest]);
    if (this.#held.length <= longestValue) return;
    this.#isTooLong = true;
    this.#held = nothing;
  }

  #emit(bytes: Buffer, from: number, to: number): void {
    const isHeld = this.#held.length > 0;
    const whole = isHeld ? Buffer.concat([this.#held, bytes.subarray(from, to)]) : bytes;
    let start = isHeld ? 0 : from;
    let end = isHeld ? whole.length : to;
    this.#held = nothing;
    while (start < end && isSpace(whole[start])) start += 1;
    while (end > start && isSpace(whole[end - 1])) end -= 1;
    const isTooLong = this.#isTooLong || end - start > longestValue;
    this.#isTooLong = false;
    if (start === end && !isTooLong && this.#layout === "lines") {
      this.isRegular = false;
      return;
    }
    this.#sink({ bytes: whole, start, end, line: this.#valueLine, isTooLong });
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === space || byte === tab || byte === carriageReturn || byte === lineFeed;
}
