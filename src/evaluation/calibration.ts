import type { Design } from "./design.ts";
import { type Estimated, estimatedMean } from "./estimated.ts";
import type { Answers, Truth } from "./evaluation.ts";
import { testGains } from "./gain-test.ts";

/** How far a model's probabilities are from what happens. What could not be computed has no value. */
export interface Calibration {
  /** Expected calibration error over bins of equal mass; above 0 even for perfect probabilities. */
  readonly error: Estimated;
  /** Two classes alone: the slope of the logistic regression of the truth on the log-odds of the probability; 1 is perfect, … */
  readonly slope?: Estimated;
  /** … and its intercept when the slope is 1: the log-odds by which the probabilities are too low on the whole; 0 is perfect. */
  readonly intercept?: Estimated;
}

/** A model's claims: the probability of the positive class, or of the likeliest of several, and whether it came true. */
interface Claims {
  readonly probability: Float64Array;
  readonly hit: Float64Array;
}

/** Undefined when the model gives no probabilities. Rows count alike, whatever their weights. */
export function calibrationOf(truth: Truth, answers: Answers, bins: number, design: Design): Calibration | undefined {
  const { weights: _, ...ofRows } = design;
  const claims = claimsOf(truth, answers);
  if (claims === undefined) return undefined;
  const error = calibrationError(claims, bins, ofRows);
  if (truth.kind !== "classes" || truth.positive === undefined) return { error };
  const [slope, intercept] = [slopeOf(claims, ofRows), interceptOf(claims, ofRows)];
  return { error, ...(slope === undefined ? {} : { slope }), ...(intercept === undefined ? {} : { intercept }) };
}

function claimsOf(truth: Truth, { ofTrue, score, predicted, confidence }: Answers): Claims | undefined {
  if (truth.kind !== "classes") return undefined;
  const { label, positive } = truth;
  if (positive !== undefined) {
    if (ofTrue === undefined || score === undefined) return undefined;
    return { probability: score, hit: Float64Array.from(label, (place) => (place === positive ? 1 : 0)) };
  }
  if (confidence === undefined || predicted === undefined) return undefined;
  return { probability: confidence, hit: Float64Array.from(label, (place, row) => (predicted[row] === place ? 1 : 0)) };
}

/** A bin of fewer rows says nothing. */
const leastOfABin = 10;

/**
 * The mean over rows of the gap of their bin, its sign turned so that every bin counts up. Noise makes each gap larger, never smaller, in
 * expectation: the upper bound is safe as it stands; the lower one is moved down by what noise alone would give, Σ w·s·√(2/π) (the mean of a
 * half-normal variable), so that it never blames a model for having few rows.
 */
function calibrationError({ probability, hit }: Claims, bins: number, design: Design): Estimated {
  const rows = hit.length;
  const bin = binsOf(probability, bins);
  const count = new Float64Array(bins);
  const sum = new Float64Array(bins);
  const square = new Float64Array(bins);
  const gap = hit.map((one, row) => one - (probability[row] ?? 0));
  for (const [row, one] of gap.entries()) {
    const at = bin[row] ?? 0;
    count[at] = (count[at] ?? 0) + 1;
    sum[at] = (sum[at] ?? 0) + one;
    square[at] = (square[at] ?? 0) + one * one;
  }
  const used = [...count.entries()].filter(([, n]) => n > 0);
  const turned = gap.map((one, row) => (Math.sign(sum[bin[row] ?? 0] ?? 0) || 1) * one);
  const { value, lower, upper } = estimatedMean(turned, design);
  if (lower === null || used.some(([, n]) => n < leastOfABin)) return { value, lower: null, upper: null };
  const noise = used.reduce((all, [at, n]) => {
    const mean = (sum[at] ?? 0) / n;
    const variance = Math.max(0, (square[at] ?? 0) / n - mean * mean) / (n - 1);
    return all + (n / rows) * Math.sqrt(variance * (2 / Math.PI));
  }, 0);
  return { value, lower: Math.max(0, lower - noise), upper };
}

