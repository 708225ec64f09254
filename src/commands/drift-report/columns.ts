import type { Aggregate, Column, Dataset } from "../../dataset/dataset.ts";
import { valuesOf } from "../../drift/bins.ts";
import type { ColumnPair } from "../../drift/comparison.ts";
import { configurationError } from "../../kernel/error.ts";
import { suggest } from "../../kernel/naming.ts";
import type { ColumnProfile, Profile } from "../../profile/profile.ts";
import type { BrokenColumn, LeftOutColumn } from "./findings.ts";

export interface MatchedColumns {
  readonly pairs: readonly ColumnPair[];
  readonly broken: readonly BrokenColumn[];
  readonly leftOut: readonly LeftOutColumn[];
}

/** Strings of which more than this share of rows are distinct are names or texts, not categories. */
const distinctShare = 0.5;
/** Below this many values a column's uniqueness is chance. */
const leastValues = 20;

/**
 * Joins the columns of both sides by name. Without a wish, all that the reference has and that can drift: times go on, and identifiers never
 * come back, so neither is compared unless it was asked for.
 * @throws TH_DRIFT_COLUMN for a wished column that neither side has, TH_DRIFT_NO_COLUMNS when nothing is left (configuration).
 */
export async function matchColumns(
  wished: readonly string[] | undefined,
  reference: Profile,
  current: Profile,
  dataset: Dataset,
): Promise<MatchedColumns> {
  const known = new Set([...reference.columns.keys(), ...dataset.columns.map(({ name }) => name)]);
  for (const name of wished ?? []) if (!known.has(name)) throw unknownColumn(name, known);
  const pairs: ColumnPair[] = [];
  const broken: BrokenColumn[] = [];
  for (const column of wished ?? reference.columns.keys()) {
    const [before, after] = [reference.columns.get(column), current.columns.get(column)];
    if (before === undefined || after === undefined) broken.push(missingColumn(column, before, after));
    else {
      const pair = { column, reference: likeOther(before, after), current: likeOther(after, before) };
      if (pair.reference.kind === pair.current.kind) pairs.push(pair);
      else broken.push(changedType(column, before, after));
    }
  }
  const leftOut = wished === undefined ? await unfit(pairs, dataset) : [];
  const without = new Set(leftOut.map(({ column }) => column));
  const compared = pairs.filter(({ column }) => !without.has(column));
  if (compared.length + broken.length === 0) throw noColumns(leftOut);
  return {
    pairs: compared,
    broken,
    leftOut: [...leftOut, ...(wished === undefined ? newColumns(reference, current) : [])],
  };
}

/** A column without a value has the type of its other side: a CSV does not tell. */
function likeOther(profile: ColumnProfile, other: ColumnProfile): ColumnProfile {
  if (profile.kind === other.kind || valuesOf(profile) > 0) return profile;
  const { n, missing } = profile;
  if (other.kind === "categorical") return { kind: "categorical", n, missing, levels: new Map(), others: 0 };
  return {
    kind: "numeric",
    n,
    missing,
    edges: other.edges,
    counts: new Float64Array(other.counts.length),
    atEdge: new Float64Array(other.edges.length),
  };
}

function unknownColumn(name: string, known: Iterable<string>): Error {
  return configurationError("TH_DRIFT_COLUMN", `neither side has a column "${name}"`, suggest(name, known), {
    input: "columns",
  });
}

function noColumns(leftOut: readonly LeftOutColumn[]): Error {
  const [first] = leftOut;
  return configurationError(
    "TH_DRIFT_NO_COLUMNS",
    first === undefined
      ? "the reference holds no column"
      : `no column can be compared: ${first.column} ${first.reason}${leftOut.length > 1 ? `, and ${leftOut.length - 1} more` : ""}`,
    "name the columns to compare in `columns`, or another reference",
    { input: "reference" },
  );
}

function missingColumn(
  column: string,
  before: ColumnProfile | undefined,
  after: ColumnProfile | undefined,
): BrokenColumn {
  const side = after === undefined ? "current data" : "reference";
  return {
    column,
    message: `${column} is missing from the ${side}`,
    observed: after === undefined ? "missing" : after.kind,
    expected: before === undefined ? "missing" : before.kind,
  };
}

function changedType(column: string, before: ColumnProfile, after: ColumnProfile): BrokenColumn {
  return {
    column,
    message: `${column} changed its type: ${before.kind} in the reference, ${after.kind} in the current data`,
    observed: after.kind,
    expected: before.kind,
  };
}

function newColumns(reference: Profile, current: Profile): readonly LeftOutColumn[] {
  const names = [...current.columns.keys()].filter((name) => !reference.columns.has(name));
  return names.map((column) => ({ column, reason: "is new: the reference does not have it" }));
}

async function unfit(pairs: readonly ColumnPair[], dataset: Dataset): Promise<readonly LeftOutColumn[]> {
  const kinds = new Map(dataset.columns.map((column) => [column.name, column]));
  const columns = pairs.flatMap(({ column }) => kinds.get(column) ?? []);
  const counted = columns.filter(({ kind }) => kind === "integer" || kind === "string");
  const plan: Record<string, Aggregate> = {};
  counted.forEach(({ name }, at) => {
    plan[`distinct ${at}`] = { fn: "distinct", column: name };
    plan[`values ${at}`] = { fn: "count", where: { op: "not", term: { op: "null", column: name } } };
  });
  const counts = counted.length === 0 ? {} : await dataset.aggregate(plan);
  const count = (key: string) => Number((counts as Readonly<Record<string, unknown>>)[key] ?? 0);
  const unique = new Map(
    counted.map(({ name }, at) => [name, { distinct: count(`distinct ${at}`), values: count(`values ${at}`) }]),
  );
  return columns.flatMap((column) => {
    const reason = whyUnfit(column, unique.get(column.name));
    return reason === undefined ? [] : [{ column: column.name, reason }];
  });
}

function whyUnfit(
  { kind }: Column,
  counts: { readonly distinct: number; readonly values: number } | undefined,
): string | undefined {
  if (kind === "date" || kind === "timestamp") return "is a time: it goes on by itself";
  if (counts === undefined || counts.values < leastValues) return undefined;
  if (counts.distinct === counts.values) return "has another value in every row, as identifiers have";
  if (kind === "string" && counts.distinct > distinctShare * counts.values) {
    return "is text: most of its values occur once";
  }
  return undefined;
}
