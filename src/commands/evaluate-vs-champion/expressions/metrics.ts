import { join } from "node:path";
import type { Cell, Column, ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import type { Answers, ClassTruth, MetricRule, Truth } from "../../../evaluation/evaluation.ts";
import { measureKey } from "../../../evaluation/metrics/row-score.ts";
import { metrics } from "../../../evaluation/metrics.ts";
import type { Host } from "../../../kernel/host.ts";
import { locateData } from "../../data.ts";
import type { Contest } from "../compare.ts";
import { standIn } from "../judge.ts";
import { jsonLines } from "../predictions/rows-file.ts";
import type { Scored } from "../scoring.ts";
import { changed } from "../slices/columns.ts";
import { askRows, type Expression, wrongExpression } from "./asking.ts";
import { programValues } from "./program.ts";

/**
 * The answers with what the user's own metrics give for each row, those of what stands in for a champion too. An expression or a program sees
 * the data's columns, and `prediction`, `score` and `label` of one model at a time.
 * @throws TitleholderError TH_EVALUATION_METRICS (configuration)
 */
export async function measureAnswers(contest: Contest, scored: Scored, dataset: Dataset, host: Host): Promise<Scored> {
  const own = contest.rules.filter(({ metric }) => metrics[metric].needs === "measured");
  if (own.length === 0) return scored;
  const measure = (answers: Answers, who: string) =>
    withMeasures(answers, { rules: own, contest, truth: scored.truth, dataset, who }, host);
  const answers: Answers[] = [];
  for (const [at, one] of scored.answers.entries())
    answers.push(await measure(one, ["challenger", "champion"][at] ?? ""));
  if (scored.answers.length > 1 || contest.baseline === "none") return { ...scored, answers };
  return { ...scored, answers, baseline: await measure(standIn(scored), "baseline") };
}

function expressionOf({ name, settings }: MetricRule): Expression {
  const wanted = "one expression that gives a number for one row, over the data's columns, prediction, score and label";
  return { sql: settings.sql ?? "", shown: `the metric ${name}`, wanted, input: "metrics" };
}

interface Measuring {
  readonly rules: readonly MetricRule[];
  readonly contest: Contest;
  readonly truth: Truth;
  readonly dataset: Dataset;
  /** Whose answers they are. */
  readonly who: string;
}

async function withMeasures(answers: Answers, asked: Measuring, host: Host): Promise<Answers> {
  const { rules, contest, truth, dataset } = asked;
  const kind = dataset.columns.find(({ name }) => name === contest.question.label)?.kind;
  const beside = answerColumns(answers, truth, kind);
  const measured = new Map(await expressionMeasures(beside, asked, host));
  const programs = rules.filter(({ metric }) => metric === "command");
  for (const rule of programs) {
    const measure = { name: rule.name, argv: rule.settings.command ?? [], at: rules.indexOf(rule), who: asked.who };
    measured.set(measureKey(rule.settings), await programValues(measure, beside, contest, dataset, host));
  }
  return { ...answers, measured };
}

async function expressionMeasures(
  beside: ColumnBatch,
  { rules, contest, dataset, who }: Measuring,
  host: Host,
): Promise<readonly (readonly [string, Float64Array])[]> {
  const { question, rows, limits } = contest;
  const expressions = rules.filter(({ metric }) => metric === "sql").map(expressionOf);
  if (expressions.length === 0) return [];
  const names = [...beside.keys()];
  for (const expression of expressions) refuseTwofold(expression, names, dataset.columns, question.label);
  const [first] = beside.values();
  const count = first?.length ?? 0;
  const path = join(host.scratch, "expressions", `${who}.jsonl`);
  await host.files.replace(path, pieces(jsonLines(beside, count)));
  const { source } = await locateData([path], host, "metrics");
  const asked = { source: rows.source, beside: { source, columns: names }, folder: who, limitMs: limits.wallMs };
  const found = await askRows(expressions, asked, host);
  return expressions.map((expression, at) => {
    const cells = found[at];
    if (cells?.values.length !== count) throw changed();
    if (cells.kind !== "text") return [expression.sql, cells.values] as const;
    throw wrongExpression(expression, "gives a text", `write ${expression.wanted}`);
  });
}

/** One model's answers and the truth as columns of rows, in the kind that the label's column has. */
function answerColumns(answers: Answers, truth: Truth, kind: Column["kind"] | undefined): ColumnBatch {
  const { predicted, value, score } = answers;
  const columns = new Map<string, Float64Array | readonly Cell[]>();
  if (truth.kind === "classes") {
    const cells = classCells(truth, kind);
    const named = (places: Uint16Array) => Array.from(places, (place) => cells[place] ?? null);
    if (predicted !== undefined) columns.set("prediction", named(predicted));
    if (score !== undefined) columns.set("score", score);
    return columns.set("label", named(truth.label));
  }
  if (value !== undefined) columns.set(truth.kind === "scored" ? "score" : "prediction", value);
  if (truth.kind === "numbers") columns.set("label", truth.target);
  if (truth.kind === "queries") columns.set("label", truth.relevance);
  return columns;
}

function classCells({ classes }: ClassTruth, kind: Column["kind"] | undefined): readonly Cell[] {
  if (kind === "boolean") return classes.map((text) => text === "1");
  return kind === "integer" || kind === "number" ? classes.map(Number) : classes;
}

/** A name that both the data and the answers have would say one thing and mean another. */
function refuseTwofold(
  expression: Expression,
  names: readonly string[],
  columns: readonly Column[],
  label: string,
): void {
  const own = columns.map(({ name }) => name).filter((name) => name !== label);
  const twofold = own.find(
    (name) => names.includes(name.toLowerCase()) && new RegExp(`\\b${name}\\b`, "i").test(expression.sql),
  );
  if (twofold === undefined) return;
  const message = `speaks of "${twofold}", which is a column of the data and what a model's answer is called here`;
  throw wrongExpression(expression, message, "give the data's column another name");
}

async function* pieces(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
