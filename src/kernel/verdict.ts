/**
 * pass: the evidence supports going on. warn: goes on, with something a person should read.
 * fail: the evidence is against it. inconclusive: not enough evidence either way.
 */
export const verdicts = ["pass", "warn", "fail", "inconclusive"] as const;
export type Verdict = (typeof verdicts)[number];

/** What a single check found; `unchecked` says aloud that a question was not answered, and never counts as passed. */
export type CheckVerdict = Verdict | "unchecked";

const severity: Readonly<Record<CheckVerdict, number>> = { pass: 0, unchecked: 1, warn: 1, inconclusive: 2, fail: 3 };

/** The verdict over several checks: fail beats inconclusive beats warn beats pass. Something unchecked makes it a warning. */
export function overallVerdict(checks: Iterable<CheckVerdict>): Verdict {
  let worst = 0;
  for (const verdict of checks) worst = Math.max(worst, severity[verdict]);
  return (["pass", "warn", "inconclusive", "fail"] as const)[worst] ?? "fail";
}
