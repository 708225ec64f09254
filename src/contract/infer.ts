import type { ColumnKind } from "../dataset/dataset.ts";
import { digestOf } from "../kernel/digest.ts";
import { beyondEdges, expectedRows, missingIn, singlesOf, topicError } from "../profile/expectations.ts";
import { valuesIn } from "../profile/periods.ts";
import type { ColumnProfile } from "../profile/profile.ts";
import { type CountedPeriod, largestCount, leastPeriods } from "../stats/predictive.ts";
import { formatNumber } from "./bounds.ts";

/** What a contract is inferred from. */
export interface InferredFrom {
  readonly from: "data" | "reference";
  /** Of each period, the oldest first; data is one period. */
  readonly rows: readonly number[];
}

/** A column as the contract will describe it. */
export interface InferredColumn {
  readonly name: string;
  /** Absent where a profile of format version 1 does not tell it. */
  readonly kind?: ColumnKind;
  readonly nullable: boolean;
  /** Of all periods together. Absent for lists and structures. */
  readonly profile?: ColumnProfile;
  /** Each period's, the oldest first, where there are several. */
  readonly periods?: readonly ColumnProfile[];
  /** No value occurs twice, and none is missing. `key`: it is taken for the primary key. */
  readonly unique?: "key" | "by chance";
  /** Times, identifiers and texts: their values never come back, and are not bounded. */
  readonly moves: boolean;
  /** Whether its values may stand in a file. */
  readonly shows: boolean;
  readonly classification?: string;
}

/** A rule that clean batches keep. */
export interface InferredRule {
  readonly asks: "missing" | "values";
  /** What it rests on, as a sentence. */
  readonly why: string;
  /** As an item of a column's `quality`. */
  readonly text: string;
  /** At most that many percent of the rows break it. */
  readonly percent: number;
}

const marker = "# titleholder: inferred ";

/**
 * A contract in the Open Data Contract Standard 3.1 that clean batches keep: types and keys are strict, all else is bounded by what chance
 * brings (`profile/expectations.ts`), so that of the batches with at least half as many rows as the newest period at most about one in twenty
 * breaks any bound. Equal input gives equal bytes. The first line holds the digest of the rest: {@link isInferred} tells a file that nobody
 * has changed.
 */
export function inferContract(id: string, source: InferredFrom, columns: readonly InferredColumn[]): string {
  const text = [
    ...headLines(source, columns, leastOf(source)),
    "apiVersion: v3.1.0",
    "kind: DataContract",
    `id: ${quoted(id)}`,
    "version: 0.1.0",
    "status: draft",
    "schema:",
    "  - name: data",
    "    logicalType: object",
    "    quality:",
    ...rowsLines(source).map((line) => `      ${line}`),
    "    properties:",
    ...columns.flatMap((column) => propertyLines(column, rulesOf(column, source, columns.length))),
    "",
  ].join("\n");
  return `${marker}${digestOf(text)}\n${text}`;
}

/** The rules of each column as they stand in the contract of {@link inferContract}. */
export function inferredRules(
  source: InferredFrom,
  columns: readonly InferredColumn[],
): ReadonlyMap<string, readonly InferredRule[]> {
  return new Map(
    columns.map((column) => {
      const rules = rulesOf(column, source, columns.length).filter((rule) => typeof rule !== "string");
      return [column.name, rules];
    }),
  );
}

/** The fewest rows of a batch that anything is promised for. */
function leastOf({ rows }: InferredFrom): number {
  return Math.max(1, Math.ceil((rows.at(-1) ?? 0) / 2));
}

/** Whether a file is an inferred contract as it was written, which may be written again. */
export function isInferred(text: string): boolean {
  const end = text.indexOf("\n");
  return end > 0 && text.slice(0, end) === `${marker}${digestOf(text.slice(end + 1))}`;
}

