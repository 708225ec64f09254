import type { Cell, ColumnBatch } from "../../../dataset/dataset.ts";
import { rocAuc } from "../../../stats/delong.ts";
import { createRandom } from "../../../stats/random.ts";
import { rankCorrelation } from "../../../stats/rank-correlation.ts";
import { crossFittedMeans } from "../../../stats/target-encoding.ts";

/** With fewer rows of a class, or half as many of a number, an AUC of .99 may be chance. */
export const leastRows = 30;
/** A number of no more values than this is looked at by its levels too: codes have no order. */
const mostCodes = 200;
const folds = 5;
const seed = 11;

/** How well a column tells a class or a number, read in one way. */
interface Reading {
  /** AUC, or the absolute rank correlation: 0 to 1. */
  readonly strength: number;
  readonly by: "rank" | "level" | "being missing";
  /** Rows that it was computed from. */
  readonly rows: number;
}

/** How well one column tells one class from the rest, or a number. */
export interface Association extends Reading {
  readonly column: string;
  /** The class; absent for a number. */
  readonly of?: string;
}

/** @param own rows of the class; of `sample` those of other classes are the rest */
export function associationsOfClass(
  of: string,
  own: ColumnBatch,
  sample: ColumnBatch,
  label: string,
  features: readonly string[],
): readonly Association[] {
  const labels = textsOf(sample, label);
  const rest = labels.flatMap((text, row) => (text === undefined || text === of ? [] : [row]));
  const ownRows = Array.from({ length: own.get(label)?.length ?? 0 }, (_, row) => row);
  if (Math.min(rest.length, ownRows.length) < leastRows) return [];
  const positive = [...ownRows.map(() => true), ...rest.map(() => false)];
  return features.map((column) => {
    const texts = [...pick(textsOf(own, column), ownRows), ...pick(textsOf(sample, column), rest)];
    const numbers = [...pick(numbersOf(own, column), ownRows), ...pick(numbersOf(sample, column), rest)];
    return { column, of, ...strongest(areas(positive, texts, numbers)) };
  });
}

/** Areas under the ROC curve of one column, each way of reading it that its rows suffice for; the first always does. */
function areas(
  positive: readonly boolean[],
  texts: readonly (string | undefined)[],
  numbers: readonly number[],
): readonly Reading[] {
  const all = [...positive.keys()];
  const eitherWay = (auc: number) => Math.max(auc, 1 - auc);
  const area = (rows: readonly number[], scores: ArrayLike<number>) => rocAuc(pick(positive, rows), scores);
  const missing = texts.map((text) => (text === undefined ? 1 : 0));
  const found: Reading[] = [{ strength: eitherWay(area(all, missing)), by: "being missing", rows: all.length }];
  const present = all.filter((row) => Number.isFinite(numbers[row]));
  const positives = present.filter((row) => positive[row] === true).length;
  if (Math.min(positives, present.length - positives) >= leastRows)
    found.push({ strength: eitherWay(area(present, pick(numbers, present))), by: "rank", rows: present.length });
  // A mean of the label points one way alone.
  if (hasLevels(numbers, texts))
    found.push({ strength: area(all, encoded(texts, positive.map(Number))), by: "level", rows: all.length });
  return found;
}

/** Of a label that is a number. */
export function associationsWithNumber(
  sample: ColumnBatch,
  label: string,
  features: readonly string[],
): readonly Association[] {
  const target = numbersOf(sample, label);
  const labelled = target.flatMap((value, row) => (Number.isFinite(value) ? [row] : []));
  return features.flatMap((column): readonly Association[] => {
    const texts = textsOf(sample, column);
    const numbers = numbersOf(sample, column);
    const found: Reading[] = [];
    const add = (by: Reading["by"], rows: readonly number[], scores: ArrayLike<number>) => {
      if (rows.length < 2 * leastRows) return;
      const strength = Math.abs(rankCorrelation(scores, pick(target, rows)));
      found.push({ strength, by, rows: rows.length });
    };
    const present = labelled.filter((row) => Number.isFinite(numbers[row]));
    add("rank", present, pick(numbers, present));
    if (hasLevels(numbers, texts)) add("level", labelled, encoded(pick(texts, labelled), pick(target, labelled)));
    return found.length === 0 ? [] : [{ column, ...strongest(found) }];
  });
}

function strongest(found: readonly Reading[]): Reading {
  return found.reduce((one, other) => (other.strength > one.strength ? other : one));
}

function encoded(texts: readonly (string | undefined)[], target: readonly number[]): Float64Array {
  const random = createRandom(seed);
  const fold = texts.map(() => random.integer(folds));
  return crossFittedMeans(
    texts.map((text) => (text === undefined ? "missing" : `=${text}`)),
    target,
    fold,
  );
}

/** Whether a column is looked at by its levels: texts, truth values, and numbers that may be codes. */
function hasLevels(numbers: readonly number[], texts: readonly (string | undefined)[]): boolean {
  const isText = numbers.every((value, row) => texts[row] === undefined || Number.isNaN(value));
  return isText || new Set(numbers).size <= mostCodes;
}

function pick<T>(values: readonly T[], rows: readonly number[]): readonly T[] {
  return rows.map((row) => values[row] as T);
}

/** Cells as levels; undefined where there is none. */
function textsOf(batch: ColumnBatch, column: string): readonly (string | undefined)[] {
  return Array.from(batch.get(column) ?? [], (value: Cell) => {
    if (value === null || (typeof value === "number" && Number.isNaN(value))) return undefined;
    return value instanceof Date ? String(value.getTime()) : String(value);
  });
}

/** Cells as numbers, times in milliseconds; NaN where there is none, and for texts and truth values. */
function numbersOf(batch: ColumnBatch, column: string): readonly number[] {
  return Array.from(batch.get(column) ?? [], (value: Cell) => {
    if (value instanceof Date) return value.getTime();
    return typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
  });
}
