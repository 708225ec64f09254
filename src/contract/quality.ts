import type { Cell, Predicate } from "../dataset/dataset.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";
import { cellsOf, withoutTexts } from "./argument-values.ts";
import type { Asking } from "./asking.ts";
import { boundOf, describeBound, operators } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { Measure } from "./contract.ts";
import type { YamlPath } from "./document.ts";
import type { OdcsItem, OdcsQuality, OdcsTable } from "./odcs-schema.ts";
import { lengthPredicate, unrunnable } from "./options.ts";
import { typeOf } from "./property-type.ts";
import { rangeArgument } from "./quality-range.ts";
import { missingAt, type Spot, satisfiedAt } from "./spot.ts";
import { sqlRule } from "./sql-rules.ts";

const usedArguments: Readonly<Record<string, readonly string[]>> = {
  missingValues: ["missingValues"],
  invalidValues: ["validValues", "pattern", "minLength", "maxLength", "minimum", "maximum"],
  duplicateValues: ["properties"],
};
/** Rules that version 3.0 of the standard names in its text and examples, as metrics of 3.1. `none`: without an operator no row may break it. */
const rulesOf30: Readonly<
  Record<string, { readonly metric: NonNullable<OdcsQuality["metric"]>; readonly none: boolean }>
> = {
  duplicateCount: { metric: "duplicateValues", none: false },
  uniqueCheck: { metric: "duplicateValues", none: true },
  nullCheck: { metric: "nullValues", none: true },
  validValues: { metric: "invalidValues", none: true },
  rowCount: { metric: "rowCount", none: false },
  countCheck: { metric: "rowCount", none: false },
};

interface Stated {
  readonly measure: Measure;
  readonly columns: readonly string[];
  readonly part?: string;
  /** What is bounded, in words. */
  readonly subject: string;
  /** The expectation when no row may break it. */
  readonly must: string;
  readonly dimension: string;
}

/** A count of rows; of a part that lies in lists, of rows in which it is so for any item. */
type RowsStated = (violated: Predicate, words: Pick<Stated, "subject" | "must" | "dimension">) => Stated;

/** Rules from the quality checks of a column, or a part of one. */
export function columnQuality(property: OdcsItem, { spot, path, compiling }: Asking): void {
  property.quality?.forEach((written, at) => {
    const place = new QualityPlace([...path, "quality", at], compiling);
    const quality = metricForm(written);
    const name = `${spot.path}.${quality.name ?? quality.metric ?? quality.rule ?? quality.type ?? "quality"}`;
    if (isQuery(quality)) {
      if (spot.holder === undefined)
        sqlRule(quality, name, { table: compiling.table, column: spot.path }, (key) => place.of(key), compiling);
      else skip(name, `is a query about ${spot.path}, which is a part of a column`, place);
      return;
    }
    if (!isRunnable(quality, name, place)) return;
    listUnusedArguments(quality, name, place);
    const measured = measureColumn(quality, property, spot, place, name);
    if (measured !== undefined) add(quality, name, measured, place);
  });
}

/** Rules from the quality checks of all rows. */
export function tableQuality(table: OdcsTable, path: YamlPath, columns: readonly string[], compiling: Compiling): void {
  table.quality?.forEach((written, at) => {
    const place = new QualityPlace([...path, "quality", at], compiling);
    const quality = metricForm(written);
    const plain = quality.metric === "rowCount" ? "row-count" : quality.metric;
    const name = quality.name ?? plain ?? quality.rule ?? quality.type ?? "quality";
    if (isQuery(quality)) {
      sqlRule(quality, name, { table: table.physicalName ?? table.name }, (key) => place.of(key), compiling);
      return;
    }
    if (!isRunnable(quality, name, place)) return;
    listUnusedArguments(quality, name, place);
    if (quality.metric === "rowCount")
      add(
        quality,
        name,
        {
          measure: { kind: "row count" },
          columns: [],
          subject: "the number of rows",
          must: "there must be no rows",
          dimension: "completeness",
        },
        place,
      );
    else if (quality.metric === "duplicateValues") {
      const measured = duplicates(quality, columns, place, name);
      if (measured !== undefined) add(quality, name, measured, place);
    } else skip(name, `measures ${quality.metric ?? "nothing"}, which is a metric of columns`, place, "metric");
  });
}

class QualityPlace {
  readonly compiling: Compiling;
  readonly #path: YamlPath;

  constructor(path: YamlPath, compiling: Compiling) {
    this.#path = path;
    this.compiling = compiling;
  }

