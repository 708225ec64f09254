import { type CheckVerdict, overallVerdict } from "../kernel/verdict.ts";
import { sameLabels, sameNumbers } from "./comparison.ts";
import type { Answers, Decision, MetricComparison } from "./evaluation.ts";

/**
 * The decision over all metrics: each must pass the test that was asked of it. One metric superior and every other non-inferior, each at
 * its own alpha, needs no correction, as all must hold (an intersection-union test; R. L. Berger, 1982).
 *
 * @param identical both models gave the same answers in every row, not only in these metrics
 */
export function decide(comparisons: readonly MetricComparison[], identical: boolean): Decision {
  if (identical) return "unchanged";
  const states = comparisons.map(({ state }) => state);
  if (states.includes("rejected")) return "rejected";
  const passed = comparisons.every(
    ({ state, rule }) =>
      state === "superior" || state === "non-inferior" || (state === "unchanged" && rule.test === "non-inferiority"),
  );
  if (!passed) return "inconclusive";
  return states.includes("superior") ? "superior" : "non-inferior";
}

/** The decision against a stated baseline, where there is no champion; undecided stays undecided. */
export function unbaselined(decision: Decision): Decision {
  if (decision === "inconclusive") return decision;
  return decision === "rejected" || decision === "unchanged" ? "unbaselined-fail" : "unbaselined-pass";
}

/** The decision over metrics and gates: a gate that fails refuses what the metrics let pass, an undecided one leaves it open. */
export function afterGates(decision: Decision, gates: Iterable<CheckVerdict>): Decision {
  const worst = overallVerdict(gates);
  if (worst === "fail") return decision.startsWith("unbaselined") ? "unbaselined-fail" : "rejected";
  const refused = decision === "rejected" || decision === "unbaselined-fail";
  return worst === "inconclusive" && !refused ? "inconclusive" : decision;
}

/** Whether two models answered the same in every row, in everything that both give. */
export function identicalAnswers(one: Answers, other: Answers): boolean {
  const levels = [...(one.quantiles?.keys() ?? []), ...(other.quantiles?.keys() ?? [])];
  return (
    (["predicted", "score", "ofTrue", "rankOfTrue", "confidence", "squaredDistance", "value"] as const).every((part) =>
      sameNumbers(one[part], other[part]),
    ) &&
    sameLabels(one.labels, other.labels, "score") &&
    levels.every((level) => sameNumbers(one.quantiles?.get(level), other.quantiles?.get(level)))
  );
}
