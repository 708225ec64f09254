import { z } from "zod";
import { fingerprintSchema } from "../../../dataset/fingerprint.ts";
import { input } from "../../shared.ts";

const paths = z.union([z.string(), z.array(z.string()).min(1)]);
const names = z.array(z.string()).min(1);

export const splitInputs = {
  split: input(z.strictObject({ train: paths, validation: paths.optional(), test: paths.optional() }).optional(), {
    description:
      "Files of the splits: `train` and at least one of `validation` and `test`, each a path, a glob or a list. They are held against each other.",
    kind: "path",
    example: "{ train: data/train.parquet, test: data/test.parquet }",
  }),
  label: input(z.string().optional(), {
    description:
      "The column that is to be predicted: its balance, its shift, and columns that give it away are checked.",
    example: "churned",
  }),
  time: input(z.string().optional(), {
    description:
      "The column by which splits follow each other: no row of an earlier split may be later than a row of a later one.",
    example: "departed_at",
  }),
  group: input(names.optional(), {
    description: "Columns whose values belong to one split alone, such as a customer's number.",
    separator: "comma",
    example: "customer_id",
  }),
  ignore: input(names.optional(), {
    description:
      "Columns left out when rows are compared with each other, beside the contract's primary key: numbers of rows, time stamps of loading.",
    separator: "comma",
    example: "row_id, loaded_at",
  }),
  allowedPredictors: input(names.optional(), {
    description: "Columns that may tell the label nearly alone, because they are known when the model is asked.",
    separator: "comma",
    example: "previous_default",
  }),
} as const;

const inputsSchema = z.strictObject(splitInputs);

export type SplitInputs = z.output<typeof inputsSchema>;

const counts = z.strictObject({ rows: z.number(), share: z.number() });

/** Keys of the command's `details`. */
export const splitDetails = {
  /** The files of each split, which the validation speaks for as it does for the data's own. */
  splits: z.record(z.string(), z.strictObject({ fingerprint: fingerprintSchema, rows: z.number() })).optional(),
  /** Rows of `of` that are like a row of `to`. */
  sharedRows: z
    .array(z.strictObject({ of: z.string(), to: z.string(), exact: counts, near: counts, expected: z.number() }))
    .optional(),
} as const;
