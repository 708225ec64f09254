import { execFileSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nodePath } from "../tools.ts";
import { isMap, type Workflow } from "./actions.ts";

/** What a job runs on, as far as the workflow tells. */
export interface Runner {
  readonly labels: readonly string[];
  /** Whether GitHub provides it: its labels begin with the name of an operating system. */
  readonly hosted: boolean;
}

/** The runner of every job, by job id, with `${{ vars.NAME }}` resolved. */
export function runnersOf(
  workflows: readonly Workflow[],
  vars: Readonly<Record<string, string>>,
): ReadonlyMap<string, Runner> {
  const runners = new Map<string, Runner>();
  for (const [id, job] of workflows.flatMap((workflow) => Object.entries(workflow.jobs))) {
    if (!isMap(job)) continue;
    const runsOn = job["runs-on"];
    const written = isMap(runsOn) ? [runsOn.group, runsOn.labels].flat() : [runsOn].flat();
    const labels = written
      .filter((label) => typeof label === "string")
      .map((label) => label.replaceAll(/\$\{\{\s*vars\.(\w+)\s*\}\}/g, (_, name: string) => vars[name] ?? ""))
      .filter((label) => label !== "");
    runners.set(id, { labels, hosted: labels.some((label) => /^(ubuntu|macos|windows)-/.test(label)) });
  }
  return runners;
}

/** How an action's program ended: act tells it of no step that may fail, and of a failing one only that it failed. */
export interface ActionExit {
  readonly job: string;
  readonly step: string;
  readonly code: number;
}

/**
 * Writes the `node` that act finds first: Node 24, told what act does not tell it, whether the job's runner is
 * GitHub's. act asks a node for its own path and calls that, so this one answers with itself. In bash, because other
 * shells drop variables like `INPUT_MODEL-PATH`, whose names they could not write.
 *
 * @param exits file that gets an `ActionExit` as a line of JSON for each action that ended by itself
 */
export async function writeNode(path: string, runners: ReadonlyMap<string, Runner>, exits: string): Promise<void> {
  const owned = [...runners].filter(([, runner]) => !runner.hosted).map(([job]) => quote(job));
  const atExit = join(dirname(path), "at-exit.cjs");
  await writeFile(atExit, atExitText(exits));
  const script = [
    "#!/usr/bin/env bash",
    `if [ "$3" = "console.log(process.execPath)" ]; then echo ${quote(path)}; exit 0; fi`,
    'if [ -z "$RUNNER_ENVIRONMENT" ]; then',
    '  case "$GITHUB_JOB" in',
    ...(owned.length === 0 ? [] : [`    ${owned.join("|")}) RUNNER_ENVIRONMENT=self-hosted ;;`]),
    "    *) RUNNER_ENVIRONMENT=github-hosted ;;",
    "  esac",
    "  export RUNNER_ENVIRONMENT",
    "fi",
    'case "$1" in',
    `  */act/actions/*) exec ${quote(nodePath())} --require ${quote(atExit)} "$@" ;;`,
    `  *) exec ${quote(nodePath())} "$@" ;;`,
    "esac",
  ];
  await writeFile(path, `${script.join("\n")}\n`);
  await chmod(path, 0o755);
  const probe = { encoding: "utf8", env: { ...process.env, "INPUT_MODEL-PATH": "kept" } } as const;
  const seen = execFileSync(path, ["-p", 'process.version + " " + process.env["INPUT_MODEL-PATH"]'], probe).trim();
  if (!/^v24\.\S+ kept$/.test(seen))
    throw new Error(`workflows are to run on Node 24 with every input, not on ${seen}`);
}

/** act does not read a failing program's output to its end: the program waits for act to have read it. */
function atExitText(exits: string): string {
  return `const { appendFileSync } = require("node:fs");
process.on("exit", (code) => {
  const { GITHUB_JOB: job, GITHUB_ACTION: step } = process.env;
  appendFileSync(${JSON.stringify(exits)}, JSON.stringify({ job, step, code }) + "\\n");
  if (code !== 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
});
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
