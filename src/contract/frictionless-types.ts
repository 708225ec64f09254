import type { ColumnKind } from "../dataset/dataset.ts";
import { parseTimeFormat, partsOfFormat } from "../dataset/time-format.ts";
import { textFormats } from "./formats.ts";
import type { TableField } from "./frictionless-schema.ts";

/** How the values of a field are checked. */
export interface FieldForm {
  /** Absent: the cells are taken as they are. */
  readonly kind?: ColumnKind;
  /** The text of every value matches it. */
  readonly pattern?: string;
  /** In words: `be a year and a month`. */
  readonly words?: string;
  /** The texts that a value may be. */
  readonly texts?: readonly string[];
  /** Of dates and times: how they are written, as a pattern of the JDK. */
  readonly format?: string;
  /** What of the type is not checked. */
  readonly unchecked?: string;
  /** How its values are compared: not at all when absent. */
  readonly order?: "number" | "time" | "text";
}

const longitude = "-?(180(\\.0+)?|(1[0-7]\\d|\\d{1,2})(\\.\\d+)?)";
const latitude = "-?(90(\\.0+)?|[0-8]?\\d(\\.\\d+)?)";
const json: FieldForm = { unchecked: "that its texts are JSON" };

/** Parts of a strptime pattern as those of the JDK, which the engine reads. */
const directives: Readonly<Record<string, string>> = {
  Y: "yyyy",
  y: "yy",
  m: "MM",
  d: "dd",
  j: "DDD",
  b: "MMM",
  B: "MMMM",
  a: "EEE",
  A: "EEEE",
  H: "HH",
  I: "hh",
  M: "mm",
  S: "ss",
  f: "SSSSSS",
  p: "a",
  z: "xx",
  "%": "%",
};

/** A strptime pattern as one of the JDK; undefined where it has parts that are not read. */
function patternOf(format: string): string | undefined {
  let pattern = "";
  for (const [, directive, literal = ""] of format.matchAll(/%(.)|([^%]+)/gsu)) {
    const part = directive === undefined ? literal.replace(/'+|[A-Za-z[\]{}#]+/g, quoted) : directives[directive];
    if (part === undefined) return undefined;
    pattern += part;
  }
  return pattern !== "" && !format.endsWith("%") && parseTimeFormat(pattern) !== undefined ? pattern : undefined;
}

/** `Z` by itself is an offset to the JDK, and a letter here. */
function quoted(text: string): string {
  return text.startsWith("'") ? text.replaceAll("'", "''") : `'${text}'`;
}

/** Formats of dates and times that the reader takes without being told. */
const isoFormats: Readonly<Record<"date" | "datetime", RegExp>> = {
  date: /^(default|%Y-%m-%d)$/,
  datetime: /^(default|%Y-%m-%d[T ]%H:%M(:%S(\.%f)?)?(Z|%z)?)$/,
};

function dateForm(type: "date" | "datetime", format: string): FieldForm {
  const kind = type === "date" ? "date" : "timestamp";
  if (isoFormats[type].test(format)) return { kind, order: "time" };
  const pattern = patternOf(format);
  const parsed = pattern === undefined ? undefined : parseTimeFormat(pattern);
  const parts = parsed === undefined ? undefined : partsOfFormat(parsed);
  if (pattern === undefined || parts?.date !== true || parts.clock !== (type === "datetime"))
    return { unchecked: `that its values are written as ${format}` };
  return { kind, format: pattern, order: "time" };
}

const stringFormats: Readonly<Record<string, FieldForm>> = {
  email: { pattern: textFormats.email ?? "", words: "be an e-mail address" },
  uri: { pattern: textFormats.uri ?? "", words: "be a URI" },
  uuid: { pattern: textFormats.uuid ?? "", words: "be a UUID" },
  binary: {
    pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    words: "be written in base64",
  },
};

const geopoints: Readonly<Record<string, FieldForm>> = {
  default: { kind: "string", pattern: `^${longitude}, ?${latitude}$`, words: "be a longitude and a latitude" },
  array: { kind: "string", pattern: `^\\[ ?${longitude}, ?${latitude} ?\\]$`, words: "be [longitude, latitude]" },
};

/** How the values of a field are checked, from its type and format. */
export function formOf(field: TableField): FieldForm {
  const format = field.format ?? "default";
  switch (field.type) {
    case "string":
      return stringForm(format);
    case "number":
    case "integer":
      return numberForm(field, field.type);
    case "boolean":
      return booleanForm(field);
    case "date":
    case "datetime":
      return dateForm(field.type, format);
    case "time":
      return timeForm(format);
    case "year":
      return { kind: "integer", order: "number" };
    case "yearmonth":
      return {
        kind: "string",
        pattern: "^\\d{4}-(0[1-9]|1[0-2])$",
        words: "be a year and a month: 2026-01",
        order: "text",
      };
    case "duration":
      return {
        kind: "string",
        pattern: "^-?P(\\d+(\\.\\d+)?[YMWD])+(T(\\d+(\\.\\d+)?[HMS])+)?$|^-?PT(\\d+(\\.\\d+)?[HMS])+$",
        words: "be a duration of ISO 8601: P1Y2M",
      };
    case "geopoint":
      return geopoints[format] ?? { unchecked: `that its points are written as ${format}` };
    case "object":
    case "array":
    case "geojson":
      return json;
    case "list":
      return { unchecked: "the items of its lists" };
    default:
      return {};
  }
}

function stringForm(format: string): FieldForm {
  if (format === "default") return { kind: "string" };
  const form = stringFormats[format];
  return form === undefined ? { kind: "string", unchecked: `its format ${format}` } : { kind: "string", ...form };
}

/** Numbers with other signs than a point, or with text around them, are texts of a certain form. */
function numberForm(field: TableField, type: "number" | "integer"): FieldForm {
  const { decimalChar = ".", groupChar, bareNumber = true } = field;
  if (decimalChar === "." && groupChar === undefined && bareNumber) return { kind: type, order: "number" };
  const escaped = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const digits = groupChar === undefined ? "\\d+" : `(\\d+|\\d{1,3}(${escaped(groupChar)}\\d{3})+)`;
  const fraction = type === "integer" ? "" : `(${escaped(decimalChar)}\\d+)?([eE][+-]?\\d+)?`;
  const special = type === "integer" ? "" : "|NaN|-?INF";
  const number = `[+-]?(${digits}${fraction}${special})`;
  const around = bareNumber ? number : `[^0-9+-]*${number}[^0-9]*`;
  return {
    kind: "string",
    pattern: `^${around}$`,
    words: `be ${type === "integer" ? "a whole number" : "a number"} as the field writes it`,
  };
}

function booleanForm({ trueValues, falseValues }: TableField): FieldForm {
  if (trueValues === undefined && falseValues === undefined) return { kind: "boolean" };
  const texts = [
    ...(trueValues ?? ["true", "True", "TRUE", "1"]),
    ...(falseValues ?? ["false", "False", "FALSE", "0"]),
  ];
  return { kind: "string", texts };
}

function timeForm(format: string): FieldForm {
  if (format !== "default" && format !== "%H:%M:%S") return { unchecked: `that its values are written as ${format}` };
  return {
    kind: "string",
    pattern: "^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?Z?$",
    words: "be a time: 08:30:00",
    order: "text",
  };
}