function headLines({ from, rows }: InferredFrom, columns: readonly InferredColumn[], least: number): readonly string[] {
  const all = formatNumber(rows.reduce((sum, count) => sum + count, 0));
  const periods = rows.length === 1 ? "one period" : `${rows.length} periods`;
  const origin = from === "data" ? "" : `a reference, and not the data at hand: ${periods}, `;
  const untold = columns.some(({ kind }) => kind === undefined);
  return [
    `# Inferred by Titleholder from ${origin}${all} rows of ${columns.length} columns. Each bound holds what chance brings to batches of at least`,
    `# ${formatNumber(least)} rows with stable rates: a clean batch breaks any of them with a probability of about .05 at most. Read it, correct it, and`,
    "# set status to active.",
    ...(from === "data"
      ? []
      : [
          "# Whether values repeat is not told by a reference: write `primaryKey: true` or `unique: true` where none may.",
        ]),
    ...(untold
      ? ["# Types are not told by a profile of format version 1: they are left out, and so are the bounds of values."]
      : []),
  ];
}

function rowsLines({ rows }: InferredFrom): readonly string[] {
  const { low, high, estimated } = expectedRows(rows);
  const what = rows.length === 1 ? "one batch does" : "so few periods do";
  const most = Math.max(1, high);
  // Periods of one size expect no other; the standard knows no range from a number to itself.
  const bound = low === most ? `mustBe: ${most}` : `mustBeBetween: [${low}, ${most}]`;
  return [
    estimated
      ? `# Student's prediction interval of the logarithm, by ${rows.length} periods.`
      : `# Half to twice ${formatNumber(rows.at(-1) ?? 0)}: stated, not estimated, as ${what} not tell how the number varies.`,
    `- { name: row-count, metric: rowCount, ${bound}, severity: warning }`,
  ];
}

function propertyLines(column: InferredColumn, rules: readonly (InferredRule | string)[]): readonly string[] {
  const { name, kind, classification } = column;
  const lines = rules.flatMap((rule) =>
    typeof rule === "string" ? [`# ${rule}`] : [`# ${rule.why}`, `- ${rule.text}`],
  );
  return [
    `      - name: ${quoted(name)}`,
    ...(kind === "nested" || kind === undefined ? [] : [`        logicalType: ${kind}`]),
    ...(classification === undefined ? [] : [`        classification: ${quoted(classification)}`]),
    ...keyLines(column),
    ...(lines.length === 0 ? [] : ["        quality:", ...lines.map((line) => `          ${line}`)]),
  ];
}

/** Missing values of each period; none for lists and structures. */
function missingOf({ profile, periods }: InferredColumn): readonly CountedPeriod[] {
  return missingIn(periods ?? (profile === undefined ? [] : [profile]));
}

function keyLines(column: InferredColumn): readonly string[] {
  const { unique, nullable, profile } = column;
  if (unique === "key")
    return [
      "        # Every value is there, and none occurs twice.",
      "        primaryKey: true",
      "        primaryKeyPosition: 1",
      "        required: true",
    ];
  const chance =
    unique === "by chance" ? ["        # No value occurs twice so far: write `unique: true` where none may."] : [];
  if (!nullable) return [...chance, "        required: true"];
  const isWhole = profile !== undefined && missingOf(column).every(({ count }) => count === 0);
  return [
    ...chance,
    ...(isWhole ? ["        # None is missing so far: write `required: true` where none may be."] : []),
  ];
}

/** Rules of a column, and sentences on why it has none. */
function rulesOf(column: InferredColumn, source: InferredFrom, columns: number): readonly (InferredRule | string)[] {
  const { profile } = column;
  if (profile === undefined) return [];
  const [least, alpha] = [leastOf(source), topicError / Math.max(1, columns)];
  const values = valuesIn(profile);
  const leastValues = Math.ceil((least * values) / Math.max(1, profile.n));
  const isStrict = column.unique === "key" || !column.nullable;
  return [
    ...(isStrict ? [] : missingRule(missingOf(column), least, alpha)),
    ...(column.moves || values === 0 ? [] : valueRule(column, profile, values, leastValues, least, alpha)),
  ];
}

