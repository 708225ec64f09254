import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { toolPath } from "../tools.ts";
import { type ActionRepositories, readWorkflows, stageActions, type Workflow } from "./actions.ts";
import { type ArtifactProxy, startArtifactProxy } from "./artifact-proxy.ts";
import {
  type ActRecord,
  type Annotation,
  collectJobs,
  type JobRun,
  parseRecord,
  type Stage,
  type StepRun,
} from "./records.ts";
import type { Repository, WorkflowEvent } from "./repository.ts";
import { type ActionExit, type Runner, runnersOf, writeNode } from "./runners.ts";
import { readZip } from "./zip.ts";

/** What a workflow runs on. */
export interface RunOptions {
  readonly repository: Repository;
  /** Name of the workflow file below `.github/workflows`. */
  readonly workflow: string;
  /** A push to `main` unless given; `repository` makes events. */
  readonly event?: WorkflowEvent;
  /** Runs this job and those it needs; all jobs unless given. */
  readonly job?: string;
  /** The values of `${{ vars.NAME }}`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** The values of `${{ secrets.NAME }}`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Environment variables of every step. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that stand for further repositories of actions, by `owner/name`. */
  readonly actions?: ActionRepositories;
  /** A `node_modules` above the workspace: packages that the runner's owner installed for the scripts of the workflow. */
  readonly nodeModules?: string;
  /** Folder to use as the runner's tool cache, kept after the run; a fresh empty one unless given. */
  readonly toolCache?: string;
  /** Number of the run and of its attempt; 1 unless given. */
  readonly runId?: number;
  readonly runAttempt?: number;
  /** Milliseconds after which the run is ended and an Error thrown; 120 000 unless given. */
  readonly timeout?: number;
  /** Told of every record as it comes; may cancel the run as a person would (running steps are killed, posts run). */
  readonly onRecord?: (record: ActRecord, cancel: () => void) => void;
}

/** What came of a workflow. */
export interface WorkflowRun {
  /** Every job that ran succeeded, and act said so too. */
  readonly ok: boolean;
  readonly jobs: readonly JobRun[];
  /** What a reader of the whole log sees, masked. */
  readonly logText: string;
  /** Values that steps asked the runner to mask. */
  readonly masks: readonly string[];
  /** Uploaded artifacts by name, each its files by path. */
  readonly artifacts: ReadonlyMap<string, ReadonlyMap<string, Buffer>>;
  /** Annotations of every step, in order. */
  readonly annotations: readonly Annotation[];
  /** The one job with this id; throws when there is none or, with a matrix, more than one. */
  job(id: string): JobRun;
  /** The stage of a step by its id or name, `main` unless given; throws with the steps there are when it did not run. */
  step(job: string, name: string, stage?: Stage): StepRun;
}

interface Outcome {
  readonly exitCode: number | null;
  readonly records: readonly ActRecord[];
  /** Lines that are no records: act's own errors. */
  readonly other: readonly string[];
}

const TIMEOUT = 120_000;
const GRACE = 10_000;
const ATTEMPTS = 3;
/** File below the run's folder with the exit codes of actions. */
const EXITS = "exits.jsonl";

/**
 * Runs a workflow of a user's repository in act 0.2.89 on this machine, without containers, on Node 24. Nothing of the
 * machine's home folder, caches, or secrets is seen by the steps, and nothing is fetched.
 *
 * @throws Error when the workflow cannot be run at all: not parsed, no such event, an unknown action, or out of time
 */
