import type { Predicate } from "../../dataset.ts";
import { parseTimeFormat } from "../../time-format.ts";
import { double, text } from "./literals.ts";
import type { EngineColumn } from "./sql.ts";
import { isoTimeFromText, timeFromText } from "./time-cells.ts";

const hugeLimit = 2n ** 127n - 1n;
/** Whole numbers up to here are doubles. */
const wholeDoubles = 2n ** 53n;

/** A whole number; beyond 127 bits the double nearest to it. */
export function wholeLiteral(value: number | bigint): string {
  const whole = BigInt(value);
  return whole > hugeLimit || whole < -hugeLimit ? double(Number(value)) : `(${whole})`;
}

/** A number above 0 as digits / 10^scale, by its shortest decimal form. */
function decimalOf(value: number): { readonly digits: bigint; readonly scale: number } {
  const [, whole = "", fraction = "", exponent = "0"] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const scale = fraction.length - Number(exponent);
  return { digits: BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, -scale)), scale: Math.max(0, scale) };
}

/** The smallest number with `decimals` decimals of which all multiples with so many decimals are multiples of the step, times 10^decimals. */
function reduced(step: { readonly digits: bigint; readonly scale: number }, decimals: number): bigint {
  const excess = 10n ** BigInt(Math.max(0, step.scale - decimals));
  return (step.digits * 10n ** BigInt(Math.max(0, decimals - step.scale))) / commonDivisor(step.digits, excess);
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b);
}

/** Whether the number is a multiple of a step of at most 15 decimals, both taken as the decimals that they are written as. */
export function multipleSql({ sql, kind, native, exact }: EngineColumn, of: number): string {
  const step = decimalOf(of);
  if (step.scale > 15) throw new Error(`${of} has more than 15 decimals`);
  if (kind === "integer") {
    const whole = reduced(step, 0);
    if (whole > hugeLimit) return `(${sql} = 0)`;
    return `(${sql} % ${native === "UHUGEINT" ? `${whole}::UHUGEINT` : `(${whole})`} = 0)`;
  }
  const decimals = /^DECIMAL\((\d+),(\d+)\)$/.exec(native);
  if (exact !== undefined && decimals !== null) return decimalMultiple(exact, Number(decimals[2]), step);
  return `(${doubleMultiple(sql, native === "FLOAT", of, step)})`;
}

function decimalMultiple(sql: string, scale: number, step: ReturnType<typeof decimalOf>): string {
  const units = reduced(step, scale);
  if (String(units).length > 38) return `(${sql} = 0)`;
  const digits = String(units).padStart(scale + 1, "0");
  const literal = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return `(${sql} % CAST('${literal}' AS DECIMAL(38,${scale})) = 0)`;
}

/**
 * A double stands for the decimal that it is nearest to. Where whole numbers of units of 10^-scale are doubles, one division rounds
 * once, as the reader of the text did. Above 2^53 every double is whole, and its remainder exact. Between the two its digits decide.
 */
function doubleMultiple(sql: string, single: boolean, of: number, step: ReturnType<typeof decimalOf>): string {
  if (step.scale === 0) return `${sql} % ${double(of)} = 0`;
  const units = double(Number(step.digits));
  const scale = double(10 ** step.scale);
  const type = single ? "FLOAT" : "DOUBLE";
  const nearest = `CAST(round(${sql} * ${scale} / ${units}) * ${units} / ${scale} AS ${type}) = CAST(${sql} AS ${type})`;
  const decimal = `DECIMAL(38,${step.scale + 2})`;
  const byDigits = `TRY_CAST(CAST(${sql} AS VARCHAR) AS ${decimal}) % CAST('${of.toFixed(step.scale)}' AS ${decimal}) = 0`;
  return (
    `CASE WHEN NOT isfinite(${sql}) THEN FALSE WHEN abs(${sql}) * ${scale} <= ${double(2 ** 52)} THEN ${nearest} ` +
    `WHEN abs(${sql}) >= ${double(Number(wholeDoubles))} THEN ${sql} % ${double(Number(reduced(step, 0)))} = 0 ELSE ${byDigits} END`
  );
}

/** `list_unique` leaves nulls out, of which one may stand in the list. */
export function distinctItemsSql(list: string): string {
  return `(list_unique(${list}) + least(1, len(${list}) - list_aggregate(${list}, 'count')) = len(${list}))`;
}

const isoTime = "([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d{1,9})?)?";
const isoOffset = "(Z|[+-]\\d{2}(:?\\d{2})?)";

/** Whether a text is a time of day within bounds; unknown for null alone. */
export function timeOfDaySql(sql: string, where: Predicate & { readonly op: "time" }): string {
  const ways = where.format === undefined ? undefined : parseTimeFormat(where.format);
  const time = ways === undefined ? isoTimeOfDay(sql, where.zoned) : `CAST(${timeFromText(ways, sql)} AS TIME)`;
  const bounds = [
    ...(where.min === undefined ? [] : [`${time} >${where.openMin ? "" : "="} CAST(${text(where.min)} AS TIME)`]),
    ...(where.max === undefined ? [] : [`${time} <${where.openMax ? "" : "="} CAST(${text(where.max)} AS TIME)`]),
  ];
  const fits = bounds.length === 0 ? `${time} IS NOT NULL` : `coalesce(${bounds.join(" AND ")}, FALSE)`;
  return `(CASE WHEN ${sql} IS NOT NULL THEN ${fits} END)`;
}

function isoTimeOfDay(sql: string, zoned: boolean | undefined): string {
  const offset = zoned === undefined ? `${isoOffset}?` : zoned ? isoOffset : "";
  const read = isoTimeFromText(`'2000-01-01 ' || ${sql}`);
  return `CASE WHEN regexp_full_match(${sql}, '${isoTime}${offset}') THEN CAST(${read} AS TIME) END`;
}
