import type { Cell, ColumnKind, Predicate } from "../dataset/dataset.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import { nothing } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { YamlPath } from "./document.ts";
import type { logicalTypes, OdcsOptions, OdcsProperty } from "./odcs-schema.ts";

type LogicalType = (typeof logicalTypes)[number];

/** Kind of the cells; `time` is text to the engine. */
export function kindOfLogicalType(type: LogicalType | undefined): ColumnKind | undefined {
  if (type === "object" || type === "array") return "nested";
  return type === "time" ? "string" : type;
}

/** Bits of an integer format, and whether it has a sign. */
const integerFormat = /^([iu])(8|16|32|64)$/;
/** Texts that the reader takes as dates and times; cells of another format are refused by their type. */
const isoFormat = /^yyyy-MM-dd(( |'T')HH:mm(:ss(\.S+)?)?('Z'|X+|Z+)?)?$/;
export const textFormats: Readonly<Record<string, string>> = {
  uuid: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
  ipv4: "^((25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|1?\\d?\\d)$",
  hostname: "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
  uri: "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+$",
  email: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
};
/** Say how a text is meant, and leave nothing to check. */
const silentFormats = ["password", "byte", "binary"];

/** Rules from what a property itself declares. `soleKey`: its primary key is this column alone, so that uniqueness is said already. */
export function propertyRules(
  property: OdcsProperty,
  column: string,
  path: YamlPath,
  soleKey: boolean,
  compiling: Compiling,
): void {
  const required = property.required === true || property.primaryKey === true;
  const add = (name: string, expectation: string, violated: Predicate, place: Place, dimension: string) =>
    compiling.rule({
      id: `${column}.${name}`,
      columns: [column],
      measure: { kind: "rows", violated },
      bound: nothing,
      unit: "rows",
      expectation: `${column} ${expectation}`,
      severity: "error",
      dimension,
      place,
    });
  if (required)
    add(
      "required",
      "must not be missing",
      { op: "null", column },
      compiling.place(path, property.required === true ? "required" : "primaryKey"),
      "completeness",
    );
  if (property.unique === true && !(soleKey && property.primaryKey === true))
    compiling.rule({
      id: `${column}.unique`,
      columns: [column],
      measure: { kind: "duplicates" },
      bound: nothing,
      unit: "rows",
      expectation: `${column} must be unique`,
      severity: "error",
      dimension: "uniqueness",
      place: compiling.place(path, "unique"),
    });
  optionRules(property, column, [...path, "logicalTypeOptions"], compiling, add);
  const skip = (name: string, message: string, key: string) =>
    compiling.unsupported({ id: `${column}.${name}`, message, place: compiling.place(path, key) });
  for (const _relationship of property.relationships ?? [])
    skip("relationship", `references from ${column} are not checked yet`, "relationships");
  if (property.properties !== undefined) skip("properties", `the parts of ${column} are not checked yet`, "properties");
  if (property.items !== undefined) skip("items", `the items of ${column} are not checked yet`, "items");
  if (property.physicalType !== undefined)
    skip(
      "physical-type",
      property.logicalType === undefined
        ? `the physical type of ${column} is not compared: declare a logicalType`
        : `the physical type ${property.physicalType} of ${column} is not compared yet, only its logical type is`,
      "physicalType",
    );
}

type Add = (name: string, expectation: string, violated: Predicate, place: Place, dimension: string) => void;

function optionRules(property: OdcsProperty, column: string, path: YamlPath, compiling: Compiling, add: Add): void {
  const options = property.logicalTypeOptions;
  if (options === undefined) return;
  const type = property.logicalType;
  // The schema lets options without a type pass where there are none.
  if (type === undefined) return;
  if (type === "boolean") {
    for (const key of Object.keys(options))
      compiling.unsupported({
        id: `${column}.${key}`,
        message: `${key} says nothing about a column of type boolean, and was not used`,
        place: compiling.place(path, key),
      });
    return;
  }
  rangeRule(options, type, column, path, compiling, add);
  lengthRule(options, column, path, compiling, add);
  if (options.pattern !== undefined) patternRule(options.pattern, column, path, compiling, add);
  if (options.format !== undefined) formatRule(options.format, type, column, path, compiling, add);
  listSkippedOptions(options, column, path, compiling);
}

