import type { Aggregate, Cell, Column, ColumnKind, Dataset } from "../../dataset/dataset.ts";
import { binaryClasses, type Classes, manyClasses, maxClasses } from "../../evaluation/classes.ts";
import type { Task } from "../../evaluation/evaluation.ts";
import { configurationError } from "../../kernel/error.ts";
import { nearest, suggest } from "../../kernel/naming.ts";
import type { Feature, PredictorSession } from "../../model/model.ts";

/** A model that takes part: how messages call it, and its open session. */
export interface Contestant {
  readonly name: "challenger" | "champion" | "baseline";
  readonly shown: string;
  readonly session: PredictorSession;
}

export interface Holdout {
  readonly rows: number;
  /** Of a label of classes. */
  readonly classes?: Classes;
  /** Columns that the models read, each once, without the label. */
  readonly features: readonly string[];
  /** Missing values in columns where the models take them, by column; zeros left out. */
  readonly missing: ReadonlyMap<string, number>;
  /** Rows beyond the first of each key; undefined without a key. */
  readonly duplicates: number | undefined;
}

export interface HoldoutQuestion {
  /** The label's column; of several labels all of them as they were written; empty where a task has none. */
  readonly label: string;
  /** The columns of the label: several of a multilabel task. */
  readonly labels: readonly string[];
  /** A column that tells which rows are the documents of one query. */
  readonly query: string | undefined;
  readonly key: readonly string[] | undefined;
  /** A column of sample weights. */
  readonly weight: string | undefined;
  /** A column of what rows belong to, and one of when they were. */
  readonly group: string | undefined;
  readonly time: string | undefined;
  /** Of a forecast: a column of how far ahead it was, and the moments of a season. */
  readonly horizon: string | undefined;
  readonly season: number | undefined;
  /** The column of a row's fold, or those of its repeat and fold. */
  readonly fold: readonly string[] | undefined;
  readonly task: Task;
  readonly positive: Cell | undefined;
}

/**
 * What must be known before a row is scored: that every feature is there, that the label has the classes of the task, and where values are
 * missing. Two scans at most. `requireQuestion` comes first.
 * @throws TitleholderError (configuration) TH_EVALUATION_COLUMNS, TH_EVALUATION_LEAK, TH_LABEL_NULL, TH_LABEL_VALUES, TH_EVALUATION_ROWS,
 *   TH_MODEL_MISSING.
 */
export async function examineHoldout(
  dataset: Dataset,
  contestants: readonly Contestant[],
  question: HoldoutQuestion,
  input: string,
): Promise<Holdout> {
  requireFeatures(dataset.columns, contestants, question.labels, input);
  const features = [...new Set(contestants.flatMap(({ session }) => session.features.map(({ name }) => name)))];
  const counts = await dataset.aggregate(plan(features, question));
  const count = (key: string) => Number(counts[key] ?? 0);
  const rows = count("rows");
  if (rows === 0) {
    throw configurationError("TH_EVALUATION_ROWS", "the data has no rows", "give the rows to compare the models on", {
      input,
    });
  }
  for (const [at, label] of question.labels.entries()) {
    if (count(`label ${at}`) > 0) throw nullLabels(label, count(`label ${at}`), rows);
  }
  const missing = new Map(
    features.map((name, at) => [name, count(`feature ${at}`)] as const).filter(([, nulls]) => nulls > 0),
  );
  for (const contestant of contestants) refuseMissing(contestant, missing, rows, input);
  const classes = await classesOf(dataset, question);
  return {
    rows,
    ...(classes === undefined ? {} : { classes }),
    features,
    missing,
    duplicates: question.key === undefined ? undefined : count("duplicates"),
  };
}

function plan(features: readonly string[], { labels, key }: HoldoutQuestion): Record<string, Aggregate> {
  const nulls = (column: string): Aggregate => ({ fn: "count", where: { op: "null", column } });
  return {
    rows: { fn: "count" },
    ...Object.fromEntries(labels.map((name, at) => [`label ${at}`, nulls(name)])),
    ...Object.fromEntries(features.map((name, at) => [`feature ${at}`, nulls(name)])),
    ...(key === undefined ? {} : { duplicates: { fn: "duplicates", columns: key } }),
  };
}

async function classesOf(dataset: Dataset, { label, task, positive }: HoldoutQuestion): Promise<Classes | undefined> {
  if (task !== "binary" && task !== "multiclass") return undefined;
  const { counts, others } = await dataset.levels(label, task === "binary" ? 12 : maxClasses);
  const values = [...counts.keys()];
  return task === "binary" ? binaryClasses(label, values, others, positive) : manyClasses(label, values, others);
}

