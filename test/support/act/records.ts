import { isMap } from "./actions.ts";

/** One line of act's `--json` output; the fields that matter here. */
export interface ActRecord {
  readonly msg: string;
  readonly level: string;
  readonly job?: string;
  readonly jobID?: string;
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stage?: "Pre" | "Main" | "Post";
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly raw?: string;
  readonly raw_output?: boolean;
  readonly content?: string;
  readonly matrix?: Readonly<Record<string, unknown>> | null;
}

/** An annotation as the action wrote it, before the runner masks it. */
export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly message: string;
  /** `title`, `file`, `line`, `endLine`, `col`, `endColumn`, as far as written. */
  readonly properties: Readonly<Record<string, string>>;
}

export type Stage = "pre" | "main" | "post";

/** One stage of one step: an action with a `post` has two. */
export interface StepRun {
  /** The step's `id`, else its index as text; of a composite action's inner steps `outer/inner`. */
  readonly id: string;
  readonly title: string;
  readonly stage: Stage;
  readonly outcome: "success" | "failure" | "unknown";
  /** Of an action's program that ended by itself; undefined for `run:` steps and in a job with a matrix. */
  readonly exitCode?: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  /** The Markdown written to the job summary, as the action wrote it. */
  readonly summary: string;
  /** What a reader of the log sees, masked. */
  readonly log: string;
}

export interface JobRun {
  readonly id: string;
  /** As the log names it: with the matrix number where there is a matrix. */
  readonly name: string;
  readonly matrix: Readonly<Record<string, unknown>>;
  readonly result: "success" | "failure" | "skipped" | "unknown";
  readonly steps: readonly StepRun[];
}

/** Every value the jobs asked the runner to mask, and the jobs. */
export interface ParsedRecords {
  readonly jobs: readonly JobRun[];
  readonly masks: readonly string[];
}

/** Parses a line of act's `--json` output; undefined when it is none. */
export function parseRecord(line: string): ActRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isMap(value) && typeof value.msg === "string" ? (value as unknown as ActRecord) : undefined;
  } catch {
    return undefined;
  }
}

interface OpenStep {
  readonly id: string;
  readonly title: string;
  readonly stage: Stage;
  outcome: StepRun["outcome"];
  readonly outputs: Record<string, string>;
  readonly annotations: Annotation[];
  summary: string;
  readonly log: string[];
}

interface OpenJob {
  readonly id: string;
  readonly name: string;
  readonly matrix: Readonly<Record<string, unknown>>;
  result: JobRun["result"];
  readonly steps: Map<string, OpenStep>;
}

const ANNOTATIONS: ReadonlySet<string> = new Set(["error", "warning", "notice"]);

/** Makes jobs of records. `jobIds` are those of the workflow: one without a record was skipped. */
export function collectJobs(records: readonly ActRecord[], jobIds: readonly string[]): ParsedRecords {
  const jobs = new Map<string, OpenJob>();
  const masks: string[] = [];
  for (const record of records) {
    if (record.job === undefined) continue;
    const job = openJob(jobs, record);
    if (record.jobResult === "success" || record.jobResult === "failure") job.result = record.jobResult;
    if (record.command === "add-mask" && record.arg !== undefined) masks.push(record.arg);
    const step = openStep(job, record);
    if (step !== undefined) readStepRecord(step, record);
  }
  const started = new Set([...jobs.values()].map((job) => job.id));
  const skipped = jobIds.filter((id) => !started.has(id));
  return {
    jobs: [
      ...[...jobs.values()].map(closeJob),
      ...skipped.map((id): JobRun => ({ id, name: id, matrix: {}, result: "skipped", steps: [] })),
    ],
    masks,
  };
}

function openJob(jobs: Map<string, OpenJob>, record: ActRecord): OpenJob {
  const name = record.job ?? "";
  const known = jobs.get(name);
  if (known !== undefined) return known;
  const job: OpenJob = {
    id: record.jobID ?? name,
    name,
    matrix: record.matrix ?? {},
    result: "unknown",
    steps: new Map(),
  };
  jobs.set(name, job);
  return job;
}

function openStep(job: OpenJob, record: ActRecord): OpenStep | undefined {
  if (record.stepID === undefined || record.stage === undefined) return undefined;
  const id = record.stepID.join("/");
  const stage = record.stage.toLowerCase() as Stage;
  const key = `${stage} ${id}`;
  const known = job.steps.get(key);
  if (known !== undefined) return known;
  const step: OpenStep = {
    id,
    title: record.step ?? id,
    stage,
    outcome: "unknown",
    outputs: {},
    annotations: [],
    summary: "",
    log: [],
  };
  job.steps.set(key, step);
  return step;
}

function readStepRecord(step: OpenStep, record: ActRecord): void {
  if (record.stepResult === "success" || record.stepResult === "failure") step.outcome = record.stepResult;
  if (record.command === "set-output" && record.name !== undefined) step.outputs[record.name] = record.arg ?? "";
  if (record.command === "summary") step.summary += record.content ?? "";
  if (record.command !== undefined && ANNOTATIONS.has(record.command)) {
    step.annotations.push(parseAnnotation(record.command as Annotation["level"], record.raw ?? ""));
  }
  if (record.raw_output === true || record.command !== undefined) step.log.push(record.msg);
}

/**
 * Parses a workflow command, `::error file=a,line=1::message`. act parses them as well, but loses properties whose
 * value holds `=` and takes the last `::` for the end of the properties where the runner takes the first.
 */
function parseAnnotation(level: Annotation["level"], raw: string): Annotation {
  const text = raw.replace(/[\r\n]+$/, "");
  const end = text.indexOf("::", 2);
  const properties: Record<string, string> = {};
  for (const part of text.slice(2 + level.length, end).split(",")) {
    const equals = part.indexOf("=");
    if (equals > 0) properties[part.slice(0, equals).trim()] = unescapeCommand(part.slice(equals + 1), true);
  }
  return { level, message: unescapeCommand(text.slice(end + 2), false), properties };
}

function unescapeCommand(text: string, isProperty: boolean): string {
  const data = text.replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  const all = isProperty ? data.replaceAll("%3A", ":").replaceAll("%2C", ",") : data;
  return all.replaceAll("%25", "%");
}

function closeJob(job: OpenJob): JobRun {
  // act also opens a stage for what an action does not have; such a stage says nothing.
  const ran = [...job.steps.values()].filter((step) => step.outcome !== "unknown" || step.log.length > 0);
  const steps = ran.map((step) => ({ ...step, log: step.log.join("") }));
  // act pads names to one length for its log.
  return { id: job.id, name: job.name.trim(), matrix: job.matrix, result: job.result, steps };
}
