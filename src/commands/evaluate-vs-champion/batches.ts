import type { ColumnBatch } from "../../dataset/dataset.ts";
import type { Predictions, PredictorSession } from "../../model/model.ts";
import type { Contestant } from "./columns.ts";

/** About how many values a batch holds: large enough that the way to the helper costs little, small enough to be held several times. */
const batchValues = 2 ** 20;
const largestBatch = 16_384;

/** Rows that are read at once: what a model takes, or what a program wants of which every start costs. */
export function rowsAtOnce(contestants: readonly Contestant[], features: number): number {
  const wanted = contestants.flatMap(({ session }) => session.rowsAtOnce ?? []);
  return wanted.length > 0 ? Math.min(...wanted) : modelRows(features);
}

function modelRows(features: number): number {
  return Math.max(1, Math.min(largestBatch, Math.floor(batchValues / Math.max(1, features))));
}

/** A session's answers to a batch, in pieces that suit it, each with its number of rows. */
export async function* answersTo(
  session: PredictorSession,
  batch: ColumnBatch,
  rows: number,
): AsyncGenerator<readonly [answers: Predictions, rows: number]> {
  const size = session.rowsAtOnce ?? modelRows(session.features.length);
  for (let from = 0; from < rows; from += size) {
    const to = Math.min(rows, from + size);
    yield [await session.predict(cut(batch, session, from, to)), to - from];
  }
}

/** A batch's columns that the session reads. */
export function needed(batch: ColumnBatch, session: PredictorSession): ColumnBatch {
  const [first] = batch.values();
  return cut(batch, session, 0, first?.length ?? 0);
}

function cut(batch: ColumnBatch, { features }: PredictorSession, from: number, to: number): ColumnBatch {
  return new Map(
    features.flatMap(({ name }) => {
      const values = batch.get(name);
      if (values === undefined) return [];
      return [[name, from === 0 && to === values.length ? values : piece(values, from, to)] as const];
    }),
  );
}

type Values = Exclude<ReturnType<ColumnBatch["get"]>, undefined>;

/** A view of typed values costs nothing. */
function piece(values: Values, from: number, to: number): Values {
  return "subarray" in values ? values.subarray(from, to) : values.slice(from, to);
}
