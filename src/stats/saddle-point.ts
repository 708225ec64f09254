/**
 * Densities by the saddle-point expansion of C. Loader, "Fast and accurate computation of binomial probabilities"
 * (2000), for real arguments. The incomplete gamma and beta functions take their leading factors from here: written
 * with log-gamma these lose a digit for every tenfold of the argument, written as deviances they keep all but one or
 * two.
 */

const halfLogTwoPi = 0.9189385332046728;

/** The smallest argument at which the series of {@link stirlingError} is exact to double precision. */
const stirlingSeriesFrom = 16;

/** ln Γ(n+1) − (n + ½)·ln n + n − ½·ln 2π for n > 0: what Stirling's formula leaves out. Absolute error below 1e-14. */
function stirlingError(n: number): number {
  let correction = 0;
  let shifted = n;
  while (shifted < stirlingSeriesFrom) {
    correction += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
    shifted += 1;
  }
  const square = shifted * shifted;
  const series =
    1 / 12 -
    (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - 691 / 360360 / square) / square) / square) / square) / square;
  return correction + series / shifted;
}

/** The deviance x·ln(x/m) + m − x for x > 0 and m > 0, without cancellation where x is close to m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) {
    return x * Math.log(x / m) + m - x;
  }
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let power = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    power *= v * v;
    const next = sum + power / odd;
    if (next === sum) {
      return sum;
    }
    sum = next;
  }
}

/** The Poisson density λˣ·e^(−λ)/Γ(x+1), for real x ≥ 0 and λ > 0. */
export function poissonDensity(x: number, lambda: number): number {
  if (x === 0) {
    return Math.exp(-lambda);
  }
  return Math.exp(-stirlingError(x) - deviance(x, lambda)) / Math.sqrt(2 * Math.PI * x);
}

/**
 * The binomial density Γ(n+1)/(Γ(x+1)·Γ(n−x+1))·pˣ·qⁿ⁻ˣ, for real 0 < x < n and p > 0, q = 1 − p > 0, both given so
 * that neither is rounded.
 */
export function binomialDensity(x: number, n: number, p: number, q: number): number {
  const rest = n - x;
  const exponent =
    stirlingError(n) - stirlingError(x) - stirlingError(rest) - deviance(x, n * p) - deviance(rest, n * q);
  return Math.exp(exponent - halfLogTwoPi) * Math.sqrt(n / (x * rest));
}
