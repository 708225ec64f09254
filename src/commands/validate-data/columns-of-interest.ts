import type { Aggregate, Cell, Column, ColumnBatch, Dataset, Predicate } from "../../dataset/dataset.ts";
import type { Check } from "../../kernel/command.ts";
import type { Profile } from "../../profile/profile.ts";
import { listed, plural } from "./checks.ts";
import { isWithin, type OutlierRule, outlierRule, outliersPart } from "./outliers.ts";
import type { Part, Situation } from "./part.ts";
import type { SplitInputs } from "./splits/inputs.ts";

/** Fewer rows tell nothing of how a column usually is. */
const leastRows = 500;
const sampledRows = 50_000;
/** Of wide tables fewer rows, but never so few that a column cannot be judged. */
const sampledCells = 2_000_000;
/** So many of them tell which columns may be constant or identifiers. */
const comparedRows = 10_000;
const seed = 5;
const columnsAtOnce = 100;
/** A column is nearly constant when so many rows hold one value, or none. */
const nearlyAll = 0.999;
/** Identifiers: so many of the values are distinct. */
const nearlyDistinct = 0.99;
/** Expected number of clean data sets of a hundred in which a value is called an outlier. */
const alpha = 0.01;

/** What the sample makes probable of a column, to be counted over all rows. */
interface Suspicion {
  readonly column: Column;
  /** The commonest value, where nearly all of the sample hold it. */
  readonly common: Cell | undefined;
  /** No two values of the sample differ. */
  readonly isSingle: boolean;
  /** Hardly any of the sample holds a value. */
  readonly isSparse: boolean;
  readonly isDistinct: boolean;
  readonly outliers: OutlierRule | undefined;
}

/**
 * Columns that are constant or nearly so, empty, identifiers, and values far beyond the rest. A sample tells what to count; one scan counts it
 * over all rows. All of it warns: only a person knows whether it is meant.
 */
export async function columnsPart(
  situation: Situation,
  { ignore = [], group = [], label }: SplitInputs,
  limit: number,
): Promise<Part> {
  const { dataset, found, host } = situation;
  const columns = dataset.columns.filter(({ kind }) => kind !== "nested");
  if (found.rows < leastRows || columns.length === 0) return {};
  host.log.progress("looking at the columns", 0, 2);
  const sample = await dataset.sample(
    columns.map(({ name }) => name),
    Math.min(sampledRows, Math.max(2 * leastRows, Math.floor(sampledCells / columns.length))),
    seed,
  );
  const names = [...ignore, ...group, ...keysOf(situation)];
  const alphaOf = ({ name }: Column) => (names.includes(name) ? 0 : alpha / columns.length);
  const suspicions = columns.map((column) => suspicionOf(column, sample, found.rows, alphaOf(column)));
  host.log.progress("looking at the columns", 1, 2);
  const counted = await count(situation, suspicions);
  host.log.progress("looking at the columns", 2, 2);
  const known = label === undefined ? names : [...names, label];
  const rules = suspicions.flatMap(({ outliers }, at) =>
    outliers === undefined ? [] : [{ rule: outliers, count: counted[at]?.outliers ?? 0 }],
  );
  const outliers = await outliersPart(situation, rules, limit);
  const identifiers = await identifiersCheck(dataset, suspicions, known, label !== undefined);
  return {
    ...outliers,
    checks: [...constantChecks(counted, found.rows), identifiers, ...(outliers.checks ?? [])],
  };
}

/** Columns that the contract calls unique, or a key: they are identifiers on purpose. */
function keysOf({ contract }: Situation): readonly string[] {
  const { key, rules } = contract.value;
  return [...key, ...rules.filter(({ measure }) => measure.kind === "duplicates").flatMap((rule) => rule.columns)];
}

/** @param outlierAlpha 0 for a column whose values are names: none of them is an outlier */
function suspicionOf(column: Column, sample: ColumnBatch, rows: number, outlierAlpha: number): Suspicion {
  const cells = sample.get(column.name) ?? [];
  const step = Math.max(1, Math.floor(cells.length / comparedRows));
  const counts = new Map<unknown, number>();
  let [compared, present, most] = [0, 0, 0];
  let common: Cell | undefined;
  for (let at = 0; at < cells.length; at += step) {
    const cell = cells[at] ?? null;
    compared += 1;
    if (cell === null || (typeof cell === "number" && Number.isNaN(cell))) continue;
    present += 1;
    const key = cell instanceof Date ? cell.getTime() : cell;
    const times = (counts.get(key) ?? 0) + 1;
    counts.set(key, times);
    if (times > most) [most, common] = [times, cell];
  }
  // A little less than what is looked for: the sample may hold a few more of the others.
  const nearlySo = 0.99 * nearlyAll * compared;
  return {
    column,
    common: most >= nearlySo ? common : undefined,
    isSingle: counts.size <= 1,
    isSparse: compared - present >= nearlySo,
    isDistinct: present > 0 && counts.size >= nearlyDistinct * present,
    outliers: outlierAlpha === 0 ? undefined : outlierRule(column, cells, rows, outlierAlpha),
  };
}

/** A column with what was counted of it over all rows. */
interface Counted {
  readonly column: Column;
  /** 0 where the sample holds many values. */
  readonly missing: number;
  readonly isConstant: boolean;
  readonly common: number;
  readonly outliers: number;
}