export async function runWorkflow(options: RunOptions): Promise<WorkflowRun> {
  const folder = await mkdtemp(join(tmpdir(), "titleholder-act-"));
  try {
    for (let attempt = 1; ; attempt++) {
      const outcome = await runOnce(options, join(folder, String(attempt)));
      const portTaken = outcome.other.concat(outcome.records.map((record) => record.msg)).some(isPortTaken);
      if (!portTaken || attempt === ATTEMPTS) return await readOutcome(outcome, options, join(folder, String(attempt)));
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function isPortTaken(text: string): boolean {
  return text.includes("address already in use");
}

async function runOnce(options: RunOptions, folder: string): Promise<Outcome> {
  const event = options.event ?? (await options.repository.push());
  const workflows = await readWorkflows(options.repository.path, options.workflow);
  const port = await freePort();
  await using proxy = await startArtifactProxy(port);
  const labels = runnersOf(workflows, options.vars ?? {});
  const environment = await prepareEnvironment(folder, options, labels, proxy);
  const args = await prepareArguments(folder, options, event, workflows, labels, port);
  return await runAct(args, environment, options);
}

async function prepareArguments(
  folder: string,
  options: RunOptions,
  event: WorkflowEvent,
  workflows: readonly Workflow[],
  runners: ReadonlyMap<string, Runner>,
  port: number,
): Promise<readonly string[]> {
  const { repository } = options;
  const repositories = await stageActions(workflows, options.actions ?? {}, join(folder, "actions"));
  const write = async (name: string, value: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, JSON.stringify(value));
    return path;
  };
  const env = {
    GITHUB_REPOSITORY: repository.fullName,
    GITHUB_RUN_ID: String(options.runId ?? 1),
    GITHUB_RUN_ATTEMPT: String(options.runAttempt ?? 1),
    ...options.env,
  };
  const labels = new Set([
    "ubuntu-latest",
    "ubuntu-24.04",
    ...[...runners.values()].flatMap((runner) => runner.labels),
  ]);
  return [
    event.name,
    "--json",
    "--rm",
    "--no-cache-server",
    `--directory=${repository.path}`,
    `--workflows=${join(repository.path, ".github", "workflows", options.workflow)}`,
    `--actor=ada`,
    `--defaultbranch=main`,
    `--eventpath=${await write("event.json", event.payload)}`,
    // act reads a .yaml file as a map of text, and JSON is YAML: values may hold any character.
    `--env-file=${await write("env.yaml", env)}`,
    `--var-file=${await write("vars.yaml", options.vars ?? {})}`,
    `--secret-file=${await write("secrets.yaml", { GITHUB_TOKEN: `ghs_${"0".repeat(36)}`, ...options.secrets })}`,
    `--input-file=${join(folder, "no-inputs")}`,
    `--action-cache-path=${join(folder, "cache")}`,
    `--artifact-server-path=${join(folder, "artifacts")}`,
    "--artifact-server-addr=127.0.0.1",
    `--artifact-server-port=${port}`,
    ...[...labels].map((label) => `--platform=${label}=-self-hosted`),
    ...repositories.map((value) => `--local-repository=${value}`),
    ...(options.job === undefined ? [] : [`--job=${options.job}`]),
  ];
}

/** Folders of the run, and the environment that act hands to every step. */
async function prepareEnvironment(
  folder: string,
  options: RunOptions,
  runners: ReadonlyMap<string, Runner>,
  proxy: ArtifactProxy,
): Promise<Record<string, string>> {
  const home = await made(join(folder, "home"));
  const bin = await made(join(folder, "bin"));
  await made(join(folder, "cache"));
  // act's artifact server breaks off the answer when it is asked for the list before the first upload.
  await mkdir(join(folder, "artifacts", String(options.runId ?? 1)), { recursive: true });
  await linkToolCache(join(folder, "cache", "tool_cache"), options.toolCache);
  if (options.nodeModules !== undefined) await symlink(options.nodeModules, join(folder, "node_modules"));
  await writeNode(join(bin, "node"), runners, join(folder, EXITS));
  return {
    PATH: [bin, ...systemPath()].join(delimiter),
    HOME: home,
    // A step that is killed leaves what it had there.
    TMPDIR: await made(join(folder, "tmp")),
    LANG: "C.UTF-8",
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    ACTIONS_RUNTIME_URL: proxy.url,
  };
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}

async function linkToolCache(link: string, toolCache: string | undefined): Promise<void> {
  if (toolCache === undefined) {
    await mkdir(link);
  } else {
    await mkdir(toolCache, { recursive: true });
    await symlink(toolCache, link);
  }
}

/** The machine's PATH without npm's folders: a user's runner has no `node_modules/.bin` of ours. */
function systemPath(): readonly string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((path) => path !== "" && !path.includes("node_modules"));
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function runAct(
  args: readonly string[],
  environment: Record<string, string>,
  options: RunOptions,
): Promise<Outcome> {
  const child = spawn(toolPath("act"), args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const records: ActRecord[] = [];
  const other: string[] = [];
  const cancel = (): void => {
    child.kill("SIGINT");
  };
  const readLine = (line: string): void => {
    const record = parseRecord(line);
    if (record === undefined) other.push(line);
    else {
      records.push(record);
      options.onRecord?.(record, cancel);
    }
  };
  const lines = [child.stdout, child.stderr].map((input) => createInterface({ input }).on("line", readLine));
  let timedOut = false;
  const timeout = options.timeout ?? TIMEOUT;
  const timers = [
    setTimeout(() => {
      timedOut = true;
      cancel();
    }, timeout),
    setTimeout(() => child.kill("SIGKILL"), timeout + GRACE),
  ];
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
    for (const line of lines) line.close();
  });
  if (timedOut) throw new Error(`the workflow took longer than ${timeout} ms\n${tail(records, other)}`);
  return { exitCode, records, other };
}

function tail(records: readonly ActRecord[], other: readonly string[]): string {
  const log = records.map((record) => `[${record.job ?? "act"}] ${record.msg.trimEnd()}`);
  return [...log, ...other].slice(-40).join("\n");
}

async function readOutcome(outcome: Outcome, options: RunOptions, folder: string): Promise<WorkflowRun> {
  const { records, other, exitCode } = outcome;
  const [workflow] = await readWorkflows(options.repository.path, options.workflow);
  const { jobs: parsed, masks } = collectJobs(
    records,
    options.job === undefined ? Object.keys(workflow?.jobs ?? {}) : [],
  );
  const jobs = withExitCodes(parsed, await readExits(join(folder, EXITS)));
  if (jobs.every((job) => job.result === "skipped")) {
    throw new Error(`act ran no job of ${options.workflow}\n${tail(records, other)}`);
  }
  return {
    ok: exitCode === 0 && jobs.every((job) => job.result === "success" || job.result === "skipped"),
    jobs,
    masks,
    logText: records.map((record) => `[${record.job ?? "act"}] ${record.msg.trimEnd()}`).join("\n"),
    artifacts: await readArtifacts(join(folder, "artifacts", String(options.runId ?? 1))),
    annotations: jobs.flatMap((job) => job.steps).flatMap((step) => step.annotations),
    job: (id) => findJob(jobs, id),
    step: (job, name, stage = "main") => findStep(findJob(jobs, job), name, stage),
  };
}

async function readExits(file: string): Promise<readonly ActionExit[]> {
  const text = existsSync(file) ? await readFile(file, "utf8") : "";
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as ActionExit);
}

