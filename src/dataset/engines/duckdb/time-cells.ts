import type { TimeFormat, TimeToken } from "../../time-format.ts";
import { text } from "./literals.ts";

/** SQL from a text in the format to a TIMESTAMP, null where it does not fit. Times of a zone are brought to UTC; those without one are in `zone`, or UTC. */
export function timeFromText(format: TimeFormat, sql: string, zone?: string): string {
  const ways = format.map(
    (way) => `WHEN regexp_full_match(${sql}, ${text(expressionOf(way))}) THEN ${readWay(way, sql, zone)}`,
  );
  return `CASE ${ways.join(" ")} END`;
}

function readWay(way: readonly TimeToken[], sql: string, zone: string | undefined): string {
  let source = sql;
  const short = way.findIndex((token) => "field" in token && token.field === "short-year");
  // The engine takes 70 for 1970, the JDK for 2070.
  if (short >= 0)
    source = `regexp_replace(${source}, ${text(`^(${expressionOf(way.slice(0, short))})(.*)$`)}, '\\120\\2')`;
  const last = way.at(-1);
  const zoned = last !== undefined && "field" in last && (last.field === "offset" || last.field === "region");
  if (zoned && last.field === "offset" && last.zulu) source = `regexp_replace(${source}, 'Z$', '+00')`;
  const read = `try_strptime(${source}, ${text(way.map(specifierOf).join(""))})`;
  return zoned || zone === undefined ? `CAST(${read} AS TIMESTAMP)` : inUtc(read, zone);
}

/** A time of a zone's clocks as one of UTC. */
export function inUtc(sql: string, zone: string): string {
  return `CAST(timezone(${text(zone)}, CAST(${sql} AS TIMESTAMP)) AS TIMESTAMP)`;
}

/** A text of ISO 8601 as a time in UTC, null where it is none. The engine asks for seconds where there is an offset. */
export function isoTimeFromText(sql: string): string {
  const full = `regexp_replace(${sql}, '^(\\s*[^:]*:\\d{2})( ?[ZU+-].*)$', '\\1:00\\2')`;
  return `CAST(TRY_CAST(${full} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)`;
}

/** What a text looks like, stricter than the engine's reading: `MM` has two digits. */
function expressionOf(way: readonly TimeToken[]): string {
  return way.map(tokenExpression).join("");
}

function tokenExpression(token: TimeToken): string {
  if ("literal" in token)
    return token.literal.replace(/[^A-Za-z0-9 ]/g, (sign) => `\\x{${sign.codePointAt(0)?.toString(16)}}`);
  switch (token.field) {
    case "year":
      return "\\d{4}";
    case "short-year":
      return "\\d{2}";
    case "day-of-year":
      return "\\d{3}";
    case "half-day":
      return "(?i:am|pm)";
    case "month-name":
    case "weekday":
      return token.long ? "[A-Za-z]{3,}" : "[A-Za-z]{3}";
    case "fraction":
      return `\\d{${token.digits}}`;
    case "region":
      return "[A-Za-z][A-Za-z0-9_+/-]*";
    case "offset": {
      const minutes = `${token.colon ? ":" : ""}\\d{2}`;
      return `(?:${token.zulu ? "Z|" : ""}[+-]\\d{2}${token.minutes ? minutes : `(?:${minutes})?`})`;
    }
    default:
      return token.padded ? "\\d{2}" : "\\d{1,2}";
  }
}

const specifiers = {
  year: "%Y",
  "short-year": "%Y",
  "day-of-year": "%j",
  "half-day": "%p",
  region: "%Z",
  month: "%m",
  day: "%d",
  hour: "%H",
  "hour-of-half": "%I",
  minute: "%M",
  second: "%S",
  offset: "%z",
} as const;

function specifierOf(token: TimeToken): string {
  if ("literal" in token) return token.literal.replaceAll("%", "%%");
  if (token.field === "month-name") return token.long ? "%B" : "%b";
  if (token.field === "weekday") return token.long ? "%A" : "%a";
  if (token.field === "fraction") return token.digits <= 6 ? "%f" : "%n";
  return specifiers[token.field];
}
