/**
 * The comparison of a challenger with a champion on the same rows. Pure: the command reads rows and models, this room gets per-row answers
 * and gives the decision with every number that led to it. Effects are oriented: positive means that the challenger is better.
 */

export const tasks = ["binary", "multiclass", "multilabel", "regression", "ranking", "forecast", "score"] as const;
export type Task = (typeof tasks)[number];

/** Those that are defined here. */
export const knownMetrics = [
  "accuracy",
  "balanced-accuracy",
  "precision",
  "recall",
  "f1",
  "mcc",
  "cost",
  "top-k",
  "roc-auc",
  "average-precision",
  "log-loss",
  "brier",
  "ece",
  "mse",
  "rmse",
  "mae",
  "mape",
  "r2",
  "pinball",
  "smape",
  "mase",
  "ndcg",
  "mrr",
  "map",
  "score",
  "subset-accuracy",
  "hamming-loss",
  "jaccard",
] as const;
/** `sql`, `command`: the mean of what an expression or a program of the user's gives for each row. */
export const metricNames = [...knownMetrics, "sql", "command"] as const;
export type MetricName = (typeof metricNames)[number];

export const metricTests = ["superiority", "non-inferiority"] as const;
export type MetricTest = (typeof metricTests)[number];

export const averages = ["positive", "macro", "weighted", "micro", "samples"] as const;
/**
 * Over classes or labels, as scikit-learn names them (`positive` is its `binary`): of the positive class; plain mean; mean by support; of
 * all counts; of each row's labels.
 */
export type Average = (typeof averages)[number];

export const mcNemarForms = ["exact", "mid-p"] as const;

export const binnings = ["equal-width", "equal-mass"] as const;

/** What a metric's definition leaves open; each metric reads its own, and finds its default where nothing is written. */
export interface MetricSettings {
  /** log-loss: probabilities are brought into clip..1 − clip first, 0 < clip < 0.5. */
  readonly clip?: number | undefined;
  /** precision, recall, f1; of several labels roc-auc and average-precision too. */
  readonly average?: Average | undefined;
  /** top-k, ndcg, mrr: from 1; of queries all places when absent. */
  readonly k?: number | undefined;
  /** accuracy: how McNemar's test counts the observed outcome. */
  readonly p?: (typeof mcNemarForms)[number] | undefined;
  /** score, sql, command: which way is better; higher when absent. */
  readonly better?: "higher" | "lower" | undefined;
  /** pinball: the quantile that is predicted, in 0..1; the mean over all that the model predicts when absent. */
  readonly quantile?: number | undefined;
  /** ece: bins of the probability, from 2. */
  readonly bins?: number | undefined;
  /** ece: bins of the same width, or of about as many rows each. */
  readonly binning?: (typeof binnings)[number] | undefined;
  /** cost: by true class, then by predicted class, in the user's unit; 0 where nothing is written. Negative is a gain. */
  readonly costs?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** sql: the expression, over a row and one model's answer to it. */
  readonly sql?: string | undefined;
  /** command: the program and its arguments. */
  readonly command?: readonly string[] | undefined;
}

/** One metric and what is asked of the challenger in it. */
export interface MetricRule {
  /** As reports name it: the metric, and what tells it from another of the same. Unique among the rules. */
  readonly name: string;
  readonly metric: MetricName;
  readonly settings: MetricSettings;
  readonly test: MetricTest;
  /** The largest loss that is tolerated, in the metric's unit, above 0; used by non-inferiority. */
  readonly margin: number;
  /** What the challenger's own value must reach, in the metric's unit, whoever the champion is. */
  readonly threshold?: number;
}

/** The rows' true values. */
export type Truth = ClassTruth | NumberTruth | LabelTruth | QueryTruth | ScoredTruth;

export interface ClassTruth {
  readonly kind: "classes";
  /** In the order in which models give their scores; binary: see `positive`. At most 1,000. */
  readonly classes: readonly string[];
  /** Binary alone: the place of the positive class in `classes`. */
  readonly positive?: number;
  /** Each row's place in `classes`. */
  readonly label: Uint16Array;
}

export interface NumberTruth {
  readonly kind: "numbers";
  /** Finite. */
  readonly target: Float64Array;
  /** Forecasts: what the seasonal-naive forecast says, and what MASE is scaled by; NaN where the data does not reach back. */
  readonly naive?: Float64Array;
  readonly scale?: Float64Array;
}

/** Rows that have each of several labels or not. */
export interface LabelTruth {
  readonly kind: "labels";
  readonly labels: readonly string[];
  /** By label, then by row: 1 where the row has it, else 0. */
  readonly present: readonly Uint8Array[];
}

/** Rows that are documents of queries. */
export interface QueryTruth {
  readonly kind: "queries";
  /** Finite, ≥ 0; above 0 is relevant. */
  readonly relevance: Float64Array;
  /** Each row's query, by whole numbers from 0 that all occur. */
  readonly query: Int32Array;
  readonly queries: number;
}

/** Rows whose score is at hand: there is nothing else to know of them. */
export interface ScoredTruth {
  readonly kind: "scored";
  readonly rows: number;
}

/** What a model says of one of several labels. */
export interface LabelAnswers {
  /** 1 where the label is predicted, else 0. */
  readonly predicted: Uint8Array;
  readonly score: Float64Array;
}

/** One model's answers, each as long as the rows. What the model does not give, and what no metric asks for, is absent. */
export interface Answers {
  /** Predicted class; `otherClass` for one that the rows do not have. */
  readonly predicted?: Uint16Array;
  /** Binary: the positive class's score. */
  readonly score?: Float64Array;
  /** The probability that was given to the row's true class. */
  readonly ofTrue?: Float64Array;
  /** How many classes are placed before the true one by their score; 0 when it is the first. */
  readonly rankOfTrue?: Uint16Array;
  /** Several classes: the largest probability. */
  readonly confidence?: Float64Array;
  /** Several classes: the sum over classes of (probability − 1 for the true one, else 0)². */
  readonly squaredDistance?: Float64Array;
  /** Predicted number; of documents and scored rows the score. */
  readonly value?: Float64Array;
  /** Several labels: by label. */
  readonly labels?: readonly LabelAnswers[];
  /** Predicted quantiles by their level. */
  readonly quantiles?: ReadonlyMap<number, Float64Array>;
  /** What each expression or program of the metrics gives for the rows with these answers, finite; by `measureKey`. */
  readonly measured?: ReadonlyMap<string, Float64Array>;
}

/** A part of the answers that a metric cannot do without. `score`: any number that grows with the positive class. `probability`: a score in 0..1. `measured`: whatever the expression or program reads. */
export type Need = "class" | "score" | "probability" | "value" | "quantile" | "measured";

export const otherClass = 0xffff;

export const metricStates = ["superior", "non-inferior", "rejected", "inconclusive", "unchanged"] as const;
/** `unchanged`: both models answered the same in every row. */
export type MetricState = (typeof metricStates)[number];

/** One metric compared. What could not be computed is null. */
export interface MetricComparison {
  readonly rule: MetricRule;
  readonly state: MetricState;
  /** Rows, or for metrics of queries the queries. */
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
  /** Against "not worse", by the margin or at all: the p of a rejection. */
  readonly pWorse: number | null;
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
