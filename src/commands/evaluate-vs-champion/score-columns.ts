import type { ColumnBatch } from "../../dataset/dataset.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Feature, Predictions, PredictorSession } from "../../model/model.ts";
import type { Contestant } from "./columns.ts";

/** Columns of the data that hold each row's score already. */
export interface ScoreColumns {
  readonly challenger: string;
  readonly champion?: string;
}

/** A column of the data in a model's place. */
class ColumnSession implements PredictorSession {
  readonly from = "file";
  readonly signature = { inputs: [], outputs: [] };
  readonly gives = { label: false, scores: true };
  readonly features: readonly Feature[];
  readonly #column: string;

  constructor(column: string) {
    this.#column = column;
    this.features = [{ name: column, type: "double" }];
  }

  predict(batch: ColumnBatch): Promise<Predictions> {
    const values = batch.get(this.#column) ?? [];
    const number = (cell: unknown) =>
      typeof cell === "boolean" || typeof cell === "bigint" || typeof cell === "number" ? Number(cell) : Number.NaN;
    return Promise.resolve({ scores: [Float64Array.from({ length: values.length }, (_, row) => number(values[row]))] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A column of the data is closed with it.
  }
}

export function scoreContestants({ challenger, champion }: ScoreColumns): readonly Contestant[] {
  const contestant = (name: Contestant["name"], column: string): Contestant => ({
    name,
    shown: `column "${column}"`,
    session: new ColumnSession(column),
  });
  const own = contestant("challenger", challenger);
  return champion === undefined ? [own] : [own, contestant("champion", champion)];
}

/**
 * The columns of a `score` task; undefined for other tasks.
 * @throws TitleholderError TH_EVALUATION_SCORE (configuration) for what the task lacks, or does not know.
 */
export function scoreColumnsOf(given: {
  readonly task: string;
  readonly champion?: string | undefined;
  readonly score?: string | undefined;
  readonly championScore?: string | undefined;
}): ScoreColumns | undefined {
  const { task, champion, score, championScore } = given;
  if (task !== "score") {
    if (score === undefined && championScore === undefined) return undefined;
    const input = score === undefined ? "champion-score" : "score";
    throw refuse(`a ${task} task reads no column of scores`, "leave it out, or write `task: score`", input);
  }
  if (score === undefined) {
    throw refuse("which column holds the challenger's scores is not said", "name it with the input `score`", "score");
  }
  if (champion !== undefined && championScore === undefined) {
    const fix = "name it with the input `champion-score`, or leave `champion` out";
    throw refuse("which column holds the champion's scores is not said", fix, "champion-score");
  }
  return { challenger: score, ...(championScore === undefined ? {} : { champion: championScore }) };
}

function refuse(message: string, fix: string, input: string) {
  return configurationError("TH_EVALUATION_SCORE", message, fix, { input });
}
