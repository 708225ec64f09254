import type { ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import { Levels, mostLevels, type Partition, quantileBins } from "../../../evaluation/slicing.ts";
import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";

const batchRows = 16_384;

/** How the rows are parted by one column: by its values, or by quantiles. */
export interface ColumnCut {
  readonly column: string;
  readonly bins?: number | undefined;
}

/** One spelling for a cut, to find its partition by. */
export function cutName({ column, bins }: ColumnCut): string {
  return bins === undefined ? column : `${column}\0${bins}`;
}

/**
 * Parts the rows by each of the cuts, in one reading of the columns.
 * @param input that names the columns
 * @returns by `cutName`
 * @throws TitleholderError (configuration) TH_EVALUATION_SLICES for a column of too many values, TH_DATA_CHANGED.
 */
export async function partitionsBy(
  cuts: readonly ColumnCut[],
  dataset: Dataset,
  rows: number,
  host: Host,
  input: string,
): Promise<ReadonlyMap<string, Partition>> {
  const own = new Map(cuts.map((cut) => [cutName(cut), cut]));
  const levels = new Map<string, Levels>();
  const numbers = new Map<string, Float64Array>();
  for (const { column, bins } of own.values()) {
    if (bins === undefined) levels.set(column, new Levels(column, rows));
    else numbers.set(column, new Float64Array(rows));
  }
  const columns = [...new Set([...own.values()].map(({ column }) => column))];
  let done = 0;
  if (columns.length > 0) {
    for await (const batch of dataset.batches(columns, batchRows)) {
      host.signal.throwIfAborted();
      const count = batch.get(columns[0] ?? "")?.length ?? 0;
      if (done + count > rows) throw changed();
      for (const [column, one] of levels) one.add(batch.get(column) ?? []);
      for (const [column, into] of numbers) addNumbers(batch, column, into, done);
      const wide = [...levels].find(([, one]) => one.size >= mostLevels);
      if (wide !== undefined) throw tooMany(`${wide[0]} has`, input);
      done += count;
      host.log.progress("reading the slices", done, rows);
    }
    if (done !== rows) throw changed();
  }
  return new Map(
    [...own].map(([name, { column, bins }]) => [
      name,
      bins === undefined
        ? (levels.get(column)?.finish() ?? { names: [], codes: new Uint32Array() })
        : quantileBins(column, numbers.get(column) ?? new Float64Array(), bins),
    ]),
  );
}

export function tooMany(whose: string, input: string) {
  return configurationError(
    "TH_EVALUATION_SLICES",
    `${whose} ${mostLevels} different values or more, of which no slices are made`,
    "cut a number by quantiles with `bins`, or choose a column of few values",
    { input },
  );
}

export function changed() {
  return configurationError(
    "TH_DATA_CHANGED",
    "the data changed while it was read",
    "run again when nothing writes to the files any more",
    { input: "data" },
  );
}

function addNumbers(batch: ColumnBatch, column: string, into: Float64Array, from: number): void {
  const values = batch.get(column) ?? [];
  for (let at = 0; at < values.length; at += 1) {
    const cell = values[at];
    into[from + at] = typeof cell === "number" ? cell : typeof cell === "bigint" ? Number(cell) : Number.NaN;
  }
}
