import type { Cell, Predicate } from "../dataset/dataset.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import { type Asking, askOfValues, leaveUnchecked, optionPlace } from "./asking.ts";
import type { OdcsItem, OdcsOptions } from "./odcs-schema.ts";
import type { LogicalType, PropertyType } from "./property-type.ts";
import { fieldSpot } from "./spot.ts";
import { parseTime } from "./times.ts";

/** Rules from what the logicalTypeOptions say of values, but for their format. */
export function optionRules(property: OdcsItem, { type, form }: PropertyType, asking: Asking): void {
  const { logicalTypeOptions: options, logicalType } = property;
  // The schema lets options without a type pass where there are none.
  if (options === undefined || logicalType === undefined) return;
  if (logicalType === "boolean") {
    for (const key of Object.keys(options))
      leaveUnchecked(
        asking,
        key,
        `${key} says nothing about a column of type boolean, and was not used`,
        optionPlace(asking, key),
      );
    return;
  }
  rangeRule(options, type ?? logicalType, form, asking);
  lengthRule(options, asking);
  if (options.pattern !== undefined) patternRule(options.pattern, asking);
  if (options.multipleOf !== undefined) multipleRule(options.multipleOf, asking);
  sizeRule(options, "Items", "items", asking);
  sizeRule(options, "Properties", "properties", asking);
  if (options.uniqueItems === true)
    askOfValues(
      asking,
      "uniqueItems",
      "hold no item twice",
      { op: "distinct-items", column: asking.spot.path },
      optionPlace(asking, "uniqueItems"),
    );
  if (options.required !== undefined) requiredRule(options.required, property, asking);
}

function rangeRule(options: OdcsOptions, type: LogicalType, form: PropertyType["form"], asking: Asking): void {
  const keys = (["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] as const).filter(
    (key) => options[key] !== undefined,
  );
  const [first] = keys;
  if (first === undefined) return;
  const value = (key: (typeof keys)[number]): Cell | undefined =>
    options[key] === undefined ? undefined : endOf(options[key], type, form.zone, optionPlace(asking, key));
  const lower = tighter(value("minimum"), value("exclusiveMinimum"), (a, b) => a > b);
  const upper = tighter(value("maximum"), value("exclusiveMaximum"), (a, b) => a < b);
  const place = optionPlace(asking, first);
  const { path } = asking.spot;
  if (lower !== undefined && upper !== undefined && lower.cell > upper.cell)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `no value of "${path}" can be at least ${shown(lower.cell)} and at most ${shown(upper.cell)}`,
      "exchange the two",
      place,
    );
  const ends = {
    ...(lower === undefined ? {} : { min: lower.cell, openMin: lower.open }),
    ...(upper === undefined ? {} : { max: upper.cell, openMax: upper.open }),
  };
  const must = `be ${rangeWords(lower, upper)}`;
  if (type !== "time") askOfValues(asking, "range", must, { op: "range", column: path, ...ends }, place);
  else askOfValues(asking, "range", must, timeWithin(path, form, ends as TimeEnds), place);
}

type TimeEnds = Partial<Record<"min" | "max", string> & Record<"openMin" | "openMax", boolean>>;

/** What is no time of day is a fault of its own, and none of the range. */
function timeWithin(column: string, { format, zoned }: PropertyType["form"], ends: TimeEnds): Predicate {
  const time = {
    op: "time" as const,
    column,
    ...(format === undefined ? {} : { format }),
    ...(zoned === undefined ? {} : { zoned }),
  };
  return {
    op: "or",
    terms: [
      { op: "not", term: time },
      { ...time, ...ends },
    ],
  };
}

function rangeWords(lower: OpenEnd | undefined, upper: OpenEnd | undefined): string {
  if (lower?.open === false && upper?.open === false) return `from ${shown(lower.cell)} to ${shown(upper.cell)}`;
  const parts = [
    ...(lower === undefined ? [] : [`${lower.open ? "above" : "at least"} ${shown(lower.cell)}`]),
    ...(upper === undefined ? [] : [`${upper.open ? "below" : "at most"} ${shown(upper.cell)}`]),
  ];
  return parts.join(" and ");
}

type End = Exclude<Cell, null>;

interface OpenEnd {
  readonly cell: End;
  readonly open: boolean;
}

function tighter(
  closed: Cell | undefined,
  open: Cell | undefined,
  inside: (a: End, b: End) => boolean,
): OpenEnd | undefined {
  if (open === undefined || open === null)
    return closed === undefined || closed === null ? undefined : { cell: closed, open: false };
  if (closed === undefined || closed === null || !inside(closed, open)) return { cell: open, open: true };
  return { cell: closed, open: false };
}

