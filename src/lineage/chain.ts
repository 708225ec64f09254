import type { Digest } from "../kernel/digest.ts";
import type { EvidenceReport } from "./evidence.ts";
import { type DataFile, evaluationFacts, gates, modelsOf, trainingFiles, validatedData } from "./facts.ts";
import { coversAny, isGood, type Weighed, weighEvaluations, weighTrainings, weighValidations } from "./weighing.ts";

/** `missing`: no report says it. `broken`: reports are at hand, and they speak of other bytes. */
export type LinkStatus = "found" | "missing" | "broken";

export type LinkId = "evaluation" | "evaluation-data" | "training" | "training-data" | "raw-data" | "named-reports";

export interface ChainLink {
  readonly id: LinkId;
  readonly status: LinkStatus;
  /** One line, no trailing period. */
  readonly message: string;
  /** The report that the link rests on. */
  readonly report?: Digest;
  /** 1 for what the model rests on, 2 for what that rests on. */
  readonly depth: number;
}

export interface RawFile extends DataFile {
  /** `recorded`: known from the reports, not read again. `absent`: looked for, and not there. */
  readonly state: "recorded" | "equal" | "changed" | "absent";
}

/** What a model version rests on, link by link from the model to the raw data. */
export interface Chain {
  readonly links: readonly ChainLink[];
  /** The training data's files. */
  readonly raw: readonly RawFile[];
  readonly evaluation?: EvidenceReport;
  readonly training?: EvidenceReport;
  /** Validations of the files that the evaluation and the training used. */
  readonly validations: readonly EvidenceReport[];
  /** The reports above and those that they name, as far as they are at hand: what must be kept with the version. */
  readonly reports: readonly EvidenceReport[];
}

export interface WalkOptions {
  /** Digests of data files that were read again, by path; absent when none were. */
  readonly reread?: ReadonlyMap<string, Digest> | undefined;
  /** Digest of the champion that the model is measured by; null when there is none, absent when that is not known. */
  readonly champion?: Digest | null | undefined;
}

/**
 * Walks from a model to the raw data: model digest → evaluation and training about that digest → the files they used → validations
 * that cover those files by digest → the files themselves. A validation of more files than were used is as good; several may share
 * the cover. Of several reports about the same thing the worst counts, whatever their order and age (see `weighing.ts`).
 */
export function walkChain(model: Digest, found: readonly EvidenceReport[], options: WalkOptions = {}): Chain {
  const evidence = sorted(found);
  const evaluation = weighEvaluations(evidence, model, options.champion);
  const training = weighTrainings(evidence, model);
  const validations = evidence.filter(({ report }) => report.command === gates.validation);
  const evaluated = evaluation === undefined ? undefined : evaluationFacts(evaluation.chosen)?.data.files;
  const trained = training === undefined ? undefined : trainingFiles(training.chosen);
  const raw = (trained ?? []).map((file) => ({ ...file, state: stateOf(file, options.reread) }));
  const used = [...(evaluated ?? []), ...(trained ?? [])];
  const covering = validations.filter((validation) => coversAny(validation, used));
  const start = [...(evaluation?.counting ?? []), ...(training?.counting ?? []), ...covering];
  const { reports, unnamed } = reachable(start, evidence);
  return {
    links: [
      gateLink("evaluation", gates.evaluation, model, evaluation, evidence),
      ...dataLinks("evaluation-data", evaluation, evaluated, validations),
      gateLink("training", gates.training, model, training, evidence),
      ...dataLinks("training-data", training, trained, validations),
      rawLink(raw, trained !== undefined),
      ...(unnamed.length === 0 ? [] : [namedLink(unnamed)]),
    ],
    raw,
    validations: covering,
    reports: sorted(reports),
    ...(evaluation === undefined ? {} : { evaluation: evaluation.chosen }),
    ...(training === undefined ? {} : { training: training.chosen }),
  };
}

const commandOrder: readonly string[] = [gates.evaluation, gates.training, gates.validation];

