import type { Design } from "./design.ts";
import { type Estimated, estimatedMean, estimatedShare } from "./estimated.ts";
import type { Answers, Truth } from "./evaluation.ts";

/** How much two models' answers to the same rows differ, whichever is right. */
export interface Churn {
  readonly rows: number;
  /** Classes: rows whose predicted class changed, … */
  readonly changed?: Estimated & { readonly count: number };
  /** … those that the champion had right and the challenger has wrong, and the other way round. */
  readonly broken?: Estimated & { readonly count: number };
  readonly fixed?: Estimated & { readonly count: number };
  /** Mean absolute change of the positive class's score, or of the predicted number. */
  readonly score?: Estimated & { readonly largest: number };
}

/**
 * Churn (M. Milani Fard and others, "Launch and Iterate", 2016) and negative flips (S. Yan and others, "Positive-Congruent Training", 2021).
 * Rows count alike, whatever their weights.
 */
export function churnBetween(
  truth: Truth,
  challenger: Answers,
  champion: Answers,
  rows: number,
  weighted: Design,
): Churn {
  const { weights: _, ...design } = weighted;
  const score = scoreChange(challenger, champion, design);
  return {
    rows,
    ...(truth.kind === "classes" ? classChange(truth.label, challenger, champion, design) : {}),
    ...(score === undefined ? {} : { score }),
  };
}

function classChange(
  label: Uint16Array,
  { predicted: one }: Answers,
  { predicted: other }: Answers,
  design: Design,
): Pick<Churn, "changed" | "broken" | "fixed"> {
  if (one === undefined || other === undefined) return {};
  const share = (holds: (row: number, truth: number) => boolean) =>
    estimatedShare(
      Float64Array.from(label, (truth, row) => (one[row] !== other[row] && holds(row, truth) ? 1 : 0)),
      design,
    );
  return {
    changed: share(() => true),
    broken: share((row, truth) => other[row] === truth),
    fixed: share((row, truth) => one[row] === truth),
  };
}

function scoreChange(challenger: Answers, champion: Answers, design: Design): Churn["score"] {
  const one = challenger.score ?? challenger.value;
  const other = champion.score ?? champion.value;
  if (one === undefined || other === undefined) return undefined;
  const changes = one.map((value, row) => Math.abs(value - (other[row] ?? Number.NaN)));
  const largest = changes.reduce((most, change) => Math.max(most, change), 0);
  return { ...estimatedMean(changes, design), largest };
}
