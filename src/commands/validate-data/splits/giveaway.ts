import type { ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import type { Check, Table } from "../../../kernel/command.ts";
import { formatNumber } from "../../../report/format.ts";
import { plural } from "../checks.ts";
import type { Masking } from "../masking.ts";
import type { Part } from "../part.ts";
import { type Association, associationsOfClass, associationsWithNumber, leastRows } from "./association.ts";
import { cellOfClass, type LabelFacts } from "./label-facts.ts";

/** From here on a single column gives the label away. */
const giveawayFrom = 0.99;
/** Rows looked at: enough to tell an AUC of .99 from one of .98. */
const sampledRows = 20_000;
const rowsOfClass = 5000;
/** Of wide tables fewer rows, but so many. */
const sampledCells = 2_000_000;
const leastSampled = 1000;
/** Of more classes the most frequent are looked at. */
const mostClasses = 20;
const mostListed = 10;
const seed = 7;

/** A column with what it tells of each class, or of the number. */
interface Predictor {
  readonly column: string;
  readonly best: Association;
  /** Over all classes; of a number the correlation itself. */
  readonly mean: number;
}

interface Asked {
  readonly label: string;
  readonly allowed: readonly string[];
  readonly measure: string;
  readonly shown: (level: string) => string;
}

/**
 * Columns that tell the label alone. Classes: the area under the ROC curve of one against the rest, of numbers by rank, of levels by
 * cross-fitted target encoding, of being missing. Numbers: rank correlation, its sign aside. `fail` from .99 over all classes, `warn` where one
 * class of several is given away: a class may rightly be easy.
 */
export async function giveawayPart(
  dataset: Dataset,
  label: string,
  facts: LabelFacts,
  columns: { readonly features: readonly string[]; readonly allowed: readonly string[] },
  masking: Masking,
): Promise<Part> {
  const unchecked = (why: string): Part => {
    const message = `whether a column gives ${label} away was not checked: ${why}`;
    return { checks: [{ id: "label.giveaway", verdict: "unchecked", message }] };
  };
  const { features, allowed } = columns;
  if (facts.kind === "other") return unchecked(facts.why);
  if (features.length === 0) return unchecked("no other column is left");
  const sample = await dataset.sample([...features, label], rowsOf(sampledRows, features), seed);
  const found =
    facts.kind === "number"
      ? associationsWithNumber(sample, label, features)
      : await byClass(dataset, label, facts.classes, features, sample);
  if (found.length === 0)
    return unchecked(`that takes ${leastRows} rows of each of two classes, or ${2 * leastRows} numbers`);
  const measure = facts.kind === "number" ? "absolute rank correlation" : "AUC";
  const asked = { label, allowed, measure, shown: (level: string) => masking.cell(label, level) ?? "" };
  const predictors = rank(found);
  return { checks: giveawayChecks(predictors, asked), tables: [predictorTable(predictors, asked)] };
}

function rowsOf(most: number, features: readonly string[]): number {
  return Math.min(most, Math.max(leastSampled, Math.floor(sampledCells / features.length)));
}

/** Each class is sampled on its own, so that a rare one has rows enough; the area does not depend on how many. */
async function byClass(
  dataset: Dataset,
  label: string,
  classes: ReadonlyMap<string, number>,
  features: readonly string[],
  sample: ColumnBatch,
): Promise<readonly Association[]> {
  const found: Association[] = [];
  // Of two classes each tells of the other what there is to tell; the rarer one comes last.
  const names = classes.size === 2 ? [...classes.keys()].slice(1) : [...classes.keys()].slice(0, mostClasses);
  for (const name of names) {
    if ((classes.get(name) ?? 0) < leastRows) continue;
    const where = { op: "in", column: label, values: [cellOfClass(dataset, label, name)] } as const;
    const own = await dataset.sample([...features, label], rowsOf(rowsOfClass, features), seed, where);
    found.push(...associationsOfClass(name, own, sample, label, features));
  }
  return found;
}

function rank(found: readonly Association[]): readonly Predictor[] {
  const byColumn = Map.groupBy(found, ({ column }) => column);
  return [...byColumn]
    .map(([column, all]): Predictor => {
      const best = all.reduce((one, other) => (other.strength > one.strength ? other : one));
      return { column, best, mean: all.reduce((sum, { strength }) => sum + strength, 0) / all.length };
    })
    .sort((a, b) => b.mean - a.mean || (a.column < b.column ? -1 : 1));
}

function giveawayChecks(predictors: readonly Predictor[], question: Asked): readonly Check[] {
  const { label, allowed, measure, shown } = question;
  const strong = predictors.filter(({ best }) => best.strength >= giveawayFrom);
  const [first] = predictors;
  if (strong.length === 0) {
    const strongest =
      first === undefined
        ? ""
        : `: the strongest, ${first.column}, has ${measure} ${formatNumber(first.best.strength)}`;
    const message = `none of ${plural(predictors.length, "column")} gives ${label} away${strongest}`;
    return [
      { id: "label.giveaway", verdict: "pass", message, expected: `below ${giveawayFrom}`, n: predictors.length },
    ];
  }
  return strong.map(({ column, best, mean }): Check => {
    const of = best.of === undefined || mean >= giveawayFrom ? label : `the class ${shown(best.of)} of ${label}`;
    const how = best.by === "rank" ? "" : best.by === "level" ? " by its levels" : " by being missing";
    const message = `${column} alone tells ${of}${how}: ${measure} ${formatNumber(best.strength)} in ${plural(best.rows, "row")}`;
    const head = {
      id: `label.giveaway.${column}`,
      observed: best.strength,
      expected: `below ${giveawayFrom}`,
      n: best.rows,
    };
    if (allowed.includes(column))
      return { ...head, verdict: "pass", message: `${message}; it is among the allowed predictors` };
    const fix = "is it known when the model is asked? Then name it in allowed-predictors";
    return { ...head, verdict: mean >= giveawayFrom ? "fail" : "warn", message: `${message}; ${fix}` };
  });
}

function predictorTable(predictors: readonly Predictor[], { label, measure, shown }: Asked): Table {
  const first = predictors.slice(0, mostListed);
  return {
    title: `What single columns tell of ${label}`,
    columns: ["column", measure, "strongest for", "by", "rows"],
    rows: first.map(({ column, best, mean }) => [
      column,
      formatNumber(mean),
      best.of === undefined ? null : shown(best.of),
      best.by,
      best.rows,
    ]),
    ...(predictors.length > first.length ? { more: predictors.length - first.length } : {}),
  };
}
