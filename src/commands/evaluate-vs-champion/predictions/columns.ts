import type { Column } from "../../../dataset/dataset.ts";
import { inClassOrder } from "../../../evaluation/classes.ts";
import type { Task } from "../../../evaluation/evaluation.ts";
import { configurationError, type Place } from "../../../kernel/error.ts";
import { nearest } from "../../../kernel/naming.ts";

/** Which columns of a table of predictions hold what. */
export interface PredictionColumns {
  /** The predicted class. */
  readonly label?: string;
  /** In the order in which models give their scores. */
  readonly scores: readonly string[];
}

export interface PredictionQuestion {
  readonly task: Task;
  /** Levels of the quantiles that are asked for; empty for one number a row. */
  readonly quantiles: readonly number[];
  /** The label's columns; of a multilabel task each has a score. */
  readonly labels: readonly string[];
}

export const predictionColumnsText =
  "`prediction`, `score`, a `score_CLASS` for each class, or a `quantile_LEVEL` for each level";

/**
 * A class and its scores by the columns' names: `prediction`; `score` (of the positive class, or the predicted number), `score_CLASS` for each
 * class, whatever their order in the file; `quantile_LEVEL`, such as `quantile_0.9`. Of other tasks than classes `prediction` is the number.
 * @throws TitleholderError TH_PREDICTIONS_COLUMNS (configuration) when there is none of them, or a quantile that is asked for is not there.
 */
export function predictionColumns(
  columns: readonly Column[],
  { task, quantiles, labels }: PredictionQuestion,
  shown: string,
  place: Place,
): PredictionColumns {
  const names = columns.map(({ name }) => name);
  const has = (name: string) => names.includes(name);
  const perClass =
    task === "multilabel"
      ? labels.map((label) => requiredColumn(`score_${label}`, names, shown, place))
      : names.filter((name) => name.startsWith("score_"));
  const classes = task === "binary" || task === "multiclass";
  const levels = quantiles.map((level) => quantileColumn(level, names, shown, place));
  const single = (classes ? ["score"] : ["prediction", "score"]).filter(has).slice(0, 1);
  const scores = levels.length > 0 ? levels : perClass.length > 0 ? inOrder(perClass, classes) : single;
  const labelled = classes && has("prediction");
  if (labelled || scores.length > 0) {
    requireNumbers(columns, scores, shown, place);
    return { ...(labelled ? { label: "prediction" } : {}), scores };
  }
  const near = names.find((name) => nearest(name, ["prediction", "score"]) !== undefined);
  throw configurationError(
    "TH_PREDICTIONS_COLUMNS",
    `${shown} holds no predictions: its columns are ${names.slice(0, 12).join(", ")}${names.length > 12 ? " and more" : ""}`,
    `${near === undefined ? "" : `rename "${near}", or `}name the columns ${predictionColumnsText}`,
    place,
  );
}

function inOrder(columns: readonly string[], classes: boolean): readonly string[] {
  if (!classes) return columns;
  return inClassOrder(columns.map((name) => name.slice("score_".length))).map((name) => `score_${name}`);
}

function quantileColumn(level: number, names: readonly string[], shown: string, place: Place): string {
  const found = names.find((name) => name.startsWith("quantile_") && Number(name.slice("quantile_".length)) === level);
  if (found !== undefined) return found;
  return requiredColumn(`quantile_${level}`, names, shown, place);
}

function requiredColumn(name: string, names: readonly string[], shown: string, place: Place): string {
  if (names.includes(name)) return name;
  throw configurationError(
    "TH_PREDICTIONS_COLUMNS",
    `${shown} has no column "${name}"`,
    name.startsWith("quantile_")
      ? "write a column for every level that the input `quantiles` names"
      : "write a column for every label that the input `label` names",
    place,
  );
}

function requireNumbers(columns: readonly Column[], scores: readonly string[], shown: string, place: Place): void {
  const wrong = columns.find(
    ({ name, kind }) => scores.includes(name) && !["number", "integer", "boolean"].includes(kind),
  );
  if (wrong === undefined) return;
  throw configurationError(
    "TH_PREDICTIONS_COLUMNS",
    `the column "${wrong.name}" of ${shown} is of kind ${wrong.kind}, and scores are numbers`,
    "write numbers there, with a point and no thousands' marks",
    place,
  );
}
