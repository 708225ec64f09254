/** A length of time as calendars count it: a year is no fixed number of milliseconds. */
export interface CalendarDuration {
  readonly months: number;
  readonly ms: number;
  /** `4 days`, `1 year`. */
  readonly words: string;
}

const day = 86_400_000;
const milliseconds: Readonly<Record<string, readonly [number, string]>> = {
  ms: [1, "millisecond"],
  s: [1000, "second"],
  min: [60_000, "minute"],
  h: [3_600_000, "hour"],
  d: [day, "day"],
  w: [7 * day, "week"],
};
const months: Readonly<Record<string, readonly [number, string]>> = { mo: [1, "month"], y: [12, "year"] };

/** Other words for the same units. `m` is none: it is a minute to some, and a month to others. */
const synonyms: Readonly<Record<string, string>> = {
  sec: "s",
  hr: "h",
  wk: "w",
  mon: "mo",
  mth: "mo",
  yr: "y",
  millisecond: "ms",
  second: "s",
  minute: "min",
  hour: "h",
  day: "d",
  week: "w",
  month: "mo",
  year: "y",
};

const iso =
  /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?=.)(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** A million years; further back there is no date. */
const longest = 1e6 * 366 * day;

/** `4` and `d`, `1.5` and `hours`, `P1Y2M` (ISO 8601) without a unit; undefined for what is no duration from 0. */
export function durationOf(value: unknown, unit: string | undefined): CalendarDuration | undefined {
  if (unit === undefined) return typeof value === "string" ? isoDuration(value.trim()) : undefined;
  const amount = typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof amount !== "number" || !Number.isFinite(amount) || amount < 0) return undefined;
  const given = unit.trim().toLowerCase();
  const name = synonyms[given] ?? synonyms[given.replace(/s$/, "")] ?? given;
  const [fixed, calendar] = [milliseconds[name], months[name]];
  const singular = (fixed ?? calendar)?.[1];
  if (singular === undefined) return undefined;
  // Part of a month or year is so many days.
  const whole = calendar === undefined ? 0 : Math.floor(amount * calendar[0]);
  const rest = calendar === undefined ? 0 : (amount * calendar[0] - whole) * (365.25 / 12) * day;
  const ms = fixed === undefined ? rest : amount * fixed[0];
  return withinReach({ months: whole, ms, words: `${amount} ${singular}${amount === 1 ? "" : "s"}` });
}

function isoDuration(text: string): CalendarDuration | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [years, monthsOf, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const of = (amount: number | undefined, factor: number) => (amount ?? 0) * factor;
  return withinReach({
    months: of(years, 12) + of(monthsOf, 1),
    ms: of(weeks, 7 * day) + of(days, day) + of(hours, 3_600_000) + of(minutes, 60_000) + of(seconds, 1000),
    words: text,
  });
}

function withinReach(duration: CalendarDuration): CalendarDuration | undefined {
  return duration.months * 31 * day + duration.ms <= longest ? duration : undefined;
}

/** The moment so long before another, in UTC; a day that the earlier month lacks is its last: a month before 31 March is the end of February. */
export function momentBefore(moment: Date, { months: count, ms }: CalendarDuration): Date {
  const first = Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() - count, 1);
  const lastDay = new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() - count + 1, 0)).getUTCDate();
  const time = moment.getTime() - Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
  const then = first + (Math.min(moment.getUTCDate(), lastDay) - 1) * day + time - ms;
  // The first moment that a Date holds stands for all before it.
  return new Date(Number.isNaN(then) ? -8.64e15 : Math.max(-8.64e15, then));
}

/** `3.2 days`, `5.0 hours`, `0.5 minutes`: for a person. */
export function describeAge(ms: number): string {
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} minutes`;
  return ms < 2 * day ? `${(ms / 3_600_000).toFixed(1)} hours` : `${(ms / day).toFixed(1)} days`;
}
