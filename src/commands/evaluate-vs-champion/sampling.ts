import type { Cell, ColumnBatch } from "../../dataset/dataset.ts";
import type { Design } from "../../evaluation/design.ts";
import type { Answers, MetricRule, Truth } from "../../evaluation/evaluation.ts";
import { metrics } from "../../evaluation/metrics.ts";
import type { Host } from "../../kernel/host.ts";
import { createRandom } from "../../stats/random.ts";
import { answersTo } from "./batches.ts";
import type { Contestant } from "./columns.ts";
import type { Scene } from "./part.ts";
import { readingOf } from "./task-reading.ts";

/** Some of the rows, to be asked of the models once more in another form. */
export interface Sample {
  readonly rows: number;
  /** Features, and what the rows' truth is read from. */
  readonly batch: ColumnBatch;
  readonly truth: Truth;
  /** How the sample's rows were drawn. Rows count alike; those of one group still belong together. */
  design(alpha: number): Design;
  /** What a model answers to the sample's rows in the form of `batch`. @throws what `predict` and a sheet's `finish` throw. */
  answers(contestant: Contestant, batch: ColumnBatch): Promise<Answers>;
}

/** Up to `most` rows, drawn without replacement by the seed, in source order. Reads the data once more, up to the last of them. */
export async function sampleRows(scene: Scene, most: number, seed: string, host: Host): Promise<Sample> {
  const { contest, dataset, holdout, scored } = scene;
  const rows = Math.min(most, holdout.rows);
  const reading = readingOf(contest.question, contest.rules, contest.quantiles, { ...holdout, rows });
  const columns = [...new Set([...holdout.features, ...reading.columns])];
  const places = drawn(rows, holdout.rows, seed);
  const batch = await gathered(dataset.batches(columns, 16_384), columns, places, host);
  const { cluster } = scored;
  reading.add(batch, rows);
  return {
    rows,
    batch,
    truth: reading.finish(),
    design: (alpha) => ({
      alpha,
      ...(cluster === undefined ? {} : { cluster: renumbered(places.map((place) => cluster[place] ?? 0)) }),
    }),
    answers: async ({ name, shown, session }, asked) => {
      const sheet = reading.sheet(`the ${name} ${shown}`);
      for await (const [predictions, count] of answersTo(session, asked, rows)) sheet.add(predictions, count);
      return sheet.finish();
    },
  };
}

function renumbered(cluster: readonly number[]): Int32Array {
  const numbers = new Map([...new Set(cluster)].map((one, at) => [one, at]));
  return Int32Array.from(cluster, (one) => numbers.get(one) ?? 0);
}

/** Columns that the models read, the challenger's first. */
export function featuresOf(contestants: readonly Contestant[]): readonly string[] {
  return [...new Set(contestants.flatMap(({ session }) => session.features.map(({ name }) => name)))];
}

/** The metric that answers to changed rows are judged by; else why the models cannot be asked about such. */
export function askableRule({ contestants, scored, rules }: Scene): MetricRule | string {
  const other = contestants.find(({ session }) => session.from !== "model");
  if (other?.session.from === "file") return `${other.shown} holds answers to the data's own rows alone`;
  if (other !== undefined) return `${other.shown} is asked through a command, which would be started for every change`;
  const { kind } = scored.truth;
  if (kind !== "classes" && kind !== "numbers") return "rows of this task cannot be changed one by one";
  return (
    rules.find(({ metric }) => metrics[metric].needs !== "measured") ??
    "the metrics are measures of the data's own rows alone"
  );
}

/** Places without replacement, ascending (R. W. Floyd, 1987). */
function drawn(count: number, of: number, seed: string): readonly number[] {
  const random = createRandom(seed);
  const places = new Set<number>();
  for (let last = of - count; last < of; last++) {
    const place = random.integer(last + 1);
    places.add(places.has(place) ? last : place);
  }
  return [...places].sort((a, b) => a - b);
}

async function gathered(
  batches: AsyncIterable<ColumnBatch>,
  columns: readonly string[],
  places: readonly number[],
  host: Host,
): Promise<ColumnBatch> {
  const cells = new Map<string, Cell[]>(columns.map((name) => [name, []]));
  const numeric = new Set(columns);
  let [start, next] = [0, 0];
  for await (const batch of batches) {
    host.signal.throwIfAborted();
    const [first] = batch.values();
    const end = start + (first?.length ?? 0);
    const from = next;
    while (next < places.length && (places[next] ?? end) < end) next += 1;
    for (const [name, values] of batch) {
      if (!(values instanceof Float64Array)) numeric.delete(name);
      for (const place of places.slice(from, next)) cells.get(name)?.push(values[place - start] ?? null);
    }
    start = end;
    if (next === places.length) break;
  }
  return new Map([...cells].map(([name, values]) => [name, numeric.has(name) ? asNumbers(values) : values]));
}

function asNumbers(values: readonly Cell[]): Float64Array {
  return Float64Array.from(values, (cell) => (typeof cell === "number" ? cell : Number.NaN));
}
