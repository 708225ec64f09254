import type { Predicate } from "../dataset/dataset.ts";
import { parseTimeFormat, partsOfFormat } from "../dataset/time-format.ts";
import { configurationError } from "../kernel/error.ts";
import { type Asking, askOfValues, leaveUnchecked, optionPlace } from "./asking.ts";
import type { OdcsItem, OdcsOptions } from "./odcs-schema.ts";
import type { LogicalType, PropertyType } from "./property-type.ts";
import { isUtc, isZone } from "./times.ts";

const byte = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const group = "[0-9a-fA-F]{1,4}";
const ipv4 = `(${byte}\\.){3}${byte}`;
/** RFC 4291: eight groups, of which one run of zeros may be left out and the last two be written as of IPv4. */
const ipv6 = [
  `(${group}:){7}${group}`,
  `(${group}:){6}${ipv4}`,
  ...[1, 2, 3, 4, 5, 6, 7].map((before) => `(${group}:){${before}}(:${group}){1,${7 - before}}`).slice(0, 6),
  ...[1, 2, 3, 4, 5].map((before) => `(${group}:){${before}}(:${group}){0,${5 - before}}:${ipv4}`),
  `:(:${group}){1,7}`,
  `:(:${group}){0,5}:${ipv4}`,
  `(${group}:){1,7}:`,
  "::",
].join("|");
export const textFormats: Readonly<Record<string, string>> = {
  uuid: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
  ipv4: `^${ipv4}$`,
  ipv6: `^(${ipv6})$`,
  hostname: "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
  uri: "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+$",
  email: "^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$",
  // Base64, as in OpenAPI, which the standard takes these names from.
  byte: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
};
/** Say how a text is meant, and leave nothing to check. */
const silentFormats = ["password", "binary"];
/** The largest number that a single holds. */
const largestSingle = 3.4028234663852886e38;

/** The expression of a text format that can be told by looking at it. */
export function textFormat(name: string): string | undefined {
  return Object.hasOwn(textFormats, name) ? textFormats[name] : undefined;
}

/** Rules from the format of a property, and from its zone. */
export function formatRules(property: OdcsItem, typed: PropertyType, asking: Asking): void {
  const { logicalType, logicalTypeOptions: options = {} } = property;
  if (typed.type === "time") timeRule(typed.form, asking);
  if (logicalType === undefined) return;
  const { format } = options;
  if (logicalType === "date" || logicalType === "timestamp" || logicalType === "time")
    checkTimes(options, logicalType, typed, asking);
  else if (format !== undefined && logicalType !== "boolean") valueFormatRule(format, logicalType, asking);
}

function valueFormatRule(format: string, logicalType: LogicalType, asking: Asking): void {
  const place = optionPlace(asking, "format");
  const { path: column } = asking.spot;
  if (logicalType === "integer") {
    askOfValues(asking, "format", `fit ${format}`, integerRange(column, format), place);
    return;
  }
  const pattern = logicalType === "string" ? textFormat(format) : undefined;
  if (pattern !== undefined)
    askOfValues(asking, "format", `be written as ${format}`, { op: "matches", column, pattern }, place);
  else if (logicalType === "number" && format === "f32")
    askOfValues(asking, "format", "fit f32", singleRange(column), place);
  else if (!(logicalType === "number" && format === "f64") && !silentFormats.includes(format))
    leaveUnchecked(asking, "format", `the format ${format} of ${column} is not known, and not checked`, place);
}

/** `format`: `i8` to `u128`. */
function integerRange(column: string, format: string): Predicate {
  const width = BigInt(format.slice(1));
  return format.startsWith("i")
    ? { op: "range", column, min: -(2n ** (width - 1n)), max: 2n ** (width - 1n) - 1n }
    : { op: "range", column, min: 0n, max: 2n ** width - 1n };
}

function singleRange(column: string): Predicate {
  const range: Predicate = { op: "range", column, min: -largestSingle, max: largestSingle };
  return { op: "or", terms: [{ op: "not-finite", column }, range] };
}

function timeRule({ format, zoned }: PropertyType["form"], asking: Asking): void {
  const written = format === undefined ? "" : `, written ${format}`;
  const offset = zoned === undefined ? "" : `, ${zoned ? "with" : "without"} its offset from UTC`;
  const time: Predicate = {
    op: "time",
    column: asking.spot.path,
    ...(format === undefined ? {} : { format }),
    ...(zoned === undefined ? {} : { zoned }),
  };
  const place = optionPlace(asking, format === undefined ? "timezone" : "format");
  askOfValues(asking, "time", `be a time of day${written}${offset}`, time, place);
}

/**
 * What the reader of text files cannot do with the format, and what of the zone cannot be had.
 * @throws TH_CONTRACT_VALUE (configuration) for a zone that is none, and a format that contradicts `timezone`.
 */
function checkTimes(options: OdcsOptions, type: LogicalType, { form }: PropertyType, asking: Asking): void {
  const { format, timezone, defaultTimezone: zone } = options;
  const { path } = asking.spot;
  const ways = format === undefined ? undefined : parseTimeFormat(format);
  if (format !== undefined && ways === undefined)
    leaveUnchecked(
      asking,
      "format",
      `the format ${format} of ${path} is not read, so that neither it nor the type is checked`,
      optionPlace(asking, "format"),
    );
  if (timezone !== undefined && ways !== undefined && partsOfFormat(ways).zone !== timezone)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      timezone
        ? `"${path}" must name its zone, and the format ${format} has none`
        : `"${path}" must name no zone, and the format ${format} has one`,
      timezone ? "end the format with XXX" : "take the zone out of the format",
      optionPlace(asking, "timezone"),
    );
  if (zone === undefined) return;
  if (!isZone(zone))
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `"${zone}" is no time zone`,
      "write a name of the IANA database: Europe/Berlin",
      optionPlace(asking, "defaultTimezone"),
    );
  if (form.zone === undefined && !isUtc(zone))
    leaveUnchecked(
      asking,
      "defaultTimezone",
      `the zone of ${path} is not used: a ${type} without ${type === "time" ? "a date" : "a time"} is the same instant in none`,
      optionPlace(asking, "defaultTimezone"),
    );
}
