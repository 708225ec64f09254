import { dirname, join, relative } from "node:path";
import { type TableFormat, tableFormatOf, tableMarks } from "../dataset/table-formats.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { shownPath } from "./paths.ts";

/**
 * Refuses files that lie in the folder of a Delta, Iceberg or Hudi table, at any depth: read one by one they give deleted rows too.
 * Folders up to the working directory are looked at, or all of them for files outside of it.
 * @throws TH_DATA_TABLE (configuration).
 */
export async function refuseTables(files: readonly string[], host: Host, input: string): Promise<void> {
  const seen = new Set<string>();
  for (const file of files) {
    for (const folder of foldersOf(file, host.cwd)) {
      if (seen.has(folder)) break;
      seen.add(folder);
      const format = await formatOf(folder, host);
      if (format === undefined) continue;
      const shown = shownPath(host, folder);
      throw configurationError(
        "TH_DATA_TABLE",
        `${shown} is a table of ${format.name}: its files hold rows that the table has deleted`,
        format.recipe,
        { input, file: shown },
      );
    }
  }
}

/** From the file's own folder upwards. */
function foldersOf(file: string, cwd: string): readonly string[] {
  const isInside = !relative(cwd, file).startsWith("..");
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder) || (isInside && folder === cwd)) return folders;
  }
}

/** Looks for the marks by name: a folder above the data may be large, or closed to this account. */
async function formatOf(folder: string, host: Host): Promise<TableFormat | undefined> {
  const names: string[] = [];
  for (const mark of tableMarks) if ((await host.files.facts(join(folder, mark))) !== undefined) names.push(mark);
  const metadata = names.includes("metadata") ? await host.files.list(join(folder, "metadata")) : [];
  return tableFormatOf(names, metadata);
}