function listSkippedOptions(options: OdcsOptions, column: string, path: YamlPath, compiling: Compiling): void {
  const skipped = (
    ["multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"] as const
  )
    .filter((key) => options[key] !== undefined && options[key] !== false)
    .map((key): string => key);
  if (options.timezone === true) skipped.push("timezone");
  if (options.defaultTimezone !== undefined && !/^(Etc\/)?(UTC|GMT)$/.test(options.defaultTimezone))
    skipped.push("defaultTimezone");
  for (const key of skipped)
    compiling.unsupported({
      id: `${column}.${key}`,
      message: `${key} of ${column} is not checked yet`,
      place: compiling.place(path, key),
    });
}

function rangeRule(
  options: OdcsOptions,
  type: LogicalType,
  column: string,
  path: YamlPath,
  compiling: Compiling,
  add: Add,
): void {
  const keys = (["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] as const).filter(
    (key) => options[key] !== undefined,
  );
  const [first] = keys;
  if (first === undefined) return;
  const value = (key: (typeof keys)[number]): Cell | undefined =>
    options[key] === undefined ? undefined : endOf(options[key], type, compiling.place(path, key));
  const lower = tighter(value("minimum"), value("exclusiveMinimum"), (a, b) => a > b);
  const upper = tighter(value("maximum"), value("exclusiveMaximum"), (a, b) => a < b);
  if (lower !== undefined && upper !== undefined && lower.cell > upper.cell)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `no value of "${column}" can be at least ${shown(lower.cell)} and at most ${shown(upper.cell)}`,
      "exchange the two",
      compiling.place(path, first),
    );
  const parts = [
    ...(lower === undefined ? [] : [`${lower.open ? "above" : "at least"} ${shown(lower.cell)}`]),
    ...(upper === undefined ? [] : [`${upper.open ? "below" : "at most"} ${shown(upper.cell)}`]),
  ];
  const closed = lower?.open === false && upper?.open === false;
  const words = closed ? `from ${shown(lower.cell)} to ${shown(upper.cell)}` : parts.join(" and ");
  const range: Predicate = {
    op: "range",
    column,
    ...(lower === undefined ? {} : { min: lower.cell, openMin: lower.open }),
    ...(upper === undefined ? {} : { max: upper.cell, openMax: upper.open }),
  };
  add("range", `must be ${words}`, { op: "not", term: range }, compiling.place(path, first), "conformity");
}

type End = Exclude<Cell, null>;

function tighter(
  closed: Cell | undefined,
  open: Cell | undefined,
  inside: (a: End, b: End) => boolean,
): { readonly cell: End; readonly open: boolean } | undefined {
  if (open === undefined || open === null)
    return closed === undefined || closed === null ? undefined : { cell: closed, open: false };
  if (closed === undefined || closed === null || !inside(closed, open)) return { cell: open, open: true };
  return { cell: closed, open: false };
}

function endOf(value: number | string, type: LogicalType, place: Place): End {
  const wanted =
    type === "number" || type === "integer"
      ? "a number"
      : type === "time"
        ? 'a time: "08:30:00"'
        : `a ${type}: "2026-01-31"`;
  const refuse = () =>
    configurationError(
      "TH_CONTRACT_VALUE",
      `${JSON.stringify(value)} is not ${wanted.split(":")[0]}`,
      `write ${wanted}`,
      place,
    );
  if (type === "number" || type === "integer") {
    if (typeof value !== "number" || !Number.isFinite(value)) throw refuse();
    return value;
  }
  if (typeof value !== "string") throw refuse();
  if (type === "time") {
    if (!/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/.test(value)) throw refuse();
    return value;
  }
  const time = parseTime(value);
  if (time === undefined) throw refuse();
  return time;
}

