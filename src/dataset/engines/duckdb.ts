import { join } from "node:path";
import { z } from "zod";
import type { Host } from "../../kernel/host.ts";
import type { Implementation } from "../../kernel/implementation.ts";
import type { DataEngine, DataLimits, DataSource, DatasetGroup } from "../dataset.ts";
import { RelationGroup } from "./duckdb/group.ts";
import { openSources } from "./duckdb/opening.ts";

const settings = z.strictObject({});

/** DuckDB inside this process: out of core, locked to the files it was given. */
export const implementation: Implementation<DataEngine> = {
  name: "duckdb",
  summary: "DuckDB inside this process. Reads CSV, TSV, JSON, JSON Lines and Parquet, also larger than memory.",
  settings,
  create: (_settings, host) => ({
    name: "duckdb",
    open: async (source, limits) => (await openGroup({ only: source }, limits, host)).sole("only"),
    openGroup: (sources, limits) => openGroup(sources, limits, host),
  }),
};

async function openGroup<K extends string>(
  sources: Readonly<Record<K, DataSource>>,
  limits: DataLimits,
  host: Host,
): Promise<RelationGroup<K> & DatasetGroup<K>> {
  const native = await host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const names = Object.keys(sources) as K[];
  const placed = names.map((name, at) => ({ source: sources[name], spill: join(limits.spill, `source-${at}`) }));
  for (const { spill } of placed) await host.files.makeDirectory(spill);
  const { session, opened } = await openSources(native, placed, limits, host);
  return new RelationGroup(session, names, opened);
}
