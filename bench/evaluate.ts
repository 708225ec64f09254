/**
 * evaluate-vs-champion beside Python, on the same generated rows and models: `npm run bench:evaluate [-- --rows 1000000 --batch 16384
 * --rounds 3 --large 5000000]`. Run `npm run build` first: the whole command and the helpers come from dist.
 *
 * Inference: one model of 100 boosted trees over 20 features, one thread and the same batches in both; CPU seconds of the whole process, and
 * of the loop over the rows alone, from the Parquet file to the probabilities. Paired tests: McNemar, DeLong and a paired t
 * of log-losses, with both models' metrics, against scikit-learn and SciPy; their estimates are compared to nine digits. `--large 0` leaves
 * the whole command over many rows out. Python is installed by name into .tools/peers/evaluate.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const folder = join(root, "build/bench-evaluate");
const scripts = join(root, "bench/evaluate");
const packages = ["onnxruntime==1.30.0", "scikit-learn==1.9.1", "scipy==1.17.1", "skl2onnx==1.20.0", "pyarrow"];
const { values: given } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    batch: { type: "string", default: "16384" },
    rounds: { type: "string", default: "3" },
    large: { type: "string", default: "5000000" },
  },
});
const rounds = Number(given.rounds);

interface Run {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
  readonly code: number;
  /** What it printed last, as JSON. */
  readonly said: Readonly<Record<string, unknown>>;
}

function must(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${status}\n${stdout}${stderr}`);
  return stdout;
}

function python(): string {
  const venv = join(root, ".tools/peers/evaluate");
  if (!existsSync(join(venv, "complete"))) {
    console.log(`installing ${packages.join(" ")}`);
    must("python3", ["-m", "venv", "--clear", venv]);
    must(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", ...packages]);
    must("touch", [join(venv, "complete")]);
  }
  return join(venv, "bin/python");
}

async function measure(command: readonly string[], codes: readonly number[] = [0]): Promise<Run> {
  const log = join(folder, "run.log");
  const run = JSON.parse(must("python3", [join(root, "bench/validate/measure.py"), log, ...command])) as Omit<
    Run,
    "said"
  >;
  const text = await readFile(log, "utf8");
  if (!codes.includes(run.code)) throw new Error(`${command.join(" ")}: exit ${run.code}\n${text.slice(-2000)}`);
  const last = text.trim().split("\n").at(-1) ?? "";
  return { ...run, said: last.startsWith("{") ? (JSON.parse(last) as Run["said"]) : {} };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** All take turns, so that a noisy machine is noisy for all. */
async function turns(
  commands: Readonly<Record<string, readonly string[]>>,
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const runs = new Map(Object.keys(commands).map((name) => [name, [] as Run[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, command] of Object.entries(commands)) runs.get(name)?.push(await measure(command));
  return runs;
}

function report(title: string, runs: ReadonlyMap<string, readonly Run[]>, pick: (run: Run) => number): void {
  const medians = [...runs].map(([name, all]) => [name, median(all.map(pick))] as const);
  const ours = medians[0]?.[1] ?? Number.NaN;
  for (const [name, seconds] of medians) {
    const rate = `${(seconds / ours).toFixed(2)} of ours`;
    console.log(
      `${title.padEnd(40)}${name.padEnd(14)}${seconds.toFixed(2).padStart(8)} s of CPU  ${rate.padStart(14)}`,
    );
  }
}

async function inference(rows: string): Promise<void> {
  for (const model of ["challenger", "champion"]) {
    const args = [rows, join(folder, `${model}.onnx`), given.batch];
    const runs = await turns({
      titleholder: [process.execPath, join(scripts, "inference.ts"), ...args, join(folder, `${model}.ours.f64`)],
      python: [python(), join(scripts, "inference_peer.py"), ...args, join(folder, `${model}.f64`)],
    });
    report(`inference, whole process (${model})`, runs, ({ cpu }) => cpu);
    report(`inference, the loop (${model})`, runs, ({ said }) => Number(said.loop));
    const bytes = await Promise.all([`${model}.ours.f64`, `${model}.f64`].map((name) => readFile(join(folder, name))));
    if (bytes[0]?.equals(bytes[1] ?? Buffer.alloc(0)) !== true) throw new Error(`${model}: the probabilities differ`);
  }
}

function requireClose(what: string, one: unknown, other: unknown): void {
  const [a, b] = [Number(one), Number(other)];
  if (!(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)))) throw new Error(`${what}: ${a} here, ${b} in Python`);
}

async function paired(rows: string): Promise<void> {
  const files = [rows, join(folder, "challenger.f64"), join(folder, "champion.f64")];
  const runs = await turns({
    titleholder: [process.execPath, join(scripts, "paired.ts"), ...files],
    python: [python(), join(scripts, "paired_peer.py"), ...files],
  });
  report("paired tests, with the metrics", runs, ({ said }) => Number(said.cpu));
  const [ours = {}, theirs = {}] = [...runs.values()].map((all) => all[0]?.said ?? {});
  const pairs = { accuracy: "accuracy", "roc-auc": "auc", "log-loss": "log_loss" };
  for (const [metric, name] of Object.entries(pairs)) {
    const own = ours[metric] as { readonly challenger: number; readonly champion: number };
    const [challenger, champion] = theirs[name] as readonly [number, number];
    requireClose(`${metric} of the challenger`, own.challenger, challenger);
    requireClose(`${metric} of the champion`, own.champion, champion);
  }
  console.log("the metrics agree with scikit-learn's to nine digits");
}

/** Both models over many rows, as a user runs it: an undecided comparison ends with 1. */
async function whole(rows: string, count: number): Promise<void> {
  const models = ["--challenger", join(folder, "challenger.onnx"), "--champion", join(folder, "champion.onnx")];
  const command = [process.execPath, join(root, "dist/cli.js"), "evaluate-vs-champion", "--data", rows, "--label", "y"];
  const run = await measure([...command, ...models, "--time-limit", "2h"], [0, 1]);
  const figures = `${run.cpu.toFixed(1)} s of CPU, ${run.wall.toFixed(1)} s, ${(run.memory / 1e6).toFixed(0)} MB in the largest process`;
  console.log(`the whole command, two models, ${count.toLocaleString("en-US")} rows: ${figures}`);
}

await mkdir(folder, { recursive: true });
async function rowsOf(count: number): Promise<string> {
  const path = join(folder, `rows-${count}.parquet`);
  if (!existsSync(path) || !existsSync(join(folder, "champion.onnx"))) {
    console.log(`writing ${count.toLocaleString("en-US")} rows and the models`);
    must(python(), [join(scripts, "prepare.py"), folder, String(count)]);
  }
  return path;
}
const rows = await rowsOf(Number(given.rows));
await inference(rows);
await paired(rows);
await whole(rows, Number(given.rows));
if (Number(given.large) > 0) await whole(await rowsOf(Number(given.large)), Number(given.large));