/** Bins of about equally many rows, by rank of the probability; equal probabilities share one. */
function binsOf(probability: Float64Array, bins: number): Uint16Array {
  const order = Uint32Array.from(probability.keys()).sort((a, b) => (probability[a] ?? 0) - (probability[b] ?? 0));
  const bin = new Uint16Array(probability.length);
  let [previous, current] = [Number.NaN, 0];
  for (const [rank, row] of order.entries()) {
    if (probability[row] !== previous) current = Math.floor((rank * bins) / order.length);
    previous = probability[row] ?? Number.NaN;
    bin[row] = current;
  }
  return bin;
}

/** Log-odds beyond this are taken as this: a probability of exactly 0 or 1 would outweigh all other rows. */
const mostLogit = 15;
/** Newton's steps; it takes about six where there is a maximum at all. */
const steps = 50;

function logitsOf(probability: Float64Array): Float64Array {
  return probability.map((p) => Math.max(-mostLogit, Math.min(mostLogit, Math.log(p / (1 - p)))));
}

/** D. R. Cox, "Two further applications of a model for binary regression" (1958); errors by the rows' influences. */
function slopeOf({ probability, hit }: Claims, design: Design): Estimated | undefined {
  const x = logitsOf(probability);
  // From 0 the steps lead up; from elsewhere they may overshoot.
  let [a, b] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const { scoreA, scoreB, aa, ab, bb } = moments(x, hit, a, b);
    const determinant = aa * bb - ab * ab;
    if (!(determinant > 1e-12 * hit.length)) return undefined;
    const [da, db] = [(bb * scoreA - ab * scoreB) / determinant, (aa * scoreB - ab * scoreA) / determinant];
    a += da;
    b += db;
    if (!(Math.abs(b) < 1e3)) return undefined;
    if (Math.abs(da) + Math.abs(db) < 1e-10) break;
  }
  const { aa, ab, bb } = moments(x, hit, a, b);
  const determinant = aa * bb - ab * ab;
  const influence = hit.map((one, row) => {
    const left = one - logistic(a + b * (x[row] ?? 0));
    return (hit.length * left * (aa * (x[row] ?? 0) - ab)) / determinant;
  });
  return around(b, influence, design);
}

/** Calibration in the large (B. Van Calster and others, "Calibration: the Achilles heel of predictive analytics", 2019). */
function interceptOf({ probability, hit }: Claims, design: Design): Estimated | undefined {
  const x = logitsOf(probability);
  let a = 0;
  for (let step = 0; step < steps; step++) {
    const { scoreA, aa } = moments(x, hit, a, 1);
    if (!(aa > 0)) return undefined;
    a += scoreA / aa;
    if (!(Math.abs(a) < 1e3)) return undefined;
    if (Math.abs(scoreA / aa) < 1e-10) break;
  }
  const { aa } = moments(x, hit, a, 1);
  const influence = hit.map((one, row) => ((one - logistic(a + (x[row] ?? 0))) * hit.length) / aa);
  return around(a, influence, design);
}

/** Gradient and information of the logistic regression of `hit` on a + b·x. */
function moments(x: Float64Array, hit: Float64Array, a: number, b: number) {
  let [scoreA, scoreB, aa, ab, bb] = [0, 0, 0, 0, 0];
  for (const [row, one] of hit.entries()) {
    const at = x[row] ?? 0;
    const p = logistic(a + b * at);
    const weight = p * (1 - p);
    scoreA += one - p;
    scoreB += (one - p) * at;
    aa += weight;
    ab += weight * at;
    bb += weight * at * at;
  }
  return { scoreA, scoreB, aa, ab, bb };
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function around(value: number, influence: Float64Array, design: Design): Estimated {
  const test = testGains(
    influence.map((one) => value + one),
    value,
    0,
    design,
  );
  return test.kind === "estimate"
    ? { value, lower: test.lower, upper: test.upper }
    : { value, lower: null, upper: null };
}
