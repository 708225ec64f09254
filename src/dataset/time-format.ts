/** Parts of dates and times that a format names. `offset`: from UTC, `Z` for none where `zulu`. */
export type TimeToken =
  | { readonly literal: string }
  | { readonly field: "year" | "short-year" | "day-of-year" | "half-day" | "region" }
  | { readonly field: "month" | "day" | "hour" | "hour-of-half" | "minute" | "second"; readonly padded: boolean }
  | { readonly field: "month-name" | "weekday"; readonly long: boolean }
  | { readonly field: "fraction"; readonly digits: number }
  | { readonly field: "offset"; readonly colon: boolean; readonly minutes: boolean; readonly zulu: boolean };

/** The ways in which a text may be written: more than one where the format has optional sections. */
export type TimeFormat = readonly (readonly TimeToken[])[];

const mostWays = 16;

/**
 * A pattern of the JDK's DateTimeFormatter, read as in English. Not read: eras, quarters, weeks, periods of the day, abbreviated zones,
 * padding, and parts that leave a date or a time open.
 * @returns undefined for a pattern that is not read
 */
export function parseTimeFormat(pattern: string): TimeFormat | undefined {
  const written = expand(pattern);
  if (written === undefined || written.length > mostWays) return undefined;
  const ways = written.map(tokensOf);
  return ways.every((way): way is readonly TimeToken[] => way !== undefined && isWhole(way)) ? ways : undefined;
}

/** Whether texts of the format hold a date, a time of day, and a zone; all ways to write it agree on the date and the zone. */
export function partsOfFormat(format: TimeFormat): {
  readonly date: boolean;
  readonly clock: boolean;
  readonly zone: boolean;
} {
  const some = (...fields: readonly string[]) => format.some((way) => way.some((token) => has(token, fields)));
  return {
    date: some("day", "day-of-year"),
    clock: some("hour", "hour-of-half"),
    zone: some("offset", "region"),
  };
}

function has(token: TimeToken, fields: readonly string[]): boolean {
  return "field" in token && fields.includes(token.field);
}

/** The pattern with and without each of its optional sections, which stand in brackets; the fullest first. */
function expand(pattern: string): readonly string[] | undefined {
  let quoted = false;
  let depth = 0;
  let start = -1;
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern[at];
    if (sign === "'") quoted = !quoted;
    if (quoted) continue;
    if (sign === "[") {
      if (depth === 0) start = at;
      depth += 1;
    }
    if (sign !== "]") continue;
    depth -= 1;
    if (depth < 0) return undefined;
    if (depth > 0) continue;
    const [before, inside, after] = [pattern.slice(0, start), pattern.slice(start + 1, at), pattern.slice(at + 1)];
    const [insides, afters] = [expand(inside), expand(after)];
    if (insides === undefined || afters === undefined || insides.length * afters.length > mostWays) return undefined;
    return [...insides, ""].flatMap((one) => afters.map((other) => before + one + other));
  }
  return quoted || depth > 0 ? undefined : [pattern];
}

function tokensOf(pattern: string): readonly TimeToken[] | undefined {
  const tokens: TimeToken[] = [];
  for (const [part] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']/g)) {
    const isLetter = /^[A-Za-z]/.test(part);
    const literal = part === "''" ? "'" : part.startsWith("'") ? part.slice(1, -1).replaceAll("''", "'") : part;
    const token = isLetter ? fieldToken(part) : /[#{}]/.test(part[0] ?? "") ? undefined : { literal };
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

function fieldToken(letters: string): TimeToken | undefined {
  const [letter = "", count] = [letters[0], letters.length];
  const number = numbers[letter];
  if (number !== undefined && count <= 2) return { field: number, padded: count === 2 };
  const long = count === 4;
  switch (letter) {
    case "y":
    case "u":
      return count === 2 ? { field: "short-year" } : count === 4 ? { field: "year" } : undefined;
    case "M":
    case "L":
      return count === 3 || long ? { field: "month-name", long } : undefined;
    case "E":
      return count <= 4 ? { field: "weekday", long } : undefined;
    case "D":
      return count === 3 ? { field: "day-of-year" } : undefined;
    case "a":
      return count === 1 ? { field: "half-day" } : undefined;
    case "S":
      return count <= 9 ? { field: "fraction", digits: count } : undefined;
    case "V":
      return count === 2 ? { field: "region" } : undefined;
    default:
      return offsetToken(letter, count);
  }
}

const numbers: Readonly<Record<string, "month" | "day" | "hour" | "hour-of-half" | "minute" | "second">> = {
  M: "month",
  L: "month",
  d: "day",
  H: "hour",
  h: "hour-of-half",
  m: "minute",
  s: "second",
};

function offsetToken(letter: string, count: number): TimeToken | undefined {
  if (letter === "Z" && count <= 3) return { field: "offset", colon: false, minutes: true, zulu: false };
  if (letter === "Z" && count === 5) return { field: "offset", colon: true, minutes: true, zulu: true };
  if ((letter !== "X" && letter !== "x") || count > 3) return undefined;
  return { field: "offset", colon: count === 3, minutes: count > 1, zulu: letter === "X" };
}

/** A date has a year and a day, a time of day an hour; an hour of a half day tells which half. An offset ends the text. */
function isWhole(way: readonly TimeToken[]): boolean {
  const named = (field: string) => way.filter((token) => has(token, [field])).length;
  if (way.some((token) => "field" in token && named(token.field) > 1)) return false;
  const year = named("year") + named("short-year");
  const month = named("month") + named("month-name");
  const date =
    year === 1 && (named("day-of-year") === 1 ? month + named("day") === 0 : month === 1 && named("day") === 1);
  const noDate = year + month + named("day") + named("day-of-year") + named("weekday") === 0;
  const hour = named("hour") + named("hour-of-half");
  const clock = hour === 1 && named("hour-of-half") === named("half-day") && ordered(named);
  const noClock = hour + named("minute") + named("second") + named("fraction") + named("half-day") === 0;
  const zone = named("offset") + named("region");
  const zoneEnds = zone === 0 || (zone === 1 && clock && has(way.at(-1) ?? { literal: "" }, ["offset", "region"]));
  return (date || noDate) && (clock || noClock) && (date || clock) && zoneEnds;
}

/** Nothing finer than what is left open. */
function ordered(named: (field: string) => number): boolean {
  return named("minute") >= named("second") && named("second") >= named("fraction");
}
