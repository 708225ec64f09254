import { dirname, join } from "node:path";
import { z } from "zod";
import { type Fingerprint, fingerprintOf, fingerprintSchema } from "../dataset/fingerprint.ts";
import type { Artifact, Check, Command, Project } from "../kernel/command.ts";
import { type Digest, digestOfJson, digestOfStream } from "../kernel/digest.ts";
import type { Host } from "../kernel/host.ts";
import type { Json } from "../kernel/json.ts";
import { parseDuration } from "../kernel/quantity.ts";
import { overallVerdict } from "../kernel/verdict.ts";
import { trainingEnvironment, trainingRun } from "../training/record.ts";
import type { JobStatus } from "../training/training.ts";
import { locateData } from "./data.ts";
import { refuseFork } from "./fork.ts";
import { shownPath } from "./paths.ts";
import { baseInputs, evidenceInput, input } from "./shared.ts";
import { dataEvidence } from "./train/data-evidence.ts";
import { runJob } from "./train/job.ts";
import { type ModelFacts, modelFacts, readMetrics, stamp } from "./train/results.ts";
import { checkWritable } from "./written-file.ts";

const inputs = z.strictObject({
  ...baseInputs,
  run: input(z.string(), {
    description:
      "The command that trains, run by the shell. It finds its values in the environment: TITLEHOLDER_DATA (a JSON list of files; always also in the file that TITLEHOLDER_DATA_FILE names, for lists too long for a variable), TITLEHOLDER_PARAMS, TITLEHOLDER_MODEL_PATH, TITLEHOLDER_METRICS_PATH.",
    example: "python train.py",
  }),
  data: input(z.array(z.string()).default([]), {
    description: "Training data: paths, globs and folders. Their digests become part of the training run.",
    kind: "path",
  }),
  params: input(z.record(z.string(), z.json()).default({}), {
    description:
      "Parameters, as YAML. Handed to the command as JSON in TITLEHOLDER_PARAMS and one by one as TITLEHOLDER_PARAM_NAME.",
    example: "{ max_depth: 6, seed: 7 }",
  }),
  modelPath: input(z.string(), {
    description: "Where the command leaves the model: a file, or a folder.",
    kind: "path",
    example: "out/model.onnx",
  }),
  metricsPath: input(z.string().optional(), {
    description: "Where the command leaves its metrics: a JSON object of numbers.",
    kind: "path",
  }),
  environmentLock: input(z.string().optional(), {
    description: "The environment's lock file (uv.lock, requirements.txt, package-lock.json); its digest is recorded.",
    kind: "path",
  }),
  timeLimit: input(z.string().default("6h"), {
    description: "The command is stopped after this long: SIGTERM, and 30 s later SIGKILL.",
  }),
  allowForks: input(z.boolean().default(false), {
    description:
      "Train code of a fork's pull request. On a self-hosted runner that lets a stranger run programs there.",
  }),
  ...evidenceInput,
});

const outputs = z.strictObject({
  modelPath: input(z.string(), { description: "Path of the model." }),
  modelDigest: input(z.string(), {
    description: "SHA-256 of the model; of a folder, over its files' digests. Empty when there is none.",
  }),
  runId: input(z.string(), {
    description: "Id of the training run; equal for equal command, parameters, data, code and environment lock.",
  }),
  metrics: input(z.string(), { description: "The training's metrics as JSON." }),
});

const details = z.strictObject({
  run: trainingRun,
  data: fingerprintSchema,
  model: z
    .strictObject({ digest: z.string(), format: z.enum(["onnx", "opaque"]), size: z.number(), signature: z.json() })
    .nullable(),
  metrics: z.record(z.string(), z.number()),
});

type Inputs = z.output<typeof inputs>;

export const command = {
  name: "train",
  summary: "Run a training command with everything it was made of on record.",
  description:
    "Runs your training command in any language, streams its log, and binds the model it leaves to the data, parameters, code and " +
    "environment it came from. The command is not handed the step's inputs or the job's tokens.",
  inputs,
  outputs,
  details,
  run,
} satisfies Command<typeof inputs, typeof outputs>;

