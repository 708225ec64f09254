import type { Aggregate, Column, ColumnBatch, Dataset } from "../dataset/dataset.ts";
import type { Levels } from "../dataset/levels.ts";
import type { Digest } from "../kernel/digest.ts";
import { hashOfLevel } from "./periods.ts";
import type { ColumnProfile, Profile } from "./profile.ts";

/** A profile's resolution: 1,000 quantiles of a sample keep KS within 1.3e-3, whatever the number of rows. */
const mostEdges = 1000;
const mostLevels = 200;
const sampledRows = 100_000;
/** Levels looked at when those of a reference must be found again. */
const levelsSearched = 5000;
/** Cells that are grouped in one scan: what has as many levels as rows is held in memory, or spilled, meanwhile. */
const groupedCells = 10_000_000;

export interface ProfileOptions {
  /** Columns wanted; all that can be profiled when absent. */
  readonly columns?: readonly string[];
  /** Count at this profile's edges and levels, so that the two compare exactly. A column that it lacks, or has in another kind, gets its own. */
  readonly like?: Profile;
  /** Seed of the sample that edges are taken from. */
  readonly seed?: number;
  readonly data?: Digest;
  /** Columns whose levels are named by digest, as their values may not be shown. */
  readonly hidden?: readonly string[];
  readonly onColumn?: (done: number, total: number) => void;
}

/** Profiles a data set: edges from a seeded sample, then exact counts over all rows, in one pass for all numeric columns and one for many others. */
export async function profileDataset(dataset: Dataset, options: ProfileOptions = {}): Promise<Profile> {
  const columns = dataset.columns.filter(
    (column) => column.kind !== "nested" && (options.columns === undefined || options.columns.includes(column.name)),
  );
  const { rows, missing } = await countMissing(dataset, columns);
  const sampled = columns.filter((column) => isNumeric(column) && edgesLike(options.like, column) === undefined);
  const sample: ColumnBatch =
    sampled.length === 0 || rows === 0
      ? new Map()
      : await dataset.sample(
          sampled.map((column) => column.name),
          sampledRows,
          options.seed ?? 1,
        );
  const edges = new Map(
    columns
      .filter(isNumeric)
      .map((column) => [column.name, edgesLike(options.like, column) ?? edgesOf(numbersOf(sample, column.name))]),
  );
  options.onColumn?.(0, columns.length);
  const histograms = await dataset.histograms(edges);
  options.onColumn?.(edges.size, columns.length);
  const levels = await levelsOf(dataset, columns, rows, options);
  const profiles = new Map<string, ColumnProfile>();
  for (const column of columns) {
    const n = { n: rows, missing: missing.get(column.name) ?? 0 };
    const [ends, histogram] = [edges.get(column.name), histograms.get(column.name)];
    if (ends !== undefined && histogram !== undefined) {
      const { counts, atEdge, sums, range } = histogram;
      const enclosed = range === undefined ? {} : { range };
      profiles.set(column.name, { kind: "numeric", ...n, edges: ends, counts, atEdge, sums, ...enclosed });
    } else
      profiles.set(column.name, { kind: "categorical", ...n, ...levelsIn(levels.get(column.name), column, options) });
  }
  return {
    rows,
    ...(options.data === undefined ? {} : { data: options.data }),
    fields: dataset.columns.map(({ name, kind, nullable }) => ({ name, kind, nullable })),
    columns: profiles,
  };
}

/** Edges at 1,000 quantiles of the finite values, the least and the greatest among them; ties give one edge. */
export function edgesOf(values: Float64Array): Float64Array {
  // NaN sorts to the end.
  const all = values.slice().sort();
  const first = all.findIndex((value) => value > Number.NEGATIVE_INFINITY);
  const last = all.findLastIndex((value) => value < Number.POSITIVE_INFINITY);
  const sorted = first === -1 ? all.subarray(0, 0) : all.subarray(first, last + 1);
  if (sorted.length === 0) return new Float64Array(0);
  const edges = new Set<number>();
  for (let step = 0; step <= mostEdges; step += 1) {
    const value = sorted[Math.max(0, Math.ceil((step / mostEdges) * sorted.length) - 1)];
    // Zero has two signs and is one edge.
    if (value !== undefined) edges.add(value + 0);
  }
  return Float64Array.from(edges);
}

