import { basename, dirname, join } from "node:path";
import type {
  Column,
  DataEngine,
  DataLimits,
  DataSource,
  Dataset,
  DatasetGroup,
  StructuralFault,
} from "../dataset/dataset.ts";
import { type DataFile, type Fingerprint, fingerprintOf } from "../dataset/fingerprint.ts";
import { engines } from "../generated/engines.ts";
import { type Digest, digestOfStream } from "../kernel/digest.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import type { Host } from "../kernel/host.ts";
import { nearest } from "../kernel/naming.ts";
import { shownPath } from "./paths.ts";
import { refuseTables } from "./table-format.ts";

const extensions: Readonly<Record<string, DataSource["format"]>> = {
  csv: "csv",
  tsv: "csv",
  tab: "csv",
  parquet: "parquet",
  pq: "parquet",
};
const known = Object.keys(extensions);
const engineMemory = 2 * 2 ** 30;

/** Counts the data sets opened in one run: each spills to a folder of its own. */
const opened = new WeakMap<Host, number>();

/**
 * The files that paths, globs and folders mean, and their fingerprint. Folders are searched in depth for data files.
 * @throws TH_DATA_MISSING when a pattern matches nothing, TH_DATA_TABLE for files of a lakehouse table, TH_DATA_FORMAT for formats that cannot be read or read together (configuration).
 */
export async function locateData(
  patterns: readonly string[],
  host: Host,
  inputName: string,
  options: { readonly declared?: readonly Pick<Column, "name" | "kind">[] } = {},
): Promise<{ readonly source: DataSource; readonly fingerprint: Fingerprint }> {
  const found = new Set<string>();
  for (const pattern of patterns) for (const file of await filesOf(pattern, host, inputName)) found.add(file);
  const files = [...found].sort();
  await refuseTables(files, host, inputName);
  const [first, ...others] = files;
  if (first === undefined)
    throw configurationError("TH_DATA_MISSING", "no data is named", `name files in ${inputName}`, { input: inputName });
  const format = await formatOf(first, host, inputName);
  for (const file of others) {
    const another = await formatOf(file, host, inputName);
    if (another === format) continue;
    throw configurationError(
      "TH_DATA_FORMAT",
      `${shownPath(host, first)} is ${formatNames[format]} and ${shownPath(host, file)} is ${formatNames[another]}: one data set has one format`,
      "name files of one format",
      { input: inputName },
    );
  }
  const source = { kind: "files", files: [first, ...others], format } as const;
  return {
    source: options.declared === undefined ? source : { ...source, declared: options.declared },
    fingerprint: await fingerprintFiles(files, host),
  };
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
  const [fault] = await dataset.faults();
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
async function dataLimits(host: Host): Promise<DataLimits> {
  const number = (opened.get(host) ?? 0) + 1;
  opened.set(host, number);
  const spill = join(host.scratch, `data-${number}`);
  await host.files.makeDirectory(spill);
  return { memoryBytes: engineMemory, spill, signal: host.signal };
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

const formatNames = { csv: "CSV", parquet: "Parquet" } as const;

async function filesOf(pattern: string, host: Host, input: string): Promise<readonly string[]> {
  const facts = await host.files.facts(pattern);
  if (facts?.kind === "file") return [pattern];
  const matches =
    facts?.kind === "directory"
      ? await host.files.glob(`**/*.{${known.join(",")}}`, pattern)
      : await host.files.glob(pattern, host.cwd);
  if (matches.length > 0) return matches;
  const shown = shownPath(host, pattern);
  const folder = facts?.kind === "directory";
  const near = folder ? undefined : nearest(basename(pattern), await host.files.list(dirname(pattern)));
  throw configurationError(
    "TH_DATA_MISSING",
    folder ? `the folder ${shown} holds no data file` : `no file matches ${shown}`,
    near !== undefined
      ? `did you mean "${shownPath(host, join(dirname(pattern), near))}"?`
      : `name files that exist, ending in ${known.map((name) => `.${name}`).join(", ")}`,
    { input, file: shown },
  );
}

async function formatOf(file: string, host: Host, input: string): Promise<DataSource["format"]> {
  const shown = shownPath(host, file);
  const format = extensions[file.slice(file.lastIndexOf(".") + 1).toLowerCase()];
  const refuse = (message: string, fix: string) =>
    configurationError("TH_DATA_FORMAT", `${shown} ${message}`, fix, { input, file: shown });
  if (format === undefined)
    throw refuse(
      "has no ending that tells its format",
      `name files ending in ${known.map((name) => `.${name}`).join(", ")}; other formats are not read yet`,
    );
  const start = await firstBytes(file, host);
  const magic = Buffer.from(start.subarray(0, 4)).toString("latin1");
  const packed = magic.startsWith("\x1f\x8b") || magic.startsWith("PK\x03\x04") || magic === "\x28\xb5\x2f\xfd";
  if (packed) throw refuse("is compressed, which is not read yet", "unpack it first");
  if (format === "csv" && magic === "PAR1") throw refuse("is a Parquet file", "rename it to end in .parquet");
  const isText = start.length > 0 && start.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
  if (format === "parquet" && magic !== "PAR1" && isText)
    throw refuse("holds text, not Parquet", "rename it to end in .csv, or write it as Parquet");
  return format;
}

async function firstBytes(file: string, host: Host): Promise<Uint8Array> {
  for await (const chunk of host.files.stream(file)) return chunk.subarray(0, 512);
  return new Uint8Array(0);
}

async function fingerprintFiles(files: readonly string[], host: Host): Promise<Fingerprint> {
  const sizes = await Promise.all(files.map(async (file) => (await host.files.facts(file))?.size ?? 0));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  const digests: DataFile[] = [];
  for (const file of files) {
    const { digest, size }: { digest: Digest; size: number } = await digestOfStream(
      counted(host.files.stream(file), (bytes) => {
        done += bytes;
        host.signal.throwIfAborted();
        host.log.progress("fingerprinting the data", done, total);
      }),
    );
    digests.push({ path: shownPath(host, file), size, digest });
  }
  return fingerprintOf(digests);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.byteLength);
    yield chunk;
  }
}
