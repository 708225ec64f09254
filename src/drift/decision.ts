import type { Verdict } from "../kernel/verdict.ts";
import { benjaminiHochberg } from "../stats/multiplicity.ts";
import type { DriftOptions, DriftOutcome } from "./drift.ts";

/** Fewer rows than this on either side decide nothing: the rule was simulated from here up. */
export const leastRows = 100;

/** One column as the deciding method (PSI) saw it. */
export interface ColumnEvidence {
  readonly column: string;
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly outcome: DriftOutcome;
}

export interface ColumnDecision {
  readonly column: string;
  readonly verdict: Verdict;
  /** p against the minimum effect, adjusted over the columns; absent when nothing could be decided. */
  readonly p?: number;
  /** Why nothing could be decided. */
  readonly reason?: string;
}

/**
 * The rule of the minimum effect, over all columns at once (Benjamini and Hochberg). `fail`: the drift is larger than the minimum effect, at
 * alpha. `warn`: there is some drift, and its estimate, corrected for sample size, is above the minimum effect. `inconclusive`: too few rows.
 */
export function decideDrift(columns: readonly ColumnEvidence[], options: DriftOptions): readonly ColumnDecision[] {
  const reasons = columns.map(undecidable);
  const tested = columns.flatMap(({ outcome }, index) =>
    reasons[index] === undefined && outcome.kind === "score" ? [{ index, outcome }] : [],
  );
  const large = benjaminiHochberg(tested.map(({ outcome }) => outcome.pMinimumEffect ?? 1));
  const some = benjaminiHochberg(tested.map(({ outcome }) => outcome.p ?? 1));
  const decisions = new Map(
    tested.map(({ index, outcome }, place) => {
      const p = large[place] ?? 1;
      const isLarge = p <= options.alpha;
      const isSome = (some[place] ?? 1) <= options.alpha && (outcome.corrected ?? 0) > options.minimumEffect;
      return [index, { verdict: isLarge ? "fail" : isSome ? "warn" : "pass", p } as const];
    }),
  );
  return columns.map(({ column }, index) => {
    const decision = decisions.get(index);
    if (decision !== undefined) return { column, ...decision };
    return { column, verdict: "inconclusive", reason: reasons[index] ?? "the method gave no score" };
  });
}

function undecidable({ outcome, referenceRows, currentRows }: ColumnEvidence): string | undefined {
  if (outcome.kind === "inconclusive") return outcome.reason;
  if (outcome.pMinimumEffect === undefined) return "the method has no test against a minimum effect";
  const few = Math.min(referenceRows, currentRows);
  if (few >= leastRows) return undefined;
  const side = referenceRows <= currentRows ? "reference" : "current data";
  return `the ${side} has ${few} ${few === 1 ? "row" : "rows"}, fewer than the ${leastRows} that a decision needs`;
}
