import { z } from "zod";
import type { DataSource } from "./dataset.ts";

/** A data set as queries see it. */
export interface QueriedTable {
  /** What it may be called; one of two parts with a dot between them is found as `a.b` too. */
  readonly names: readonly string[];
  readonly source: DataSource;
  /** An existing private folder. */
  readonly spill: string;
  /** Columns that queries do not see. */
  readonly without?: readonly string[];
  /** A file of as many rows, whose columns stand beside the table's, row by row, and before those of the same name. */
  readonly beside?: { readonly source: DataSource; readonly spill: string; readonly columns: readonly string[] };
}

/** What the helper that answers queries is started with. Its tables come from this program itself, and are not checked again. */
export const queryArgs = z.strictObject({
  tables: z.array(z.custom<QueriedTable>((value) => typeof value === "object" && value !== null)),
  /** Names of tables that a query may rightly speak of, and that have no data. */
  absent: z.array(z.string()),
  memoryBytes: z.number().int().positive(),
  /** An existing private folder the engine may spill to. */
  spill: z.string(),
});
export type QueryArgs = z.output<typeof queryArgs>;

/**
 * One query, and how long it may take. Of `rows` it is a condition, one expression over the columns of the table `data`, that every row
 * answers by itself; of `cells` one that gives each row a number, a boolean or a text.
 */
export const queryRequest = z.strictObject({
  sql: z.string(),
  wallMs: z.number().positive(),
  of: z.enum(["table", "rows", "cells"]).default("table"),
});
export type QueryRequest = z.input<typeof queryRequest>;

export const cellKinds = ["integer", "number", "boolean", "text"] as const;
export type CellKind = (typeof cellKinds)[number];

/**
 * `value`: the one number it gave; true is 1 and false is 0. Of a condition how many rows answered: the bytes beside it have 1 for each row of
 * which it is true, and 0 where it is false or unknown, in source order. Of cells how many rows answered, and of which kind: the bytes beside it are
 * a double for each row (NaN where there is no value; of text the place in a list, which the second bytes are as JSON). `refused`: it is no query that may run, whatever the data (not one SELECT,
 * a name that is not there, a file, a setting); `at` is where in it, from 1. `failed`: it ended without a number because of the data.
 * `absent`: it speaks of a table without data. `time`, `memory`: it reached a limit. `stuck`: it did not even stop at its time limit; the helper is of no more use.
 */
export const queryAnswer = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("value"), value: z.number(), kind: z.enum(cellKinds).exactOptional() }),
  z.strictObject({
    outcome: z.literal("refused"),
    message: z.string(),
    at: z.strictObject({ line: z.number(), column: z.number() }).nullable(),
  }),
  z.strictObject({ outcome: z.literal("failed"), message: z.string() }),
  z.strictObject({ outcome: z.literal("absent"), table: z.string() }),
  z.strictObject({ outcome: z.enum(["time", "memory", "stuck"]) }),
]);
export type QueryAnswer = z.output<typeof queryAnswer>;
