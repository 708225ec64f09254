import { createHash } from "node:crypto";
import type { Digest } from "../kernel/digest.ts";

/** Passes bytes on and throws `mismatch()` at their end unless they have the digest; whoever reads must not use them before the end. */
export async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  digest: Digest,
  mismatch: () => Error,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (`sha256:${hash.digest("hex")}` !== digest) throw mismatch();
}
