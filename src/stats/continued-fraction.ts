const tiny = 1e-300;
const precision = 2 ** -52;

/** More than any argument of this library needs: the fractions converge in about √(largest argument) steps. */
const stepLimit = 5_000_000;

/**
 * Evaluates b₀ + a₁/(b₁ + a₂/(b₂ + …)) to double precision by the modified method of Lentz (I. J. Thompson and A. R.
 * Barnett, 1986). `term(i)` gives [aᵢ, bᵢ] for i ≥ 1.
 *
 * @throws Error when the fraction does not converge, which the callers' ranges rule out.
 */
export function continuedFraction(first: number, term: (index: number) => readonly [a: number, b: number]): number {
  let value = first === 0 ? tiny : first;
  let numerator = value;
  let denominator = 0;
  for (let index = 1; index <= stepLimit; index++) {
    const [a, b] = term(index);
    denominator = b + a * denominator;
    denominator = 1 / (denominator === 0 ? tiny : denominator);
    numerator = b + a / numerator;
    numerator = numerator === 0 ? tiny : numerator;
    const factor = numerator * denominator;
    value *= factor;
    if (Math.abs(factor - 1) <= precision) {
      return value;
    }
  }
  throw new Error("the continued fraction did not converge");
}
