import { join, resolve } from "node:path";
import { type Digest, digestOfStream } from "../../kernel/digest.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { shownPath } from "../paths.ts";

/**
 * Digests of data files by the path that reports know them by: those that the patterns match, folders with all that is below them.
 * @throws TH_DATA_MISSING (configuration) when a pattern matches nothing.
 */
export async function rereadData(
  patterns: readonly string[],
  host: Pick<Host, "cwd" | "files" | "log">,
): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (const pattern of patterns) {
    const path = resolve(host.cwd, pattern);
    const folder = (await host.files.facts(path))?.kind === "directory";
    const files = await host.files.glob(folder ? join(path, "**") : pattern, host.cwd);
    if (files.length === 0) throw missing(shownPath(host, path));
    for (const [index, file] of files.entries()) {
      digests.set(shownPath(host, file), (await digestOfStream(host.files.stream(file))).digest);
      host.log.progress("reading data again", index + 1, files.length);
    }
  }
  return digests;
}

function missing(file: string): Error {
  return configurationError("TH_DATA_MISSING", `no file matches ${file}`, "check the path, or leave data out", {
    input: "data",
    file,
  });
}
