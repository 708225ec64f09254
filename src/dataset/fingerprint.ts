import { z } from "zod";
import { type Digest, digestOfJson } from "../kernel/digest.ts";
import { digestSchema } from "../kernel/digest-schema.ts";

/** A file of a data set: path relative to the working directory, size in bytes, SHA-256 of its bytes. */
const fileSchema = z.strictObject({ path: z.string(), size: z.number(), digest: digestSchema });

/** What a report keeps of a data set: one digest over all, and one for each file, so that a subset can be accepted. */
export const fingerprintSchema = z.strictObject({ digest: digestSchema, files: z.array(fileSchema) });

export type DataFile = Readonly<z.output<typeof fileSchema>>;
export interface Fingerprint {
  readonly digest: Digest;
  readonly files: readonly DataFile[];
}

/** SHA-256 of the canonical JSON of the files, sorted by path: the order in which they were found has no say. */
export function fingerprintOf(files: Iterable<DataFile>): Fingerprint {
  const sorted = [...files]
    .map(({ path, size, digest: content }) => ({ path, size, digest: content }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { digest: digestOfJson(sorted), files: sorted };
}

/** The files that were used but not validated. Contents count, not names: a file may have been moved. */
export function covers(validated: readonly Pick<DataFile, "digest">[], used: Fingerprint): readonly DataFile[] {
  const known = new Set(validated.map((file) => file.digest));
  return used.files.filter((file) => !known.has(file.digest));
}
