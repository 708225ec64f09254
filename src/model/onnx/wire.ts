/**
 * A push parser of the protobuf wire format (protobuf.dev/programming-guides/encoding) that never holds more than one chunk, one short
 * text and one frame a nested message, whatever the lengths in the bytes claim. What no rule asks for is skipped by its length.
 */

/** What to do with a field. A value whose wire type does not fit its rule is skipped, as protobuf's own parsers do. */
export type FieldRule =
  | { readonly kind: "message"; readonly open: (bytes: number) => MessageRule }
  /** A text of more than `limit` bytes is given as undefined and never held. */
  | { readonly kind: "text"; readonly limit: number; readonly set: (text: string | undefined) => void }
  /** A varint read as a signed 64-bit integer: exact from 0 to 2^53, of a negative one the sign is right. */
  | { readonly kind: "integer"; readonly set: (value: number) => void };

export interface MessageRule {
  readonly fields: Readonly<Record<number, FieldRule>>;
  readonly close?: () => void;
}

export function text(set: (value: string) => void, limit = 4096): FieldRule {
  return { kind: "text", limit, set: (value) => set(value ?? "(a text that is too long)") };
}

export function integer(set: (value: number) => void): FieldRule {
  return { kind: "integer", set };
}

export function message(open: (bytes: number) => MessageRule): FieldRule {
  return { kind: "message", open };
}

/** The bytes are no protobuf message; `offset` counts from 0. */
export class WireError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = "WireError";
    this.offset = offset;
  }
}

interface Frame {
  readonly rule: MessageRule;
  /** First byte after the message. */
  readonly end: number;
}

const maxVarintBytes = 10;
/** A bound of this reader itself; the rules refuse deep models much earlier. */
const maxFrames = 512;

type State = "tag" | "integer" | "length" | "skip" | "text";

export class WireReader {
  #frames: Frame[];
  #state: State = "tag";
  /** Bytes consumed so far. */
  #position = 0;
  #varint = 0;
  #varintBytes = 0;
  #rule: FieldRule | undefined;
  #remaining = 0;
  #text = new Uint8Array(0);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(root: MessageRule) {
    this.#frames = [{ rule: root, end: Number.POSITIVE_INFINITY }];
  }

  /** @throws WireError, and whatever the rules throw. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === "skip" || this.#state === "text") at = this.#take(chunk, at);
      else at = this.#readVarint(chunk, at);
    }
  }

  /** @throws WireError when the bytes end within a field or a message. */
  finish(): void {
    if (this.#frames.length > 1 || this.#state !== "tag" || this.#varintBytes > 0) {
      throw new WireError("the bytes end in the middle of a message", this.#position);
    }
    this.#frames[0]?.rule.close?.();
    this.#frames = [];
  }

  #readVarint(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      this.#varint += (byte & 127) * 2 ** (7 * this.#varintBytes);
      this.#varintBytes += 1;
      this.#position += 1;
      if (byte < 128) {
        const value = this.#varint;
        this.#varint = 0;
        this.#varintBytes = 0;
        this.#accept(value);
        return at + 1;
      }
      if (this.#varintBytes === maxVarintBytes) throw this.#error("a number of more than ten bytes");
    }
    return chunk.length;
  }

  #accept(value: number): void {
    if (this.#position > this.#end()) throw this.#error("a field runs past the end of its message");
    if (this.#state === "tag") this.#startField(value);
    else if (this.#state === "integer") {
      // Two's complement: negative numbers come as values from 2^63, where a double no longer tells −1 from 0.
      if (this.#rule?.kind === "integer") this.#rule.set(value >= 2 ** 63 ? Math.min(value - 2 ** 64, -1) : value);
      this.#endField();
    } else this.#startPayload(value);
  }

  #startField(tag: number): void {
    const field = Math.floor(tag / 8);
    if (tag >= 2 ** 32 || field === 0) throw this.#error("a field number that protobuf does not have");
    const wireType = tag % 8;
    const rule = this.#frames.at(-1)?.rule.fields[field];
    this.#rule = rule !== undefined && wireType === (rule.kind === "integer" ? 0 : 2) ? rule : undefined;
    if (wireType === 0) this.#state = "integer";
    else if (wireType === 1) this.#skip(8);
    else if (wireType === 2) this.#state = "length";
    else if (wireType === 5) this.#skip(4);
    else throw this.#error(`wire type ${wireType}, which ONNX does not use`);
  }

  #startPayload(length: number): void {
    if (length > this.#end() - this.#position) throw this.#error("a field is longer than its message");
    const rule = this.#rule;
    if (rule?.kind === "message") {
      if (this.#frames.length === maxFrames) throw this.#error(`messages nested more than ${maxFrames} deep`);
      this.#frames.push({ rule: rule.open(length), end: this.#position + length });
      this.#endField();
    } else if (rule?.kind === "text" && length <= rule.limit) {
      this.#text = new Uint8Array(length);
      this.#remaining = length;
      this.#state = "text";
      if (length === 0) this.#endPayload();
    } else {
      this.#skip(length);
    }
  }

  #skip(bytes: number): void {
    if (bytes > this.#end() - this.#position) throw this.#error("a field runs past the end of its message");
    this.#remaining = bytes;
    this.#state = "skip";
    if (bytes === 0) this.#endPayload();
  }

  #take(chunk: Uint8Array, start: number): number {
    const taken = Math.min(this.#remaining, chunk.length - start);
    if (this.#state === "text") {
      this.#text.set(chunk.subarray(start, start + taken), this.#text.length - this.#remaining);
    }
    this.#remaining -= taken;
    this.#position += taken;
    if (this.#remaining === 0) this.#endPayload();
    return start + taken;
  }

  #endPayload(): void {
    const rule = this.#rule;
    if (rule?.kind === "text") rule.set(this.#state === "text" ? this.#decoder.decode(this.#text) : undefined);
    this.#endField();
  }

  #endField(): void {
    this.#state = "tag";
    this.#rule = undefined;
    while (this.#frames.length > 1 && this.#position === this.#end()) this.#frames.pop()?.rule.close?.();
  }

  #end(): number {
    return this.#frames.at(-1)?.end ?? 0;
  }

  #error(message: string): WireError {
    return new WireError(message, this.#position);
  }
}