/** From the model down to the data, other commands last; of one command by digest. Where a report was found never shows. */
function sorted(evidence: readonly EvidenceReport[]): readonly EvidenceReport[] {
  const key = ({ report, digest }: EvidenceReport) => {
    const at = commandOrder.indexOf(report.command);
    return `${at === -1 ? commandOrder.length : at} ${report.command} ${digest}`;
  };
  return evidence.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function gateLink(
  id: "evaluation" | "training",
  command: string,
  model: Digest,
  weighed: Weighed | undefined,
  evidence: readonly EvidenceReport[],
): ChainLink {
  if (weighed !== undefined) {
    const { report, digest } = weighed.chosen;
    const note = weighed.note === undefined ? "" : `; ${weighed.note}`;
    return {
      id,
      depth: 1,
      status: "found",
      message: `${command}: ${report.verdict}, ${report.summary}${note}`,
      report: digest,
    };
  }
  const others = evidence.filter(({ report }) => report.command === command).flatMap(modelsOf);
  if (others.length === 0) return { id, depth: 1, status: "missing", message: `no report of ${command} is at hand` };
  const about = [...new Set(others)].sort().join(", ");
  const message = `the reports of ${command} are about ${about}, and none is about this model, ${model}`;
  return { id, depth: 1, status: "broken", message };
}

function dataLinks(
  id: "evaluation-data" | "training-data",
  gate: Weighed | undefined,
  files: readonly DataFile[] | undefined,
  validations: readonly EvidenceReport[],
): readonly ChainLink[] {
  if (gate === undefined) return [];
  const { command } = gate.chosen.report;
  const base = { id, depth: 2 } as const;
  if (files === undefined || files.length === 0) {
    return [{ ...base, status: "missing", message: `the report of ${command} does not say which data was used` }];
  }
  const problems = files.map((file) => coverProblem(file, validations)).filter((problem) => problem !== undefined);
  const [first] = problems;
  if (first === undefined) {
    const used = validations.filter((validation) => coversAny(validation, files));
    const report = used[0]?.digest;
    const count = files.length === 1 ? "1 file" : `${files.length} files`;
    const message = `${count} validated before use`;
    return [{ ...base, status: "found", message, ...(report === undefined ? {} : { report }) }];
  }
  const broken = problems.find((problem) => problem.status === "broken");
  const more = problems.length === 1 ? "" : ` (and ${problems.length - 1} more of ${files.length} files)`;
  return [{ ...base, status: broken?.status ?? "missing", message: `${(broken ?? first).message}${more}` }];
}

function coverProblem(
  file: DataFile,
  validations: readonly EvidenceReport[],
): { readonly status: "missing" | "broken"; readonly message: string } | undefined {
  const weighed = weighValidations(validations, file.digest);
  if (weighed !== undefined) {
    const { verdict } = weighed;
    if (isGood(verdict)) return undefined;
    const note = weighed.note === undefined ? "" : `; ${weighed.note}`;
    return { status: "broken", message: `${file.path} was used though its validation says ${verdict}${note}` };
  }
  const other = validations
    .flatMap((validation) => validatedData(validation).flatMap(({ files }) => files))
    .find(({ path }) => path === file.path);
  if (other !== undefined) {
    return { status: "broken", message: `${file.path} was validated as ${other.digest} and used as ${file.digest}` };
  }
  return { status: "missing", message: `no report of ${gates.validation} covers ${file.path} (${file.digest})` };
}

/** By path first; a file that was moved is known by its digest. */
function stateOf(file: DataFile, reread: ReadonlyMap<string, Digest> | undefined): RawFile["state"] {
  if (reread === undefined) return "recorded";
  const found = reread.get(file.path);
  if (found === file.digest) return "equal";
  if ([...reread.values()].includes(file.digest)) return "equal";
  return found === undefined ? "absent" : "changed";
}

function rawLink(raw: readonly RawFile[], known: boolean): ChainLink {
  const base = { id: "raw-data", depth: 3 } as const;
  if (!known) return { ...base, status: "missing", message: "the raw data is not known without the training's report" };
  if (raw.length === 0) return { ...base, status: "missing", message: "the training's report names no data file" };
  const count = raw.length === 1 ? "1 file" : `${raw.length} files`;
  const changed = raw.find(({ state }) => state === "changed");
  if (changed !== undefined) {
    return { ...base, status: "broken", message: `${changed.path} is no longer what the model was trained on` };
  }
  const absent = raw.find(({ state }) => state === "absent");
  if (absent !== undefined) return { ...base, status: "missing", message: `${absent.path} was not found again` };
  const read = raw.every(({ state }) => state === "equal");
  return { ...base, status: "found", message: `${count} ${read ? "read again and equal" : "recorded, not re-read"}` };
}

function namedLink(unnamed: readonly string[]): ChainLink {
  const message = `earlier reports are named and not at hand: ${unnamed.join(", ")}`;
  return { id: "named-reports", depth: 1, status: "missing", message };
}

/** Follows the reports that reports name as materials; those not at hand are named. */
function reachable(
  start: readonly EvidenceReport[],
  evidence: readonly EvidenceReport[],
): { readonly reports: readonly EvidenceReport[]; readonly unnamed: readonly string[] } {
  const byDigest = new Map(evidence.map((candidate) => [candidate.digest, candidate]));
  const reports = new Map<Digest, EvidenceReport>();
  const unnamed = new Set<string>();
  const queue = [...start];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (reports.has(next.digest)) continue;
    reports.set(next.digest, next);
    for (const material of next.report.materials) {
      if (material.kind !== "report") continue;
      const found = byDigest.get(material.digest);
      if (found === undefined) unnamed.add(`${material.name} (${material.digest})`);
      else queue.push(found);
    }
  }
  return { reports: [...reports.values()], unnamed: [...unnamed].sort() };
}
