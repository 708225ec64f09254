import type { ColumnProfile } from "../profile/profile.ts";

export type DriftOutcome =
  | {
      readonly kind: "score";
      readonly score: number;
      readonly corrected?: number;
      readonly p?: number;
      readonly pMinimumEffect?: number;
    }
  | { readonly kind: "inconclusive"; readonly reason: string };

/** Pure, total, deterministic: never throws on data, never returns NaN, infinite only when the definition says so. */
export interface DriftMethod {
  readonly name: string;
  readonly title: string;
  /** The definition's citation. */
  readonly source: string;
  readonly appliesTo: readonly ColumnProfile["kind"][];
  /** A raw threshold marks the report as dependent on sample size. */
  readonly defaultThreshold?: number;
  compare(reference: ColumnProfile, current: ColumnProfile, options: { readonly minimumEffect: number }): DriftOutcome;
}
