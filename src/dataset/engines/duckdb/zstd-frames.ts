const frameMagic = 0xfd2fb528;
const idBytes = [0, 1, 2, 4] as const;
const sizeBytes = [0, 2, 4, 8] as const;

/** What the next bytes are. */
type Part = "magic" | "skippable" | "descriptor" | "header" | "block" | "body" | "checksum";

/**
 * Finds where the frames of a zstd stream end (RFC 8878, 3.1): a decoder reads one frame and no further, and packers that work in parallel
 * write many. Bytes that begin no frame are taken for one that lasts to the end, which its decoder refuses.
 */
export class ZstdFrames {
  #part: Part = "magic";
  #wanted = 4;
  #held: number[] = [];
  #last = false;
  #checksum = false;

  /** How many of the bytes from `from` belong to the frame under way, and whether it ends with them. */
  take(bytes: Uint8Array, from: number): { readonly end: number; readonly done: boolean } {
    let at = from;
    while (at < bytes.length) {
      const rest = Math.min(this.#wanted, bytes.length - at);
      if (this.#isField()) this.#held.push(...bytes.subarray(at, at + rest));
      this.#wanted -= rest;
      at += rest;
      if (this.#wanted === 0 && this.#next()) return { end: at, done: true };
    }
    return { end: at, done: false };
  }

  #isField(): boolean {
    return this.#part !== "body" && this.#part !== "checksum" && this.#part !== "header";
  }

  /** Whether the frame has ended. */
  #next(): boolean {
    const number = this.#held.reduceRight((sum, byte) => sum * 256 + byte, 0);
    const part = this.#part;
    this.#held = [];
    if (part === "magic" && number === frameMagic) return this.#expect("descriptor", 1);
    if (part === "magic" && number >= 0x184d2a50 && number <= 0x184d2a5f) return this.#expect("skippable", 4);
    if (part === "magic") return this.#expect("body", Number.POSITIVE_INFINITY);
    if (part === "descriptor") return this.#describe(number);
    if (part === "skippable") {
      this.#last = true;
      this.#checksum = false;
      return this.#expect("body", number);
    }
    if (part === "block") {
      this.#last = (number & 1) === 1;
      // A run is one byte, however long.
      return this.#expect("body", ((number >> 1) & 3) === 1 ? 1 : number >> 3);
    }
    if (part === "checksum" || (part === "body" && this.#last && !this.#checksum)) {
      this.#expect("magic", 4);
      return true;
    }
    return part === "body" && this.#last ? this.#expect("checksum", 4) : this.#expect("block", 3);
  }

  #describe(descriptor: number): boolean {
    const single = ((descriptor >> 5) & 1) === 1;
    this.#checksum = ((descriptor >> 2) & 1) === 1;
    const size = sizeBytes[(descriptor >> 6) as 0 | 1 | 2 | 3];
    return this.#expect(
      "header",
      (single ? 0 : 1) + idBytes[(descriptor & 3) as 0 | 1 | 2 | 3] + (single && size === 0 ? 1 : size),
    );
  }

  /** Parts of no length are passed at once. */
  #expect(part: Part, bytes: number): boolean {
    this.#part = part;
    this.#wanted = bytes;
    return bytes === 0 ? this.#next() : false;
  }
}
