import type { Levels } from "./levels.ts";
import type { Partition } from "./partitions.ts";
import type { RowSketch } from "./sketch.ts";
import type { GroupKey, Unmatched } from "./unmatched.ts";
import type { WritePlan, WrittenRows } from "./writing.ts";

/** `nested`: lists, structures, blobs and all else that no rule, profile or model reads. */
export type ColumnKind = "integer" | "number" | "boolean" | "string" | "date" | "timestamp" | "nested";

/** How a file that has types keeps the values of a column. */
export type Storage =
  | { readonly type: "integer"; readonly bits: number; readonly signed: boolean }
  | { readonly type: "float"; readonly bits: 32 | 64 }
  | { readonly type: "decimal"; readonly digits: number; readonly scale: number }
  | { readonly type: "time" | "timestamp"; readonly zoned: boolean }
  | { readonly type: "text" | "binary" | "boolean" | "date" | "uuid" };

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** The engine's own name of the type. */
  readonly native: string;
  readonly nullable: boolean;
  /** Absent for text files, and for what is none of these. */
  readonly storage?: Storage;
  /** Of a structure: its fields. */
  readonly fields?: readonly Column[];
  /** Of a list: what its items are like; the name says nothing. */
  readonly items?: Column;
  /** Of a map whose keys are texts: what its values are like; the name says nothing. */
  readonly values?: Column;
}

/** An integer beyond ±(2^53 − 1) is a bigint, every other number a number; dates and timestamps are Dates in UTC, to the millisecond. */
export type Cell = null | boolean | number | bigint | string | Date;

/** `auto`: a byte order mark or the zero bytes of UTF-16 tell it, else it is UTF-8. `utf-16`: the mark tells the order, else little-endian. */
export const encodings = [
  "auto",
  "utf-8",
  "utf-16",
  "utf-16le",
  "utf-16be",
  "latin-1",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "iso-8859-2",
  "iso-8859-15",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;
export type Encoding = (typeof encodings)[number];

/** How text files are written, where they cannot tell it themselves. A byte order mark in a file goes before what is said here. */
export interface TextForm {
  readonly encoding?: Encoding;
  /** Of CSV, each one ASCII character: what parts cells (told from the first row when absent), what encloses them (`"`), … */
  readonly delimiter?: string;
  readonly quote?: string;
  /** … and what goes before a quote inside quotes: the quote itself when absent. */
  readonly escape?: string;
  /** Lines before the header that are no data. */
  readonly skipLines?: number;
  /** Names of the columns of CSV files without a header; absent when they have one. */
  readonly names?: readonly string[];
}

/** A column as a contract declares it. */
export interface DeclaredColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /**
   * Of dates, times and timestamps: how they are written, as a pattern of the JDK's DateTimeFormatter that `parseTimeFormat` reads; ISO 8601
   * when absent. Of integers `u64`, `i128` or `u128`, where 64 bits with a sign do not hold them.
   */
  readonly format?: string;
  /** Whether a time must name its offset from UTC, or must not; either when absent. */
  readonly zoned?: boolean;
  /** The zone, by its IANA name, of times that name none; UTC when absent. */
  readonly zone?: string;
  /** Texts that stand for no value. */
  readonly missing?: readonly string[];
}

/** `files` are resolved absolute paths, sorted: globs are expanded by the command, as a locked engine refuses them. */
export type DataSource = {
  readonly kind: "files";
  readonly files: readonly [string, ...string[]];
  /** `csv` covers every delimiter, `json` JSON Lines too. Any file may be packed with gzip or zstd. */
  readonly format: "csv" | "json" | "parquet";
  readonly text?: TextForm;
  /** What the folders of each file say of all its rows, in the order of the files. Such columns come behind those of the files. */
  readonly partitions?: readonly Partition[];
  /**
   * Types the contract declares: a CSV is parsed by them, so that a value that does not fit is a fault with its row. Columns left out
   * get the narrowest kind that holds all their values. Parquet files bring their own types, and are told no more than the zone of times
   * that have none.
   */
  readonly declared?: readonly DeclaredColumn[];
};

