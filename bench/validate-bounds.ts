/**
 * False alarms of the bounds that validate-data predicts from a reference, and of the contract that it infers, beside the usual rules, and
 * the faults that each finds: `npm run bench:bounds [-- batches [clean|faults|periods]]`. Seeded: the figures are the same on every machine. A
 * batch is 30 columns of several shapes; "alarm" means that at least one rule of a kind calls a clean batch wrong. Profiles, bounds, contract,
 * parser and judge are the program's own; only the engine is replaced, by columns in memory.
 */

import { referenceParts } from "../src/commands/validate-data/reference.ts";
import { judge, planContract } from "../src/contract/evaluation.ts";
import { type InferredColumn, inferContract } from "../src/contract/infer.ts";
import { parseContract } from "../src/contract/odcs.ts";
import type { Aggregate, Cell, Column, Dataset, Predicate } from "../src/dataset/dataset.ts";
import { Bins } from "../src/dataset/engines/duckdb/bins.ts";
import type { Levels } from "../src/dataset/levels.ts";
import { type Reference, referenceOf } from "../src/profile/periods.ts";
import type { Profile } from "../src/profile/profile.ts";
import { profileDataset } from "../src/profile/profiling.ts";
import { createRandom, type Random } from "../src/stats/random.ts";

const batches = Number(process.argv[2] ?? 200);
const only = process.argv[3];

type Draw = (random: Random) => Cell;

/** Shapes that columns have; each is given to several columns, and a third of all columns lack values. */
const shapes: readonly (readonly [kind: "number" | "integer" | "string", draw: Draw])[] = [
  ["number", (random) => random.normal()],
  ["number", (random) => Math.exp(random.normal())],
  ["number", (random) => (random.uniform() < 0.6 ? 0 : random.normal() ** 2)],
  ["number", (random) => -Math.log(1 - random.uniform())],
  ["integer", (random) => Math.floor(24 * random.uniform() ** 1.5)],
  ["integer", (random) => (random.uniform() < 0.003 ? 1 : 0)],
  ["string", (random) => `c${random.integer(8)}`],
  ["string", (random) => `m${Math.floor(80 * random.uniform() ** 2)}`],
  // Levels down to one in ten thousand: each batch brings some that the last had not.
  ["string", (random) => `r${Math.min(150, Math.floor(-18 * Math.log(1 - random.uniform())))}`],
  ["number", (random) => Math.round(100 * (50 + 10 * random.normal())) / 100],
];
const columns = Array.from({ length: 30 }, (_, at) => {
  const [kind, draw] = shapes[at % shapes.length] ?? shapes[0] ?? ["number", () => 0];
  const missing = at % 3 === 1 ? ([0.0003, 0.01, 0.2][Math.floor(at / 3) % 3] ?? 0) : 0;
  return { name: `${kind}${at}`, kind, draw, missing };
});

type Batch = ReadonlyMap<string, readonly Cell[]>;
type Change = (column: string, value: Cell, random: Random) => Cell;

interface Day {
  readonly change?: Change;
  /** Coefficient of variation, from day to day, of the share of missing values: a lognormal factor of mean 1, another for each column. */
  readonly cv?: number;
}

function draw(random: Random, rows: number, { change = (_column, value) => value, cv = 0 }: Day = {}): Batch {
  const variance = Math.log(1 + cv * cv);
  const factor = () => (cv === 0 ? 1 : Math.exp(Math.sqrt(variance) * random.normal() - variance / 2));
  return new Map(
    columns.map(({ name, draw: next, missing }) => {
      const today = missing * factor();
      const cell = () => change(name, random.uniform() < today ? null : next(random), random);
      return [name, Array.from({ length: rows }, cell)];
    }),
  );
}

