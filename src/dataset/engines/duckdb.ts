import { z } from "zod";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import type { DataEngine, DataLimits, DataSource, Dataset } from "../dataset.ts";
import { cleanedPath, openCsv } from "./duckdb/csv.ts";
import { requireFiles } from "./duckdb/csv-file.ts";
import { openParquet } from "./duckdb/parquet.ts";
import { queryText } from "./duckdb/query-text.ts";
import { Relation } from "./duckdb/relation.ts";
import { Session } from "./duckdb/session.ts";

const settings = z.strictObject({});

/** DuckDB inside this process: out of core, locked to the files it was given. */
export const implementation: Implementation<DataEngine> = {
  name: "duckdb",
  summary: "DuckDB inside this process. Reads CSV, TSV and Parquet, also larger than memory.",
  settings,
  create: (_settings, host) => ({
    name: "duckdb",
    open: (source, limits) => open(source, limits, host),
    query: queryText,
  }),
};

async function open(source: DataSource, limits: DataLimits, host: Host): Promise<Dataset> {
  await requireFiles(host.files, source.files);
  const native = await host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const copies = source.format === "csv" ? source.files.map((_, at) => cleanedPath(limits.spill, at)) : [];
  const session = await Session.open(native, limits, [...source.files, ...copies]);
  try {
    const opened =
      source.format === "csv"
        ? await openCsv(session, source, limits.spill, host)
        : await openParquet(session, source.files);
    return new Relation(session, opened);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
