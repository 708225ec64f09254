/**
 * Cold start of each action against an empty Node program: `npm run bench:start`. Each action gets inputs of which one is unknown, so that
 * it loads its command, reads titleholder.yaml, decodes, and ends with what is wrong: everything but work. Runs take turns, so that a noisy machine is noisy
 * for all; medians are compared. Exits 1 when an action takes more than four times as long as the empty program.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const rounds = 25;
const limit = 4;
const root = join(import.meta.dirname, "..");
/** Another bundle than the committed one may be named. */
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const folder = await mkdtemp(join(tmpdir(), "titleholder-bench-"));
const env = { PATH: process.env.PATH ?? "", HOME: folder, GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: folder };

/** Milliseconds from the start of the process to its end. */
function time(args: readonly string[], own: Readonly<Record<string, string>>, expected: number): number {
  const begun = performance.now();
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { ...env, ...own },
    encoding: "utf8",
  });
  const taken = performance.now() - begun;
  if (status !== expected) throw new Error(`${args.join(" ")} exited with ${status}: ${stdout}`);
  return taken;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}

try {
  await writeFile(join(folder, "empty.mjs"), "");
  await writeFile(
    join(folder, "titleholder.yaml"),
    "version: 1\nmodels:\n  churn: { validate-data: { data: a.csv } }\n",
  );
  const actions = await readdir(join(root, "actions"));
  const subjects = new Map<string, () => number>([
    ["an empty Node program", () => time(["empty.mjs"], {}, 0)],
    ...actions.map((name) => {
      const stub = join(dist, `${name}.js`);
      return [name, () => time([stub], { INPUT_MODE: "none" }, 2)] as const;
    }),
  ]);
  const times = new Map([...subjects.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of subjects) times.get(name)?.push(run());
  }
  const base = median(times.get("an empty Node program") ?? []);
  let worst = 0;
  for (const [name, values] of times) {
    const ratio = median(values) / base;
    if (subjects.keys().next().value !== name) worst = Math.max(worst, ratio);
    console.log(`${name.padEnd(24)} ${median(values).toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)} x`);
  }
  console.log(`slowest action: ${worst.toFixed(2)} times an empty program (limit ${limit}); medians of ${rounds} runs`);
  process.exitCode = worst > limit ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}
