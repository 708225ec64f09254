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

/** Cells of a Parquet file as JavaScript's own values, by an engine of its own: integers as numbers, lists as arrays. */
export async function readParquet(
  host: Pick<Host, "native">,
  path: string,
  select: string,
): Promise<readonly (readonly unknown[])[]> {
  const native = await host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const instance = await native.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      `SELECT ${select} FROM read_parquet('${path.replaceAll("'", "''")}')`,
    );
    return reader.getRowsJS().map((row) => row.map((cell) => (typeof cell === "bigint" ? Number(cell) : cell)));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