function endOf(value: number | string, type: LogicalType, zone: string | undefined, place: Place): End {
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
    return value.length === 5 ? `${value}:00` : value;
  }
  const time = parseTime(value, zone);
  if (time === undefined) throw refuse();
  return time;
}

function shown(value: End): string {
  return value instanceof Date ? value.toISOString().replace(/T00:00:00\.000Z$/, "") : String(value);
}

function lengthRule({ minLength: min, maxLength: max }: OdcsOptions, asking: Asking): void {
  if (min === undefined && max === undefined) return;
  const place = optionPlace(asking, min !== undefined ? "minLength" : "maxLength");
  const { path } = asking.spot;
  if (min !== undefined && max !== undefined && min > max)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `no text of "${path}" has at least ${min} and at most ${max} characters`,
      "exchange the two",
      place,
    );
  const { predicate, words } = lengthPredicate(path, min, max);
  askOfValues(asking, "length", words, predicate, place);
}

/** A text's length from `min` to `max`, of which one is given at least, and in words: `have at most 3 characters`. */
export function lengthPredicate(
  column: string,
  min: number | undefined,
  max: number | undefined,
): { readonly predicate: Predicate; readonly words: string } {
  return {
    predicate: { op: "length", column, ...bounds(min, max) },
    words: `have ${boundWords(min, max)} characters`,
  };
}

function bounds(min: number | undefined, max: number | undefined) {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function boundWords(min: number | undefined, max: number | undefined): string {
  return [...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(
    " and ",
  );
}

function sizeRule(options: OdcsOptions, of: "Items" | "Properties", words: string, asking: Asking): void {
  const [min, max] = [options[`min${of}`], options[`max${of}`]];
  if (min === undefined && max === undefined) return;
  const place = optionPlace(asking, `${min !== undefined ? "min" : "max"}${of}`);
  const { path } = asking.spot;
  if (min !== undefined && max !== undefined && min > max)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `nothing in "${path}" has at least ${min} and at most ${max} ${words}`,
      "exchange the two",
      place,
    );
  const size: Predicate = { op: "size", column: path, ...bounds(min, max) };
  askOfValues(asking, words, `have ${boundWords(min, max)} ${words}`, size, place);
}

function multipleRule(of: number, asking: Asking): void {
  const place = optionPlace(asking, "multipleOf");
  const [digits = "", exponent = "0"] = String(of).split("e");
  const decimals = (digits.split(".")[1]?.length ?? 0) - Number(exponent);
  if (decimals > 15)
    leaveUnchecked(
      asking,
      "multipleOf",
      `multipleOf of ${asking.spot.path} has more than 15 decimals, and is not checked`,
      place,
    );
  else
    askOfValues(
      asking,
      "multipleOf",
      `be a multiple of ${of}`,
      { op: "multiple", column: asking.spot.path, of },
      place,
    );
}

/** A structure must have the fields, and a value in each; a structure that is null itself is none that lacks them. */
function requiredRule(names: readonly string[], { properties = [] }: OdcsItem, asking: Asking): void {
  const { spot, compiling } = asking;
  const place = optionPlace(asking, "required");
  const described = new Set(properties.map((part) => part.physicalName ?? part.name));
  for (const part of names.filter((name) => !described.has(name)).map((name) => fieldSpot(spot, name)))
    compiling.shape({ id: `${part.path}.present`, spot: part, asks: { what: "present" }, place });
  const present = names.map((name): Predicate => {
    const field = fieldSpot(spot, name);
    const isThere: Predicate = { op: "not", term: { op: "null", column: field.path } };
    return { op: "field", column: spot.path, field: name, as: field.path, term: isThere };
  });
  const whole: Predicate = {
    op: "or",
    terms: [
      { op: "null", column: spot.path },
      { op: "and", terms: present },
    ],
  };
  askOfValues(asking, "required-properties", `have ${names.join(", ")}`, whole, place);
}

function patternRule(pattern: string, asking: Asking): void {
  const place = optionPlace(asking, "pattern");
  const { path } = asking.spot;
  const reason = unrunnable(pattern, place);
  if (reason !== undefined) leaveUnchecked(asking, "pattern", `the pattern of ${path} ${reason}`, place);
  else askOfValues(asking, "pattern", `match ${pattern}`, { op: "matches", column: path, pattern }, place);
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
