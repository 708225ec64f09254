import { join } from "node:path";
import type { DataEngine, DataSource, Dataset } from "../../src/dataset/dataset.ts";
import type { TestHost } from "./host.ts";
import { writeParquet } from "./parquet.ts";

/** Opens a source in a spill folder of its own. */
export async function openOn(
  make: (host: TestHost["host"]) => DataEngine | Promise<DataEngine>,
  t: TestHost,
  source: DataSource,
  name = "1",
): Promise<Dataset> {
  const spill = join(t.host.scratch, `spill-${name}`);
  await t.host.files.makeDirectory(spill);
  return (await make(t.host)).open(source, { memoryBytes: 2 ** 29, spill, signal: t.host.signal });
}

/** Writes Parquet files, each from a SELECT, and returns their paths. */
export async function writeFiles(t: TestHost, selects: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [name, select] of Object.entries(selects)) {
    const path = join(t.cwd, name);
    await writeParquet(t.host, path, select);
    paths.push(path);
  }
  return paths;
}
