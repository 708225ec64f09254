/** How the rows were drawn, and how sure one wants to be. */
export interface Design {
  /** One-sided error, 0 < alpha < 0.5. */
  readonly alpha: number;
  /** Sample weights, one a row, finite and ≥ 0. */
  readonly weights?: Float64Array;
  /** Rows that belong together (a user's, a site's), by whole numbers from 0; the groups are independent of each other. */
  readonly cluster?: Int32Array;
  /** Each row's place in time, by whole numbers from 0 that all occur: rows of moments near each other may be alike. */
  readonly moment?: Int32Array;
  /** The folds of a cross-validation: each row was answered by models that were trained without its fold. */
  readonly folds?: Folds;
}

export interface Folds {
  /** Each row's fold, by whole numbers from 0 that all occur; a fold of another repeat is another. */
  readonly fold: Int32Array;
  readonly count: number;
  /** Rows tested over rows trained on, the mean over folds. */
  readonly testShare: number;
}

/** Whether the rows are independent of each other and count alike, as the exact tests of single rows ask. */
export function areSimpleRows({ weights, cluster, moment, folds }: Design): boolean {
  return weights === undefined && cluster === undefined && moment === undefined && folds === undefined;
}
