import type { Check } from "../../kernel/command.ts";
import type { Digest } from "../../kernel/digest.ts";
import { overallVerdict } from "../../kernel/verdict.ts";
import type { Chain } from "../../lineage/chain.ts";
import type { EvidenceReport } from "../../lineage/evidence.ts";
import { type EvaluationFacts, evaluationFacts, gates, isAboutModel, modelsOf } from "../../lineage/facts.ts";
import type { ValidationStatus } from "../../registry/tags.ts";

export interface GateQuestion {
  readonly digest: Digest;
  readonly chain: Chain;
  /** Reports about this model of titleholder.yaml, or named by the user one by one: those that should be about this very digest. */
  readonly expected: readonly EvidenceReport[];
  /** Of those, what the user named one by one. */
  readonly named: readonly EvidenceReport[];
  /** The champion's digest now; null when there is none. */
  readonly champion: Digest | null;
  readonly promote: boolean;
}

export interface GateAnswer {
  readonly checks: readonly Check[];
  readonly status: ValidationStatus;
}

/**
 * Whether the evidence lets an alias move. An evaluation of this very digest is required; a training and validations are judged where
 * they are at hand. Promotion also wants the evaluation made for it, against the champion that stands now.
 */
export function judgeGates(question: GateQuestion): GateAnswer {
  const { chain } = question;
  const gateChecks = [evaluationCheck(question), ...trainingChecks(chain), ...dataChecks(chain)];
  const facts = chain.evaluation === undefined ? undefined : evaluationFacts(chain.evaluation);
  const checks = [
    ...gateChecks,
    ...question.named.flatMap((report) => strangerCheck(report, question.digest)),
    ...(facts === undefined ? [] : comparisonChecks(facts, question)),
  ];
  return { checks, status: statusOf(chain, gateChecks) };
}

function statusOf(chain: Chain, gateChecks: readonly Check[]): ValidationStatus {
  if (chain.evaluation === undefined) return "PENDING";
  const verdict = overallVerdict(gateChecks.map((check) => check.verdict));
  return verdict === "fail" ? "FAILED" : verdict === "inconclusive" ? "PENDING" : "PASSED";
}

function evaluationCheck({ chain, digest, expected }: GateQuestion): Check {
  const id = "evaluation";
  const { evaluation } = chain;
  if (evaluation === undefined) {
    const others = expected.filter(({ report }) => report.command === gates.evaluation).flatMap(modelsOf);
    if (others.length === 0) {
      const message = `no ${gates.evaluation} report about this model is at hand: evaluate ${digest}, then register it again`;
      return { id, verdict: "inconclusive", message };
    }
    const about = [...new Set(others)].sort();
    const message = `the ${gates.evaluation} reports are about ${about.join(", ")}, and the model to register is ${digest}`;
    return { id, verdict: "fail", message, observed: about, expected: digest };
  }
  const facts = evaluationFacts(evaluation);
  if (facts === undefined) {
    return { id, verdict: "fail", message: `the ${gates.evaluation} report does not say what it compared` };
  }
  if (facts.challenger !== digest) {
    const message = `the ${gates.evaluation} report names this model, and compared ${facts.challenger}`;
    return { id, verdict: "fail", message, observed: facts.challenger, expected: digest };
  }
  return reportCheck(id, evaluation, chain);
}

function trainingChecks(chain: Chain): readonly Check[] {
  return chain.training === undefined ? [] : [reportCheck("training", chain.training, chain)];
}

/** In the chain's words, which also say when several reports disagree. */
function reportCheck(id: "evaluation" | "training", { report }: EvidenceReport, { links }: Chain): Check {
  return { id, verdict: report.verdict, message: links.find((link) => link.id === id)?.message ?? report.summary };
}

/** Data that no report speaks of is not held against a model here; data that was changed or had failed is. */
function dataChecks({ links, validations }: Chain): readonly Check[] {
  return links.flatMap((link): readonly Check[] => {
    if (link.id !== "evaluation-data" && link.id !== "training-data") return [];
    if (link.status === "missing" && validations.length === 0) return [];
    const verdict = { found: "pass", missing: "warn", broken: "fail" } as const;
    return [{ id: link.id, verdict: verdict[link.status], message: link.message }];
  });
}

/** A report that was named on purpose and is about another model is a mistake or worse; one that a glob found is not. */
function strangerCheck(evidence: EvidenceReport, digest: Digest): readonly Check[] {
  const { command } = evidence.report;
  if ((command !== gates.evaluation && command !== gates.training) || isAboutModel(evidence, digest)) return [];
  const about = modelsOf(evidence).join(", ");
  const message = `the ${command} report that was named is about ${about === "" ? "no model" : about}, not about ${digest}`;
  return [{ id: "named-evidence", verdict: "fail", message, observed: about, expected: digest }];
}

function comparisonChecks(facts: EvaluationFacts, { champion, digest, promote }: GateQuestion): readonly Check[] {
  const checks: Check[] = [];
  if (facts.champion === null) {
    const message = `unbaselined: the evaluation had no champion to compare with (${facts.decision})`;
    checks.push({ id: "baseline", verdict: "warn", message });
  }
  if (champion !== digest && champion !== facts.champion) {
    const message = `the evaluation compared with ${facts.champion ?? "no champion"}, and the champion now is ${champion ?? "none"}: evaluate again`;
    const verdict = promote ? "fail" : "warn";
    checks.push({ id: "compared-champion", verdict, message, observed: facts.champion, expected: champion });
  }
  if (promote && facts.purpose !== "promote") {
    const message = `the evaluation was made to ${facts.purpose}: promote on one made with purpose: promote`;
    checks.push({ id: "purpose", verdict: "fail", message, observed: facts.purpose, expected: "promote" });
  }
  return checks;
}