async function run(given: Inputs, host: Host, _project: Project) {
  refuseFork(given.allowForks, host, "TH_TRAIN_FORK", "train code");
  const wallMs = parseDuration(given.timeLimit, { input: "time-limit" });
  const data = await locateTrainingData(given, host);
  const before = await dataEvidence(data.fingerprint, given.evidence, host);
  const record = await describeRun(given, data.fingerprint.digest, host);
  const metricsPath = given.metricsPath ?? `${given.modelPath}.metrics.json`;
  const dataFile = join(host.scratch, "training-data.json");
  const outputFolder = dirname(given.modelPath);
  const { params, modelPath } = given;
  const env = trainingEnvironment({ params, data: data.files, dataFile, modelPath, metricsPath, outputFolder });
  await checkWritable(modelPath, host, { input: "model-path" }, { folder: true });
  await checkWritable(metricsPath, host, { input: given.metricsPath === undefined ? "model-path" : "metrics-path" });
  const stale = { model: await stamp(modelPath, host), metrics: await stamp(metricsPath, host) };
  await host.files.makeDirectory(outputFolder);
  await host.files.makeDirectory(dirname(metricsPath));
  await host.files.replace(dataFile, new TextEncoder().encode(JSON.stringify(data.files)));
  const started = host.now().getTime();
  const job = { key: record.id, command: given.run, cwd: host.cwd, env, resources: {}, wallMs };
  const status = await runJob(host, job);
  const duration = host.now().getTime() - started;
  const model = status.state === "succeeded" ? await modelFacts(modelPath, stale.model, host) : undefined;
  const metrics =
    status.state === "succeeded"
      ? await readMetrics(metricsPath, stale.metrics, given.metricsPath !== undefined, host)
      : { values: {}, checks: [] };
  const checks: Check[] = [exitCheck(status, given), ...(model?.checks ?? []), ...metrics.checks, ...before.checks];
  const verdict = overallVerdict(checks.map((check) => check.verdict));
  return {
    findings: {
      verdict,
      summary: summaryOf(status, model?.facts, metrics.values),
      checks,
      subjects: model?.facts === undefined ? [] : [modelArtifact(given.modelPath, model.facts, host)],
      materials: [...dataArtifacts(data.fingerprint), ...before.materials, ...(await lockArtifact(given, host))],
      details: {
        run: { ...record, exitCode: "exitCode" in status ? status.exitCode : null },
        data: data.fingerprint,
        model: model?.facts ?? null,
        metrics: metrics.values,
      } as unknown as Json,
      tables: metricsTable(metrics.values),
      series: [],
      timings: { training: duration },
    },
    outputs: {
      modelPath: shownPath(host, given.modelPath),
      modelDigest: model?.facts?.digest ?? "",
      runId: record.id,
      metrics: JSON.stringify(metrics.values),
    },
  };
}

async function locateTrainingData(given: Inputs, host: Host) {
  if (given.data.length === 0) return { files: [], fingerprint: fingerprintOf([]) };
  const { source, fingerprint } = await locateData(given.data, host, "data");
  return { files: source.files, fingerprint };
}

async function describeRun(given: Inputs, data: Digest, host: Host) {
  const lock =
    given.environmentLock === undefined
      ? null
      : (await digestOfStream(host.files.stream(given.environmentLock))).digest;
  const facts = {
    launcher: "process",
    command: given.run,
    params: given.params as Record<string, Json>,
    code: await gitState(host),
    environmentLock: lock,
  };
  return { id: `train-${digestOfJson({ ...facts, data }).slice("sha256:".length, "sha256:".length + 16)}`, ...facts };
}

async function gitState(host: Host): Promise<{ commit: string; dirty: boolean } | null> {
  const git = async (...args: string[]) => {
    const chunks: Uint8Array[] = [];
    const onOutput = (stream: string, chunk: Uint8Array) => (stream === "stdout" ? chunks.push(chunk) : 0);
    const exit = await host.run({ argv: ["git", ...args], cwd: host.cwd, env: host.childEnv, onOutput });
    return exit.code === 0 ? Buffer.concat(chunks).toString("utf8").trim() : undefined;
  };
  try {
    const commit = await git("rev-parse", "HEAD");
    if (commit === undefined) return null;
    return { commit, dirty: (await git("status", "--porcelain", "--untracked-files=no")) !== "" };
  } catch {
    host.signal.throwIfAborted();
    // Without git there is no commit to record; the data and parameters still are.
    return null;
  }
}

function exitCheck(status: JobStatus, given: Inputs): Check {
  if (status.state === "succeeded")
    return { id: "exit", verdict: "pass", message: "the command ended well", observed: 0 };
  const texts = {
    exit: `the command ended with exit code ${"exitCode" in status ? status.exitCode : "?"}`,
    "out-of-memory": "the command ran out of memory",
    time: `the command was stopped at its time limit of ${given.timeLimit}`,
    preempted: "the machine was taken away",
    launcher: "the command could not be run",
  };
  const message =
    status.state === "failed"
      ? `${texts[status.failure]}; its last words: ${status.evidence}`
      : `the command is ${status.state}`;
  return {
    id: "exit",
    verdict: "fail",
    message,
    ...("exitCode" in status && status.exitCode !== null ? { observed: status.exitCode } : {}),
    expected: 0,
  };
}

function summaryOf(
  status: JobStatus,
  model: ModelFacts | undefined,
  metrics: Readonly<Record<string, number>>,
): string {
  if (status.state !== "succeeded") return "training failed";
  if (model === undefined) return "training ended well but left no new model";
  const shown = Object.entries(metrics)
    .slice(0, 4)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : Number(value.toPrecision(4))}`);
  return `trained ${model.format === "onnx" ? "an ONNX model" : "an opaque model"}${shown.length === 0 ? "" : `: ${shown.join(", ")}`}`;
}

function modelArtifact(path: string, facts: ModelFacts, host: Host): Artifact {
  return { name: shownPath(host, path), digest: facts.digest, kind: "model" };
}

function dataArtifacts(fingerprint: Fingerprint): readonly Artifact[] {
  return fingerprint.files.map((file) => ({ name: file.path, digest: file.digest, kind: "data" as const }));
}

async function lockArtifact(given: Inputs, host: Host): Promise<readonly Artifact[]> {
  if (given.environmentLock === undefined) return [];
  const { digest } = await digestOfStream(host.files.stream(given.environmentLock));
  return [{ name: shownPath(host, given.environmentLock), digest, kind: "config" }];
}

function metricsTable(metrics: Readonly<Record<string, number>>) {
  const rows = Object.entries(metrics);
  return rows.length === 0 ? [] : [{ title: "Metrics of the training", columns: ["metric", "value"], rows }];
}
