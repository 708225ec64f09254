import { binomialDensity } from "./saddle-point.ts";

/**
 * What n rows tell of the next m, if all n + m come from one source in random order: the number among the next that
 * lies in the lowest a of the n + 1 gaps between the ordered rows is beta-binomial(m, a, n + 1 − a), whatever the
 * distribution (S. S. Wilks, Annals of Mathematical Statistics 13, 1942). For whole a and b this is the negative
 * hypergeometric distribution, whose tails are those of Fisher's exact test: sums of at most a few standard deviations
 * of terms, also for a hundred million rows.
 */

/**
 * P(Y ≥ y) for Y beta-binomial with `trials` trials and whole parameters a, b ≥ 1. `y` is a whole number, and may lie
 * outside 0..trials. Relative error below 1e-9 for trials, a and b up to 1e8.
 */
export function betaBinomialUpperTail(y: number, trials: number, a: number, b: number): number {
  requireWhole(trials, 0, "trials");
  requireWhole(a, 1, "a");
  requireWhole(b, 1, "b");
  if (y <= 0) {
    return 1;
  }
  // Y ≥ y: of the lowest a + y − 1 of all rows at most a − 1 are old ones.
  return y > trials ? 0 : hypergeometricLowerTail(a - 1, a + b - 1, trials, a + y - 1);
}

/** The least k from 0 to `trials` with P(Y > k) ≤ alpha, 0 < alpha < 1: more than k is what happens in at most alpha of the cases. */
export function betaBinomialUpperBound(alpha: number, trials: number, a: number, b: number): number {
  let [low, high] = [0, trials];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (betaBinomialUpperTail(middle + 1, trials, a, b) <= alpha) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** P(H ≤ h) for the number H of the `old` rows among `drawn` of old + fresh, all whole. */
function hypergeometricLowerTail(h: number, old: number, fresh: number, drawn: number): number {
  const least = Math.max(0, drawn - fresh);
  const most = Math.min(old, drawn);
  if (h < least) {
    return 0;
  }
  if (h >= most) {
    return 1;
  }
  const mode = Math.floor(((drawn + 1) * (old + 1)) / (old + fresh + 2));
  // The ratio of neighbouring terms, so that each side is summed away from the mode, the largest term first.
  const up = (at: number) => ((old - at) * (drawn - at)) / ((at + 1) * (fresh - drawn + at + 1));
  const density = (at: number) => hypergeometricDensity(at, old, fresh, drawn);
  if (h < mode) {
    return sumOf(density(h), h - least, (step) => 1 / up(h - step - 1));
  }
  return 1 - sumOf(density(h + 1), most - h - 1, (step) => up(h + 1 + step));
}

/** first·(1 + r₀ + r₀r₁ + …) over at most `steps` falling ratios, ended where nothing more is added. */
function sumOf(first: number, steps: number, ratio: (step: number) => number): number {
  let [sum, term] = [first, first];
  for (let step = 0; step < steps; step++) {
    term *= ratio(step);
    const next = sum + term;
    if (next === sum) {
      break;
    }
    sum = next;
  }
  return Math.min(1, sum);
}

/** By three binomial densities with the pooled share (C. Loader, 2000). */
function hypergeometricDensity(h: number, old: number, fresh: number, drawn: number): number {
  const p = drawn / (old + fresh);
  const q = (old + fresh - drawn) / (old + fresh);
  const whole = wholeBinomialDensity(drawn, old + fresh, p, q);
  return (wholeBinomialDensity(h, old, p, q) / whole) * wholeBinomialDensity(drawn - h, fresh, p, q);
}

function wholeBinomialDensity(x: number, n: number, p: number, q: number): number {
  if (x === 0) {
    return Math.exp(n * Math.log1p(-p));
  }
  return x === n ? Math.exp(n * Math.log1p(-q)) : binomialDensity(x, n, p, q);
}

function requireWhole(value: number, least: number, name: string): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new RangeError(`${name} must be a whole number from ${least}, not ${value}`);
  }
}
