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
}

/** Whether the rows are independent of each other and count alike, as the exact tests of single rows ask. */
export function areSimpleRows({ weights, cluster, moment }: Design): boolean {
  return weights === undefined && cluster === undefined && moment === undefined;
}
