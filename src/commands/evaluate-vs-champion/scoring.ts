import type { ColumnBatch, Dataset } from "../../dataset/dataset.ts";
import type { Answers, MetricRule, Truth } from "../../evaluation/evaluation.ts";
import { readLabels, ScoreSheet } from "../../evaluation/score-sheet.ts";
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
}

/** Reads the rows once, in source order, and lets all models answer the same batch side by side; keeps the answers only. */
export async function scoreRows(
  dataset: Dataset,
  holdout: Holdout,
  label: string,
  contestants: readonly Contestant[],
  rules: readonly MetricRule[],
  host: Host,
): Promise<Scored> {
  const { rows, classes, features } = holdout;
  const labels = new Uint16Array(rows);
  const sheets = contestants.map(({ name, shown }) => new ScoreSheet(`the ${name} ${shown}`, classes, rows, rules));
  const size = Math.max(1, Math.min(largestBatch, Math.floor(batchValues / Math.max(1, features.length))));
  let done = 0;
  for await (const batch of dataset.batches([...features, label], size)) {
    const values = batch.get(label);
    if (values === undefined) throw new Error("a batch without its label");
    if (done + values.length > rows) throw changed();
    readLabels(values, classes.classes, labels, done);
    const of = labels.subarray(done, done + values.length);
    await Promise.all(
      contestants.map(async ({ session }, at) =>
        sheets[at]?.add(await session.predict(needed(batch, session.features)), of),
      ),
    );
    done += values.length;
    host.log.progress("scoring rows", done, rows);
  }
  if (done !== rows) throw changed();
  const truth = { classes: classes.classes, label: labels };
  return {
    truth: classes.positive === undefined ? truth : { ...truth, positive: classes.positive },
    answers: sheets.map((sheet) => sheet.finish()),
  };
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
