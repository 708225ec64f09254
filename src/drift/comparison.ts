import type { ColumnProfile } from "../profile/profile.ts";
import { type Bins, binsOf, rowsOf } from "./bins.ts";
import { type ColumnDecision, decideDrift } from "./decision.ts";
import type { DriftMethod, DriftOptions, DriftOutcome } from "./drift.ts";

/** One column of both data sets, counted at the same edges. */
export interface ColumnPair {
  readonly column: string;
  readonly reference: ColumnProfile;
  readonly current: ColumnProfile;
}

export interface ComparedColumn extends ColumnPair {
  readonly decision: ColumnDecision;
  /** What the deciding method found. */
  readonly evidence: DriftOutcome;
  /** What each method found, by its name; a method that does not apply to the column is absent. */
  readonly outcomes: ReadonlyMap<string, DriftOutcome>;
  /** Undefined when the two cannot be compared bin by bin. */
  readonly bins: Bins | undefined;
}

/**
 * Compares columns by every method, decides by one of them over all columns together, and ranks by its corrected score, the largest drift
 * first; columns without a score come last, by name.
 */
export function compareColumns(
  pairs: readonly ColumnPair[],
  methods: readonly DriftMethod[],
  deciding: DriftMethod,
  options: DriftOptions,
): readonly ComparedColumn[] {
  const evidence = pairs.map(({ reference, current }) => deciding.compare(reference, current, options));
  const decisions = decideDrift(
    pairs.map(({ column, reference, current }, index) => ({
      column,
      referenceRows: rowsOf(reference),
      currentRows: rowsOf(current),
      outcome: evidence[index] ?? { kind: "inconclusive", reason: "there is no score" },
    })),
    options,
  );
  return pairs
    .flatMap((pair, index): ComparedColumn[] => {
      const [decision, outcome] = [decisions[index], evidence[index]];
      if (decision === undefined || outcome === undefined) return [];
      const bins = binsOf(pair.reference, pair.current);
      return [
        {
          ...pair,
          decision,
          evidence: outcome,
          outcomes: outcomesOf(pair, methods, options),
          bins: "reason" in bins ? undefined : bins,
        },
      ];
    })
    .sort((a, b) => rank(b) - rank(a) || (a.column < b.column ? -1 : 1));
}

function outcomesOf(
  { reference, current }: ColumnPair,
  methods: readonly DriftMethod[],
  options: DriftOptions,
): ReadonlyMap<string, DriftOutcome> {
  const applicable = methods.filter(({ appliesTo }) => appliesTo.includes(reference.kind));
  return new Map(applicable.map((method) => [method.name, method.compare(reference, current, options)]));
}

function rank({ evidence }: ComparedColumn): number {
  return evidence.kind === "score" ? (evidence.corrected ?? evidence.score) : Number.NEGATIVE_INFINITY;
}
