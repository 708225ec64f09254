/**
 * validate-data beside its peers, on the same generated files and the same thirty rules: `npm run bench:validate [-- --rows 1000000,5000000
 * --formats parquet,csv --rounds 3 --peers soda,pandera,gx,datacontract --linear]`.
 *
 * Each tool is a whole process; all take turns, so that a noisy machine is noisy for all. Printed are medians, and each tool's ratio to
 * ours. Peers are installed by name into .tools/peers, each in a virtual environment of its own. `--linear` adds 20 million rows of Parquet,
 * ours alone, under the engine's memory limit of 2 GiB.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contractText, dataSelect, rules } from "./validate/rules.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "build/bench-validate");
const { values: given } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000,5000000" },
    formats: { type: "string", default: "parquet,csv" },
    rounds: { type: "string", default: "3" },
    peers: { type: "string", default: "soda,pandera,gx,datacontract" },
    linear: { type: "boolean", default: false },
  },
});

const packages: Readonly<Record<string, readonly string[]>> = {
  soda: ["soda-core-duckdb==3.5.6"],
  pandera: ["pandera==0.35.0", "pandas", "pyarrow"],
  gx: ["great_expectations==1.24.1", "pyarrow"],
  datacontract: ["datacontract-cli[duckdb]==1.2.8"],
};

interface Run {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
  readonly code: number;
}

function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** The peer's own program or Python. */
function installed(peer: string): string {
  const venv = join(root, ".tools/peers", peer);
  const mark = join(venv, "complete");
  if (!existsSync(mark)) {
    console.log(`installing ${packages[peer]?.join(" ")}`);
    must("python3", ["-m", "venv", "--clear", venv]);
    must(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...(packages[peer] ?? [])]);
    must("touch", [mark]);
  }
  return join(venv, "bin", peer === "datacontract" ? "datacontract" : "python");
}

/** Writes the data once, and its contracts. Everything is made from the Parquet file. */
async function generate(rows: number, formats: readonly string[]): Promise<string> {
  const base = join(folder, `rows-${rows}`);
  const wanted = [...new Set(["parquet", ...formats])].filter((format) => !existsSync(`${base}.${format}`));
  if (wanted.length > 0) {
    console.log(`writing ${rows.toLocaleString("en-US")} rows`);
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run("SET threads = 1");
    await connection.run("SELECT setseed(0.5)");
    for (const format of wanted) {
      const from = format === "parquet" ? `(${dataSelect(rows)})` : `(FROM '${base}.parquet')`;
      await connection.run(`COPY ${from} TO '${base}.${format}' (FORMAT ${format})`);
    }
    connection.closeSync();
    instance.closeSync();
  }
  for (const format of formats) await writeFile(`${base}.${format}.yaml`, contractText(`${base}.${format}`, format));
  return base;
}

function commandsFor(data: string): ReadonlyMap<string, readonly string[]> {
  const contract = `${data}.yaml`;
  const ours = [process.execPath, join(root, "dist/cli.js"), "validate-data", "--data", data, "--contract", contract];
  const commands = new Map<string, readonly string[]>([
    ["titleholder", [...ours, "--skip-profile", "--no-column-checks"]],
    ["titleholder, everything", ours],
  ]);
  for (const peer of given.peers.split(",").filter((name) => name !== "")) {
    if (packages[peer] === undefined) throw new Error(`no peer "${peer}": name ${Object.keys(packages).join(", ")}`);
    const program = installed(peer);
    const script = join(root, `bench/validate/${peer}_peer.py`);
    commands.set(
      peer,
      peer === "datacontract" ? [program, "test", contract] : [program, script, data, join(folder, "rules.json")],
    );
  }
  return commands;
}

async function measure(name: string, command: readonly string[]): Promise<Run> {
  const log = join(folder, `${name.replaceAll(" ", "-")}.log`);
  const run = JSON.parse(must("python3", [join(root, "bench/validate/measure.py"), log, ...command])) as Run;
  if (run.code !== 0)
    throw new Error(`${name} exited with ${run.code}:\n${(await readFile(log, "utf8")).slice(-2000)}`);
  return run;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function row(cells: readonly string[]): void {
  console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(26) : cell.padStart(10))).join(""));
}

async function compare(data: string, commands: ReadonlyMap<string, readonly string[]>, rounds: number): Promise<void> {
  const runs = new Map([...commands.keys()].map((name) => [name, [] as Run[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, command] of commands) runs.get(name)?.push(await measure(name, command));
  row([data.slice(folder.length + 1), "CPU s", "ratio", "wall s", "ratio", "MB", "ratio"]);
  const figures = [...runs].map(([name, all]) => ({
    name,
    cpu: median(all.map((run) => run.cpu)),
    wall: median(all.map((run) => run.wall)),
    memory: median(all.map((run) => run.memory)),
  }));
  const [ours] = figures;
  for (const { name, cpu, wall, memory } of figures) {
    const ratio = (value: number, base: number | undefined) => (value / (base ?? Number.NaN)).toFixed(2);
    row([
      name,
      cpu.toFixed(2),
      ratio(cpu, ours?.cpu),
      wall.toFixed(2),
      ratio(wall, ours?.wall),
      (memory / 1e6).toFixed(0),
      ratio(memory, ours?.memory),
    ]);
  }
}

await mkdir(folder, { recursive: true });
await writeFile(join(folder, "rules.json"), JSON.stringify(rules));
const rounds = Number(given.rounds);
const formats = given.formats.split(",");
for (const rows of given.rows.split(",").map(Number)) {
  const base = await generate(rows, ["parquet", ...formats]);
  for (const format of formats) await compare(`${base}.${format}`, commandsFor(`${base}.${format}`), rounds);
  const alone = must(process.execPath, [
    join(root, "bench/validate/rules-alone.ts"),
    `${base}.parquet`,
    `${base}.parquet.yaml`,
  ]);
  const { rules: ruled, scan } = JSON.parse(alone) as { readonly rules: number; readonly scan: number };
  console.log(
    `${rows.toLocaleString("en-US")} rows of Parquet: rules alone ${ruled.toFixed(2)} s of CPU, a bare scan ${scan.toFixed(2)} s, ratio ${(ruled / scan).toFixed(2)}`,
  );
}
if (given.linear) {
  const base = await generate(20_000_000, ["parquet"]);
  const [ours] = [...commandsFor(`${base}.parquet`)];
  if (ours !== undefined) await compare(`${base}.parquet`, new Map([ours]), 1);
}
