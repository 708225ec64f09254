/**
 * Passes chunks on while the signal allows it.
 * @param onBytes called with the size of each chunk, for progress
 * @throws the signal's reason.
 */
export async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    onBytes(chunk.byteLength);
    yield chunk;
  }
}