/**
 * What rooms say instead of SQL. Column names are data, quoted by the engine. Null satisfies only `null`; `not` of a null comparison is
 * false too. A cell that did not fit its declared type satisfies nothing. NaN satisfies no range.
 */
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
  /** Length of a text in Unicode code points. */
  | { readonly op: "length"; readonly column: string; readonly min?: number; readonly max?: number }
  /** An ECMA-262 expression found anywhere in a text; look-around and back-references are refused (TH_DATA_PATTERN). */
  | { readonly op: "matches"; readonly column: string; readonly pattern: string }
  /** A number is a multiple of another as both are written in decimals, so that 0.3 is one of 0.1. `of`: above 0, with at most 15 decimals. */
  | { readonly op: "multiple"; readonly column: string; readonly of: number }
  /**
   * A text is a time of day, from `min` to `max`, which are written `HH:mm:ss`. `format` as of `DeclaredColumn`; ISO 8601 when absent. A
   * time that names an offset counts in UTC; `zoned` as of `DeclaredColumn`.
   */
  | {
      readonly op: "time";
      readonly column: string;
      readonly format?: string;
      readonly zoned?: boolean;
      readonly min?: string;
      readonly max?: string;
      readonly openMin?: boolean;
      readonly openMax?: boolean;
    }
  /** How many items a list has, entries a map, fields that are not null a structure. */
  | { readonly op: "size"; readonly column: string; readonly min?: number; readonly max?: number }
  /** No two items of a list are equal; nulls are. */
  | { readonly op: "distinct-items"; readonly column: string }
  /** Some item of a list satisfies the term, in which the name `as` means the item. Satisfied or not, but for a list that is null. */
  | { readonly op: "any-item"; readonly column: string; readonly as: string; readonly term: Predicate }
  /** A field of a structure, or the value of a key of a map, satisfies the term under the name `as`. Of a null it is null. */
  | {
      readonly op: "field";
      readonly column: string;
      readonly field: string;
      readonly as: string;
      readonly term: Predicate;
    }
  | { readonly op: "not"; readonly term: Predicate }
  | { readonly op: "and" | "or"; readonly terms: readonly Predicate[] };

export type Aggregate =
  | { readonly fn: "count"; readonly where?: Predicate }
  /** Of a numeric column's finite values only. `sd` is the sample's; null below two values. `distinct` leaves null out. */
  | { readonly fn: "min" | "max" | "mean" | "sd" | "distinct"; readonly column: string; readonly where?: Predicate }
  /** Rows beyond the first of each key; rows with a null in the key are left out. */
  | { readonly fn: "duplicates"; readonly columns: readonly string[] };

export interface FaultyRow {
  /** Data rows count from 1; the header and blank lines are not counted. */
  readonly row: number;
  /** Line in the file, from 1, where the row starts; known for text formats. */
  readonly line?: number;
  /** What stands there, cut to 80 characters. */
  readonly found: string;
}

/**
 * One kind of fault in one file (and column). Rows that cannot be split into cells are left out of the data set; a cell that does not
 * fit its declared type is null in it.
 */
export interface StructuralFault {
  readonly code: `TH_DATA_${string}`;
  /** Absolute path, as given. */
  readonly file: string;
  readonly column?: string;
  /** A sentence without its place, no trailing period. */
  readonly message: string;
  /** An error when absent: data is missing or not what it should be. A warning and a note tell what is worth knowing. */
  readonly severity?: "warning" | "note";
  /** Rows concerned; 0 when it is the file as a whole. */
  readonly count: number;
  /** The first of them in source order, at most 100. */
  readonly first: readonly FaultyRow[];
}

export interface FoundRow {
  readonly file: string;
  /** Data rows count from 1; the header and blank lines are not counted. */
  readonly row: number;
  /** Line in the file, from 1; known for text formats where every row stands on one line. */
  readonly line?: number;
  readonly cells: Readonly<Record<string, Cell>>;
}

/**
 * Column name → values of equal length. Numbers and integers come as Float64Array, where NaN is missing; a batch of integers that holds
 * one beyond ±(2^53 − 1) comes as cells, and so do all other kinds.
 */
