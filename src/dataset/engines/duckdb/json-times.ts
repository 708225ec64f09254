import { shapeKinds } from "./json-shape.ts";

const [colon, minus, plus, point, space, zero] = [0x3a, 0x2d, 0x2b, 0x2e, 0x20, 0x30];
const [letterT, letterZ] = [0x54, 0x5a];
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * The kind of a text: a date `2026-01-31` of the calendar, a timestamp with `T` or a space between date and time, seconds, fractions and
 * offset or not, or any other text. By hand, as it is asked of every text that begins with a digit.
 */
export function kindOfTime(bytes: Buffer, start: number, end: number): number {
  const month = two(bytes, start + 5);
  const day = two(bytes, start + 8);
  const year = two(bytes, start) * 100 + two(bytes, start + 2);
  const isDate =
    year >= 0 &&
    bytes[start + 4] === minus &&
    bytes[start + 7] === minus &&
    day >= 1 &&
    day <= (daysInMonth[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);
  if (!isDate) return shapeKinds.string;
  if (end - start === 10) return shapeKinds.date;
  const separator = bytes[start + 10];
  const time = separator === letterT || separator === space ? endOfTime(bytes, start + 11, end) : -1;
  return time >= 0 && isOffset(bytes, time, end) ? shapeKinds.timestamp : shapeKinds.string;
}

/** Behind `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f`; −1 where none stands. */
function endOfTime(bytes: Buffer, start: number, end: number): number {
  if (!isBelow(two(bytes, start), 24) || bytes[start + 2] !== colon || !isBelow(two(bytes, start + 3), 60)) return -1;
  if (start + 5 > end) return -1;
  if (start + 5 === end || bytes[start + 5] !== colon) return start + 5;
  if (start + 8 > end || !isBelow(two(bytes, start + 6), 60)) return -1;
  if (start + 8 === end || bytes[start + 8] !== point) return start + 8;
  let at = start + 9;
  while (at < end && isBelow((bytes[at] ?? 0) - zero, 10)) at += 1;
  return at === start + 9 ? -1 : at;
}

/** Nothing, `Z`, `UTC`, or `+hh`, `+hhmm`, `+hh:mm`, a space before it or not. */
function isOffset(bytes: Buffer, start: number, end: number): boolean {
  if (start === end) return true;
  const at = bytes[start] === space ? start + 1 : start;
  const length = end - at;
  if (length === 1) return bytes[at] === letterZ;
  if (bytes[at] !== plus && bytes[at] !== minus) return bytes.toString("latin1", at, end) === "UTC";
  if (length !== 3 && length !== 5 && !(length === 6 && bytes[at + 3] === colon)) return false;
  return isBelow(two(bytes, at + 1), 24) && (length === 3 || isBelow(two(bytes, end - 2), 60));
}

/** The number that two digits write; far below zero where they are no digits. */
function two(bytes: Buffer, at: number): number {
  const tens = (bytes[at] ?? 0) - zero;
  const ones = (bytes[at + 1] ?? 0) - zero;
  return isBelow(tens, 10) && isBelow(ones, 10) ? tens * 10 + ones : -10_000;
}

function isBelow(value: number, limit: number): boolean {
  return value >= 0 && value < limit;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
