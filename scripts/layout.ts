import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A table of test cases is read by its rows, not as a whole. */
const longestOf = (path: string) => (path.startsWith("test/") ? 700 : 400);
const forbiddenFolders = new Set(["util", "utils", "helper", "helpers", "common", "misc"]);

/** What is wrong with how the code lies: a folder that names no noun, a file too long to know. One line a fault. */
export async function layoutFaults(root: string): Promise<readonly string[]> {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((path) => /^(src|scripts|test|bench|examples)\/.*\.(ts|mjs)$/.test(path));
  const faults: string[] = [];
  for (const path of files) {
    const folder = path.split("/").find((part) => forbiddenFolders.has(part));
    if (folder !== undefined) faults.push(`${path}: a folder is named after a noun of the field, not "${folder}"`);
    const text = await readFile(join(root, path), "utf8").catch(() => "");
    const lines = text.split("\n").length - 1;
    if (lines > longestOf(path)) faults.push(`${path}: ${lines} lines, at most ${longestOf(path)}`);
  }
  return faults;
}
