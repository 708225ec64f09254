import type { Host } from "../../src/kernel/host.ts";

/** Writes a Parquet file from a SELECT, by an engine of its own. */
export async function writeParquet(host: Pick<Host, "native">, path: string, select: string): Promise<void> {
  const native = await host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const instance = await native.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