/** An ISO 8601 date or time, UTC where it names no zone. */
export function parseTime(value: string): Date | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(value);
  if (match === null) return undefined;
  const date = new Date(`${match[1]}T${match[2] ?? "00:00"}${match[3] ?? "Z"}`);
  const sameDay = new Date(`${match[1]}T00:00Z`);
  return Number.isNaN(date.getTime()) || sameDay.toISOString().slice(0, 10) !== match[1] ? undefined : date;
}

function shown(value: End): string {
  return value instanceof Date ? value.toISOString().replace(/T00:00:00\.000Z$/, "") : String(value);
}

function lengthRule(options: OdcsOptions, column: string, path: YamlPath, compiling: Compiling, add: Add): void {
  const { minLength: min, maxLength: max } = options;
  const key = min !== undefined ? "minLength" : "maxLength";
  if (min === undefined && max === undefined) return;
  if (min !== undefined && max !== undefined && min > max)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `no text of "${column}" has at least ${min} and at most ${max} characters`,
      "exchange the two",
      compiling.place(path, key),
    );
  const { predicate, words } = lengthPredicate(column, min, max);
  add("length", `must ${words}`, { op: "not", term: predicate }, compiling.place(path, key), "conformity");
}

/** A text's length from `min` to `max`, of which one is given at least, and in words: `have at most 3 characters`. */
export function lengthPredicate(
  column: string,
  min: number | undefined,
  max: number | undefined,
): { readonly predicate: Predicate; readonly words: string } {
  const ends = [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])];
  return {
    predicate: { op: "length", column, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
    words: `have ${ends.join(" and ")} characters`,
  };
}

function patternRule(pattern: string, column: string, path: YamlPath, compiling: Compiling, add: Add): void {
  const place = compiling.place(path, "pattern");
  const reason = unrunnable(pattern, place);
  if (reason !== undefined) {
    compiling.unsupported({ id: `${column}.pattern`, message: `the pattern of ${column} ${reason}`, place });
    return;
  }
  add("pattern", `must match ${pattern}`, { op: "not", term: { op: "matches", column, pattern } }, place, "conformity");
}

/**
 * Why an expression cannot be run in linear time, if so.
 * @throws TH_CONTRACT_VALUE (configuration) when it is no expression.
 */
export function unrunnable(pattern: string, place: Place): string | undefined {
  try {
    new RegExp(pattern, "u");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^.*: /, "") : String(cause);
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `${JSON.stringify(pattern)} is no regular expression: ${why}`,
      "write an ECMA-262 expression",
      place,
      cause,
    );
  }
  const plain = pattern.replace(/\\[^1-9k]/g, "");
  if (/\(\?(=|!|<=|<!)/.test(plain)) return "uses look-around, which is not run";
  return /\\([1-9]|k<)/.test(plain) ? "uses back-references, which are not run" : undefined;
}

function formatRule(
  format: string,
  type: LogicalType,
  column: string,
  path: YamlPath,
  compiling: Compiling,
  add: Add,
): void {
  const place = compiling.place(path, "format");
  const bits = integerFormat.exec(format);
  if (type === "integer" && bits !== null) {
    const signed = bits[1] === "i";
    const width = BigInt(bits[2] ?? "64");
    const min = signed ? -(2n ** (width - 1n)) : 0n;
    const max = (signed ? 2n ** (width - 1n) : 2n ** width) - 1n;
    const range: Predicate = { op: "range", column, min, max };
    add("format", `must fit ${format}`, { op: "not", term: range }, place, "conformity");
    return;
  }
  const pattern = type === "string" ? textFormats[format] : undefined;
  if (pattern !== undefined) {
    add(
      "format",
      `must be written as ${format}`,
      { op: "not", term: { op: "matches", column, pattern } },
      place,
      "conformity",
    );
    return;
  }
  const isTime = type === "date" || type === "timestamp";
  const known =
    (isTime && isoFormat.test(format)) ||
    (type === "number" && format === "f64") ||
    (type === "string" && silentFormats.includes(format));
  if (!known)
    compiling.unsupported({
      id: `${column}.format`,
      message: `the format ${format} of ${column} is not checked yet`,
      place,
    });
}
