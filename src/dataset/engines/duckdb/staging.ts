import { join } from "node:path";
import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { watched } from "../../../kernel/watched.ts";
import type { DataSource, Encoding, StructuralFault } from "../../dataset.ts";
import { formatByContent, type Packing } from "../../formats.ts";
import { decoded, encodingByContent } from "./encoding.ts";
import { ArchiveError, unpacked } from "./packing.ts";

/** What reading takes of a host. */
export interface Reading extends Pick<Host, "files" | "log"> {
  readonly signal: AbortSignal;
  /** Most bytes that one file may unpack to. */
  readonly mostBytes: number;
}

/** A file as the engine can read it: nothing is packed, and text is UTF-8. */
export interface StagedFile {
  readonly path: string;
  /** Where these bytes stand: the file itself, or a copy. */
  readonly at: string;
  readonly packing?: Packing;
  /** What text was in before. */
  readonly encoding: Encoding | "utf-32";
  /** Why nothing of it can be read. */
  readonly fault?: StructuralFault;
}

/** Where the copy of the n-th file would lie. */
export function stagedPath(spill: string, at: number): string {
  return join(spill, `staged-${at}`);
}

/**
 * Unpacks and converts the files that need it into the spill folder.
 * @throws TH_DATA_BOMB (configuration) for a packed file that holds far more than its size.
 */
export async function stage(source: DataSource, spill: string, host: Reading): Promise<readonly StagedFile[]> {
  const staged: StagedFile[] = [];
  for (const [at, path] of source.files.entries())
    staged.push(await stageFile(path, stagedPath(spill, at), source, host));
  return staged;
}

/** The file in chunks, with progress. */
export async function* read(path: string, task: string, host: Reading): AsyncGenerator<Uint8Array> {
  const total = (await host.files.facts(path))?.size ?? 0;
  let done = 0;
  yield* watched(host.files.stream(path), host.signal, (bytes) => {
    done += bytes;
    host.log.progress(task, done, total);
  });
}

async function stageFile(path: string, copy: string, source: DataSource, host: Reading): Promise<StagedFile> {
  try {
    const packing = formatByContent(await startOf(host.files.stream(path))).packing;
    const content = () =>
      packing === undefined
        ? read(path, "converting the data", host)
        : unpacked(read(path, "unpacking the data", host), packing, host.mostBytes);
    const start = await startOf(content());
    if (packing !== undefined) refuseInside(source, start);
    const encoding = source.format === "parquet" ? "utf-8" : encodingOf(start, source.text?.encoding ?? "auto");
    if (encoding === "utf-32") throw new Unstageable("TH_DATA_ENCODING", "the file is UTF-32; save it as UTF-8");
    if (packing === undefined && encoding === "utf-8") return { path, at: path, encoding };
    await host.files.createExclusive(copy, encoding === "utf-8" ? content() : decoded(content(), encoding));
    return { path, at: copy, encoding, ...(packing === undefined ? {} : { packing }) };
  } catch (error) {
    return { path, at: path, encoding: "utf-8", fault: faultOf(path, error) };
  }
}

/** Content by which a file cannot be read; its message is a sentence without its place. */
class Unstageable extends Error {
  readonly code: StructuralFault["code"];

  constructor(code: StructuralFault["code"], message: string) {
    super(message);
    this.code = code;
  }
}

function refuseInside({ format }: DataSource, start: Uint8Array): void {
  const { packing, parquet, foreign } = formatByContent(start);
  if (packing !== undefined) throw new Unstageable("TH_DATA_PACKED", "the file is packed twice; unpack it once");
  const other = foreign?.name ?? (parquet === true && format !== "parquet" ? "a Parquet file" : undefined);
  if (other !== undefined) throw new Unstageable("TH_DATA_PACKED", `what is packed is ${other}`);
}

function faultOf(path: string, error: unknown): StructuralFault {
  const fault = { file: path, count: 0, first: [] } as const;
  if (error instanceof Unstageable) return { ...fault, code: error.code, message: error.message };
  if (!(error instanceof ArchiveError)) throw error;
  if (error.kind === "damaged") return { ...fault, code: "TH_DATA_PACKED", message: error.message };
  throw configurationError(
    "TH_DATA_BOMB",
    error.message,
    "unpack it yourself and name what comes out, if that much data is meant",
    { file: path },
    error,
  );
}

function encodingOf(start: Uint8Array, declared: Encoding): Exclude<Encoding, "auto" | "utf-16"> | "utf-32" {
  const marked = encodingByContent(start);
  if (declared === "auto") return marked ?? "utf-8";
  if (declared === "utf-16") return marked === "utf-16be" ? marked : "utf-16le";
  // A mark cannot be mistaken, but zero bytes may be data.
  return hasMark(start) && marked !== undefined ? marked : declared;
}

function hasMark(start: Uint8Array): boolean {
  return (start[0] ?? 0) > 0x80 || (start[2] === 0xfe && start[3] === 0xff);
}

async function startOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of chunks) if (chunk.length > 0) return chunk.subarray(0, 512);
  return new Uint8Array(0);
}
