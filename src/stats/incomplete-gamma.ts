import { continuedFraction } from "./continued-fraction.ts";
import { poissonDensity } from "./saddle-point.ts";

/**
 * The regularised upper incomplete gamma function Q(a, x) = Γ(a, x)/Γ(a), for a > 0 and x ≥ 0; in 0..1. The series of
 * DLMF 8.11.4 below x = a + 1, the continued fraction of DLMF 8.9.2 above it, so that a small Q is never 1 − P.
 *
 * @throws RangeError for an x that is no number
 */
export function upperIncompleteGamma(a: number, x: number): number {
  if (Number.isNaN(x)) {
    throw new RangeError("the argument of a tail must be a number");
  }
  if (x <= 0) {
    return 1;
  }
  if (x === Number.POSITIVE_INFINITY) {
    return 0;
  }
  if (x < a + 1) {
    let term = 1;
    let sum = 1;
    for (let k = 1; term > sum * 1e-17; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return Math.max(0, 1 - poissonDensity(a, x) * sum);
  }
  const density = poissonDensity(a, x);
  if (density === 0) {
    return 0;
  }
  const fraction = continuedFraction(x + 1 - a, (i) => [-i * (i - a), x + 2 * i + 1 - a]);
  return (density * a) / fraction;
}
