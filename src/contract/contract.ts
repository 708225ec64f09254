import type { ColumnKind, DeclaredColumn, Predicate } from "../dataset/dataset.ts";
import type { Place } from "../kernel/error.ts";
import type { CalendarDuration } from "./durations.ts";
import type { Feature, MissingValues } from "./handling.ts";
import type { PhysicalType } from "./physical-type.ts";
import type { Spot } from "./spot.ts";

/** What a measured number must be. Between includes both ends. */
export type Bound =
  | { readonly op: "=" | "≠" | ">" | "≥" | "<" | "≤"; readonly value: number }
  | { readonly op: "between" | "not between"; readonly low: number; readonly high: number };

/**
 * What is counted: `rows` that satisfy a predicate (the violated expectation), rows beyond the first of a key, or all rows. A count of rows
 * is bounded as such or, by `percent`, as a share of all rows.
 */
export type Measure =
  | { readonly kind: "rows"; readonly violated: Predicate }
  | { readonly kind: "duplicates" }
  | { readonly kind: "row count" };

export interface Rule {
  /** Unique in the contract: `COLUMN.required`, `COLUMN.range`, `row-count` … */
  readonly id: string;
  /** Columns it speaks of; empty for a rule about all rows. */
  readonly columns: readonly string[];
  /** The part of the column that it speaks of: `address.city`; absent for the column as a whole. */
  readonly part?: string;
  readonly measure: Measure;
  readonly bound: Bound;
  readonly unit: "rows" | "percent";
  /** The expectation in words: `distance must lie from 20 to 6000`. */
  readonly expectation: string;
  /** The contract's own words, `error` when it has none. A breach of `info` and `warning` warns. */
  readonly severity: string;
  readonly dimension?: string;
  readonly place: Place;
}

/** A rule in the author's own SQL: one SELECT that gives one number, true being 1. It says nothing about single rows. */
export interface SqlRule {
  /** Unique in the contract, among the ids of rules too. */
  readonly id: string;
  /** Names of the table and the column stand where the contract had placeholders. */
  readonly query: string;
  readonly bound: Bound;
  /** The expectation in words. */
  readonly expectation: string;
  readonly severity: string;
  readonly dimension?: string;
  /** Where the query stands. */
  readonly place: Place;
}

/** What stands in columns of a row must stand in columns of some row of another table, or of this one; a row with a null there refers to nothing. */
export interface Reference {
  /** Unique in the table, among the ids of rules too. */
  readonly id: string;
  readonly columns: readonly string[];
  /** Name of the table that is referred to, and its columns in the same order. */
  readonly table: string;
  readonly keys: readonly string[];
  /** The expectation in words. */
  readonly expectation: string;
  readonly severity: string;
  readonly dimension?: string;
  readonly place: Place;
}

/** Something the contract asks for that cannot be checked here; never passed over in silence. */
export interface Unsupported {
  readonly id: string;
  readonly message: string;
  /** What the contract says of it to people. */
  readonly words?: string;
  readonly place: Place;
}

/** How old the newest value of a column may be (freshness), or its oldest (retention). */
export interface ServiceLevel {
  readonly id: string;
  readonly kind: "freshness" | "retention";
  readonly column: string;
  readonly limit: CalendarDuration;
  readonly place: Place;
}

export interface ContractColumn {
  /** The column's name in the data. */
  readonly name: string;
  /** Absent where the contract declares no logical type. */
  readonly kind?: ColumnKind;
  /** How its cells are written in text files, and the zone of times that name none. */
  readonly form?: Omit<DeclaredColumn, "name" | "kind">;
  /** That of its parts where one of them is the more sensitive. */
  readonly classification?: string;
  readonly tags: readonly string[];
  /** The contract's word for a column that matters most. */
  readonly isCritical: boolean;
  /** The custom property `showValues`: its cells may be shown anywhere. */
  readonly showValues: boolean;
  /** The data may lack it. */
  readonly mayBeAbsent?: boolean;
  readonly place: Place;
}

/** How the columns of data must match the fields of a table schema, in the words of its specification. */
export interface FieldsMatch {
  readonly kind: "exact" | "equal" | "subset" | "superset" | "partial";
  readonly place: Place;
}

/** Something that the types of the data themselves answer: whether a part is there, of which kind, kept in which way. */
export interface ShapeQuestion {
  readonly id: string;
  readonly spot: Spot;
  readonly asks:
    | { readonly what: "present" | "list" | "structure" }
    | { readonly what: "kind"; readonly kind: ColumnKind }
    | { readonly what: "zoned"; readonly zoned: boolean }
    | { readonly what: "physical"; readonly type: PhysicalType; readonly written: string };
  readonly place: Place;
}

/** A data contract for one of its tables, compiled: what the data must look like, as values that an engine can answer. */
export interface Contract {
  readonly id: string;
  readonly version: string;
  readonly apiVersion: string;
  /** Name of the schema object it describes. */
  readonly table: string;
  /** The name that queries know it by; the same where the contract states no other. */
  readonly physicalTable: string;
  readonly columns: readonly ContractColumn[];
  readonly fieldsMatch?: FieldsMatch;
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  readonly serviceLevels: readonly ServiceLevel[];
  readonly rules: readonly Rule[];
  readonly sqlRules: readonly SqlRule[];
  readonly references: readonly Reference[];
  /** What is done with missing values where rows are written out, by column. */
  readonly missing?: readonly MissingValues[];
  /** The feature dictionary. */
  readonly features?: readonly Feature[];
  /** None where absent. */
  readonly shape?: readonly ShapeQuestion[];
  readonly unsupported: readonly Unsupported[];
  /** The contract's other tables, each as if it were alone. */
  readonly further: readonly Contract[];
}
