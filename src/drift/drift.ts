import type { ColumnProfile } from "../profile/profile.ts";

export type DriftOutcome =
  | {
      readonly kind: "score";
      readonly score: number;
      /** The score less what two samples of one distribution have on average: comparable between sample sizes, may be negative. */
      readonly corrected?: number;
      /** Against "nothing changed at all". */
      readonly p?: number;
      /** Against "the change is at most the minimum effect". */
      readonly pMinimumEffect?: number;
      /** The smallest true score that the test against the minimum effect finds with 80% power. */
      readonly minimumDetectable?: number;
      /** How many bins or levels were compared. */
      readonly bins?: number;
    }
  | { readonly kind: "inconclusive"; readonly reason: string };

export interface DriftOptions {
  /** Scores up to this one do not matter to the user. */
  readonly minimumEffect: number;
  /** The error that `minimumDetectable` is stated for. */
  readonly alpha: number;
}

/** Pure, total, deterministic: never throws on data, never returns NaN, infinite only when the definition says so. */
export interface DriftMethod {
  readonly name: string;
  /** As a table's column heads it. */
  readonly title: string;
  /** The definition's citation. */
  readonly source: string;
  readonly appliesTo: readonly ColumnProfile["kind"][];
  /** A raw threshold marks the report as dependent on sample size. */
  readonly defaultThreshold?: number;
  /** Numeric profiles must have been counted at the same edges. */
  compare(reference: ColumnProfile, current: ColumnProfile, options: DriftOptions): DriftOutcome;
}
