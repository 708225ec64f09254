const precision = 2 ** -52;
const stepLimit = 1000;

/**
 * A root of `f` between `low` and `high`, where `f` must change its sign or be zero, to double precision: R. P. Brent's
 * method ("Algorithms for Minimization without Derivatives", 1973, chapter 4).
 *
 * @throws RangeError when the signs at both ends are the same.
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  let [a, b, fa, fb] = [low, high, f(low), f(high)];
  if (Number.isNaN(fa) || Number.isNaN(fb) || Math.sign(fa) * Math.sign(fb) > 0) {
    throw new RangeError(`no change of sign between ${low} and ${high}`);
  }
  let [c, fc] = [a, fa];
  let step = b - a;
  let earlier = step;
  for (let count = 0; count < stepLimit; count++) {
    if (fb > 0 === fc > 0) {
      [c, fc] = [a, fa];
      step = b - a;
      earlier = step;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const tolerance = 2 * precision * Math.abs(b) + Number.MIN_VALUE;
    const half = (c - b) / 2;
    if (Math.abs(half) <= tolerance || fb === 0) {
      return b;
    }
    const shrinking = Math.abs(earlier) >= tolerance && Math.abs(fa) > Math.abs(fb);
    const proposed = shrinking ? interpolate(a, b, c, fa, fb, fc) : Number.NaN;
    const accepted =
      proposed * half > 0 && Math.abs(proposed) < Math.min(1.5 * Math.abs(half) - tolerance / 2, Math.abs(earlier) / 2);
    [earlier, step] = accepted ? [step, proposed] : [half, half];
    [a, fa] = [b, fb];
    b += Math.abs(step) > tolerance ? step : Math.sign(half) * tolerance;
    fb = f(b);
  }
  return b;
}

/** The step from b by the secant, or by inverse quadratic interpolation when three different points are known. */
function interpolate(a: number, b: number, c: number, fa: number, fb: number, fc: number): number {
  const s = fb / fa;
  if (a === c) {
    return ((c - b) * s) / (s - 1);
  }
  const q = fa / fc;
  const r = fb / fc;
  const numerator = s * ((c - b) * q * (q - r) - (b - a) * (r - 1));
  return -numerator / ((q - 1) * (r - 1) * (s - 1));
}
