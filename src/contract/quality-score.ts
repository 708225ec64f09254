/** The dimensions that a score is made of. */
export const qualityDimensions = ["completeness", "validity", "uniqueness", "consistency", "timeliness"] as const;
export type QualityDimension = (typeof qualityDimensions)[number];

/** One answered question, for the score. */
export interface Scored {
  /** In the words of the Open Data Contract Standard, or one of the five above; validity when absent. */
  readonly dimension?: string | undefined;
  /** How much of what it speaks of is as it should be, 0 to 1. */
  readonly quality: number;
}

export interface DimensionScore {
  /** 0 to 100. */
  readonly score: number;
  /** Questions that were answered. */
  readonly questions: number;
}

export interface QualityScore {
  /** 0 to 100, in hundredths, rounded down: 100 means that nothing at all is wrong. */
  readonly score: number;
  /** Dimensions of which nothing was asked are left out. */
  readonly dimensions: Readonly<Partial<Record<QualityDimension, DimensionScore>>>;
}

/** The standard has two more words for validity, and one for completeness. */
const synonyms: Readonly<Record<string, QualityDimension>> = {
  completeness: "completeness",
  coverage: "completeness",
  validity: "validity",
  conformity: "validity",
  accuracy: "validity",
  uniqueness: "uniqueness",
  consistency: "consistency",
  timeliness: "timeliness",
};

/**
 * The quality score: in each dimension the mean quality of its questions, and over all the mean of the dimensions.
 * A mean of sorted numbers: the order of the columns and rules changes no bit of it.
 * @returns undefined when nothing was answered
 */
export function qualityScore(items: readonly Scored[]): QualityScore | undefined {
  const byDimension = new Map<QualityDimension, number[]>();
  for (const { dimension, quality } of items) {
    const name = synonyms[dimension?.toLowerCase() ?? ""] ?? "validity";
    byDimension.set(name, [...(byDimension.get(name) ?? []), Math.min(1, Math.max(0, quality))]);
  }
  if (byDimension.size === 0) return undefined;
  const dimensions: Partial<Record<QualityDimension, DimensionScore>> = {};
  const means: number[] = [];
  for (const name of qualityDimensions) {
    const qualities = byDimension.get(name);
    if (qualities === undefined) continue;
    const value = mean(qualities);
    means.push(value);
    dimensions[name] = { score: hundredths(value), questions: qualities.length };
  }
  return { score: hundredths(mean(means)), dimensions };
}

function mean(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b).reduce((sum, value) => sum + value, 0) / values.length;
}

/** Down, so that one bad cell in a billion keeps the score below 100; a mean of ones is one exactly. */
function hundredths(share: number): number {
  return Math.floor(share * 10_000) / 100;
}
