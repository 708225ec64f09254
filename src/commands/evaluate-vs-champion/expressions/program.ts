import type { ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { rowsOf } from "../../../model/tensors.ts";
import type { Contest } from "../compare.ts";
import { CommandSession } from "../predictions/command.ts";
import { changed } from "../slices/columns.ts";

/** A program that gives each row a number. */
export interface Program {
  /** The metric's. */
  readonly name: string;
  readonly argv: readonly string[];
  /** Its place among the metrics. */
  readonly at: number;
  /** Whose answers it sees. */
  readonly who: string;
}

/**
 * Runs a program as a predictor is run, on the data's columns and one model's answers beside them, and reads the number that it writes for each
 * row as `score`.
 * @throws TitleholderError (configuration) TH_EVALUATION_METRICS and what `CommandSession.predict` throws.
 */
export async function programValues(
  { name, argv, at, who }: Program,
  beside: ColumnBatch,
  { question, limits, rowFormat }: Contest,
  dataset: Dataset,
  host: Host,
): Promise<Float64Array> {
  const columns = dataset.columns.map((column) => column.name).filter((column) => !beside.has(column));
  const twofold = dataset.columns.find((column) => column.name !== question.label && beside.has(column.name));
  if (twofold !== undefined) {
    const message = `the data has a column "${twofold.name}", as a model's answer is called for the program of ${name}`;
    throw refuse(message, "give the data's column another name");
  }
  const [program = "", ...rest] = argv;
  const command = {
    argv: [program, ...rest] as const,
    format: rowFormat,
    wallMs: limits.wallMs,
    shown: `the program of the metric ${name}`,
    input: "metrics",
    folder: `metric-${at}`,
  };
  const asked = { task: "regression", quantiles: [], labels: [] } as const;
  await using session = new CommandSession(command, undefined, who, [...columns, ...beside.keys()], asked, host);
  const [first] = beside.values();
  const values = new Float64Array(first?.length ?? 0);
  let done = 0;
  const read = columns.length > 0 ? columns : [question.label];
  for await (const batch of dataset.batches(read, session.rowsAtOnce)) {
    const to = done + rowsOf(batch);
    if (to > values.length) throw changed();
    const own = [...beside].map(([column, cells]) => [column, cells.slice(done, to)] as const);
    const { scores } = await session.predict(new Map([...batch, ...own]));
    values.set(scores?.[0] ?? [], done);
    done = to;
    host.log.progress(`measuring ${name}`, done, values.length);
  }
  if (done !== values.length) throw changed();
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return values;
  const message = `the program of the metric ${name} gives the ${who} no finite number in row ${wrong + 1}`;
  throw refuse(message, "write a number as `score` for each row: 0 for one that does not count");
}

function refuse(message: string, fix: string) {
  return configurationError("TH_EVALUATION_METRICS", message, fix, { input: "metrics" });
}
