import type { ColumnBatch, Dataset } from "../../dataset/dataset.ts";
import type { Answers, Truth } from "../../evaluation/evaluation.ts";
import { type Reading, readNumbers } from "../../evaluation/reading.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Contestant, Holdout } from "./columns.ts";

/** About how many values a batch holds: large enough that the way to the helper costs little, small enough to be held several times. */
const batchValues = 2 ** 20;
const largestBatch = 16_384;

export interface Scored {
  readonly truth: Truth;
  /** In the order of the contestants. */
  readonly answers: readonly Answers[];
  /** Sample weights by row, when a column of them was named. */
  readonly weights?: Float64Array;
}

/** How the rows are read beside the models' features. */
export interface ReadingPlan {
  readonly reading: Reading;
  readonly weight: string | undefined;
}

/** Reads the rows once, in source order, and lets all models answer the same batch side by side; keeps the answers only. */
export async function scoreRows(
  dataset: Dataset,
  holdout: Holdout,
  { reading, weight }: ReadingPlan,
  contestants: readonly Contestant[],
  host: Host,
): Promise<Scored> {
  const { rows, features } = holdout;
  const weights = weight === undefined ? undefined : new Float64Array(rows);
  const sheets = contestants.map(({ name, shown }) => reading.sheet(`the ${name} ${shown}`));
  const size = Math.max(1, Math.min(largestBatch, Math.floor(batchValues / Math.max(1, features.length))));
  const columns = new Set([...features, ...reading.columns, ...(weight === undefined ? [] : [weight])]);
  let done = 0;
  for await (const batch of dataset.batches([...columns], size)) {
    const count = rowsOf(batch);
    if (done + count > rows) throw changed();
    reading.add(batch, count);
    if (weight !== undefined && weights !== undefined) readWeights(batch, weight, weights, done);
    await Promise.all(
      contestants.map(async ({ session }, at) =>
        sheets[at]?.add(await session.predict(needed(batch, session.features)), count),
      ),
    );
    done += count;
    host.log.progress("scoring rows", done, rows);
  }
  if (done !== rows) throw changed();
  const answers = sheets.map((sheet) => sheet.finish());
  return { truth: reading.finish(), answers, ...(weights === undefined ? {} : { weights: used(weights) }) };
}

function readWeights(batch: ColumnBatch, weight: string, into: Float64Array, from: number): void {
  readNumbers(batch, weight, into, from, "weight");
  const negative = into.subarray(from, from + rowsOf(batch)).findIndex((value) => value < 0);
  if (negative < 0) return;
  throw configurationError(
    "TH_EVALUATION_WEIGHT",
    `the weight of row ${from + negative + 1} is below 0`,
    "give weights of 0 or more",
    { input: "weight" },
  );
}

function used(weights: Float64Array): Float64Array {
  if (weights.some((weight) => weight > 0)) return weights;
  throw configurationError("TH_EVALUATION_WEIGHT", "every row has the weight 0", "name the column that holds weights", {
    input: "weight",
  });
}

function rowsOf(batch: ColumnBatch): number {
  for (const values of batch.values()) return values.length;
  return 0;
}

function needed(batch: ColumnBatch, features: readonly { readonly name: string }[]): ColumnBatch {
  return new Map(
    features.flatMap(({ name }) => {
      const values = batch.get(name);
      return values === undefined ? [] : [[name, values] as const];
    }),
  );
}

function changed() {
  return configurationError(
    "TH_DATA_CHANGED",
    "the data changed while it was read",
    "run again when nothing writes to the files any more",
    { input: "data" },
  );
}