/**
 * That the data has the label, of a kind that classes have, and the key.
 * @throws TitleholderError (configuration) TH_LABEL_MISSING, TH_LABEL_VALUES, TH_EVALUATION_KEY.
 */
export function requireQuestion(columns: readonly Column[], question: HoldoutQuestion): void {
  const { labels, key, task } = question;
  const names = columns.map(({ name }) => name);
  for (const label of labels) {
    const column = columns.find(({ name }) => name === label);
    if (column !== undefined) requireLabelKind(label, column.kind, task);
    else throw absentLabel(label, names);
  }
  for (const input of ["weight", "group", "time", "horizon", "query"] as const)
    requireColumn(question[input], names, input);
  for (const column of question.fold ?? []) requireColumn(column, names, "fold");
  const unknownKey = key?.find((name) => !names.includes(name));
  if (unknownKey !== undefined) {
    throw configurationError(
      "TH_EVALUATION_KEY",
      `the data has no column "${unknownKey}"`,
      suggest(unknownKey, names),
      {
        input: "key",
      },
    );
  }
}

function absentLabel(label: string, names: readonly string[]) {
  return configurationError("TH_LABEL_MISSING", `the data has no column "${label}"`, suggest(label, names), {
    input: "label",
  });
}

function requireColumn(column: string | undefined, names: readonly string[], input: string): void {
  if (column === undefined || names.includes(column)) return;
  throw configurationError("TH_EVALUATION_COLUMNS", `the data has no column "${column}"`, suggest(column, names), {
    input,
  });
}

function requireLabelKind(label: string, kind: ColumnKind, task: Task): void {
  const numbers = task === "regression" || task === "forecast" || task === "ranking";
  const fits = numbers
    ? kind === "integer" || kind === "number"
    : kind !== "date" && kind !== "timestamp" && kind !== "nested";
  if (fits) return;
  throw configurationError(
    "TH_LABEL_VALUES",
    `the label column "${label}" is a ${kind} column, and ${numbers ? `the label of a ${task} is a number` : "classes are numbers, booleans or texts"}`,
    "choose another label column",
    { input: "label" },
  );
}

function requireFeatures(
  columns: readonly Column[],
  contestants: readonly Contestant[],
  labels: readonly string[],
  input: string,
): void {
  const names = columns.map(({ name }) => name);
  for (const { name, shown, session } of contestants) {
    const leak = session.features.find((feature) => labels.includes(feature.name));
    if (leak !== undefined) throw labelAsFeature(name, shown, leak.name);
    const absent = session.features.filter((feature) => !names.includes(feature.name));
    if (absent.length > 0) throw absentFeatures(`the ${name} ${shown}`, absent, names, input);
  }
}

function labelAsFeature(name: string, shown: string, label: string) {
  return configurationError(
    "TH_EVALUATION_LEAK",
    `the ${name} ${shown} reads the label column "${label}" as a feature`,
    "train without the label among the features, or name the true label column",
    { input: "label" },
  );
}

function absentFeatures(who: string, absent: readonly Feature[], names: readonly string[], input: string) {
  const near = absent.slice(0, 12).map(({ name }) => {
    const meant = nearest(name, names);
    return meant === undefined ? `"${name}"` : `"${name}" (the data has "${meant}")`;
  });
  const more = absent.length > near.length ? ` and ${absent.length - near.length} more` : "";
  return configurationError(
    "TH_EVALUATION_COLUMNS",
    `${who} reads columns that the data does not have: ${near.join(", ")}${more}`,
    "give data with the columns that the model was trained on, under the same names",
    { input },
  );
}

function nullLabels(label: string, nulls: number, rows: number) {
  return configurationError(
    "TH_LABEL_NULL",
    `the label column "${label}" lacks a value in ${nulls} of ${rows} rows`,
    "leave out the rows whose label is not known yet, or wait for their labels",
    { input: "label" },
  );
}

/** Floats carry a missing value as NaN, other types cannot: said before anything is scored, with the count over all rows. */
function refuseMissing(
  { name, shown, session }: Contestant,
  missing: ReadonlyMap<string, number>,
  rows: number,
  input: string,
): void {
  for (const { name: column, type } of session.features) {
    const nulls = missing.get(column) ?? 0;
    if (nulls === 0 || ["float", "double", "any"].includes(type)) continue;
    throw configurationError(
      "TH_MODEL_MISSING",
      `column "${column}" lacks a value in ${nulls} of ${rows} rows, and the ${name} ${shown} takes ${type} there, which cannot be missing`,
      "fill the missing values as in training, or export the model with a float input",
      { input },
    );
  }
}
