import type { Encoding } from "../../dataset.ts";

/** Stands for what cannot be decoded: no UTF-8, so that whoever reads the text finds the row it is in. */
const undecodable = Buffer.of(0xff);
const replacement = "\ufffd";

/** The encoding by a byte order mark, or by the zero bytes that UTF-16 has in two leading ASCII characters. */
export function encodingByContent(start: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "utf-32" | undefined {
  const [a = -1, b = -1, c = -1, d = -1] = start;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff))
    return "utf-32";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a > 0 && b === 0 && c > 0 && d === 0) return "utf-16le";
  return a === 0 && b > 0 && c === 0 && d > 0 ? "utf-16be" : undefined;
}

/** The text in UTF-8, without its byte order mark; a byte 0xff stands for what the encoding does not have. */
export async function* decoded(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Exclude<Encoding, "auto" | "utf-8" | "utf-16">,
): AsyncGenerator<Uint8Array> {
  const decoder = encoding === "utf-16le" || encoding === "utf-16be" ? utf16(encoding) : byteWise(encoding);
  for await (const chunk of chunks) yield decoder(chunk, false);
  yield decoder(new Uint8Array(0), true);
}

type Decoder = (chunk: Uint8Array, isLast: boolean) => Uint8Array;

function byteWise(encoding: string): Decoder {
  // The label "latin-1" means windows-1252 to this decoder; bytes 0x80 to 0x9f differ.
  if (encoding === "latin-1") return (chunk) => Buffer.from(asBuffer(chunk).toString("latin1"));
  const decoder = new TextDecoder(encoding);
  return (chunk, isLast) => marked(decoder.decode(chunk, { stream: !isLast }).split(replacement));
}

/** The engine's decoder would hide a surrogate without its other half. */
function utf16(encoding: "utf-16le" | "utf-16be"): Decoder {
  let held: Buffer = Buffer.alloc(0);
  let isFirst = true;
  return (chunk, isLast) => {
    const bytes = Buffer.concat([held, chunk]);
    let end = bytes.length - (bytes.length % 2);
    const high = encoding === "utf-16le" ? bytes[end - 1] : bytes[end - 2];
    if (!isLast && end > 0 && high !== undefined && high >= 0xd8 && high <= 0xdb) end -= 2;
    held = Buffer.from(bytes.subarray(end));
    const whole = bytes.subarray(0, end);
    let text = (encoding === "utf-16be" ? whole.swap16() : whole).toString("utf16le");
    if (isFirst && text.startsWith("\ufeff")) text = text.slice(1);
    isFirst &&= text === "" && end === 0;
    const parts = text.isWellFormed() ? [text] : text.split(/\p{Surrogate}/u);
    return isLast && held.length > 0 ? Buffer.concat([marked(parts), undecodable]) : marked(parts);
  };
}

function marked(parts: readonly string[]): Uint8Array {
  const [first = "", ...others] = parts;
  if (others.length === 0) return Buffer.from(first);
  return Buffer.concat([Buffer.from(first), ...others.flatMap((part) => [undecodable, Buffer.from(part)])]);
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
