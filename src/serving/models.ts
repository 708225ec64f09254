import { join } from "node:path";
import type { Digest } from "../kernel/digest.ts";
import type { Files } from "../kernel/files.ts";

/** Where a served model's bytes lie in a folder of models: by digest, so that a version is stored once and never changes. */
export function modelPath(folder: string, digest: Digest): string {
  return join(folder, `${digest.slice("sha256:".length)}.onnx`);
}

/** Keeps a copy of a model for the servers, which outlive the run that had it. `bytes` must be verified by who gives them. */
export async function keepModel(
  files: Files,
  folder: string,
  digest: Digest,
  bytes: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const path = modelPath(folder, digest);
  if ((await files.facts(path)) === undefined) await files.createExclusive(path, bytes());
}
