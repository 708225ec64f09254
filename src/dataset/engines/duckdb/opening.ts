import type { Host } from "../../../kernel/host.ts";
import type { DataLimits, DataSource } from "../../dataset.ts";
import { cleanedPath, openCsv } from "./csv.ts";
import { requireFiles } from "./csv-file.ts";
import { linesPath, openJson } from "./json.ts";
import { openParquet } from "./parquet.ts";
import { heldFolder, Session, spillFactor } from "./session.ts";
import type { SourceInSession } from "./source.ts";
import { type Reading, stage, stagedPath } from "./staging.ts";

type DuckDb = typeof import("@duckdb/node-api");

/** Sources that are opened in one session, each with a private folder for what is written on the way. */
export interface SourceAt {
  readonly source: DataSource;
  readonly spill: string;
}

/** One locked session over all the sources, and each as the engine holds it, in their order. The caller disposes the session. */
export async function openSources(
  native: DuckDb,
  sources: readonly SourceAt[],
  limits: DataLimits,
  host: Pick<Host, "files" | "log">,
): Promise<{ readonly session: Session; readonly opened: readonly SourceInSession[] }> {
  for (const { source } of sources) await requireFiles(host.files, source.files);
  await host.files.makeDirectory(heldFolder(limits));
  const session = await Session.open(native, limits, sources.flatMap(pathsOf), (percent) =>
    host.log.progress("scanning the data", Math.round(percent), 100),
  );
  const reading: Reading = {
    files: host.files,
    log: host.log,
    signal: limits.signal,
    mostBytes: spillFactor * limits.memoryBytes,
  };
  try {
    const opened: SourceInSession[] = [];
    for (const item of sources) opened.push(await openSource(session, item, reading));
    return { session, opened };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** All that is read of a source: its files, and the copies that are made of some of them. */
function pathsOf({ source, spill }: SourceAt): readonly string[] {
  const copies = source.files.flatMap((_, at) => [stagedPath(spill, at), cleanedPath(spill, at), linesPath(spill, at)]);
  return [...source.files, ...copies];
}

async function openSource(session: Session, { source, spill }: SourceAt, host: Reading): Promise<SourceInSession> {
  const files = await stage(source, spill, host);
  const from = { source, files };
  if (source.format === "parquet") return { source: await openParquet(session, source, files), from };
  const open = source.format === "csv" ? openCsv : openJson;
  return { source: await open(session, source, files, spill, host), from };
}
