import { z } from "zod";
import type { ColumnBatch, Dataset } from "../../dataset/dataset.ts";
import { classText } from "../../evaluation/classes.ts";
import type { Task, Truth } from "../../evaluation/evaluation.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import { suggest } from "../../kernel/naming.ts";
import type { Feature, Predictions, PredictorSession } from "../../model/model.ts";
import type { Contestant } from "./columns.ts";
import type { Contest } from "./compare.ts";
import { expressionSession } from "./expressions/baseline.ts";
import { CommandSession } from "./predictions/command.ts";

/** What stands in for a champion where there is none: answers taken from the rows themselves, … */
export const constants = ["majority", "mean", "random-order", "seasonal-naive", "none"] as const;
export type Constant = (typeof constants)[number];

/** … or a heuristic's. */
export const baselineInput = z.union([
  z.enum(constants),
  z.strictObject({ column: z.string().min(1) }),
  z.strictObject({ command: z.array(z.string()).min(1) }),
  z.strictObject({ sql: z.string().min(1) }),
]);
export type Baseline = z.output<typeof baselineInput>;

const usual: Readonly<Record<Task, Constant>> = {
  binary: "majority",
  multiclass: "majority",
  multilabel: "majority",
  regression: "mean",
  forecast: "seasonal-naive",
  ranking: "random-order",
  score: "none",
};

/** @throws TitleholderError TH_EVALUATION_BASELINE (configuration) for one that the task does not know. */
export function baselineOf(asked: Baseline | undefined, task: Task): Baseline {
  const own = usual[task];
  if (asked === undefined || asked === own || asked === "none") return asked ?? own;
  if (typeof asked !== "string" && task !== "multilabel" && task !== "score") return asked;
  throw configurationError(
    "TH_EVALUATION_BASELINE",
    `${baselineName(asked)} is no baseline of a ${task} task`,
    own === "none" ? "write `none`" : `write \`${own}\`, or \`none\``,
    { input: "baseline" },
  );
}

/** As reports call it: `majority`, `column rule_score`, `command python rule.py`, `sql x > 1`. */
export function baselineName(baseline: Baseline): string {
  if (typeof baseline === "string") return baseline;
  if ("sql" in baseline) return `sql ${baseline.sql}`;
  return "column" in baseline ? `column ${baseline.column}` : `command ${baseline.command.join(" ")}`;
}

/** What a model was compared with, in a sentence on what it must beat. */
export function baselineSentence(baseline: Baseline, truth: Truth): string {
  if (typeof baseline !== "string" && "sql" in baseline) return `the expression \`${baseline.sql}\``;
  if (typeof baseline !== "string")
    return "column" in baseline ? `the column "${baseline.column}"` : `the command \`${baseline.command.join(" ")}\``;
  const answers = {
    classes: "always answering the commonest class",
    labels: "always answering each label's commoner answer",
    numbers:
      truth.kind === "numbers" && truth.naive !== undefined
        ? "always answering the value of a season earlier"
        : "always answering the mean",
    queries: "always answering the same score, so that any order is as good",
    scored: "nothing",
  };
  return `${answers[truth.kind]}, which says little of how good the model is`;
}

/**
 * The heuristic as one who answers the rows; undefined for answers that are taken from the rows.
 * @throws TitleholderError TH_EVALUATION_BASELINE (configuration) when the data does not have its column, or it cannot answer.
 */
export async function seatBaseline(contest: Contest, dataset: Dataset, host: Host): Promise<Contestant | undefined> {
  const { baseline, question, quantiles, limits, rowFormat } = contest;
  if (typeof baseline === "string") return undefined;
  const name = "baseline";
  const shown = baselineName(baseline);
  if ("column" in baseline) return { name, shown, session: columnSession(baseline.column, question.task, dataset) };
  if ("sql" in baseline) {
    return { name, shown, session: await expressionSession(baseline.sql, contest, dataset.columns, host) };
  }
  const [program = "", ...rest] = baseline.command;
  const { label, labels, key = [] } = question;
  const hidden = new Set([label, ...labels, ...key]);
  const columns = dataset.columns.map((column) => column.name).filter((column) => !hidden.has(column));
  const command = { argv: [program, ...rest] as const, format: rowFormat, wallMs: limits.wallMs } as const;
  return {
    name,
    shown,
    session: new CommandSession(command, undefined, name, columns, { task: question.task, quantiles, labels }, host),
  };
}

/** A column of the data as a model's answers: of classes a class, or a score where it holds fractions; else the number. */
function columnSession(column: string, task: Task, dataset: Dataset): PredictorSession {
  const found = dataset.columns.find(({ name }) => name === column);
  const refuse = (message: string, fix: string) =>
    configurationError("TH_EVALUATION_BASELINE", message, fix, { input: "baseline" });
  if (found === undefined) {
    throw refuse(
      `the data has no column "${column}"`,
      suggest(
        column,
        dataset.columns.map(({ name }) => name),
      ),
    );
  }
  const isNumber = found.kind === "number" || found.kind === "integer";
  const isClass = (task === "binary" || task === "multiclass") && found.kind !== "number";
  if (!isClass && !isNumber)
    throw refuse(`the column "${column}" is of kind ${found.kind}`, "name a column of numbers");
  if (found.kind === "nested" || (task === "multiclass" && !isClass)) {
    throw refuse(`the column "${column}" holds no classes`, "name a column that holds a class in each row");
  }
  return new ColumnSession(column, isClass);
}

class ColumnSession implements PredictorSession {
  readonly from = "column";
  readonly signature = { inputs: [], outputs: [] };
  readonly features: readonly Feature[];
  readonly gives: { readonly label: boolean; readonly scores: boolean };
  readonly #column: string;

  constructor(column: string, isClass: boolean) {
    this.#column = column;
    this.features = [{ name: column, type: "any" }];
    this.gives = { label: isClass, scores: !isClass };
  }

  predict(batch: ColumnBatch): Promise<Predictions> {
    const values = batch.get(this.#column) ?? [];
    if (this.gives.label) return Promise.resolve({ label: Array.from(values, (cell) => classText(cell) ?? "") });
    return Promise.resolve({
      scores: [Float64Array.from(values, (cell) => (cell === null ? Number.NaN : Number(cell)))],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is nothing to close.
  }
}