/** Columns in memory behind the engine's interface, as far as profiles and contracts ask. */
function inMemory(batch: Batch): Dataset {
  const cells = (name: string) => batch.get(name) ?? [];
  const rows = cells(columns[0]?.name ?? "").length;
  const fields: readonly Column[] = columns.map(({ name, kind }) => ({ name, kind, native: kind, nullable: true }));
  const holds = (where: Predicate, at: number): boolean | undefined => {
    if (where.op === "not") return negated(holds(where.term, at));
    if (where.op === "and" || where.op === "or") {
      const terms = where.terms.map((term) => holds(term, at));
      return where.op === "or" ? terms.includes(true) : terms.every((term) => term === true);
    }
    const value = cells("column" in where ? String(where.column) : "")[at] ?? null;
    if (where.op === "null") return value === null;
    if (value === null) return undefined;
    if (where.op === "in") return where.values.includes(value);
    if (where.op === "not-finite") return !Number.isFinite(value);
    if (where.op !== "range") throw new Error(`no predicate ${where.op} here`);
    return (where.min ?? value) <= value && value <= (where.max ?? value);
  };
  const count = (aggregate: Aggregate): number => {
    if (aggregate.fn !== "count") throw new Error(`no aggregate ${aggregate.fn} here`);
    const { where } = aggregate;
    if (where === undefined) return rows;
    let found = 0;
    for (let at = 0; at < rows; at += 1) if (holds(where, at) === true) found += 1;
    return found;
  };
  const numbers = (name: string) =>
    Float64Array.from(cells(name), (cell) => (cell === null ? Number.NaN : Number(cell)));
  const dataset: Partial<Dataset> = {
    columns: fields,
    aggregate: async (plan) =>
      Object.fromEntries(Object.entries<Aggregate>(plan).map(([key, item]) => [key, count(item)])) as never,
    histograms: async (edges) =>
      new Map(
        [...edges].map(([name, ends]) => {
          const [bins, values] = [new Bins(ends), numbers(name)];
          bins.addAll(values.length, { getItem: (at) => values[at] ?? Number.NaN });
          return [name, bins];
        }),
      ),
    levelsOf: async (names, limit) => new Map(names.map((name) => [name, levelsIn(cells(name), limit)])),
    // The whole batch stands for the sample: it is no larger than one.
    sample: async (names) => new Map(names.map((name) => [name, numbers(name)])),
  };
  return dataset as Dataset;
}