/**
 * Counts over all rows what the sample makes probable and the profile does not rule out, of so many columns in one statement: a wider one is
 * planned in the square of its width.
 */
async function count({ dataset, profile }: Situation, suspicions: readonly Suspicion[]): Promise<readonly Counted[]> {
  const counted: Counted[] = [];
  for (let from = 0; from < suspicions.length; from += columnsAtOnce)
    counted.push(...(await countOf(dataset, profile, suspicions.slice(from, from + columnsAtOnce))));
  return counted;
}

async function countOf(
  dataset: Dataset,
  profile: Profile | undefined,
  suspicions: readonly Suspicion[],
): Promise<readonly Counted[]> {
  const plan: Record<string, Aggregate> = {};
  suspicions.forEach(({ column, common, isSingle, isSparse, outliers }, at) => {
    const { name } = column;
    if (isSingle || isSparse || common !== undefined) plan[`missing ${at}`] = { fn: "count", where: missingIn(column) };
    if (isSingle) {
      plan[`least ${at}`] = { fn: "min", column: name };
      plan[`most ${at}`] = { fn: "max", column: name };
    }
    if (common !== undefined)
      plan[`common ${at}`] = { fn: "count", where: { op: "in", column: name, values: [common] } };
    if (outliers !== undefined && !isWithin(profile?.columns.get(name), column, outliers))
      plan[`outliers ${at}`] = { fn: "count", where: outliers.where };
  });
  const counts: Readonly<Record<string, Cell>> = Object.keys(plan).length === 0 ? {} : await dataset.aggregate(plan);
  return suspicions.map(({ column }, at) => {
    const [least, most] = [counts[`least ${at}`] ?? null, counts[`most ${at}`] ?? null];
    return {
      column,
      missing: Number(counts[`missing ${at}`] ?? 0),
      isConstant: least !== null && String(least) === String(most),
      common: Number(counts[`common ${at}`] ?? 0),
      outliers: Number(counts[`outliers ${at}`] ?? 0),
    };
  });
}

function missingIn({ name, kind }: Column): Predicate {
  const none = { op: "null", column: name } as const;
  return kind === "number" ? { op: "or", terms: [none, { op: "not-finite", column: name }] } : none;
}

function constantChecks(counted: readonly Counted[], rows: number): readonly Check[] {
  const named = (columns: readonly Counted[]) => listed(columns.map(({ column }) => column.name));
  const empty = counted.filter(({ missing }) => missing === rows);
  const constant = counted.filter(({ missing, isConstant }) => isConstant && missing === 0);
  const nearly = counted.filter(
    (one) =>
      !empty.includes(one) &&
      !constant.includes(one) &&
      (one.common >= nearlyAll * rows ||
        one.missing >= nearlyAll * rows ||
        (one.isConstant && one.common + one.missing === rows)),
  );
  const check = (id: string, found: readonly Counted[], none: string, some: string): Check => ({
    id: `columns.${id}`,
    verdict: found.length === 0 ? "pass" : "warn",
    message: found.length === 0 ? none : `${plural(found.length, "column")} ${some}: ${named(found)}`,
    observed: found.length,
    expected: "no column",
    n: counted.length,
  });
  return [
    check("empty", empty, "every column holds values", "hold no value at all"),
    check("constant", constant, "no column is constant", "hold one value in every row"),
    check(
      "nearly-constant",
      nearly,
      "no column is nearly constant",
      `hold one value, or none, in ${nearlyAll * 100}% of the rows or more`,
    ),
  ];
}

/**
 * Texts and whole numbers that are other in nearly every row. Measured numbers and times are so by nature.
 * @param isLearnt a model is made from the data: then an identifier among its columns is a fault
 */
async function identifiersCheck(
  dataset: Dataset,
  suspicions: readonly Suspicion[],
  known: readonly string[],
  isLearnt: boolean,
): Promise<Check> {
  const suspected = suspicions.flatMap(({ column, isDistinct }) => {
    const isCode = column.kind === "string" || column.kind === "integer";
    return isDistinct && isCode && !known.includes(column.name) ? [column.name] : [];
  });
  const plan: Record<string, Aggregate> = {};
  for (const name of suspected) {
    plan[`distinct ${name}`] = { fn: "distinct", column: name };
    plan[`values ${name}`] = { fn: "count", where: { op: "not", term: { op: "null", column: name } } };
  }
  const counts = suspected.length === 0 ? {} : await dataset.aggregate(plan);
  const values = (key: string) => Number((counts as Readonly<Record<string, Cell>>)[key] ?? 0);
  const found = suspected.filter(
    (name) =>
      values(`values ${name}`) >= leastRows && values(`distinct ${name}`) >= nearlyDistinct * values(`values ${name}`),
  );
  const head = { id: "columns.identifiers", observed: found.length, expected: "no column", n: suspicions.length };
  if (found.length === 0)
    return {
      ...head,
      verdict: "pass",
      message: "no column is another in nearly every row without being declared a key or unique",
    };
  const message = `${plural(found.length, "column")} ${found.length === 1 ? "is" : "are"} another in nearly every row, as identifiers and free texts are: ${listed(found)}`;
  return isLearnt
    ? {
        ...head,
        verdict: "warn",
        message: `${message}; a model learns nothing from ${found.length === 1 ? "it" : "them"}`,
      }
    : { ...head, verdict: "pass", message };
}
