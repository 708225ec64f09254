import { z } from "zod";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import type { DataEngine, DataLimits, DataSource, Dataset } from "../dataset.ts";
import { openSources } from "./duckdb/opening.ts";
import { queryText } from "./duckdb/query-text.ts";
import { Relation } from "./duckdb/relation.ts";

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
  const native = await host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const { session, opened } = await openSources(native, [{ source, spill: limits.spill }], limits, host);
  const [only] = opened;
  if (only === undefined) throw new Error("one source was to be opened");
  return new Relation(session, only);
}