function levelsIn(cells: readonly Cell[], limit: number): Levels {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  const ordered = [...counts].sort((a, b) => b[1] - a[1]);
  return {
    counts: new Map(ordered.slice(0, limit)),
    others: ordered.slice(limit).reduce((sum, [, n]) => sum + n, 0),
  };
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

const kinds = [
  "bounds",
  "missing",
  "range",
  "levels",
  "mean",
  "shares",
  "skew",
  "contract",
  "its missing",
  "null rate",
  "min/max",
  "3 IQR",
  "all levels",
] as const;
type Alarms = Record<(typeof kinds)[number], boolean>;

/**
 * What every rule says of a batch, for all columns or for one.
 * @param periods the oldest first; each is counted at the edges of those before it, as one run after another counts them. The usual rules
 *   know the newest.
 */
async function alarmsOf(periods: readonly Batch[], current: Batch, only?: string): Promise<Alarms> {
  const [newest, now] = [periods.at(-1) ?? new Map(), inMemory(current)];
  const reference = await readPeriods(periods);
  const after = await profileDataset(now, { like: reference.whole });
  const broken = await brokenQuestions(reference, after, only);
  const contract = await brokenRules(reference, now, only);
  const watched = columns.map(({ name }) => name).filter((name) => only === undefined || name === only);
  const naive = watched.map((name) => naiveAlarms(newest.get(name) ?? [], current.get(name) ?? []));
  return {
    // Skew is decided by a rule of its own, and has a column of its own.
    bounds: [...broken].some((question) => question !== "skew"),
    missing: broken.has("missing"),
    range: broken.has("range"),
    levels: broken.has("levels"),
    mean: broken.has("mean"),
    shares: broken.has("shares"),
    skew: broken.has("skew"),
    contract: contract.length > 0,
    "its missing": contract.some(({ asked }) => asked.kind === "rows" && asked.violated.op === "null"),
    "null rate": naive.some(({ nulls }) => nulls),
    "min/max": naive.some(({ ends }) => ends),
    "3 IQR": naive.some(({ fence }) => fence),
    "all levels": naive.some(({ levels }) => levels),
  };
}

async function readPeriods(batches: readonly Batch[]): Promise<Reference> {
  const profiles: Profile[] = [];
  let reference: Reference | undefined;
  for (const batch of batches) {
    const like = reference === undefined ? {} : { like: reference.whole };
    profiles.push(await profileDataset(inMemory(batch), like));
    reference = referenceOf(profiles as [Profile, ...Profile[]]);
  }
  if (reference === undefined) throw new Error("no period");
  return reference;
}

/** The questions about columns that the command answers with an alarm. */
async function brokenQuestions(reference: Reference, current: Profile, only?: string): Promise<ReadonlySet<string>> {
  const read = { reference, materials: [], digests: [] };
  const masking = { shows: () => true, cell: () => null, row: () => "" };
  // The comparison takes nothing from the host.
  const parts = await referenceParts(read, "fail", { profile: current, masking, host: undefined as never });
  const alarms = parts
    .flatMap(({ checks = [] }) => checks)
    .filter(({ verdict }) => verdict === "fail" || verdict === "warn")
    .map(({ id }) => id.split(".reference."))
    .filter(([column, question]) => question !== undefined && (only === undefined || column === only));
  return new Set(alarms.map(([, question]) => String(question)));
}

/** The rules of the inferred contract that a batch breaks. */
async function brokenRules({ periods, whole }: Reference, now: Dataset, only: string | undefined) {
  const described = columns.flatMap(({ name, kind }): readonly InferredColumn[] => {
    const profile = whole.columns.get(name);
    const each = periods.flatMap((period) => period.columns.get(name) ?? []);
    return profile === undefined
      ? []
      : [{ name, kind, nullable: true, moves: false, shows: true, profile, periods: each }];
  });
  const rows = periods.map((period) => period.rows);
  const from = periods.length === 1 ? "data" : "reference";
  const contract = parseContract(inferContract("bench", { from, rows }, described), "bench.yaml");
  const plan = planContract(contract, now.columns);
  const { outcomes } = judge(plan, await now.aggregate(plan.aggregates));
  return (
    outcomes
      // The number of rows is the bench's own choice.
      .filter(({ rule, holds }) => !holds && rule.measure.kind !== "row count")
      .filter(({ rule }) => only === undefined || rule.columns.includes(only))
      .map(({ rule: { measure } }) => ({ asked: measure }))
  );
}

function naiveAlarms(reference: readonly Cell[], current: readonly Cell[]) {
  const rate = (cells: readonly Cell[]) => cells.filter((cell) => cell === null).length / cells.length;
  const numbers = (cells: readonly Cell[]) =>
    Float64Array.from(cells.filter((cell) => typeof cell === "number")).sort();
  const [before, now] = [numbers(reference), numbers(current)];
  const at = (share: number) => before[Math.floor(share * (before.length - 1))] ?? 0;
  const [low, high] = [at(0.25), at(0.75)];
  const [least, most] = [now[0] ?? 0, now.at(-1) ?? 0];
  const known = new Set(reference.filter((cell) => typeof cell === "string"));
  return {
    nulls: rate(current) > rate(reference),
    ends: now.length > 0 && (least < (before[0] ?? 0) || most > (before.at(-1) ?? 0)),
    fence: now.length > 0 && (least < low - 3 * (high - low) || most > high + 3 * (high - low)),
    levels: current.some((cell) => typeof cell === "string" && !known.has(cell)),
  };
}

/** A share with its Monte Carlo error. */
function shown(hits: number, of: number): string {
  const share = hits / of;
  return `${share.toFixed(3)}±${Math.sqrt((share * (1 - share)) / of).toFixed(3)}`.padStart(14);
}

interface Row {
  readonly label: string;
  readonly repeats: number;
  /** Rows of each period, the oldest first, and of the batch. */
  readonly n: readonly number[];
  readonly m: number;
  /** The column that is watched, where it is one alone. */
  readonly only?: string;
}

/** @param day of every period and of the batch; a fault is the batch's alone */
async function row({ label, repeats, n, m, only }: Row, { change, ...day }: Day = {}): Promise<void> {
  const hits = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<(typeof kinds)[number], number>;
  const random = createRandom(`bounds ${label} ${n} ${m}`);
  for (let index = 0; index < repeats; index += 1) {
    const periods = n.map((rows) => draw(random, rows, day));
    const batch = draw(random, m, { ...day, ...(change === undefined ? {} : { change }) });
    const alarms = await alarmsOf(periods, batch, only);
    for (const kind of kinds) if (alarms[kind]) hits[kind] += 1;
  }
  console.log(label.padEnd(labelled) + kinds.map((kind) => shown(hits[kind], repeats)).join(""));
}

const labelled = 44;
function head(title: string): void {
  console.log(`\n${title}\n${"".padEnd(labelled)}${kinds.map((kind) => kind.padStart(14)).join("")}`);
}

console.log(`Share of ${columns.length}-column batches in which a rule alarms, with its Monte Carlo error`);

async function cleanBatches(): Promise<void> {
  head("clean batches: reference → batch");
  const sizes: readonly (readonly [n: number, m: number, repeats: number])[] = [
    [10_000, 10_000, batches],
    [1000, 1000, batches],
    [10_000, 5000, batches],
    // The contract promises nothing for batches of less than half the rows.
    [20_000, 2000, Math.ceil(batches / 2)],
    [2000, 20_000, Math.ceil(batches / 2)],
    [100_000, 100_000, Math.ceil(batches / 20)],
  ];
  for (const [n, m, repeats] of sizes) await row({ label: `${n} → ${m} (${repeats} batches)`, repeats, n: [n], m });
}

async function faultyBatches(): Promise<void> {
  head("faults in one column of 30, 10000 → 10000; alarms on that column");
  const faults: readonly (readonly [label: string, column: string, change: (value: Cell, random: Random) => Cell])[] = [
    ["missing values doubled from 1%", "number13", (value, random) => (random.uniform() < 0.01 ? null : value)],
    [
      "unit × 1000 on 1% of the rows",
      "number0",
      (value, random) => (random.uniform() < 0.01 ? Number(value) * 1000 : value),
    ],
    ["a new level on 1% of the rows", "string6", (value, random) => (random.uniform() < 0.01 ? "new" : value)],
    ["normal: cut at its .9 quantile", "number0", (value) => Math.min(Number(value), 1.2816)],
    ["lognormal: cut at its .9 quantile", "number21", (value) => Math.min(Number(value), Math.exp(1.2816))],
    ["mean + .1 sd", "number0", (value) => Number(value) + 0.1],
    ["lognormal × 1.2", "number21", (value) => (value === null ? null : Number(value) * 1.2)],
  ];
  for (const [label, column, change] of faults)
    await row(
      { label, repeats: Math.ceil(batches / 8), n: [10_000], m: 10_000, only: column },
      { change: (name, value, random) => (name === column ? change(value, random) : value) },
    );
}

/** Days whose shares of missing values differ: one period cannot know by how much, several can. */
async function severalPeriods(): Promise<void> {
  head("clean batches whose shares of missing values vary from day to day: periods → batch");
  const sizes: readonly (readonly [n: number, m: number, repeats: number])[] = [
    [1000, 1000, batches],
    // The least that an inferred contract promises anything for.
    [1000, 500, batches],
    [10_000, 10_000, Math.ceil(batches / 4)],
  ];
  for (const cv of [0.2, 0.3])
    for (const [n, m, repeats] of sizes)
      for (const periods of [1, 3, 5, 10]) {
        const label = `CV ${cv}: ${periods} × ${n} → ${m} (${repeats} batches)`;
        await row({ label, repeats, n: Array.from({ length: periods }, () => n), m }, { cv });
      }
}

const sections = { clean: cleanBatches, faults: faultyBatches, periods: severalPeriods };
for (const [name, print] of Object.entries(sections)) if (only === undefined || name === only) await print();
