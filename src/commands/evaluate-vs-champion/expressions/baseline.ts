import type { Column, ColumnBatch } from "../../../dataset/dataset.ts";
import type { Task } from "../../../evaluation/evaluation.ts";
import type { Host } from "../../../kernel/host.ts";
import type { Feature, Predictions, PredictorSession } from "../../../model/model.ts";
import { rowsOf } from "../../../model/tensors.ts";
import type { RowCells } from "../../sql-queries.ts";
import type { Contest } from "../compare.ts";
import { changed } from "../slices/columns.ts";
import { askRows, type Expression, wrongExpression } from "./asking.ts";

/**
 * An expression over the columns of a row but its label as a model's answers: of classes a class, or a score where it gives fractions; else
 * the number.
 * @throws TitleholderError TH_EVALUATION_BASELINE (configuration)
 */
export async function expressionSession(
  sql: string,
  { question, rows, limits }: Contest,
  columns: readonly Column[],
  host: Host,
): Promise<PredictorSession> {
  const wanted =
    "one expression over the columns of a row, without its label, that gives a number, a boolean or a class";
  const expression: Expression = { sql, shown: "the baseline", wanted, input: "baseline" };
  const own = columns.find(({ name }) => !question.labels.includes(name));
  if (own === undefined) throw wrongExpression(expression, "has no column beside the label", "give more columns");
  const asked = { source: rows.source, without: question.labels, folder: "baseline", limitMs: limits.wallMs };
  const [cells] = await askRows([expression], asked, host);
  if (cells === undefined) throw new Error("an expression without an answer");
  return new ExpressionSession(cells, isClass(expression, cells, question.task), own.name);
}

function isClass(expression: Expression, { kind }: RowCells, task: Task): boolean {
  const ofClasses = task === "binary" || task === "multiclass";
  if (!ofClasses && kind === "text") throw wrongExpression(expression, "gives a text", "write one that gives a number");
  if (task === "multiclass" && kind === "number") {
    throw wrongExpression(expression, "gives fractions", "write one that gives one of the classes");
  }
  return ofClasses && kind !== "number";
}

/** Gives the rows' answers out in source order. */
class ExpressionSession implements PredictorSession {
  readonly from = "column";
  readonly signature = { inputs: [], outputs: [] };
  readonly features: readonly Feature[];
  readonly gives: { readonly label: boolean; readonly scores: boolean };
  readonly #cells: RowCells;
  #given = 0;

  /** `column`: any, by which the rows of a batch are counted. */
  constructor(cells: RowCells, isClass: boolean, column: string) {
    this.#cells = cells;
    this.gives = { label: isClass, scores: !isClass };
    this.features = [{ name: column, type: "any" }];
  }

  predict(batch: ColumnBatch): Promise<Predictions> {
    const { kind, texts, values } = this.#cells;
    const from = this.#given;
    this.#given += rowsOf(batch);
    if (this.#given > values.length) throw changed();
    const own = values.subarray(from, this.#given);
    if (!this.gives.label) return Promise.resolve({ scores: [own] });
    return Promise.resolve({ label: Array.from(own, (one) => (kind === "text" ? (texts[one] ?? "") : String(one))) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is nothing to close.
  }
}
