import { incompleteBeta } from "./incomplete-beta.ts";
import { upperIncompleteGamma } from "./incomplete-gamma.ts";
import { findRoot } from "./root.ts";
import { poissonDensity } from "./saddle-point.ts";

/**
 * Tail probabilities and quantiles. A survival function is computed on its own, never as 1 − cdf, so that small
 * p-values keep their digits: relative error below 1e-11 down to 1e-290. Arguments out of range are a
 * caller's bug and throw RangeError.
 */

/** P(Z > z) for a standard normal Z; z may be infinite. */
export function normalSurvival(z: number): number {
  const tail = upperIncompleteGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? 1 - tail : tail;
}

/** The coefficients of Wichura's three rational functions, numerator then denominator, highest power first. */
const centre = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
] as const;
const shoulder = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
] as const;
const farTail = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
] as const;

function rational([numerator, denominator]: readonly [readonly number[], readonly number[]], x: number): number {
  const polynomial = (coefficients: readonly number[]) => coefficients.reduce((sum, c) => sum * x + c, 0);
  return polynomial(numerator) / polynomial(denominator);
}

/** The z with P(Z ≤ z) = p, for 0 < p < 1. M. J. Wichura, algorithm AS 241 (1988), relative error about 1e-16. */
export function normalQuantile(p: number): number {
  requireProbability(p);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    return q * rational(centre, 0.180625 - q * q);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? rational(shoulder, r - 1.6) : rational(farTail, r - 5);
  return q < 0 ? -z : z;
}

/** P(T > t) for Student's t with `degreesOfFreedom` > 0 (not necessarily whole); t may be infinite. */
export function studentSurvival(t: number, degreesOfFreedom: number): number {
  requirePositive(degreesOfFreedom, "degrees of freedom");
  const square = t * t;
  const total = degreesOfFreedom + square;
  const [x, y] = total === Number.POSITIVE_INFINITY ? [0, 1] : [degreesOfFreedom / total, square / total];
  const tail = incompleteBeta(degreesOfFreedom / 2, 0.5, x, y) / 2;
  return t < 0 ? 1 - tail : tail;
}

/**
 * The t with P(T ≤ t) = p, for 0 < p < 1. Inverts {@link studentSurvival} on a log scale; relative error below 1e-11.
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  requireProbability(p);
  requirePositive(degreesOfFreedom, "degrees of freedom");
  if (p === 0.5) {
    return 0;
  }
  const tail = Math.min(p, 1 - p);
  const excess = (t: number) => Math.log(studentSurvival(t, degreesOfFreedom) / tail);
  let high = 1;
  while (excess(high) > 0) {
    high *= 2;
  }
  const t = findRoot(excess, high === 1 ? 0 : high / 2, high);
  return p < 0.5 ? -t : t;
}

/** P(X > x) for a chi-square X with `degreesOfFreedom` > 0. */
export function chiSquareSurvival(x: number, degreesOfFreedom: number): number {
  requirePositive(degreesOfFreedom, "degrees of freedom");
  return upperIncompleteGamma(degreesOfFreedom / 2, x / 2);
}

/** Below this the probabilities are left at 0: they are out of the reach of double precision. */
const logOfNothing = -690;

/** A density below this may be subnormal and has lost digits: the recurrence starts above it. */
const safeDensity = 1e-280;

/**
 * P(X > x) for a noncentral chi-square X with `degreesOfFreedom` > 0 and `noncentrality` λ ≥ 0: the Poisson mixture Σⱼ
 * Pois(j; λ/2)·Q(ν/2 + j, x/2) (Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions" 2, 1995, 29.3).
 * Every term is positive and Q is carried upwards by Q(a+1, y) = Q(a, y) + y^a·e^(−y)/Γ(a+1), so that no digit is lost
 * in the tail. What lies below the first term, ten standard deviations under the mean of the Poisson weights, is under
 * 1e-20 of the whole.
 */
export function noncentralChiSquareSurvival(x: number, degreesOfFreedom: number, noncentrality: number): number {
  requirePositive(degreesOfFreedom, "degrees of freedom");
  if (!(noncentrality >= 0 && noncentrality < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`noncentrality must be a finite number from 0, not ${noncentrality}`);
  }
  if (x <= 0) {
    return 1;
  }
  if (noncentrality === 0) {
    return chiSquareSurvival(x, degreesOfFreedom);
  }
  if (logChernoffBound(x, degreesOfFreedom, noncentrality) < logOfNothing) {
    return 0;
  }
  const mean = noncentrality / 2;
  const y = x / 2;
  const first = Math.max(0, Math.floor(mean - 10 * Math.sqrt(mean)));
  const peak = Math.max(mean, Math.sqrt(mean * y));
  const last = Math.ceil(peak + 10 * Math.sqrt(peak) + 40);
  let weight = poissonDensity(first, mean);
  let shape = degreesOfFreedom / 2 + first;
  let tail = upperIncompleteGamma(shape, y);
  let density = poissonDensity(shape, y);
  let sum = 0;
  for (let j = first; j <= last; j++) {
    const term = weight * tail;
    sum += term;
    if (j > peak && term < sum * 1e-18) {
      break;
    }
    weight *= mean / (j + 1);
    tail = Math.min(1, tail + density);
    shape += 1;
    density = density > safeDensity ? (density * y) / shape : poissonDensity(shape, y);
  }
  return Math.min(1, sum);
}

/**
 * ln of the Chernoff bound min over 0 < t < ½ of E[e^(tX)]·e^(−tx) of the noncentral chi-square's upper tail; 0 below
 * its mean.
 */
function logChernoffBound(x: number, degreesOfFreedom: number, noncentrality: number): number {
  if (x <= degreesOfFreedom + noncentrality) {
    return 0;
  }
  // u = 1 − 2t solves x·u² − ν·u − λ = 0, where the derivative of the exponent is zero.
  const root = Math.sqrt(degreesOfFreedom * degreesOfFreedom + 4 * x * noncentrality);
  const u = (degreesOfFreedom + root) / (2 * x);
  const t = (1 - u) / 2;
  return -t * x + (noncentrality * t) / u - (degreesOfFreedom / 2) * Math.log(u);
}

/**
 * P(X ≥ k) for a binomial X of `trials` trials with probability 0 < p < 1; k is a whole number, and may lie outside
 * 0..trials.
 */
export function binomialUpperTail(k: number, trials: number, p: number): number {
  requireProbability(p);
  if (k <= 0) {
    return 1;
  }
  return k > trials ? 0 : incompleteBeta(k, trials - k + 1, p, 1 - p);
}

function requireProbability(p: number): void {
  if (!(p > 0 && p < 1)) {
    throw new RangeError(`a probability must lie between 0 and 1, not ${p}`);
  }
}

function requirePositive(value: number, name: string): void {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${name} must be a finite number above 0, not ${value}`);
  }
}
