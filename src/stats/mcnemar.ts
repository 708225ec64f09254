import { binomialUpperTail } from "./distributions.ts";

/** How often exactly one of two classifiers was right about a row. */
export interface DiscordantPairs {
  /** Rows the challenger gets right and the champion wrong. */
  readonly gains: number;
  /** Rows the challenger gets wrong and the champion right. */
  readonly losses: number;
}

export interface McNemarTest {
  /** p against "the challenger is not better". */
  readonly pGreater: number;
  /** p against "the challenger is not worse". */
  readonly pLess: number;
  /** Twice the smaller of the two, at most 1. */
  readonly pTwoSided: number;
}

/**
 * McNemar's test of two classifiers on the same rows, conditional on the discordant ones (Q. McNemar, 1947): given that
 * one of them is right, it is the challenger with probability ½. "exact" never exceeds its level; "mid-p" counts the
 * observed outcome half (M. W. Fagerland, S. Lydersen and P. Laake, 2013) and may exceed it by very little. Without
 * discordant rows every p is 1 (mid-p: one-sided ½).
 */
export function mcNemarTest({ gains, losses }: DiscordantPairs, method: "exact" | "mid-p"): McNemarTest {
  const pairs = gains + losses;
  const upperTail = (count: number) => {
    const exact = binomialUpperTail(count, pairs, 0.5);
    return method === "exact" ? exact : (exact + binomialUpperTail(count + 1, pairs, 0.5)) / 2;
  };
  const pGreater = upperTail(gains);
  const pLess = upperTail(losses);
  return { pGreater, pLess, pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)) };
}