/** The first exit of a step is of its main stage, the second of its post. */
function withExitCodes(jobs: readonly JobRun[], exits: readonly ActionExit[]): readonly JobRun[] {
  return jobs.map((job) => {
    if (Object.keys(job.matrix).length > 0) return job;
    const steps = job.steps.map((step) => {
      const own = exits.filter((exit) => exit.job === job.id && exit.step === step.id);
      const exitCode = own[step.stage === "post" ? 1 : 0]?.code;
      return exitCode === undefined ? step : { ...step, exitCode };
    });
    return { ...job, steps };
  });
}

async function readArtifacts(folder: string): Promise<Map<string, Map<string, Buffer>>> {
  const artifacts = new Map<string, Map<string, Buffer>>();
  for (const name of (await readdir(folder)).toSorted()) {
    artifacts.set(name, readZip(await readFile(join(folder, name, `${name}.zip`))));
  }
  return artifacts;
}

function findJob(jobs: readonly JobRun[], id: string): JobRun {
  const found = jobs.filter((job) => job.id === id);
  const [job] = found;
  if (job === undefined || found.length > 1) {
    throw new Error(`${found.length} jobs are called ${id}; there are: ${jobs.map(({ name }) => name).join(", ")}`);
  }
  return job;
}

function findStep(job: JobRun, name: string, stage: Stage): StepRun {
  const step = job.steps.find(({ id, title, stage: own }) => own === stage && (id === name || title === name));
  if (step === undefined) {
    const ran = job.steps.map((candidate) => `${candidate.id} (${candidate.stage})`).join(", ");
    throw new Error(`step ${name} (${stage}) of job ${job.id} did not run; these did: ${ran}`);
  }
  return step;
}
