/** Column summary that merges by addition. `edges` ascending, `counts.length === edges.length + 1`, right-closed bins. */
export type ColumnProfile =
  | {
      readonly kind: "numeric";
      readonly n: number;
      readonly missing: number;
      readonly edges: Float64Array;
      readonly counts: Float64Array;
      /** Values equal to each edge, part of the bin below it: exact quantile cuts at ties. */
      readonly atEdge?: Float64Array;
      readonly sums?: Float64Array;
    }
  | {
      readonly kind: "categorical";
      readonly n: number;
      readonly missing: number;
      readonly levels: ReadonlyMap<string, number>;
      readonly others: number;
    };
