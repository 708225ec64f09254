import type { HelperContext } from "../kernel/helper.ts";

const lookMs = 5000;

/**
 * Ends a server that nobody can find any more: its state file is gone, as when a test's or a job's folder is cleared away. A file that
 * cannot be read is not gone.
 *
 * @param path absolute path of the file that remembers the server; null for one that lives no longer than its starter
 * @returns ends the watch
 */
export function whileRemembered(context: HelperContext, path: string | null, end: () => void): () => void {
  if (path === null) return () => undefined;
  let missing = 0;
  const look = async () => {
    const facts = await context.files.facts(path).catch(() => "unreadable");
    missing = facts === undefined ? missing + 1 : 0;
    // Once may be a file system that blinks.
    if (missing >= 2) end();
  };
  const watch = setInterval(() => void look(), lookMs);
  return () => clearInterval(watch);
}