  /** The check itself, or one of its keys. */
  of(key?: string): Place {
    return this.compiling.place(this.#path, key);
  }

  argument(key: string): Place {
    return this.compiling.place([...this.#path, "arguments"], key);
  }
}

/** A rule of version 3.0 as the metric that it means. */
function metricForm(quality: OdcsQuality): OdcsQuality {
  const { rule, validValues } = quality;
  const meant = quality.metric === undefined && rule !== undefined ? rulesOf30[rule] : undefined;
  if (meant === undefined) return quality;
  const isBounded = operators.some((operator) => quality[operator] !== undefined);
  return {
    ...quality,
    metric: meant.metric,
    ...(validValues === undefined ? {} : { arguments: { ...quality.arguments, validValues } }),
    ...(isBounded || !meant.none ? {} : { mustBe: 0 }),
  };
}

/** A metric beside a query leaves open which of the two is meant. */
function isQuery({ type, metric }: OdcsQuality): boolean {
  return type === "sql" && metric === undefined;
}

/** Checks that only people or other programs can run are listed, and not run. */
function isRunnable(quality: OdcsQuality, id: string, place: QualityPlace): boolean {
  const why = quality.metric === undefined ? obstacle(quality) : boundObstacle(quality);
  if (why === undefined) return true;
  place.compiling.unsupported({
    id,
    message: `the quality check ${id} ${why}`,
    ...(quality.description === undefined ? {} : { words: quality.description }),
    place: place.of(),
  });
  return false;
}

function obstacle({ type, engine, rule }: OdcsQuality): string {
  if (type === "custom") return `is meant for ${engine ?? "another engine"}`;
  if (rule !== undefined) return `states the rule ${rule}, which version 3.0 of the standard does not define`;
  return `is written for people`;
}

function boundObstacle(quality: OdcsQuality): string | undefined {
  if (quality.type === "sql" || quality.type === "custom") return `has a metric beside its type ${quality.type}`;
  const stated = operators.find((operator) => quality[operator] !== undefined);
  if (stated === undefined) return "states no bound";
  const isFree = stated === "mustBe" || stated === "mustNotBe";
  return isFree && typeof quality[stated] !== "number"
    ? `bounds a number by ${stated}, whose value is none`
    : undefined;
}

/** Lists a check that is not run, with the reason. */
function skip(id: string, why: string, place: QualityPlace, key?: string): void {
  place.compiling.unsupported({ id, message: `the quality check ${id} ${why}`, place: place.of(key) });
}

/** What a metric takes no notice of is said, so that nobody believes it was checked. */
function listUnusedArguments(quality: OdcsQuality, id: string, place: QualityPlace): void {
  const used = usedArguments[quality.metric ?? ""] ?? [];
  for (const name of Object.keys(quality.arguments ?? {}).filter((key) => !used.includes(key)))
    place.compiling.unsupported({
      id: `${id}.${name}`,
      message: `the argument ${name} of the quality check ${id} is not one of ${quality.metric ?? "a metric"}, and was not used`,
      place: place.argument(name),
    });
}

function add(quality: OdcsQuality, id: string, stated: Stated, place: QualityPlace): void {
  const unit = quality.unit ?? "rows";
  if (unit !== "rows" && unit !== "percent") {
    place.compiling.unsupported({
      id,
      message: `the quality check ${id} has the unit ${unit}, which is not known`,
      place: place.of("unit"),
    });
    return;
  }
  const bound = boundOf(quality, (key) => place.of(key));
  place.compiling.rule({
    id,
    columns: stated.columns,
    ...(stated.part === undefined ? {} : { part: stated.part }),
    measure: stated.measure,
    bound,
    unit,
    expectation:
      bound.op === "=" && bound.value === 0 ? stated.must : `${stated.subject}: ${describeBound(bound, unit)}`,
    severity: quality.severity ?? "error",
    dimension: quality.dimension ?? stated.dimension,
    place: place.of(),
  });
}

function measureColumn(
  quality: OdcsQuality,
  property: OdcsItem,
  spot: Spot,
  place: QualityPlace,
  id: string,
): Stated | undefined {
  const column = spot.path;
  const rows: RowsStated = (violated, words) => ({
    measure: { kind: "rows", violated },
    columns: [spot.column],
    ...(spot.holder === undefined ? {} : { part: column }),
    ...words,
  });
  const missing = {
    subject: `missing values of ${column}`,
    must: `${column} must not be missing`,
    dimension: "completeness",
  };
  switch (quality.metric) {
    case "nullValues":
      return rows(missingAt(spot), missing);
    case "duplicateValues":
      if (spot.holder !== undefined) {
        skip(id, `counts the values of ${column}, which is a part of a column`, place, "metric");
        return undefined;
      }
      return {
        measure: { kind: "duplicates" },
        columns: [column],
        subject: `repeated values of ${column}`,
        must: `${column} must be unique`,
        dimension: "uniqueness",
      };
    case "missingValues": {
      const values = valuesOf(quality, "missingValues", property, column, place);
      const among: Predicate = { op: "in", column, values: values ?? [] };
      const violated: Predicate =
        (values ?? []).length === 0
          ? missingAt(spot)
          : { op: "or", terms: [missingAt(spot), satisfiedAt(spot, among)] };
      return rows(violated, missing);
    }
    case "invalidValues":
      return invalidValues(quality, property, spot, place, id, rows);
    default:
      skip(id, `measures ${quality.metric ?? "nothing"}, which is a metric of tables`, place, "metric");
      return undefined;
  }
}

function invalidValues(
  quality: OdcsQuality,
  property: OdcsItem,
  spot: Spot,
  place: QualityPlace,
  id: string,
  rows: RowsStated,
): Stated | undefined {
  const column = spot.path;
  // What valid values must do, and what those that are not valid do.
  const valid: { readonly predicate: Predicate; readonly words: string; readonly broken: string }[] = [];
  const values = valuesOf(quality, "validValues", property, column, place);
  if (values !== undefined)
    valid.push({ predicate: { op: "in", column, values }, words: `be ${oneOf(values)}`, broken: "are not valid" });
  const pattern = quality.arguments?.pattern;
  if (pattern !== undefined) {
    if (typeof pattern !== "string") throw wrongArgument("pattern", "a regular expression in quotes", place);
    const reason = unrunnable(pattern, place.argument("pattern"));
    if (reason !== undefined) {
      place.compiling.unsupported({ id, message: `the pattern of ${id} ${reason}`, place: place.argument("pattern") });
      return undefined;
    }
    valid.push({
      predicate: { op: "matches", column, pattern },
      words: `match ${pattern}`,
      broken: `do not match ${pattern}`,
    });
  }
  const length = lengthOf(quality, column, place);
  if (length !== undefined) valid.push({ ...length, broken: `do not ${length.words}` });
  const range = rangeArgument(quality.arguments, typeOf(property).kind, column, (name, what) =>
    wrongArgument(name, what, place),
  );
  if (range !== undefined) valid.push({ ...range, broken: `are not ${range.words.slice("be ".length)}` });
  const [first, ...others] = valid.map(({ predicate }): Predicate => ({ op: "not", term: predicate }));
  if (first === undefined) {
    skip(
      id,
      "does not say which values are valid: it has no validValues, pattern, minLength, maxLength, minimum or maximum",
      place,
    );
    return undefined;
  }
  return rows(satisfiedAt(spot, others.length === 0 ? first : { op: "or", terms: [first, ...others] }), {
    subject: `values of ${column} that ${valid.map(({ broken }) => broken).join(" or ")}`,
    must: `${column} must ${valid.map(({ words }) => words).join(" and ")}`,
    dimension: "conformity",
  });
}

function lengthOf(
  quality: OdcsQuality,
  column: string,
  place: QualityPlace,
): { readonly predicate: Predicate; readonly words: string } | undefined {
  const end = (name: "minLength" | "maxLength"): number | undefined => {
    const value = quality.arguments?.[name];
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw wrongArgument(name, "a whole number from 0", place);
  };
  const [min, max] = [end("minLength"), end("maxLength")];
  if (min === undefined && max === undefined) return undefined;
  if (min !== undefined && max !== undefined && min > max)
    throw wrongArgument("minLength", `at most the maxLength of ${max}`, place);
  return lengthPredicate(column, min, max);
}

function wrongArgument(name: string, what: string, place: QualityPlace): Error {
  return configurationError("TH_CONTRACT_VALUE", `${name} must be ${what}`, `write ${what}`, place.argument(name));
}

/** `one of a, b, c`, or how many there are. */
function oneOf(values: readonly Cell[]): string {
  const names = values.map((value) => (value instanceof Date ? value.toISOString() : String(value)));
  return names.length > 8 ? `one of the ${names.length} valid values` : `one of ${names.join(", ")}`;
}

function duplicates(
  quality: OdcsQuality,
  columns: readonly string[],
  place: QualityPlace,
  id: string,
): Stated | undefined {
  const named = quality.arguments?.properties;
  if (!Array.isArray(named) || named.length === 0 || !named.every((name) => typeof name === "string")) {
    skip(id, "does not name the columns that must be unique together: arguments: { properties: [ … ] }", place);
    return undefined;
  }
  const unknown = named.find((name) => !columns.includes(name));
  if (unknown !== undefined)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `the contract describes no column "${unknown}"`,
      suggest(unknown, columns),
      place.argument("properties"),
    );
  return {
    measure: { kind: "duplicates" },
    columns: named,
    subject: `repeated rows by ${named.join(", ")}`,
    must: `${named.join(", ")} must be unique together`,
    dimension: "uniqueness",
  };
}

function valuesOf(
  quality: OdcsQuality,
  argument: "missingValues" | "validValues",
  property: OdcsItem,
  column: string,
  place: QualityPlace,
): readonly Cell[] | undefined {
  const values = quality.arguments?.[argument];
  if (values === undefined) return undefined;
  if (!Array.isArray(values)) throw wrongArgument(argument, "a list", place);
  const cells = argument === "missingValues" ? withoutTexts(values, property) : values;
  return cellsOf(cells, property, column, place.argument(argument));
}
