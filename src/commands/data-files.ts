import { basename, dirname, join } from "node:path";
import {
  type DataFormat,
  formatByContent,
  formatByName,
  formatEndings,
  formatNames,
  packingEndings,
} from "../dataset/formats.ts";
import { remoteRecipe } from "../dataset/remote.ts";
import { configurationError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { nearest } from "../kernel/naming.ts";
import { shownPath } from "./paths.ts";
import { refusePointer } from "./pointer-file.ts";
import { refuseTables } from "./table-format.ts";

const known = Object.keys(formatEndings);
const endings = known.map((name) => `.${name}`).join(", ");
/** In a folder: every known ending, alone or with that of a packing. */
const dataFiles = `**/*.{${known.flatMap((name) => [name, ...packingEndings.map((packing) => `${name}.${packing}`)]).join(",")}}`;

export interface FoundFiles {
  /** Absolute, sorted. */
  readonly files: readonly [string, ...string[]];
  readonly format: DataFormat;
}

/**
 * The files that paths, globs and folders mean. Folders are searched in depth for data files.
 * @throws TH_DATA_MISSING when a pattern matches nothing, TH_DATA_REMOTE for addresses, TH_DATA_TABLE for files of a lakehouse table,
 *   TH_DATA_LFS for pointers of Git LFS, TH_DATA_FORMAT for formats that cannot be read or read together (configuration).
 */
export async function findFiles(patterns: readonly string[], host: Host, input: string): Promise<FoundFiles> {
  const found = new Set<string>();
  for (const pattern of patterns) for (const file of await filesOf(pattern, host, input)) found.add(file);
  const files = [...found].sort();
  await refuseTables(files, host, input);
  for (const file of files) await refusePointer(file, host, input);
  const [first, ...others] = files;
  if (first === undefined)
    throw configurationError("TH_DATA_MISSING", "no data is named", `name files in ${input}`, { input });
  const format = await formatOf(first, host, input);
  for (const file of others) {
    const another = await formatOf(file, host, input);
    if (another === format) continue;
    throw configurationError(
      "TH_DATA_FORMAT",
      `${shownPath(host, first)} is ${formatNames[format]} and ${shownPath(host, file)} is ${formatNames[another]}: one data set has one format`,
      "name files of one format",
      { input },
    );
  }
  return { files: [first, ...others], format };
}

async function filesOf(pattern: string, host: Host, input: string): Promise<readonly string[]> {
  const facts = await host.files.facts(pattern);
  if (facts?.kind === "file") return [pattern];
  const shown = shownPath(host, pattern);
  if (facts?.kind === "other")
    throw configurationError("TH_DATA_MISSING", `${shown} is a pipe or a device, not a file`, "name a file", {
      input,
      file: shown,
    });
  const matches =
    facts?.kind === "directory" ? await host.files.glob(dataFiles, pattern) : await host.files.glob(pattern, host.cwd);
  if (matches.length > 0) return matches;
  throw facts?.kind === "directory" ? emptyFolder(shown, input) : await nothingMatches(pattern, host, input);
}

function emptyFolder(shown: string, input: string) {
  const fix = `name files that exist, ending in ${endings}, packed with gzip or zstd or not`;
  return configurationError("TH_DATA_MISSING", `the folder ${shown} holds no data file`, fix, { input, file: shown });
}

async function nothingMatches(pattern: string, host: Host, input: string) {
  const shown = shownPath(host, pattern);
  const remote = remoteRecipe(shown);
  if (remote !== undefined) return configurationError("TH_DATA_REMOTE", remote.what, remote.recipe, { input });
  const near = nearest(basename(pattern), await host.files.list(dirname(pattern)));
  return configurationError(
    "TH_DATA_MISSING",
    `no file matches ${shown}`,
    near !== undefined
      ? `did you mean "${shownPath(host, join(dirname(pattern), near))}"?`
      : `name files that exist, ending in ${endings}`,
    { input, file: shown },
  );
}

async function formatOf(file: string, host: Host, input: string): Promise<DataFormat> {
  const shown = shownPath(host, file);
  const refuse = (message: string, fix: string) =>
    configurationError("TH_DATA_FORMAT", `${shown} ${message}`, fix, { input, file: shown });
  const named = formatByName(basename(file));
  if (named.foreign !== undefined) throw refuse(`is ${named.foreign.name}`, named.foreign.recipe);
  if (named.format === undefined)
    throw refuse(
      "has no ending that tells its format",
      `name files ending in ${endings}, packed with gzip or zstd or not`,
    );
  const start = await firstBytes(file, host);
  const { packing, parquet, foreign } = formatByContent(start);
  if (foreign !== undefined) throw refuse(`is ${foreign.name}`, foreign.recipe);
  if (packing !== undefined) return named.format;
  if (named.format !== "parquet" && parquet === true) throw refuse("is a Parquet file", "rename it to end in .parquet");
  const isText = start.length > 0 && start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  if (named.format === "parquet" && parquet !== true && isText)
    throw refuse("holds text, not Parquet", "rename it to end in .csv or .jsonl, or write it as Parquet");
  return named.format;
}

async function firstBytes(file: string, host: Host): Promise<Uint8Array> {
  for await (const chunk of host.files.stream(file)) return chunk.subarray(0, 512);
  return new Uint8Array(0);
}