function missingRule(periods: readonly CountedPeriod[], least: number, alpha: number): readonly InferredRule[] {
  const missing = periods.reduce((sum, { count }) => sum + count, 0);
  const rows = periods.reduce((sum, period) => sum + period.rows, 0);
  const most = Math.max(
    largestCount([{ count: missing, rows }], least, alpha),
    Math.ceil(least * spreadLimit(periods, alpha)),
  );
  if (most >= least) return [];
  const found = `${formatNumber(missing)} of ${formatNumber(rows)} were missing`;
  const law = `BetaBin(${least}, ${missing + 1}, ${rows - missing})`;
  const wider = periods.length < leastPeriods ? "" : ` and the spread between ${periods.length} periods`;
  const bound = percent(most, least);
  return [
    {
      asks: "missing",
      why: `${found}: at most ${formatNumber(most)} of ${formatNumber(least)}, by ${law}${wider}.`,
      text: `{ name: missing, metric: nullValues, mustBeLessOrEqualTo: ${bound}, unit: percent }`,
      percent: bound,
    },
  ];
}

/**
 * The share that the spread between periods allows to a batch as large as they were. Student's quantile for few periods is meant for that spread:
 * taken times the larger binomial error of smaller batches it would allow half of all rows and more.
 */
function spreadLimit(periods: readonly CountedPeriod[], alpha: number): number {
  const rows = Math.round(periods.reduce((sum, period) => sum + period.rows, 0) / periods.length);
  return periods.length < leastPeriods || rows === 0 ? 0 : largestCount(periods, rows, alpha) / rows;
}

function valueRule(
  { kind, shows }: InferredColumn,
  profile: ColumnProfile,
  values: number,
  leastValues: number,
  least: number,
  alpha: number,
): readonly (InferredRule | string)[] {
  if (!shows)
    return [
      "Values may not be shown, and are not bounded: classify the column as public, or infer on your own machine.",
    ];
  const rule = (what: string, law: string, name: string, args: string, most: number): readonly InferredRule[] => {
    const bound = percent(most, least);
    return [
      {
        asks: "values",
        why: `${what}: at most ${formatNumber(most)} of ${formatNumber(leastValues)} values, by ${law}.`,
        text: `{ name: ${name}, metric: invalidValues, arguments: ${args}, mustBeLessOrEqualTo: ${bound}, unit: percent }`,
        percent: bound,
      },
    ];
  };
  if (profile.kind === "numeric") {
    const [range, beyond] = [profile.range, beyondEdges(profile)];
    if (range === undefined || beyond === undefined || (kind !== "integer" && kind !== "number")) return [];
    const most = largestCount([{ count: beyond, rows: values }], leastValues, alpha, 2);
    const law = `BetaBin(${leastValues}, ${beyond + 2}, ${values - 1 - beyond})`;
    return rule("Outside the range so far", law, "range", `{ minimum: ${range[0]}, maximum: ${range[1]} }`, most);
  }
  if (kind !== "string" || profile.others > 0) return [];
  if (profile.hashed === true) return ["The reference names the levels by digest alone: they are not bounded."];
  const single = singlesOf(profile);
  const most = largestCount([{ count: single, rows: values }], leastValues, alpha);
  const law = `Good-Turing, BetaBin(${leastValues}, ${single + 1}, ${values - single})`;
  const names = [...profile.levels.keys()].sort().map(quoted).join(", ");
  return rule("Levels not seen so far", law, "levels", `{ validValues: [${names}] }`, most);
}

/** A count as percent of the rows, rounded up to four digits, so that the count itself is within. */
function percent(count: number, rows: number): number {
  const share = (100 * count) / rows;
  if (share === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(share)) - 3);
  return Math.min(100, Number((Math.ceil(share / unit) * unit).toPrecision(4)));
}

/** JSON's strings are YAML's; what a terminal or an editor would act on is written as an escape. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
