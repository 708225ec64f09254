import type { Check } from "../kernel/command.ts";
import type { CheckVerdict } from "../kernel/verdict.ts";

/** The order a reader needs: what is against going on comes first. */
export const readingOrder: readonly CheckVerdict[] = ["fail", "inconclusive", "warn", "unchecked", "pass"];

/** Checks by verdict in reading order, otherwise as the command gave them. */
export function inReadingOrder(checks: readonly Check[]): readonly Check[] {
  return readingOrder.flatMap((verdict) => checks.filter((check) => check.verdict === verdict));
}

/** How many checks have each verdict, those that occur, in reading order. */
export function countVerdicts(checks: readonly Check[]): readonly (readonly [CheckVerdict, number])[] {
  return readingOrder
    .map((verdict) => [verdict, checks.filter((check) => check.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0);
}

/** What each verdict means to somebody who meets it for the first time. */
export const meaning: Readonly<Record<CheckVerdict, string>> = {
  pass: "the evidence supports going on",
  warn: "goes on, with something to read",
  fail: "the evidence is against going on",
  inconclusive: "not enough evidence either way",
  unchecked: "this question was not answered",
};
