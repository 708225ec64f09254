import { join } from "node:path";
import type { DataSource, Dataset } from "../../../dataset/dataset.ts";
import type { Slice } from "../../../evaluation/slices.ts";
import {
  crossed,
  joinedRows,
  levelName,
  levelText,
  mostLevels,
  type Partition,
  rowsByLevel,
} from "../../../evaluation/slicing.ts";
import { configurationError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { formatDuration } from "../../../kernel/quantity.ts";
import { engineBytes, Queries } from "../../sql-queries.ts";
import { changed, cutName, partitionsBy, tooMany } from "./columns.ts";
import type { SlicePlan } from "./inputs.ts";

/** Values of one declaration that are slices of their own; the rest are one slice together. */
const mostSlices = 50;

type ColumnsPlan = Extract<SlicePlan, { readonly kind: "columns" }>;
type ConditionPlan = Extract<SlicePlan, { readonly kind: "condition" }>;

export interface DeclaredSlices {
  readonly slices: readonly Slice[];
  /** Names of declared slices that no row belongs to. */
  readonly gone: readonly string[];
  /** Those that could not be found out. */
  readonly unknown: readonly { readonly name: string; readonly why: string }[];
  /** The largest slices by each column's values: what a later evaluation may expect to find again. */
  readonly byValue: Readonly<Record<string, readonly string[]>>;
  /** Every slice by a column's values that some row belongs to. */
  readonly present: ReadonlySet<string>;
}

/** The rows that are parted. */
export interface SlicedData {
  readonly dataset: Dataset;
  readonly source: DataSource;
  readonly rows: number;
  /** For each condition. */
  readonly limitMs: number;
  /** Slices of fewer rows are not tested. */
  readonly leastRows: number;
}

/** Finds the rows of every declared slice: the columns in one reading, the conditions in the locked helper. */
export async function declaredSlices(
  plans: readonly SlicePlan[],
  data: SlicedData,
  host: Host,
): Promise<DeclaredSlices> {
  const cuts = plans.flatMap((plan) => (plan.kind === "columns" ? plan.parts : []));
  const partitions = await partitionsBy(cuts, data.dataset, data.rows, host, "slices");
  const conditions = plans.filter((plan) => plan.kind === "condition");
  const answered = await conditionSlices(conditions, data, host);
  const found = plans.map((plan) => (plan.kind === "columns" ? columnSlices(plan, partitions) : undefined));
  const all = [...found.flatMap((one) => one?.slices ?? []), ...answered.slices];
  return {
    slices: all.filter(({ rows }) => rows.length > 0),
    gone: [
      ...found.flatMap((one) => one?.gone ?? []),
      ...answered.slices.filter(({ rows }) => rows.length === 0).map(({ name }) => name),
    ],
    unknown: answered.unknown,
    byValue: Object.fromEntries(plans.flatMap((plan, at) => valuesOf(plan, found[at]?.levels ?? [], data.leastRows))),
    present: new Set(found.flatMap((one) => one?.levels.map(({ name }) => name) ?? [])),
  };
}

/** Those that are tested; rare values come and go. */
function valuesOf(
  plan: SlicePlan,
  levels: ReturnType<typeof rowsByLevel>,
  leastRows: number,
): readonly (readonly [string, readonly string[]])[] {
  if (plan.kind !== "columns" || plan.parts.length !== 1) return [];
  const [part] = plan.parts;
  if (part === undefined || part.bins !== undefined) return [];
  const large = levels.filter(({ rows }) => rows.length >= leastRows).slice(0, mostSlices);
  return [[part.column, large.map(({ name }) => name)]];
}

function columnSlices(plan: ColumnsPlan, partitions: ReadonlyMap<string, Partition>) {
  const { parts, values, expected, margin } = plan;
  const [partition, ...further] = parts.map((part) => {
    const found = partitions.get(cutName(part));
    if (found === undefined) throw new Error(`the rows were not parted by ${part.column}`);
    return found;
  });
  const whole = further.reduce(
    (one, other) => crossed([one, other]),
    partition ?? { names: [], codes: new Uint32Array() },
  );
  const title = parts.map(({ column }) => column).join(", ");
  if (whole.names.length >= mostLevels) throw tooMany(`${title} have together`, "slices");
  const levels = rowsByLevel(whole);
  const column = parts[0]?.column ?? "";
  const names = (cells: readonly (string | number | boolean)[] | undefined) =>
    cells?.map((cell) => levelName(column, levelText(cell) ?? ""));
  const [listed, wanted] = [names(values), names(expected) ?? []];
  const present = levels.map(({ name }) => name);
  const own = listed === undefined ? levels : levels.filter(({ name }) => listed.includes(name));
  const gone = [...new Set([...(listed ?? []), ...wanted])].filter((name) => !present.includes(name));
  return { slices: bounded(own, wanted, title).map((slice) => withMargin(slice, margin)), gone, levels };
}

/** The largest are slices of their own, and so are those that are expected; all others are one together, so that no row is left out. */
function bounded(
  levels: ReturnType<typeof rowsByLevel>,
  wanted: readonly string[],
  title: string,
): readonly Omit<Slice, "margin">[] {
  const isOwn = (name: string, at: number) => at < mostSlices || wanted.includes(name);
  const own = levels.filter(({ name }, at) => isOwn(name, at));
  const rest = levels.filter(({ name }, at) => !isOwn(name, at));
  if (rest.length === 0) return own;
  const some = rest.slice(0, 3).map(({ name }) => name);
  const name = `${title}: ${rest.length} others (${some.join("; ")}${rest.length > some.length ? "; …" : ""})`;
  return [...own, { name, rows: joinedRows(rest) }];
}

function withMargin(slice: Omit<Slice, "margin">, margin: SlicePlan["margin"]): Slice {
  return margin === undefined ? slice : { ...slice, margin };
}

/** @throws TitleholderError TH_EVALUATION_SLICE_SQL (configuration) for a condition that could not run on any data. */
async function conditionSlices(plans: readonly ConditionPlan[], { source, rows, limitMs }: SlicedData, host: Host) {
  const slices: Slice[] = [];
  const unknown: { readonly name: string; readonly why: string }[] = [];
  if (plans.length === 0) return { slices, unknown };
  const spill = join(host.scratch, "slices");
  const own = join(spill, "rows");
  await host.files.makeDirectory(own);
  const tables = [{ names: ["data"], source, spill: own }];
  await using queries = new Queries(
    host,
    { tables, absent: [], memoryBytes: engineBytes, spill },
    plans.length,
    limitMs,
  );
  for (const [done, { name, where, margin }] of plans.entries()) {
    host.log.progress("asking the slices' conditions", done, plans.length);
    const { answer, marks } = await queries.rows(where);
    if (answer.outcome === "refused") throw refusedCondition(name, answer);
    if (answer.outcome === "value" && marks !== undefined) {
      if (marks.length !== rows) throw changed();
      slices.push(withMargin({ name, rows: marked(marks) }, margin));
    } else unknown.push({ name, why: whyUnknown(answer.outcome, limitMs) });
  }
  return { slices, unknown };
}

function marked(marks: Uint8Array): Uint32Array {
  const rows = new Uint32Array(marks.reduce((sum, mark) => sum + mark, 0));
  let at = 0;
  for (let row = 0; row < marks.length; row += 1) {
    if (marks[row] !== 1) continue;
    rows[at] = row;
    at += 1;
  }
  return rows;
}

function refusedCondition(
  name: string,
  { message, at }: { readonly message: string; readonly at: { readonly line: number; readonly column: number } | null },
) {
  const where = at === null ? "" : ` (line ${at.line}, column ${at.column} of it)`;
  return configurationError(
    "TH_EVALUATION_SLICE_SQL",
    `the condition of the slice ${name} cannot run: ${message}${where}`,
    "write one expression over the columns of a row, in DuckDB's SQL, that is true or false",
    { input: "slices" },
  );
}

/** What the engine says of a value may hold it, so that it is not repeated. */
function whyUnknown(outcome: string, limitMs: number): string {
  if (outcome === "memory") return "the condition needs more memory than it may have";
  if (outcome === "failed") return "the condition failed on a value of this data: a cast may need TRY_CAST";
  return `the condition was stopped at its limit of ${formatDuration(limitMs)} (input time-limit)`;
}
