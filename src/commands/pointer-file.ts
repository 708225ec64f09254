import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { shownPath } from "./paths.ts";

/** Longest pointer that Git LFS writes, in bytes. */
const longest = 1024;
const start = "version https://git-lfs.github.com/spec/";

/**
 * Refuses a file that Git LFS left in the place of another: its three lines of text are no data.
 * @throws TH_DATA_LFS (configuration)
 */
export async function refusePointer(path: string, host: Pick<Host, "cwd" | "files">, input: string): Promise<void> {
  const facts = await host.files.facts(path);
  if (facts === undefined || facts.size > longest) return;
  const text = Buffer.from((await host.files.read(path)) ?? "").toString("latin1");
  if (!text.startsWith(start)) return;
  const file = shownPath(host, path);
  throw configurationError(
    "TH_DATA_LFS",
    `${file} is a pointer of Git LFS, not the data itself`,
    "write `lfs: true` in the checkout step, or run git lfs pull",
    { input, file },
  );
}