export type ColumnBatch = ReadonlyMap<string, Float64Array | BigInt64Array | readonly Cell[]>;

export interface BatchOptions {
  /** The numbers of every batch lie in the same memory and are gone when the next one is asked for: for who looks at each once. */
  readonly fleeting?: boolean;
}

/**
 * Values at edges: `counts` has edges.length + 1 bins, a value equal to an edge falls below it (right-closed bins); `atEdge` counts the
 * values equal to each edge; `sums` adds up each bin.
 */
export interface Histogram {
  readonly counts: Float64Array;
  readonly atEdge: Float64Array;
  readonly sums: Float64Array;
  /** No value lies outside: the least and the greatest, or the first and the last edge where values lie strictly between; undefined without a value. */
  readonly range: readonly [low: number, high: number] | undefined;
}

export interface DataLimits {
  readonly memoryBytes: number;
  /** Worker threads of the engine; 2 when absent. No answer depends on it but the last bits of `mean` and `sd`. */
  readonly threads?: number;
  /** An existing private folder the engine may spill to. */
  readonly spill: string;
  /** An existing private folder that `write` writes to; absent, it may not be called. */
  readonly written?: string;
  readonly signal: AbortSignal;
}

/** Rows that satisfy a predicate, or all rows that share their key with another. */
export type RowSelection = { readonly where: Predicate } | { readonly duplicates: readonly string[] };

export interface DataEngine {
  readonly name: string;
  /**
   * Opens read-only and locked. Content that is broken is a fault of the data set, down to one without columns.
   * @throws TH_DATA_UNREADABLE (configuration) when a file is missing, no file, or not permitted.
   */
  open(source: DataSource, limits: DataLimits): Promise<Dataset>;
  /** Opens several sources at once, so that one can be held against another. */
  openGroup<K extends string>(sources: Readonly<Record<K, DataSource>>, limits: DataLimits): Promise<DatasetGroup<K>>;
}

/**
 * When two rows are alike. `exact`: the cells of these columns are equal, null to null, a whole number to the same number of another type.
 * `near`: the same of cells where numbers that are not whole are rounded to 4 significant digits, and texts lose their case, the white
 * space around them and repeated white space inside. Rows are told apart by two hashes of 64 bits.
 */
export interface Likeness {
  readonly columns: readonly string[];
  readonly by: "exact" | "near";
  /** Rows with a null in one of the columns are like none. */
  readonly present?: boolean;
}

/** How the rows of several data sets are alike. */
export interface Overlap<K extends string> {
  readonly sets: Readonly<
    Record<
      K,
      {
        /** Rows that were compared. */
        readonly rows: number;
        /** Rows beyond the first of those alike, inside this set. */
        readonly repeated: number;
        /** Rows that no other of this set is like. */
        readonly single: number;
        /** Rows alike to another, of any set, that has another label; 0 when no label was asked for. */
        readonly conflicting: number;
      }
    >
  >;
  /** `shared[a][b]`: the rows of a that are like a row of b, and how many different ones that makes. */
  readonly shared: Readonly<Record<K, Readonly<Record<K, { readonly rows: number; readonly kinds: number }>>>>;
}

/** A row, and the first row that is like it. */
export interface AlikeRows {
  readonly row: FoundRow;
  readonly like: FoundRow;
}

/** Data sets of one session; it is disposed as a whole, and is not for concurrent use. */
export interface DatasetGroup<K extends string = string> extends AsyncDisposable {
  readonly datasets: Readonly<Record<K, Dataset>>;
  /** Compares all rows of all sets, in one statement. Rows without a value of `label` conflict with none. */
  overlap(likeness: Likeness, label?: string): Promise<Overlap<K>>;
  /**
   * The first rows of one set, in source order, that are like a row of another set, or like an earlier one of the same set, each with the
   * first that it is like. With `differing` only the pairs whose cells differ in these columns; rows without any value there take no part.
   */
  alike(
    of: K,
    to: K,
    likeness: Likeness,
    options: { readonly limit: number; readonly shown?: readonly string[]; readonly differing?: readonly string[] },
  ): Promise<readonly AlikeRows[]>;
  /**
   * Rows of one data set whose key is in no row of another, or of itself: how many, and the first `limit` of them in source order with the
   * cells of the columns `shown` (of all when absent). A row with a null in its key refers to nothing, and is not among them.
   * @throws TH_DATA_COLUMN, TH_DATA_KIND (configuration) for a column that is not there, or that cannot be compared with its counterpart.
   */
  unmatched(from: GroupKey<K>, to: GroupKey<K>, limit: number, shown?: readonly string[]): Promise<Unmatched>;
  /** A statement for a person that lists all of those rows; see `Dataset.query`. */
  unmatchedQuery(from: GroupKey<K>, to: GroupKey<K>, show: (file: string) => string): string | undefined;
}

