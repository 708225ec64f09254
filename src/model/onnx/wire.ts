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
/** Ten times what the largest models have; each costs about a microsecond. */
const maxMessages = 4_000_000;

type State = "tag" | "integer" | "length" | "skip" | "text";

export class WireReader {
  #frames: Frame[];
  #state: State = "tag";
  /** Bytes consumed so far. */
  #position = 0;
  #varint = 0;
  #varintPlace = 1;
  #varintBytes = 0;
  #rule: FieldRule | undefined;
  #remaining = 0;
  #messages = 0;
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
      else {
        if (this.#state === "tag" && this.#varintBytes === 0) at = this.#skipWholeFields(chunk, at);
        if (at < chunk.length) at = this.#readVarint(chunk, at);
      }
    }
  }

  /** Steps over fields that no rule asks for and that lie whole in the chunk: nearly all of a large model. What is left is read byte by byte. */
  #skipWholeFields(chunk: Uint8Array, start: number): number {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return start;
    const limit = Math.min(chunk.length, start + (frame.end - this.#position));
    let at = start;
    while (at < limit) {
      const next = afterField(chunk, at, frame.rule.fields);
      if (next === undefined || next > limit) break;
      at = next;
    }
    this.#position += at - start;
    if (at > start) this.#closeFrames();
    return at;
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
      this.#varint += (byte & 127) * this.#varintPlace;
      this.#varintPlace *= 128;
      this.#varintBytes += 1;
      this.#position += 1;
      if (byte < 128) {
        const value = this.#varint;
        this.#varint = 0;
        this.#varintPlace = 1;
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
      this.#messages += 1;
      if (this.#messages > maxMessages) throw this.#error(`more than ${maxMessages} nodes, tensors and attributes`);
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
    this.#closeFrames();
  }

  #closeFrames(): void {
    while (this.#frames.length > 1 && this.#position === this.#end()) this.#frames.pop()?.rule.close?.();
  }

  #end(): number {
    return this.#frames.at(-1)?.end ?? 0;
  }

  #error(message: string): WireError {
    return new WireError(message, this.#position);
  }
}

/** Where the next field starts; undefined when this one has a rule, a long tag or length, or an unknown form. */
function afterField(chunk: Uint8Array, at: number, fields: MessageRule["fields"]): number | undefined {
  const tag = chunk[at] ?? 0;
  if (tag < 8 || tag > 127 || fields[tag >> 3] !== undefined) return undefined;
  const wireType = tag & 7;
  if (wireType === 5) return at + 5;
  if (wireType === 1) return at + 9;
  if (wireType === 2) {
    const length = chunk[at + 1] ?? 128;
    return length > 127 ? undefined : at + 2 + length;
  }
  if (wireType !== 0) return undefined;
  let last = at + 1;
  while ((chunk[last] ?? 0) > 127) last += 1;
  return last - at > maxVarintBytes ? undefined : last + 1;
}
