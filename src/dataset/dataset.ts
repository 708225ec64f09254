export type ColumnKind = "integer" | "number" | "boolean" | "string" | "date" | "timestamp" | "nested";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** The engine's own name of the type. */
  readonly native: string;
  readonly nullable: boolean;
}

export type Cell = null | boolean | number | bigint | string | Date;

/** `files` are resolved absolute paths, sorted: globs are expanded by the command, as a locked engine refuses them. */
export type DataSource = {
  readonly kind: "files";
  readonly files: readonly [string, ...string[]];
  readonly format: "csv" | "json" | "parquet";
  /** Types the contract declares: a CSV is parsed by them, so that a value that does not fit is a fault with its row. */
  readonly declared?: readonly Column[];
};

/** What rooms say instead of SQL. Column names are data, quoted by the engine. Null satisfies only `null`; `not` of a null comparison is false too. */
export type Predicate =
  | { readonly op: "null" | "not-finite"; readonly column: string }
  | { readonly op: "in"; readonly column: string; readonly values: readonly Cell[] }
  | {
      readonly op: "range";
      readonly column: string;
      readonly min?: Cell;
      readonly max?: Cell;
      readonly openMin?: boolean;
      readonly openMax?: boolean;
    }
  | { readonly op: "length"; readonly column: string; readonly min?: number; readonly max?: number }
  | { readonly op: "matches"; readonly column: string; readonly pattern: string }
  | { readonly op: "not"; readonly term: Predicate }
  | { readonly op: "and" | "or"; readonly terms: readonly Predicate[] };

export type Aggregate =
  | { readonly fn: "count"; readonly where?: Predicate }
  | { readonly fn: "min" | "max" | "mean" | "sd" | "distinct"; readonly column: string; readonly where?: Predicate }
  /** Rows beyond the first of each key; rows with a null in the key are left out. */
  | { readonly fn: "duplicates"; readonly columns: readonly string[] };

export interface StructuralFault {
  readonly code: `TH_DATA_${string}`;
  readonly file: string;
  /** Data rows count from 1, the header is not counted. */
  readonly row?: number;
  readonly column?: string;
  readonly message: string;
}

export interface FoundRow {
  readonly file: string;
  readonly row: number;
  readonly cells: Readonly<Record<string, Cell>>;
}

/** Column name → values of equal length. NaN is missing in a Float64Array. */
export type ColumnBatch = ReadonlyMap<string, Float64Array | BigInt64Array | readonly Cell[]>;

export interface DataLimits {
  readonly memoryBytes: number;
  /** An existing private folder the engine may spill to. */
  readonly spill: string;
  readonly signal: AbortSignal;
}

export interface DataEngine {
  readonly name: string;
  /** Opens read-only and locked. A source that cannot be read at all throws TH_DATA_UNREADABLE (configuration). */
  open(source: DataSource, limits: DataLimits): Promise<Dataset>;
}

/** One opened source. Not for concurrent use. */
export interface Dataset extends AsyncDisposable {
  readonly columns: readonly Column[];
  faults(): Promise<readonly StructuralFault[]>;
  /** One scan for the whole plan where the engine can. Keys come back as given; an empty input gives count 0 and null for the rest. */
  aggregate<K extends string>(plan: Readonly<Record<K, Aggregate>>): Promise<Readonly<Record<K, Cell>>>;
  /** Finite values of a numeric column at ascending edges: `counts` has edges.length + 1 bins, a value equal to an edge falls below it (right-closed bins). */
  histogram(
    column: string,
    edges: Float64Array,
  ): Promise<{ readonly counts: Float64Array; readonly atEdge: Float64Array; readonly sums: Float64Array }>;
  /** The commonest levels as text (null left out), at most `limit`, ties by text; the rest is counted. */
  levels(
    column: string,
    limit: number,
  ): Promise<{ readonly counts: ReadonlyMap<string, number>; readonly others: number }>;
  /** A seeded sample of rows without replacement: the same seed and files give the same rows. */
  sample(columns: readonly string[], rows: number, seed: number): Promise<ColumnBatch>;
  /** The first `limit` rows in source order that satisfy the predicate. */
  rows(where: Predicate, limit: number): Promise<readonly FoundRow[]>;
  /** The first rows beyond the first of each key, in source order. */
  duplicateRows(columns: readonly string[], limit: number): Promise<readonly FoundRow[]>;
  /** Source order (file, row), so that two readings align. */
  batches(columns: readonly string[], size: number): AsyncIterable<ColumnBatch>;
}
