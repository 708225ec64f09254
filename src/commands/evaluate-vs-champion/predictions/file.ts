import { basename } from "node:path";
import type { ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import { formatByName } from "../../../dataset/formats.ts";
import { configurationError, type Place } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { suggest } from "../../../kernel/naming.ts";
import type { Feature, Predictions, PredictorSession } from "../../../model/model.ts";
import { locateData, openData } from "../../data.ts";
import type { LocatedModel } from "../../model-reference.ts";
import { type PredictionColumns, type PredictionQuestion, predictionColumns } from "./columns.ts";
import { keysOf, namedKeys, type PredictionTable, type RowKey, readPredictions, shownKey } from "./table.ts";

/** A file of these formats holds predictions, not a model. JSON is left out: some libraries write their models as JSON. */
export function isPredictionsFile(path: string): boolean {
  const name = basename(path);
  return formatByName(name).format !== undefined && !/\.json(\.(gz|zst))?$/i.test(name);
}

/** What joining a file to the data came to. */
export interface Joined {
  /** Predictions whose key no row of the data has. */
  readonly unmatched: number;
  readonly first: readonly string[];
}

/** Ready predictions, joined to the rows of the data by their key. */
export class FileSession implements PredictorSession {
  readonly from = "file";
  readonly signature = { inputs: [], outputs: [] };
  readonly features: readonly Feature[];
  readonly gives: { readonly label: boolean; readonly scores: boolean };
  readonly classes?: readonly string[];
  readonly joined: Joined;
  readonly #key: readonly string[];
  readonly #table: PredictionTable;

  constructor(key: readonly string[], columns: PredictionColumns, table: PredictionTable, joined: Joined) {
    this.features = key.map((name) => ({ name, type: "any" }));
    this.gives = { label: columns.label !== undefined, scores: columns.scores.length > 0 };
    const named = columns.scores.filter((name) => name.startsWith("score_"));
    if (named.length > 0) this.classes = named.map((name) => name.slice("score_".length));
    this.joined = joined;
    this.#key = key;
    this.#table = table;
  }

  predict(batch: ColumnBatch): Promise<Predictions> {
    const keyOf = keysOf(batch, this.#key);
    const rows = batch.get(this.#key[0] ?? "")?.length ?? 0;
    const places = Array.from({ length: rows }, (_, row) => this.#table.place(keyOf(row)) ?? -1);
    if (places.includes(-1)) throw new Error("a row without a prediction, which the join would have found");
    return Promise.resolve(this.#table.at(places));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Everything is in memory.
  }
}

/**
 * Reads a file of predictions and joins it to the data by `key`.
 * @throws TitleholderError (configuration) TH_PREDICTIONS_KEY, TH_PREDICTIONS_COLUMNS, TH_PREDICTIONS_DUPLICATES, TH_PREDICTIONS_MISSING,
 *   TH_PREDICTIONS_GAPS (rows of the data that have none, with count and first keys), and what opening data throws.
 */
export async function openPredictionsFile(
  model: LocatedModel,
  input: string,
  key: readonly string[] | undefined,
  question: PredictionQuestion,
  dataset: Dataset,
  host: Host,
): Promise<FileSession> {
  const shown = model.reference;
  const place = { input, file: shown };
  const { source } = await locateData([model.path], host, input);
  await using predictions = await openData(source, host, { input });
  const names = predictions.columns.map(({ name }) => name);
  if (key === undefined) throw withoutKey(shown, names);
  const absent = key.find((name) => !names.includes(name));
  if (absent !== undefined) throw keyAbsent(shown, absent, names, place);
  const columns = predictionColumns(
    predictions.columns.filter(({ name }) => !key.includes(name)),
    question,
    shown,
    place,
  );
  const table = await readPredictions(predictions, key, columns, shown, place);
  return new FileSession(key, columns, table, await join(dataset, key, table, shown, host, place));
}

/** Looks up every row of the data once, before anything is scored, so that all gaps are told of at once. */
async function join(
  dataset: Dataset,
  key: readonly string[],
  table: PredictionTable,
  shown: string,
  host: Host,
  place: Place,
): Promise<Joined> {
  const used = new Uint8Array(table.rows);
  const first: RowKey[] = [];
  let [rows, gaps, matched] = [0, 0, 0];
  for await (const batch of dataset.batches(key, 65_536)) {
    host.signal.throwIfAborted();
    const keyOf = keysOf(batch, key);
    const count = batch.get(key[0] ?? "")?.length ?? 0;
    for (let row = 0; row < count; row++) {
      const at = table.place(keyOf(row));
      if (at === undefined) {
        gaps += 1;
        if (first.length < namedKeys) first.push(keyOf(row) ?? "(missing)");
      } else if (used[at] === 0) {
        used[at] = 1;
        matched += 1;
      }
    }
    rows += count;
  }
  if (gaps > 0) throw hasGaps(shown, gaps, rows, first, key, place);
  return { unmatched: table.rows - matched, first: table.unused(used).map(shownKey) };
}

function withoutKey(shown: string, names: readonly string[]) {
  return configurationError(
    "TH_PREDICTIONS_KEY",
    `${shown} holds predictions, and which row each belongs to is not known without a key`,
    `name with \`key\` the columns that identify a row in the data and in the predictions; the file has ${names.slice(0, 8).join(", ")}`,
    { input: "key" },
  );
}

function keyAbsent(shown: string, absent: string, names: readonly string[], place: Place) {
  return configurationError(
    "TH_PREDICTIONS_KEY",
    `${shown} has no column "${absent}", by which it is joined to the data`,
    `write the key beside each prediction: ${suggest(absent, names)}`,
    place,
  );
}

function hasGaps(
  shown: string,
  gaps: number,
  rows: number,
  first: readonly RowKey[],
  key: readonly string[],
  place: Place,
) {
  const keys = first.map(shownKey).join(", ");
  return configurationError(
    "TH_PREDICTIONS_GAPS",
    `${shown} has no prediction for ${gaps} of ${rows} rows of the data, the first at ${key.join(", ")} ${keys}`,
    "score every row of the data again; rows are never left out, as those that a model does not answer may be its worst",
    place,
  );
}