/**
 * One opened source. Not for concurrent use. Every method throws the signal's reason when it was aborted, and
 * @throws TH_DATA_COLUMN, TH_DATA_KIND, TH_DATA_PATTERN (configuration) for a column that is not there, a comparison that its kind does
 *   not have, an expression that cannot be run; TH_DATA_UNREADABLE for a file whose pages turn out to be broken; TH_DATA_MEMORY.
 */
export interface Dataset extends AsyncDisposable {
  readonly columns: readonly Column[];
  faults(): Promise<readonly StructuralFault[]>;
  /** One scan for the whole plan where the engine can. Keys come back as given; an empty input gives count 0 and null for the rest. */
  aggregate<K extends string>(plan: Readonly<Record<K, Aggregate>>): Promise<Readonly<Record<K, Cell>>>;
  /**
   * Finite values of numeric columns at strictly ascending edges, all columns in one scan. Dates count as milliseconds since 1970.
   * @param edges by column
   */
  histograms(edges: ReadonlyMap<string, Float64Array>): Promise<ReadonlyMap<string, Histogram>>;
  levels(column: string, limit: number): Promise<Levels>;
  /** Those of several columns, in one scan where the engine can. */
  levelsOf(columns: readonly string[], limit: number): Promise<ReadonlyMap<string, Levels>>;
  /**
   * A seeded sample of rows without replacement, in source order, of those that satisfy the predicate: the same seed, files and engine
   * version give the same rows.
   */
  sample(columns: readonly string[], rows: number, seed: number, where?: Predicate): Promise<ColumnBatch>;
  /**
   * What the rows are known again by, whatever the order of rows and columns and the format of the files. The order of `columns` counts, their
   * names do not. A list or a structure is refused (TH_DATA_KIND).
   */
  sketch(columns: readonly string[], size: number): Promise<RowSketch>;
  /** The first `limit` rows in source order that satisfy the predicate, with the cells of the columns `shown`: of all when absent. */
  rows(where: Predicate, limit: number, shown?: readonly string[]): Promise<readonly FoundRow[]>;
  /** The first rows beyond the first of each key, in source order. */
  duplicateRows(columns: readonly string[], limit: number, shown?: readonly string[]): Promise<readonly FoundRow[]>;
  /**
   * A statement, on one line, that a person runs in the engine's own shell to list all rows of a selection.
   * @param show how a file's path is written in it
   * @returns undefined where there is no short statement, or the shell cannot read the files as they stand
   */
  query(selection: RowSelection, show: (file: string) => string): string | undefined;
  /** Source order (file, row), so that two readings align. All batches but the last have `size` rows. */
  batches(columns: readonly string[], size: number, options?: BatchOptions): AsyncIterable<ColumnBatch>;
  /**
   * Parts all rows into those that are set aside and those that are kept, and writes the wanted ones as Parquet into the folder for it, in
   * source order and with their original types. The same files and plan give the same bytes.
   *
   * Set aside, a row has the further columns `_file`, `_row`, `_line`, `_reasons` (list), `_misfits` (column → text of a cell that did not
   * fit) and `_text` (of a row that could not be read; a byte that is not UTF-8 stands as `\xNN`). An underscore is added to a name that
   * the data has.
   * @throws TH_DATA_KIND (configuration) for a value that the column cannot hold
   */
  write(plan: WritePlan): Promise<WrittenRows>;
}
