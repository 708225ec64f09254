import { isAbsolute, matchesGlob, relative, resolve, sep } from "node:path";
import { type Fingerprint, fingerprintOf } from "../../../dataset/fingerprint.ts";
import { digestOfStream } from "../../../kernel/digest.ts";
import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { watched } from "../../../kernel/watched.ts";
import { shownPath } from "../../paths.ts";
import { checkWritable } from "../../written-file.ts";

/** What is written of the data, by the input that names where. */
export const targets = ["quarantine", "clean"] as const;
export type Target = (typeof targets)[number];

/** `schema` of the note in a file of ours. */
export function noteSchema(target: Target): string {
  return `titleholder/${target}/v1`;
}

/**
 * Refuses a place that cannot be written, that holds what we did not write, or that the data is read from.
 * @param used absolute paths that the run reads or writes beside them
 * @throws TH_OUTPUT_PATH (configuration)
 */
export async function checkTargets(
  given: { readonly [T in Target]?: string | undefined } & { readonly data: readonly string[] },
  used: readonly string[],
  host: Host,
): Promise<void> {
  const taken = new Set(used.map((path) => resolve(host.cwd, path)));
  for (const target of targets) {
    const path = given[target];
    if (path === undefined) continue;
    const refuse = (why: string, fix: string) =>
      configurationError("TH_OUTPUT_PATH", `${shownPath(host, path)} cannot be written: ${why}`, fix, {
        input: target,
      });
    if (!/\.(parquet|pq)$/i.test(path)) throw refuse("it is written as Parquet", "name a file that ends in .parquet");
    if (taken.has(path))
      throw refuse("this run reads or writes that file for another purpose", "name a file of its own");
    await checkWritable(path, host, { input: target }, { note: noteSchema(target) });
    const pattern = given.data.find((data) => isPartOf(path, data));
    if (pattern !== undefined)
      throw refuse(
        `the next run would read it as data, through ${shownPath(host, pattern)}`,
        "name a file outside of the data",
      );
    taken.add(path);
  }
}

/** Whether a folder or glob of the data reaches the path. */
function isPartOf(path: string, pattern: string): boolean {
  const inside = relative(pattern, path);
  return (
    inside === "" ||
    (!inside.startsWith(`..${sep}`) && inside !== ".." && !isAbsolute(inside)) ||
    matchesGlob(path, pattern)
  );
}

/** Moves a file of the run's own folder to where it was asked for: copied and flushed beside its place, then renamed. */
export async function place(from: string, to: string, host: Host): Promise<void> {
  const total = (await host.files.facts(from))?.size ?? 0;
  let done = 0;
  const chunks = watched(host.files.stream(from), host.signal, (bytes) => {
    done += bytes;
    host.log.progress(`writing ${shownPath(host, to)}`, done, total);
  });
  await host.files.replace(to, chunks);
}

/** The fingerprint of a single file as it will be read at its place. */
export async function fingerprintOfFile(from: string, to: string, host: Host): Promise<Fingerprint> {
  return fingerprintOf([{ path: shownPath(host, to), ...(await digestOfStream(host.files.stream(from))) }]);
}
