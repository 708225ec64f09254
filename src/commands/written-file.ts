import { dirname, join, sep } from "node:path";
import { configurationError, type Place, TitleholderError } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { shownPath } from "./paths.ts";

/** Bytes. A longer name is refused by every file system in use, and only when it is written. */
const longestName = 255;
const largestRead = 256e6;

interface WhatMayStand {
  /** `schema` of a JSON file that may be written over: a report is never written over data, a model or a configuration. */
  readonly schema?: string;
  /** `schema` of the note in a Parquet file that may be written over. */
  readonly note?: string;
  /** A folder may stand there, too. */
  readonly folder?: boolean;
}

/**
 * Checks before any work is done that a file can be written where it is asked for.
 * @throws TitleholderError TH_OUTPUT_PATH (configuration)
 */
export async function checkWritable(
  path: string,
  host: Pick<Host, "cwd" | "files">,
  place: Place,
  may: WhatMayStand = {},
): Promise<void> {
  try {
    const problem = await problemOf(path, host, may);
    if (problem !== undefined) throw refusal(path, host, place, ...problem);
  } catch (error) {
    // A path that cannot even be looked at cannot be written either.
    if (!(error instanceof TitleholderError) || error.code === "TH_OUTPUT_PATH") throw error;
    throw refusal(path, host, place, error.message, error.fix, error);
  }
}

/**
 * The same for a folder that is made where it is not there.
 * @throws TitleholderError TH_OUTPUT_PATH (configuration)
 */
export async function checkFolder(path: string, host: Pick<Host, "cwd" | "files">, place: Place): Promise<void> {
  await checkWritable(join(path, "any"), host, place);
}

async function problemOf(
  path: string,
  host: Pick<Host, "cwd" | "files">,
  { schema, note, folder = false }: WhatMayStand,
): Promise<readonly [why: string, fix: string] | undefined> {
  const facts = await host.files.facts(path);
  if (facts?.kind === "directory" && !folder) return ["it is a folder", "name a file, such as out/report.json"];
  if (facts?.kind === "other") return ["it is neither a file nor a folder", "name a file, such as out/report.json"];
  if (facts?.kind === "file" && schema !== undefined && facts.size > 0) {
    const bytes = facts.size > largestRead ? undefined : await host.files.read(path);
    if (bytes === undefined || !Buffer.from(bytes).includes(`"schema":"${schema}`)) {
      return ["another file is there, which would be lost", "name a file that is not there yet"];
    }
  }
  if (facts?.kind === "file" && note !== undefined) {
    if (facts.link) return ["a symbolic link is there", "name a file that is not there yet"];
    if (!(await holdsNote(path, facts.size, note, host)))
      return ["another file is there, which would be lost", "name a file that is not there yet"];
  }
  if (facts !== undefined) return undefined;
  const above = await standingAbove(path, host);
  if (above !== undefined) return [`${above} is not a folder`, "name a file in a folder"];
  const isLong = path.split(sep).some((part) => Buffer.byteLength(part) > longestName);
  return isLong ? ["a name in it is too long for the file system", "choose a shorter name"] : undefined;
}

/** Whether a Parquet file has a note of this schema among its metadata, which stand at its end with their length behind them. */
async function holdsNote(path: string, size: number, note: string, { files }: Pick<Host, "files">): Promise<boolean> {
  const ending = await bytesFrom(path, Math.max(0, size - 8), files);
  if (ending.length < 8 || ending.subarray(4).toString("latin1") !== "PAR1") return false;
  const metadata = ending.readUInt32LE(0);
  if (metadata + 8 > size || metadata > largestRead) return false;
  return (await bytesFrom(path, size - 8 - metadata, files)).includes(`"schema":"${note}"`);
}

async function bytesFrom(path: string, start: number, files: Host["files"]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.stream(path, { start })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The nearest thing above the path that is there and is not a folder, as shown to people. */
async function standingAbove(path: string, host: Pick<Host, "cwd" | "files">): Promise<string | undefined> {
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    const kind = (await host.files.facts(above))?.kind;
    if (kind !== undefined) return kind === "directory" ? undefined : shownPath(host, above);
  }
  return undefined;
}

function refusal(
  path: string,
  host: Pick<Host, "cwd">,
  place: Place,
  why: string,
  fix: string,
  cause?: unknown,
): TitleholderError {
  const message = `${shownPath(host, path)} cannot be written: ${why}`;
  return configurationError("TH_OUTPUT_PATH", message, fix, place, cause);
}
