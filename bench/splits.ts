/**
 * Time and memory of the checks of splits: `node bench/splits.ts [rows a split]`, 1,000,000 when absent. Three splits of 20 columns in Parquet,
 * of which 1,000 rows are shared; the engine may use 2 GiB. Prints wall and CPU time, and the peak memory of the whole process.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../src/commands/validate-data.ts";
import { testHost } from "../test/support/host.ts";
import { writeParquet } from "../test/support/parquet.ts";

const [rowsGiven = "1000000", generateInto] = process.argv.slice(2);
const rows = Number(rowsGiven);
const splits = ["train", "validation", "test"] as const;

/** Ten numbers, five texts, a group, a time and a label; the last 1,000 rows of a split are the first of the next. */
function select(place: number): string {
  const id = `(i + ${place * (rows - 1000)})`;
  const uniform = (column: number) => `(hash(${id}, ${column}) / 18446744073709551615.0)`;
  const numbers = Array.from({ length: 10 }, (_, at) => `round(${uniform(at)} * 1e6, 4)::DOUBLE AS number_${at}`);
  const texts = Array.from({ length: 5 }, (_, at) => `'level ' || (${uniform(20 + at)} * 40)::INTEGER AS text_${at}`);
  return `SELECT ${id} AS id, ${id} // 3 AS customer, TIMESTAMP '2026-01-01' + to_seconds(${id}) AS at,
    ${[...numbers, ...texts].join(", ")}, ${uniform(40)} < 0.2 AS label FROM range(${rows}) t(i)`;
}

if (generateInto !== undefined) {
  await using t = await testHost();
  for (const [place, name] of splits.entries())
    await writeParquet(t.host, join(generateInto, `${name}.parquet`), select(place));
} else {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-bench-"));
  try {
    const made = spawnSync(process.execPath, [import.meta.filename, rowsGiven, folder], { stdio: "inherit" });
    if (made.status !== 0) throw new Error("the data could not be made");
    await measure(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<void> {
  await using t = await testHost();
  const contract = join(folder, "contract.yaml");
  const head = "apiVersion: v3.1.0\nkind: DataContract\nid: b\nversion: 1.0.0\nstatus: active\nschema:\n";
  await writeFile(
    contract,
    `${head}  - { name: b, properties: [{ name: id, logicalType: integer, primaryKey: true }] }\n`,
  );
  const path = (name: string) => join(folder, `${name}.parquet`);
  const given = command.inputs.parse({
    data: splits.map(path),
    contract,
    split: Object.fromEntries(splits.map((name) => [name, path(name)])),
    label: "label",
    time: "at",
    group: ["customer"],
    columnChecks: false,
  });
  const before = process.cpuUsage();
  const { findings } = await command.run(given, t.host, t.project);
  const { user, system } = process.cpuUsage(before);
  const timings = findings.timings ?? {};
  console.log(`${rows} rows a split: ${JSON.stringify(timings)} ms`);
  console.log(
    `CPU ${((user + system) / 1e6).toFixed(1)} s, peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  );
  for (const { id, verdict, message } of findings.checks.filter((check) => check.id.startsWith("split.")))
    console.log(`${verdict}: ${id}: ${message}`);
}
