import type { Digest } from "../kernel/digest.ts";
import type { Verdict } from "../kernel/verdict.ts";
import type { EvidenceReport } from "./evidence.ts";
import { evaluationFacts, gates, isAboutModel, type ValidatedData, validatedData } from "./facts.ts";

/** What several reports about the same thing come to. */
export interface Weighed {
  /** The one that decides. */
  readonly chosen: EvidenceReport;
  /** All that were weighed. */
  readonly counting: readonly EvidenceReport[];
  /** That they disagree, and what follows; undefined when they agree. */
  readonly note?: string;
}

/**
 * What the evaluations of a model come to. When a gate ran is not sealed, so the newest never counts for being new; the worst verdict does.
 *
 * 1. Evaluations made to promote count; where there is none, those made to screen.
 * 2. Of these, the ones against the champion that stands now; where there is none, all of them, so that a comparison with nothing never
 *    outweighs one with a champion.
 * 3. A failing one decides. An inconclusive one is settled by one that passed by the same rules against the same champion on other data:
 *    too few rows are no evidence against a model.
 *
 * @param champion digest of the champion that the model is measured by; null when there is none, undefined when that is not known
 */
export function weighEvaluations(
  evidence: readonly EvidenceReport[],
  model: Digest,
  champion: Digest | null | undefined,
): Weighed | undefined {
  const about = aboutModel(evidence, gates.evaluation, model);
  const promoting = about.filter((candidate) => evaluationFacts(candidate)?.purpose === "promote");
  const purposed = promoting.length > 0 ? promoting : about;
  const current = purposed.filter((candidate) => isAgainst(candidate, champion ?? undefined));
  const counting = current.length > 0 ? current : purposed;
  const open = counting.filter((candidate) => !isSettled(candidate, counting));
  const exact = open.filter((candidate) => isAgainst(candidate, champion));
  const verdicts = (candidate: EvidenceReport) => evaluationVerdict(candidate, model);
  const chosen = worst(open, verdicts, exact);
  if (chosen === undefined) return undefined;
  const note = [
    ...disagreement("evaluations", open.map(verdicts)),
    ...(open.length < counting.length ? ["what was inconclusive on other data is settled by it"] : []),
  ].join("; ");
  return { chosen, counting, ...(note === "" ? {} : { note }) };
}

/** What the trainings that made a model come to: the worst verdict counts. */
export function weighTrainings(evidence: readonly EvidenceReport[], model: Digest): Weighed | undefined {
  const counting = aboutModel(evidence, gates.training, model);
  const verdicts = ({ report }: EvidenceReport) => report.verdict;
  const chosen = worst(counting, verdicts);
  const [note] = disagreement("trainings", counting.map(verdicts));
  return chosen === undefined ? undefined : { chosen, counting, ...(note === undefined ? {} : { note }) };
}

/**
 * What the validations that cover a file come to: the worst verdict counts. One that failed on more files is outweighed by one that passed
 * on fewer of them, as its failure may lie in the others.
 */
export function weighValidations(
  validations: readonly EvidenceReport[],
  file: Digest,
): (Weighed & { readonly verdict: Verdict }) | undefined {
  const found = validations.flatMap((validation) =>
    validatedData(validation)
      .map((data) => ({ validation, verdict: data.verdict, digests: digestsOf(data) }))
      .filter(({ digests }) => digests.has(file)),
  );
  const good = found.filter(({ verdict }) => isGood(verdict));
  const open = found.filter(
    ({ verdict, digests }) => isGood(verdict) || !good.some((fewer) => isPartOf(fewer.digests, digests)),
  );
  const verdict = (validation: EvidenceReport) =>
    worstVerdict(open.filter((entry) => entry.validation === validation).map((entry) => entry.verdict));
  const candidates = [...new Set(open.map(({ validation }) => validation))];
  const chosen = worst(candidates, verdict);
  const [note] = disagreement("validations", candidates.map(verdict));
  if (chosen === undefined) return undefined;
  const counting = [...new Set(found.map(({ validation }) => validation))];
  return { chosen, counting, verdict: verdict(chosen), ...(note === undefined ? {} : { note }) };
}

