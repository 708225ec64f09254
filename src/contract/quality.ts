import type { Cell, Predicate } from "../dataset/dataset.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";
import { boundOf, describeBound } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { Measure } from "./contract.ts";
import type { YamlPath } from "./document.ts";
import type { OdcsContract, OdcsProperty, OdcsQuality } from "./odcs-schema.ts";
import { kindOfLogicalType, parseTime, unrunnable } from "./properties.ts";

const columnMetrics = ["nullValues", "missingValues", "invalidValues", "duplicateValues"];
const tableMetrics = ["rowCount", "duplicateValues"];

interface Stated {
  readonly measure: Measure;
  readonly columns: readonly string[];
  /** What is bounded, in words. */
  readonly subject: string;
  /** The expectation when no row may break it. */
  readonly must: string;
  readonly dimension: string;
}

/** Rules from the quality checks of a column. */
export function columnQuality(property: OdcsProperty, column: string, path: YamlPath, compiling: Compiling): void {
  property.quality?.forEach((quality, at) => {
    const place = new QualityPlace([...path, "quality", at], compiling);
    const name = `${column}.${quality.name ?? quality.metric ?? quality.type ?? "quality"}`;
    if (!isRunnable(quality, name, place)) return;
    const measured = measureColumn(quality, property, column, place, name);
    if (measured !== undefined) add(quality, name, measured, place);
  });
}

