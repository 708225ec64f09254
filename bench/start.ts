/**
 * Cold start of every action against an empty Node program: `npm run bench:start [FOLDER OF A BUNDLE]`. An action gets one input that is
 * refused, so that it loads its command, decodes its inputs, checks them and ends: everything but work. The programs take turns, so that a
 * noisy machine is noisy for all. The ratio that counts is that of the medians; the fastest runs are those that nothing disturbed.
 * Exits 1 when the slowest action takes more than four times as long as the empty program.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const rounds = 25;
const limit = 4;
const emptyProgram = "an empty Node program";
const root = join(import.meta.dirname, "..");
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const folder = await mkdtemp(join(tmpdir(), "titleholder-bench-"));

/** Milliseconds from the start of the process to its end. */
function time(script: string, exitCode: number): number {
  const begun = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [script], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: folder,
      INPUT_MODE: "none",
    },
    encoding: "utf8",
  });
  const taken = performance.now() - begun;
  if (status !== exitCode) throw new Error(`${script} exited with ${status}: ${stdout}`);
  return taken;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

try {
  const empty = join(folder, "empty.mjs");
  await writeFile(empty, "");
  const programs = new Map([[emptyProgram, () => time(empty, 0)]]);
  for (const name of await readdir(join(root, "actions"))) programs.set(name, () => time(join(dist, `${name}.js`), 2));
  const times = new Map([...programs.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of programs) times.get(name)?.push(run());
  }
  const base = times.get(emptyProgram) ?? [];
  let slowest = 0;
  console.log(`${"medians and fastest of".padEnd(24)} ${rounds} runs`);
  for (const [name, values] of times) {
    const ratio = median(values) / median(base);
    const fastest = Math.min(...values) / Math.min(...base);
    if (name !== emptyProgram) slowest = Math.max(slowest, ratio);
    const figures = [
      `${median(values).toFixed(1)} ms`,
      ratio.toFixed(2),
      `${Math.min(...values).toFixed(1)} ms`,
      fastest.toFixed(2),
    ];
    console.log(`${name.padEnd(24)} ${figures.map((figure) => figure.padStart(9)).join(" ")}`);
  }
  console.log(`slowest action: ${slowest.toFixed(2)} times an empty program (limit ${limit})`);
  process.exitCode = slowest > limit ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
