import type { Place } from "../kernel/error.ts";
import { boundOf, formatNumber } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { Bound } from "./contract.ts";
import type { OdcsQuality } from "./odcs-schema.ts";

const longest = 65_536;
/** The standard writes `{object}` and `{property}`, its schema `${table}` and `${column}`, its tools `{model}` and `{field}`. */
const placeholder = /\$?\{\s*(object|table|model|property|column|field)\s*\}/gi;

/** The names that placeholders of a query stand for. */
export interface QueryNames {
  readonly table: string;
  /** Absent where the query belongs to the table as a whole. */
  readonly column?: string;
}

/**
 * The rule of a quality check of type `sql`; one that says too little is unsupported. Whether the query may run, and runs, is the
 * engine's to say.
 * @throws TH_CONTRACT_SCHEMA, TH_CONTRACT_VALUE (configuration) without a bound, or for a bound that is none.
 */
export function sqlRule(
  quality: OdcsQuality,
  id: string,
  names: QueryNames,
  placeOf: (key?: string) => Place,
  compiling: Compiling,
): void {
  const { query = "", description } = quality;
  const numeric = withNumbers(quality);
  const why = obstacle(query, numeric, names);
  if (why !== undefined) {
    compiling.unsupported({ id, message: `the SQL check ${id} ${why}`, place: placeOf("query") });
    return;
  }
  const bound = boundOf(numeric, placeOf);
  const must = `the result must be ${described(bound, quality.unit === "percent" ? "%" : "")}`;
  compiling.sqlRule({
    id,
    query: substituted(query, names),
    bound,
    expectation: description === undefined ? must : `${description.trim().replace(/[.\s]+$/, "")}: ${must}`,
    severity: quality.severity ?? "error",
    ...(quality.dimension === undefined ? {} : { dimension: quality.dimension }),
    place: placeOf("query"),
  });
}

/** Why a check is none, though the standard lets it be written. */
function obstacle(query: string, quality: OdcsQuality, { column }: QueryNames): string | undefined {
  if (query.trim() === "") return "states no query";
  if (query.length > longest) return `has a query longer than ${formatNumber(longest)} characters`;
  const unnamed = [...query.matchAll(placeholder)].find(([, word = ""]) => isColumn(word) && column === undefined);
  if (unnamed !== undefined) return `says ${unnamed[0]}, which stands for a column, and belongs to the table`;
  const free = (["mustBe", "mustNotBe"] as const).find((operator) => quality[operator] !== undefined);
  if (free !== undefined && typeof quality[free] !== "number")
    return `bounds a number by ${free}, whose value is neither a number nor a boolean`;
  return undefined;
}

function isColumn(word: string): boolean {
  return /^(property|column|field)$/i.test(word);
}

/** A query may give a boolean, which counts as 1 or 0. */
function withNumbers(quality: OdcsQuality): OdcsQuality {
  const number = (value: unknown) => (typeof value === "boolean" ? Number(value) : value);
  return { ...quality, mustBe: number(quality.mustBe), mustNotBe: number(quality.mustNotBe) };
}

/** Names stand as identifiers; where the author put quotes around the placeholder they are the identifier's, or the text's, own. */
function substituted(query: string, names: QueryNames): string {
  return query.replace(placeholder, (written: string, word: string, at: number) => {
    const name = isColumn(word) ? (names.column ?? "") : names.table;
    const [before, after] = [query[at - 1], query[at + written.length]];
    const quote = before === after && (before === "'" || before === '"') ? before : undefined;
    if (quote === undefined) return `"${name.replaceAll('"', '""')}"`;
    return name.replaceAll(quote, quote + quote);
  });
}

/** `0`, `at least 5`, `from 1 to 10%`. */
function described(bound: Bound, unit: string): string {
  const amount = (value: number) => `${formatNumber(value)}${unit}`;
  switch (bound.op) {
    case "=":
      return amount(bound.value);
    case "≠":
      return `anything but ${amount(bound.value)}`;
    case ">":
      return `more than ${amount(bound.value)}`;
    case "≥":
      return `at least ${amount(bound.value)}`;
    case "<":
      return `less than ${amount(bound.value)}`;
    case "≤":
      return `at most ${amount(bound.value)}`;
    case "between":
      return `from ${formatNumber(bound.low)} to ${amount(bound.high)}`;
    case "not between":
      return `less than ${formatNumber(bound.low)} or more than ${amount(bound.high)}`;
  }
}
