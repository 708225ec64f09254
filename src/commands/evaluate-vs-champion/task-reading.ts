import type { MetricRule, Task } from "../../evaluation/evaluation.ts";
import {
  classReading,
  labelReading,
  numberReading,
  queryReading,
  type Reading,
  scoredReading,
} from "../../evaluation/reading.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Holdout, HoldoutQuestion } from "./columns.ts";

/** What a task keeps of the rows. */
export function readingOf(
  question: HoldoutQuestion,
  rules: readonly MetricRule[],
  quantiles: readonly number[],
  { classes, rows }: Holdout,
): Reading {
  const { task, label, labels, query } = question;
  if (classes !== undefined) return classReading(label, classes, rows, rules);
  if (task === "score") return scoredReading(rows);
  if (task === "multilabel") return labelReading(labels, rows, rules);
  if (task === "ranking" && query !== undefined) return queryReading(label, query, rows);
  return numberReading(label, quantiles, rows);
}

/**
 * The columns of the label: several of a multilabel task, separated by commas; none where rows are scored already.
 * @throws TitleholderError TH_LABEL_MISSING, TH_EVALUATION_QUERY (configuration) for what the task lacks, or does not know.
 */
export function taskColumns(task: Task, label: string | undefined, query: string | undefined): readonly string[] {
  if (task === "score") return [];
  if (label === undefined) {
    const fix = "name it with the input `label`";
    throw configurationError("TH_LABEL_MISSING", "which column holds the label is not said", fix, { input: "label" });
  }
  const labels = task === "multilabel" ? label.split(",").map((name) => name.trim()) : [label];
  if (new Set(labels).size !== labels.length || labels.includes("") || (task === "multilabel" && labels.length < 2)) {
    const fix = "name each column that is 1 where a row has the label, separated by commas: `spam, abuse, other`";
    throw configurationError("TH_LABEL_MISSING", "a multilabel task needs two label columns or more, each once", fix, {
      input: "label",
    });
  }
  if ((task === "ranking") === (query !== undefined)) return labels;
  throw configurationError(
    "TH_EVALUATION_QUERY",
    task === "ranking"
      ? "a ranking needs to know which rows are the documents of one query"
      : `a ${task} task has no queries`,
    task === "ranking"
      ? "name the column that tells the query with the input `query`"
      : "leave `query` out, or write `task: ranking`",
    { input: "query" },
  );
}
