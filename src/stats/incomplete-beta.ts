import { continuedFraction } from "./continued-fraction.ts";
import { binomialDensity } from "./saddle-point.ts";

/**
 * The regularised incomplete beta function I_x(a, b), for a > 0, b > 0 and 0 ≤ x ≤ 1; in 0..1. `y` is 1 − x, given by
 * the caller because it often knows it more exactly than the subtraction would. The continued fraction of DLMF 8.17.22,
 * on the side where it converges quickly, which is also the side of the smaller tail.
 */
export function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (x <= 0) {
    return 0;
  }
  if (y <= 0) {
    return 1;
  }
  return x * (a + b + 2) > a + 1 ? 1 - lowerTail(b, a, y, x) : lowerTail(a, b, x, y);
}

function lowerTail(a: number, b: number, x: number, y: number): number {
  const factor = (b / (a + b)) * binomialDensity(a, a + b, x, y);
  if (factor === 0) {
    return 0;
  }
  const fraction = continuedFraction(1, (index) => {
    const m = Math.floor(index / 2);
    const numerator =
      index % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [numerator, 1];
  });
  return Math.min(1, factor / fraction);
}