export function isGood(verdict: Verdict): boolean {
  return verdict === "pass" || verdict === "warn";
}

/** Whether a validation speaks of at least one of the files. */
export function coversAny(validation: EvidenceReport, files: readonly { readonly digest: Digest }[]): boolean {
  const all = validatedData(validation).map(digestsOf);
  return files.some(({ digest }) => all.some((digests) => digests.has(digest)));
}

function aboutModel(evidence: readonly EvidenceReport[], command: string, model: Digest): readonly EvidenceReport[] {
  return evidence.filter((candidate) => candidate.report.command === command && isAboutModel(candidate, model));
}

/** One that does not say that it compared this model is no evidence for it. */
function evaluationVerdict(candidate: EvidenceReport, model: Digest): Verdict {
  return evaluationFacts(candidate)?.challenger === model ? candidate.report.verdict : "fail";
}

function isAgainst(candidate: EvidenceReport, champion: Digest | null | undefined): boolean {
  return champion !== undefined && evaluationFacts(candidate)?.champion === champion;
}

function isSettled(candidate: EvidenceReport, counting: readonly EvidenceReport[]): boolean {
  if (candidate.report.verdict !== "inconclusive") return false;
  const rule = ruleOf(candidate);
  const rows = rowsOf(candidate);
  return counting.some((other) => isGood(other.report.verdict) && ruleOf(other) === rule && rowsOf(other) !== rows);
}

/** Against whom and by which rules an evaluation compared. */
function ruleOf(candidate: EvidenceReport): string {
  const facts = evaluationFacts(candidate);
  const metrics = facts?.metrics?.map(({ name, test, margin }) => [name, test, margin]);
  return JSON.stringify([
    facts?.challenger,
    facts?.champion,
    facts?.baseline,
    facts?.ledger?.total ?? facts?.alpha,
    metrics,
  ]);
}

/** On which bytes, wherever they lay. */
function rowsOf(candidate: EvidenceReport): string {
  return JSON.stringify(
    evaluationFacts(candidate)
      ?.data.files.map(({ digest }) => digest)
      .sort(),
  );
}

function digestsOf({ files }: ValidatedData): ReadonlySet<Digest> {
  return new Set(files.map(({ digest }) => digest));
}

/** Some of the whole, and not all of it. */
function isPartOf(part: ReadonlySet<Digest>, whole: ReadonlySet<Digest>): boolean {
  return part.size < whole.size && [...part].every((digest) => whole.has(digest));
}

const severity: Readonly<Record<Verdict, number>> = { pass: 0, warn: 1, inconclusive: 2, fail: 3 };

function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return verdicts.toSorted((a, b) => severity[b] - severity[a])[0] ?? "fail";
}

/** Of equally bad ones a preferred one, then by what is sealed; the digest of the file, which holds the clock, only tells copies apart. */
function worst(
  candidates: readonly EvidenceReport[],
  verdict: (candidate: EvidenceReport) => Verdict,
  preferred: readonly EvidenceReport[] = [],
): EvidenceReport | undefined {
  return candidates.toSorted(
    (a, b) =>
      severity[verdict(b)] - severity[verdict(a)] ||
      Number(preferred.includes(b)) - Number(preferred.includes(a)) ||
      order(a.report.result, b.report.result) ||
      order(a.digest, b.digest),
  )[0];
}

function disagreement(what: string, verdicts: readonly Verdict[]): readonly string[] {
  const different = [...new Set(verdicts)].sort((a, b) => severity[b] - severity[a]);
  if (different.length < 2) return [];
  return [`${verdicts.length} ${what} disagree (${different.join(", ")}), and the worst counts`];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
