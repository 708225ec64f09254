import type { ColumnProfile } from "../profile/profile.ts";

type Numeric = Extract<ColumnProfile, { kind: "numeric" }>;

/** A place between two values: before the edge itself, or right after it. */
export interface Cut {
  readonly edge: number;
  /** Values equal to the edge fall below the cut. */
  readonly inclusive: boolean;
}

/** Two numeric columns in the finest parts that both profiles tell apart: parts[i] and parts[i + 1] meet at cuts[i]. */
export interface Atoms {
  readonly cuts: readonly Cut[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/**
 * Splits each bin into the values below its edge and those equal to it, where both profiles counted the latter; that makes discrete columns exact.
 * Undefined when the two were counted at different edges.
 */
export function atomsOf(reference: Numeric, current: Numeric): Atoms | undefined {
  const { edges } = reference;
  if (edges.length !== current.edges.length || edges.some((edge, index) => edge !== current.edges[index]))
    return undefined;
  const split = reference.atEdge !== undefined && current.atEdge !== undefined;
  const cuts = Array.from(edges).flatMap((edge): Cut[] =>
    split
      ? [
          { edge, inclusive: false },
          { edge, inclusive: true },
        ]
      : [{ edge, inclusive: true }],
  );
  return { cuts, reference: partsOf(reference, split), current: partsOf(current, split) };
}

function partsOf({ counts, atEdge }: Numeric, split: boolean): readonly number[] {
  const bins = Array.from(counts);
  if (!split) return bins;
  return bins.flatMap((count, bin) => {
    const at = atEdge?.[bin];
    return at === undefined ? [count] : [Math.max(0, count - at), at];
  });
}
