import { isUtf8 } from "node:buffer";
import { type JsonShape, type ShapeLog, shapeKinds } from "./json-shape.ts";
import { kindOfTime } from "./json-times.ts";

const deepest = 100;
const biggest = 2n ** 63n - 1n;

/**
 * Why a value is no row. `cut`: it ends too early; `syntax`: it is no JSON; `object`: it is no object; `key`: an object has a key twice;
 * `nan`: NaN or Infinity; `number`: one beyond a double; `surrogate`: half a character; `depth`: more than a hundred levels.
 */
export type JsonFlaw =
  | "cut"
  | "syntax"
  | "object"
  | "key"
  | "nan"
  | "number"
  | "surrogate"
  | "depth"
  | "encoding"
  | "length";

const [lineFeed, carriageReturn, tab, space] = [0x0a, 0x0d, 0x09, 0x20];
const [quote, backslash, comma, colon, minus, plus, point, slash] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2b, 0x2e, 0x2f];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [zero, nine] = [0x30, 0x39];
const named: readonly (readonly [text: Buffer, kind: number])[] = [
  [Buffer.from("null"), shapeKinds.null],
  [Buffer.from("true"), shapeKinds.boolean],
  [Buffer.from("false"), shapeKinds.boolean],
];

/** Thrown inside the reader alone. */
class Flawed extends Error {
  readonly flaw: JsonFlaw;

  constructor(flaw: JsonFlaw) {
    super(flaw);
    this.flaw = flaw;
  }
}

/** Reads values strictly by RFC 8259, and notes what they are made of. */
export class JsonReader {
  readonly #log: ShapeLog;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #depth = 0;

  constructor(log: ShapeLog) {
    this.#log = log;
  }

