import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { Packing } from "../../formats.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** Below this many bytes nothing is a bomb, however well it packs. */
const harmless = 64 * 2 ** 20;
/** Tables of text pack to a fifth or a tenth; one that holds the same row over and over is no data set. */
const mostTimes = 250;

/** Thrown while unpacking; `why` is a sentence without its place. */
export class ArchiveError extends Error {
  readonly kind: "damaged" | "too large";

  constructor(kind: "damaged" | "too large", why: string, cause?: unknown) {
    super(why, { cause });
    this.kind = kind;
  }
}

/**
 * The content of a packed file. All members of a gzip file and all frames of a zstd file are read, and their checksums compared.
 * @param mostBytes of content
 * @throws ArchiveError for one that is cut off or damaged, or holds far more than its size: only behind the last chunk is it known to be whole.
 */
export async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  packing: Packing,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  let read = 0;
  let written = 0;
  const counted = counting(packed, (bytes) => {
    read += bytes;
  });
  try {
    for await (const chunk of packing === "gzip" ? through(createGunzip(), counted) : unzstd(counted)) {
      written += chunk.byteLength;
      if (written > mostBytes || (written > harmless && written > mostTimes * read))
        throw new ArchiveError(
          "too large",
          `the file unpacks to more than ${written > mostBytes ? `${Math.floor(mostBytes / 2 ** 30)} GiB` : `${mostTimes} times its size`}`,
        );
      yield chunk;
    }
  } catch (cause) {
    throw isZlib(cause) ? new ArchiveError("damaged", describe(cause), cause) : cause;
  }
}

async function* counting(chunks: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
  for await (const chunk of chunks) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}

async function* through(decoder: Transform, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // What goes wrong on either side ends the decoder, and so the loop below.
  pipeline(Readable.from(chunks), decoder, () => undefined);
  yield* decoder as AsyncIterable<Uint8Array>;
}

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = new FrameSource(chunks);
  try {
    while (await source.hasMore()) yield* through(createZstdDecompress(), source.frame());
  } finally {
    await source.close();
  }
}

/** Deals a stream out frame by frame. */
class FrameSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #frames = new ZstdFrames();
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async hasMore(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      this.#at = 0;
    }
    return true;
  }

  async *frame(): AsyncGenerator<Uint8Array> {
    while (await this.hasMore()) {
      const from = this.#at;
      const { end, done } = this.#frames.take(this.#chunk, from);
      this.#at = end;
      yield this.#chunk.subarray(from, end);
      if (done) return;
    }
  }
}

function isZlib(cause: unknown): cause is Error & { readonly code: string } {
  return cause instanceof Error && "code" in cause && /^(Z_|ZSTD_|ERR_.*(ZLIB|ZSTD))/.test(String(cause.code));
}

function describe(cause: Error & { readonly code: string }): string {
  if (cause.code === "Z_BUF_ERROR") return "the packed file ends early: it was cut off or not written to the end";
  if (/checksum|data check/.test(`${cause.code} ${cause.message}`))
    return "the packed file is damaged: its content does not match its checksum";
  return `the packed file is damaged: ${cause.message}`;
}