function isNumeric(column: Column): boolean {
  return column.kind !== "string" && column.kind !== "boolean";
}

function edgesLike(like: Profile | undefined, column: Column): Float64Array | undefined {
  const profile = like?.columns.get(column.name);
  return profile?.kind === "numeric" ? profile.edges : undefined;
}

async function countMissing(
  dataset: Dataset,
  columns: readonly Column[],
): Promise<{ readonly rows: number; readonly missing: ReadonlyMap<string, number> }> {
  const plan: Record<string, Aggregate> = { rows: { fn: "count" } };
  columns.forEach(({ name, kind }, at) => {
    plan[`null ${at}`] = { fn: "count", where: { op: "null", column: name } };
    if (kind === "number") plan[`infinite ${at}`] = { fn: "count", where: { op: "not-finite", column: name } };
  });
  const counts = await dataset.aggregate(plan);
  const missing = columns.map(
    ({ name }, at) => [name, Number(counts[`null ${at}`] ?? 0) + Number(counts[`infinite ${at}`] ?? 0)] as const,
  );
  return { rows: Number(counts.rows), missing: new Map(missing) };
}

/** A sample's values as numbers; integers too large for a double come as cells. */
function numbersOf(sample: ColumnBatch, column: string): Float64Array {
  const values = sample.get(column) ?? new Float64Array(0);
  if (values instanceof Float64Array) return values;
  return Float64Array.from(values, (value) =>
    value === null ? Number.NaN : value instanceof Date ? value.getTime() : Number(value),
  );
}

/** Levels of the columns that are no numbers; of a reference's more, so that its own are found again. */
async function levelsOf(
  dataset: Dataset,
  columns: readonly Column[],
  rows: number,
  { like, onColumn }: ProfileOptions,
): Promise<ReadonlyMap<string, Levels>> {
  const found = new Map<string, Levels>();
  const plain = columns.filter((column) => !isNumeric(column));
  const sought = plain.filter(({ name }) => like?.columns.get(name)?.kind === "categorical");
  const atOnce = Math.max(1, Math.floor(groupedCells / Math.max(1, rows)));
  for (const [some, limit] of [
    [plain.filter((column) => !sought.includes(column)), mostLevels],
    [sought, levelsSearched],
  ] as const)
    for (let from = 0; from < some.length; from += atOnce) {
      const names = some.slice(from, from + atOnce).map(({ name }) => name);
      for (const [name, levels] of await dataset.levelsOf(names, limit)) found.set(name, levels);
      onColumn?.(columns.length - plain.length + found.size, columns.length);
    }
  return found;
}

function levelsIn(
  { counts, others }: Levels = { counts: new Map(), others: 0 },
  column: Column,
  { like, hidden }: ProfileOptions,
): Pick<ColumnProfile & { readonly kind: "categorical" }, "levels" | "others" | "hashed"> {
  const reference = like?.columns.get(column.name);
  const isLike = reference?.kind === "categorical";
  const hashed = isLike ? reference.hashed === true : hidden?.includes(column.name) === true;
  const named = hashed ? new Map([...counts].map(([level, count]) => [hashOfLevel(level), count])) : counts;
  const found = isLike ? levelsLike(named, others, reference) : { levels: named, others };
  return hashed ? { ...found, hashed: true } : found;
}

/** The reference's levels, and new ones where there can be any. */
function levelsLike(
  counts: ReadonlyMap<string, number>,
  others: number,
  reference: ColumnProfile & { readonly kind: "categorical" },
): { readonly levels: ReadonlyMap<string, number>; readonly others: number } {
  const levels = new Map<string, number>();
  let left = others;
  let fresh = 0;
  for (const [level, count] of counts) {
    const known = reference.levels.has(level);
    // What the reference does not name may be among its others, and is then compared with them; else it is new.
    const kept = known || (reference.others === 0 && fresh < mostLevels);
    if (!known && kept) fresh += 1;
    if (kept) levels.set(level, count);
    else left += count;
  }
  return { levels, others: left };
}