  /** The flaw of what stands from `start` to `end`; without one it is an object, and counts in the shape. */
  read(bytes: Buffer, start: number, end: number, shape: JsonShape): JsonFlaw | undefined {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#depth = 0;
    this.#log.begin();
    try {
      if (!isUtf8(bytes.subarray(start, end))) return "encoding";
      const isObject = bytes[start] === openBrace;
      this.#value(shape);
      this.#skipSpace();
      if (this.#at < end) return "syntax";
      if (!isObject) return "object";
    } catch (error) {
      if (error instanceof Flawed) return error.flaw;
      throw error;
    }
    this.#log.commit();
    return undefined;
  }

  #value(shape: JsonShape): void {
    const byte = this.#bytes[this.#at];
    if (this.#at >= this.#end) throw new Flawed("cut");
    if (byte === quote) this.#log.note(shape, this.#string());
    else if (byte === openBrace) this.#object(shape);
    else if (byte === openBracket) this.#array(shape);
    else if (byte === minus || isDigit(byte)) this.#log.note(shape, this.#number());
    else this.#log.note(shape, this.#name());
  }

  #object(shape: JsonShape): void {
    this.#enter();
    this.#log.note(shape, shapeKinds.object);
    const object = shape.beginObject();
    for (let isMore = !this.#skipTo(closeBrace); isMore; isMore = this.#isMore(closeBrace)) {
      if (this.#bytes[this.#at] !== quote) throw this.#unexpected();
      const from = this.#at + 1;
      this.#string();
      const field = shape.field(this.#bytes, from, this.#at - 1, object);
      if (field === undefined) throw new Flawed("key");
      this.#skipSpace();
      this.#expect(colon);
      this.#skipSpace();
      this.#value(field);
    }
    this.#depth -= 1;
  }

  #array(shape: JsonShape): void {
    this.#enter();
    this.#log.note(shape, shapeKinds.array);
    for (let isMore = !this.#skipTo(closeBracket); isMore; isMore = this.#isMore(closeBracket))
      this.#value(shape.item());
    this.#depth -= 1;
  }

  #enter(): void {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > deepest) throw new Flawed("depth");
  }

  /** Whether a comma follows; else the closing byte has to. */
  #isMore(close: number): boolean {
    if (this.#skipTo(close)) return false;
    this.#expect(comma);
    this.#skipSpace();
    return true;
  }

  /** Skips space, and the byte where it follows. */
  #skipTo(byte: number): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== byte || this.#at >= this.#end) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (; at < this.#end; at += 1) {
      const byte = bytes[at];
      if (byte !== space && byte !== lineFeed && byte !== carriageReturn && byte !== tab) break;
    }
    this.#at = at;
  }

  #expect(byte: number): void {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== byte) throw this.#unexpected();
    this.#at += 1;
  }

  #unexpected(): Flawed {
    return new Flawed(this.#at >= this.#end ? "cut" : "syntax");
  }

  /** Returns the kind of the text. */
  #string(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const from = this.#at + 1;
    let at = from;
    let hasEscapes = false;
    for (; at < end; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) break;
      if (byte < space) throw new Flawed("syntax");
      if (byte === backslash) {
        hasEscapes = true;
        at = this.#escape(at);
      }
    }
    if (at >= end) throw new Flawed("cut");
    this.#at = at + 1;
    return hasEscapes ? shapeKinds.string : kindOfText(bytes, from, at);
  }

  /** Returns where the escape's last byte stands. */
  #escape(at: number): number {
    const byte = this.#bytes[at + 1] ?? 0;
    if (at + 1 >= this.#end) throw new Flawed("cut");
    if (byte === 0x75) {
      const unit = this.#hex(at + 2);
      if (unit < 0xd800 || unit > 0xdfff) return at + 5;
      const isPair = unit < 0xdc00 && this.#bytes[at + 6] === backslash && this.#bytes[at + 7] === 0x75;
      const low = isPair && at + 8 < this.#end ? this.#hex(at + 8) : 0;
      if (low < 0xdc00 || low > 0xdfff) throw new Flawed("surrogate");
      return at + 11;
    }
    // " \ / b f n r t
    const isKnown = byte === quote || byte === backslash || byte === slash || byte === 0x62 || byte === 0x66;
    if (!isKnown && byte !== 0x6e && byte !== 0x72 && byte !== 0x74) throw new Flawed("syntax");
    return at + 1;
  }

  #hex(at: number): number {
    if (at + 4 > this.#end) throw new Flawed("cut");
    const digits = this.#bytes.toString("latin1", at, at + 4);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw new Flawed("syntax");
    return Number.parseInt(digits, 16);
  }

  #number(): number {
    const from = this.#at;
    if (this.#bytes[this.#at] === minus) this.#at += 1;
    const first = this.#bytes[this.#at];
    if (first === 0x49 && this.#at < this.#end) throw new Flawed("nan");
    const whole = this.#digits();
    if (first === zero && whole > 1) throw new Flawed("syntax");
    let isWhole = true;
    let mayOverflow = whole > 300;
    if (this.#at < this.#end && this.#bytes[this.#at] === point) {
      this.#at += 1;
      this.#digits();
      isWhole = false;
    }
    if (this.#at < this.#end && ((this.#bytes[this.#at] ?? 0) | 0x20) === 0x65) {
      this.#at += 1;
      const sign = this.#bytes[this.#at];
      if (this.#at < this.#end && (sign === plus || sign === minus)) this.#at += 1;
      mayOverflow ||= this.#digits() > 2;
      isWhole = false;
    }
    if (mayOverflow && !Number.isFinite(Number(this.#bytes.toString("latin1", from, this.#at))))
      throw new Flawed("number");
    if (!isWhole) return shapeKinds.number;
    return whole < 19 || isLong(this.#bytes.toString("latin1", from, this.#at))
      ? shapeKinds.integer
      : shapeKinds.number;
  }

  /** How many follow, at least one. */
  #digits(): number {
    const from = this.#at;
    while (this.#at < this.#end && isDigit(this.#bytes[this.#at])) this.#at += 1;
    if (this.#at === from) throw this.#unexpected();
    return this.#at - from;
  }

  #name(): number {
    const first = this.#bytes[this.#at];
    for (const [text, kind] of named) {
      if (text[0] !== first) continue;
      const end = Math.min(this.#at + text.length, this.#end);
      if (text.compare(this.#bytes, this.#at, end, 0, end - this.#at) !== 0) continue;
      if (end - this.#at < text.length) throw new Flawed("cut");
      this.#at = end;
      return kind;
    }
    const start = this.#bytes.toString("latin1", this.#at, Math.min(this.#at + 8, this.#end));
    throw new Flawed(/^(NaN|Infinity|nan\b|inf)/.test(start) ? "nan" : "syntax");
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function isLong(text: string): boolean {
  const value = BigInt(text);
  return value <= biggest && value >= -biggest - 1n;
}

/** What writers put where JSON has no number for it. */
const nonFinite = new Set(["NaN", "Infinity", "-Infinity"]);

/** Told by its first bytes, as most texts are neither times nor stand for numbers. */
function kindOfText(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  const first = bytes[start] ?? 0;
  if (isDigit(first)) return length < 10 || length > 40 ? shapeKinds.string : kindOfTime(bytes, start, end);
  const mayBe = (length === 3 || length === 8 || length === 9) && (first === 0x4e || first === 0x49 || first === minus);
  return mayBe && nonFinite.has(bytes.toString("latin1", start, end)) ? shapeKinds.nonFinite : shapeKinds.string;
}