/** Rules from the quality checks of all rows. */
export function tableQuality(
  table: OdcsContract["schema"][number],
  path: YamlPath,
  columns: readonly string[],
  compiling: Compiling,
): void {
  table.quality?.forEach((quality, at) => {
    const place = new QualityPlace([...path, "quality", at], compiling);
    const plain = quality.metric === "rowCount" ? "row-count" : quality.metric;
    const name = quality.name ?? plain ?? quality.type ?? "quality";
    if (!isRunnable(quality, name, place)) return;
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
    else if (quality.metric === "duplicateValues") add(quality, name, duplicates(quality, columns, place), place);
    else throw unknownMetric(quality, tableMetrics, place);
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

/** Checks that only people or other programs can run are listed, and not run. */
function isRunnable(quality: OdcsQuality, id: string, place: QualityPlace): boolean {
  const why =
    quality.type === "sql"
      ? "is written in SQL, which is not run yet"
      : quality.type === "custom"
        ? `is meant for ${quality.engine ?? "another engine"}`
        : quality.type === "text"
          ? "is written for people"
          : quality.metric === undefined && quality.rule !== undefined
            ? "states a rule in the form before version 3.1: state a metric"
            : undefined;
  if (why === undefined) return true;
  place.compiling.unsupported({ id, message: `the quality check ${id} ${why}`, place: place.of() });
  return false;
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
  property: OdcsProperty,
  column: string,
  place: QualityPlace,
  id: string,
): Stated | undefined {
  const rows = (violated: Predicate, words: Pick<Stated, "subject" | "must" | "dimension">): Stated => ({
    measure: { kind: "rows", violated },
    columns: [column],
    ...words,
  });
  const missing = {
    subject: `missing values of ${column}`,
    must: `${column} must not be missing`,
    dimension: "completeness",
  };
  switch (quality.metric) {
    case "nullValues":
      return rows({ op: "null", column }, missing);
    case "duplicateValues":
      return {
        measure: { kind: "duplicates" },
        columns: [column],
        subject: `repeated values of ${column}`,
        must: `${column} must be unique`,
        dimension: "uniqueness",
      };
    case "missingValues": {
      const values = cellsOf(quality, "missingValues", property, column, place);
      const violated: Predicate = {
        op: "or",
        terms: [
          { op: "null", column },
          { op: "in", column, values: values ?? [] },
        ],
      };
      return rows(violated, missing);
    }
    case "invalidValues":
      return invalidValues(quality, property, column, place, id, rows);
    default:
      throw unknownMetric(quality, columnMetrics, place);
  }
}

function invalidValues(
  quality: OdcsQuality,
  property: OdcsProperty,
  column: string,
  place: QualityPlace,
  id: string,
  rows: (violated: Predicate, words: Pick<Stated, "subject" | "must" | "dimension">) => Stated,
): Stated | undefined {
  const values = cellsOf(quality, "validValues", property, column, place);
  const pattern = quality.arguments?.pattern;
  if (values !== undefined && pattern === undefined)
    return rows(
      { op: "not", term: { op: "in", column, values } },
      {
        subject: `values of ${column} that are not valid`,
        must: `${column} must be ${oneOf(values)}`,
        dimension: "conformity",
      },
    );
  if (typeof pattern !== "string" || values !== undefined)
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      "invalidValues needs either validValues or a pattern among its arguments",
      "write arguments: { validValues: [ … ] }",
      place.of("arguments"),
    );
  const reason = unrunnable(pattern, place.argument("pattern"));
  if (reason === undefined)
    return rows(
      { op: "not", term: { op: "matches", column, pattern } },
      {
        subject: `values of ${column} that do not match ${pattern}`,
        must: `${column} must match ${pattern}`,
        dimension: "conformity",
      },
    );
  place.compiling.unsupported({ id, message: `the pattern of ${id} ${reason}`, place: place.argument("pattern") });
  return undefined;
}

/** `one of a, b, c`, or how many there are. */
function oneOf(values: readonly Cell[]): string {
  const names = values.map((value) => (value instanceof Date ? value.toISOString() : String(value)));
  return names.length > 8 ? `one of the ${names.length} valid values` : `one of ${names.join(", ")}`;
}

function duplicates(quality: OdcsQuality, columns: readonly string[], place: QualityPlace): Stated {
  const named = quality.arguments?.properties;
  if (!Array.isArray(named) || named.length === 0 || !named.every((name) => typeof name === "string"))
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      "duplicateValues of a table needs the columns that must be unique together",
      "write arguments: { properties: [ … ] }",
      place.of("arguments"),
    );
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

/** Values of an argument as cells of the column's kind; null says nothing, as nulls are counted apart. */
function cellsOf(
  quality: OdcsQuality,
  argument: string,
  property: OdcsProperty,
  column: string,
  place: QualityPlace,
): readonly Cell[] | undefined {
  const values = quality.arguments?.[argument];
  if (values === undefined) return undefined;
  if (!Array.isArray(values))
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      `${argument} must be a list`,
      "write [a, b, c]",
      place.argument(argument),
    );
  const kind = kindOfLogicalType(property.logicalType);
  return values.flatMap((value: unknown): readonly Cell[] => {
    if (value === null) return [];
    const isTime = (kind === "date" || kind === "timestamp") && typeof value === "string";
    const cell = isTime ? parseTime(value) : value;
    const fits =
      kind === "integer" || kind === "number"
        ? typeof cell === "number"
        : kind === "date" || kind === "timestamp"
          ? cell instanceof Date
          : kind === undefined
            ? ["number", "string", "boolean"].includes(typeof cell)
            : typeof cell === kind;
    if (fits) return [cell as Cell];
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `${JSON.stringify(value)} can be no value of "${column}", which is a ${kind ?? "plain"} column`,
      kind === "string" ? `write it in quotes: "${String(value)}"` : "write values of the column's type",
      place.argument(argument),
    );
  });
}

function unknownMetric(quality: OdcsQuality, known: readonly string[], place: QualityPlace): Error {
  return configurationError(
    "TH_CONTRACT_SCHEMA",
    quality.metric === undefined ? "the quality check names no metric" : `"${quality.metric}" is no metric here`,
    quality.metric === undefined ? `write metric: ${known.join(", ")}` : suggest(quality.metric, known),
    place.of(quality.metric === undefined ? undefined : "metric"),
  );
}
