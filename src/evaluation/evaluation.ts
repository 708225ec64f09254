/**
 * The comparison of a challenger with a champion on the same rows. Pure: the command reads rows and models, this room gets per-row answers
 * and gives the decision with every number that led to it. Effects are oriented: positive means that the challenger is better.
 */

export const metricNames = ["accuracy", "roc-auc", "log-loss", "brier"] as const;
export type MetricName = (typeof metricNames)[number];

export const metricTests = ["superiority", "non-inferiority"] as const;
export type MetricTest = (typeof metricTests)[number];

/** One metric and what is asked of the challenger in it. */
export interface MetricRule {
  readonly name: MetricName;
  readonly test: MetricTest;
  /** The largest loss that is tolerated, in the metric's unit, above 0; used by non-inferiority. */
  readonly margin: number;
  /** log-loss alone: probabilities are brought into clip..1 − clip first, 0 < clip < 0.5. */
  readonly clip: number;
}

/** Margins of metrics that are asked for without one. */
export const defaultMargins: Readonly<Record<MetricName, number>> = {
  accuracy: 0.01,
  "roc-auc": 0.005,
  "log-loss": 0.01,
  brier: 0.005,
};

/** What a metric is called in a report, what it needs from a model, and whether larger values are better. */
export const metricFacts: Readonly<
  Record<MetricName, { readonly needs: ScoreKind; readonly better: "higher" | "lower"; readonly binaryOnly: boolean }>
> = {
  accuracy: { needs: "class", better: "higher", binaryOnly: false },
  "roc-auc": { needs: "score", better: "higher", binaryOnly: true },
  "log-loss": { needs: "probability", better: "lower", binaryOnly: false },
  brier: { needs: "probability", better: "lower", binaryOnly: true },
};

/** `score`: any number that grows with the positive class. `probability`: a score in 0..1. */
export type ScoreKind = "class" | "score" | "probability";

/** The rows' true classes. */
export interface Truth {
  /** In the order in which models give their scores; binary: see `positive`. At most 1,000. */
  readonly classes: readonly string[];
  /** Binary alone: the place of the positive class in `classes`. */
  readonly positive?: number;
  /** Each row's place in `classes`. */
  readonly label: Uint16Array;
}

/** One model's answers, as long as the rows. What the model does not give is absent. */
export interface Answers {
  /** Predicted class; `otherClass` for one that the rows do not have. */
  readonly predicted?: Uint16Array;
  /** Binary: the positive class's score. */
  readonly score?: Float64Array;
  /** The probability that was given to the row's true class. */
  readonly ofTrue?: Float64Array;
}

export const otherClass = 0xffff;

export const metricStates = ["superior", "non-inferior", "rejected", "inconclusive", "unchanged"] as const;
/** `unchanged`: both models answered the same in every row. */
export type MetricState = (typeof metricStates)[number];

/** One metric compared. What could not be computed is null. */
export interface MetricComparison {
  readonly rule: MetricRule;
  readonly state: MetricState;
  readonly rows: number;
  readonly challenger: number | null;
  readonly champion: number | null;
  /** Challenger less champion, turned so that positive is better. */
  readonly effect: number | null;
  /** One-sided bounds of the effect, each at 1 − alpha. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Superiority: against "not better". Non-inferiority: against "worse by the margin", where the method has one. */
  readonly p: number | null;
  readonly method: string;
  /** The smallest true effect that this many rows find with 80% power at this alpha. */
  readonly detectable: number | null;
  /** Rows for 80% power: for superiority if the observed effect is the true one, for non-inferiority if the models are equal. */
  readonly rowsNeeded: number | null;
  /** Why it is inconclusive, when not simply for want of rows. */
  readonly reason?: string;
  /** log-loss: rows whose probability was clipped. */
  readonly clipped?: { readonly challenger: number; readonly champion: number };
}

export const decisions = [
  "superior",
  "non-inferior",
  "rejected",
  "inconclusive",
  "unchanged",
  "unbaselined-pass",
  "unbaselined-fail",
] as const;
export type Decision = (typeof decisions)[number];
