import type { Dataset } from "../../dataset/dataset.ts";
import type { Answers, Truth } from "../../evaluation/evaluation.ts";
import type { Reading } from "../../evaluation/reading.ts";
import { type RowColumns, type RowFacts, RowFactsReader } from "../../evaluation/row-facts.ts";
import { withoutFewSeries, withSeasons } from "../../evaluation/seasonal.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { rowsOf } from "../../model/tensors.ts";
import { answersTo, rowsAtOnce } from "./batches.ts";
import type { Contestant, Holdout } from "./columns.ts";

/** Beside what the rows bring: their weights, groups and moments, where columns of them were named. */
export interface Scored extends RowFacts {
  readonly truth: Truth;
  /** In the order of the contestants. */
  readonly answers: readonly Answers[];
  /** Of a heuristic that stands in for a champion. */
  readonly baseline?: Answers;
}

/** How the rows are read beside the models' features. */
export interface ReadingPlan {
  readonly reading: Reading;
  readonly rowColumns: RowColumns;
  /** Of a forecast: moments of a season. */
  readonly season: number | undefined;
}

/** Reads the rows once, in source order, and lets all models answer the same batch side by side; keeps the answers only. */
export async function scoreRows(
  dataset: Dataset,
  holdout: Holdout,
  { reading, rowColumns, season }: ReadingPlan,
  models: readonly Contestant[],
  baseline: Contestant | undefined,
  host: Host,
): Promise<Scored> {
  const contestants = baseline === undefined ? models : [...models, baseline];
  const { rows, features } = holdout;
  const facts = new RowFactsReader(rowColumns, rows);
  const sheets = contestants.map(({ name, shown }) => reading.sheet(`the ${name} ${shown}`));
  const size = rowsAtOnce(contestants, features.length);
  const columns = new Set([...features, ...reading.columns, ...facts.columns]);
  let done = 0;
  for await (const batch of dataset.batches([...columns], size, { fleeting: true })) {
    const count = rowsOf(batch);
    if (done + count > rows) throw changed();
    reading.add(batch, count);
    facts.add(batch, count);
    await Promise.all(
      contestants.map(async ({ session }, at) => {
        for await (const [answers, answered] of answersTo(session, batch, count)) sheets[at]?.add(answers, answered);
      }),
    );
    done += count;
    host.log.progress("scoring rows", done, rows);
  }
  if (done !== rows) throw changed();
  const answers = sheets.map((sheet) => sheet.finish());
  const heuristic = answers[models.length];
  const given = {
    answers: answers.slice(0, models.length),
    ...(heuristic === undefined ? {} : { baseline: heuristic }),
  };
  const brought = facts.finish();
  const truth = reading.finish();
  if (season === undefined) return { truth, ...given, ...brought };
  return { truth: withSeasons(truth, brought, { season, ...brought }), ...given, ...withoutFewSeries(brought) };
}

function changed() {
  return configurationError(
    "TH_DATA_CHANGED",
    "the data changed while it was read",
    "run again when nothing writes to the files any more",
    { input: "data" },
  );
}
