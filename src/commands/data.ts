import { join } from "node:path";
import type { DataEngine, DataLimits, DataSource, Dataset, DatasetGroup, StructuralFault } from "../dataset/dataset.ts";
import { type DataFile, type Fingerprint, fingerprintOf } from "../dataset/fingerprint.ts";
import { partitionsOf } from "../dataset/partitions.ts";
import { engines } from "../generated/engines.ts";
import { type Digest, digestOfStream } from "../kernel/digest.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { watched } from "../kernel/watched.ts";
import { findFiles } from "./data-files.ts";
import { shownPath } from "./paths.ts";

const engineMemory = 2 * 2 ** 30;

/** Counts the data sets opened in one run: each spills to a folder of its own. */
const opened = new WeakMap<Host, number>();

export interface LocatedData {
  readonly source: DataSource;
  readonly fingerprint: Fingerprint;
  /** @throws TH_DATA_CHANGED (configuration) when a file is another than the one whose fingerprint was taken. */
  requireUnchanged(): Promise<void>;
}

/**
 * The files that paths, globs and folders mean, and the fingerprint of their bytes as they stand, packed or not.
 * @throws what `findFiles` throws.
 */
export async function locateData(
  patterns: readonly string[],
  host: Host,
  inputName: string,
  options: Pick<DataSource, "declared" | "text"> = {},
): Promise<LocatedData> {
  const { files, format } = await findFiles(patterns, host, inputName);
  const before = await writtenAt(files, host);
  const partitions = partitionsOf(files.map((file) => shownPath(host, file)));
  return {
    source: { kind: "files", files, format, ...options, ...(partitions === undefined ? {} : { partitions }) },
    fingerprint: await fingerprintFiles(files, host),
    requireUnchanged: async () => {
      const after = await writtenAt(files, host);
      const changed = files.find((_, at) => before[at] !== after[at]);
      if (changed === undefined) return;
      throw configurationError(
        "TH_DATA_CHANGED",
        `${shownPath(host, changed)} was changed while it was read: what was found is not about the data as it is now`,
        "run again when nobody writes it",
        { input: inputName, file: shownPath(host, changed) },
      );
    },
  };
}

/** When each file was last written, and its size; a replaced file differs in one of them. */
async function writtenAt(files: readonly string[], host: Host): Promise<readonly string[]> {
  return Promise.all(
    files.map(async (file) => {
      const facts = await host.files.facts(file);
      return `${facts?.modified} ${facts?.size}`;
    }),
  );
}

/**
 * Opens located data. Rows and cells that could not be read are missing from it: `refuse` (the default) throws TH_DATA_FAULTY
 * (configuration) for the first of them, `keep` leaves them to the caller, who reads `faults()`.
 */
export async function openData(
  source: DataSource,
  host: Host,
  options: { readonly faults?: "refuse" | "keep"; readonly input?: string } = {},
): Promise<Dataset> {
  const engine = await dataEngine(host);
  const dataset = await engine.open(source, await dataLimits(host));
  const fault = (await dataset.faults()).find(({ severity }) => severity === undefined);
  if (fault === undefined || options.faults === "keep") return dataset;
  await dataset[Symbol.asyncDispose]();
  const place: Place = {
    file: shownPath(host, fault.file),
    ...(fault.first[0]?.line && { line: fault.first[0].line }),
  };
  throw configurationError(
    "TH_DATA_FAULTY",
    `the data cannot be read as it stands: ${describeFault(fault)}`,
    "run validate-data on these files and mend what it names",
    options.input === undefined ? place : { ...place, input: options.input },
  );
}

/** Opens several sources in one session, so that one can be held against another. What cannot be read is left to the caller, who reads `faults()`. */
export async function openDataGroup<K extends string>(
  sources: Readonly<Record<K, DataSource>>,
  host: Host,
): Promise<DatasetGroup<K>> {
  const engine = await dataEngine(host);
  return engine.openGroup(sources, await dataLimits(host));
}

/** What a data set may use; each spills to a folder of its own. */
export async function dataLimits(host: Host): Promise<DataLimits> {
  const number = (opened.get(host) ?? 0) + 1;
  opened.set(host, number);
  const spill = join(host.scratch, `data-${number}`);
  const written = join(spill, "written");
  await host.files.makeDirectory(written);
  return { memoryBytes: engineMemory, spill, written, signal: host.signal };
}

/** The engine that reads data. */
export async function dataEngine(host: Host): Promise<DataEngine> {
  const engine = (await engines.duckdb?.load())?.create({}, host);
  if (engine === undefined) throw new Error("the data engine is not in the generated map");
  return engine;
}

/** `column "age": values that are not of type integer (3 rows, the first is row 17)`, without the file. */
export function describeFault(fault: StructuralFault): string {
  const column = fault.column === undefined ? "" : `column "${fault.column}": `;
  const [first] = fault.first;
  if (first === undefined) return `${column}${fault.message}`;
  const rows = fault.count === 1 ? `row ${first.row}` : `${fault.count} rows, the first is row ${first.row}`;
  return `${column}${fault.message} (${rows})`;
}

async function fingerprintFiles(files: readonly string[], host: Host): Promise<Fingerprint> {
  const sizes = await Promise.all(files.map(async (file) => (await host.files.facts(file))?.size ?? 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  const digests: DataFile[] = [];
  for (const file of files) {
    const { digest, size }: { digest: Digest; size: number } = await digestOfStream(
      watched(host.files.stream(file, { fleeting: true }), host.signal, (bytes) => {
        done += bytes;
        host.log.progress("fingerprinting the data", done, total);
      }),
    );
    digests.push({ path: shownPath(host, file), size, digest });
  }
  return fingerprintOf(digests);
}
