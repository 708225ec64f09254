import { type Digest, digestOfJson } from "../kernel/digest.ts";
import type { ModelFile } from "./registry.ts";

/**
 * The digest that identifies a model: the one file's own, whatever its name, or SHA-256 over the canonical JSON of the
 * files' (path, size, digest) sorted by path in code units.
 * @throws Error (a bug) for no files at all.
 */
export function modelDigest(files: readonly ModelFile[]): Digest {
  const [first] = files;
  if (first === undefined) throw new Error("a model has at least one file");
  if (files.length === 1) return first.digest;
  return digestOfJson(sortedFiles(files).map(({ path, size, digest }) => ({ path, size, digest })));
}

/** Files in the order in which they are hashed and stored. */
export function sortedFiles(files: readonly ModelFile[]): readonly ModelFile[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
