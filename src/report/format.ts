import { canonicalJson, type Json } from "../kernel/json.ts";

/** What stands where there is no value. */
export const absent = "–";

/**
 * A number for a person: whole ones in full with separators, others to four significant digits, very large and very
 * small ones as `1.2e-7`.
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? absent : value > 0 ? "infinite" : "-infinite";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return shortExponent(value, 2);
  if (Number.isInteger(value)) return separated(value, 0);
  if (size >= 1e3) return separated(value, size >= 1e5 ? 0 : 1);
  return String(Number(value.toPrecision(4)));
}

/** A number with its sign always shown, for differences: `+0.012`, `-3`, `0`. */
export function formatSigned(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

/** A share in 0..1 as percent with three significant digits; never rounded up to 100% nor down to 0%. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return absent;
  const percent = share * 100;
  if (share > 0 && percent < 0.01) return "< 0.01%";
  if (share < 1 && percent > 99.99) return "> 99.99%";
  const digits = Math.abs(percent) < 10 || (share < 1 && percent >= 99.9) ? 2 : 1;
  return `${Number(percent.toFixed(digits))}%`;
}

/** A p-value: three decimals down to .001, an exponent below; nothing is ever said to be exactly 0. */
export function formatP(p: number): string {
  if (!Number.isFinite(p)) return absent;
  if (p < 1e-12) return "< 1e-12";
  return p < 0.001 ? shortExponent(p, 2) : String(Number(p.toFixed(3)));
}

/** `p = 0.012` or `p < 1e-12`. */
export function statedP(p: number): string {
  const text = formatP(p);
  return text.startsWith("<") ? `p ${text}` : `p = ${text}`;
}

/** Any value of a table's cell or of a check, in one line. Strings come back as they are: the renderer escapes. */
export function formatValue(value: Json | undefined): string {
  if (value === null || value === undefined || value === "") return absent;
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== "object")) {
    return value.length === 0 ? absent : value.map((item) => formatValue(item)).join(", ");
  }
  return canonicalJson(value);
}

/** The value of an input as it was written: a port is not 18,123. */
export function formatSetting(value: Json): string {
  return typeof value === "number" ? String(value) : formatValue(value);
}

/** `[0.004, 0.021]`; an open end is infinite. */
export function formatInterval([low, high]: readonly [number | null, number | null]): string {
  return `[${low === null ? "-∞" : formatNumber(low)}, ${high === null ? "∞" : formatNumber(high)}]`;
}

/**
 * Numbers, and texts that read as numbers (`12.5%`, `< 1e-12`), stand flush right: whether all the cells of a column
 * that hold anything are such.
 */
export function isNumeric(cells: readonly (Json | undefined)[]): boolean {
  const present = cells.filter((cell) => cell !== null && cell !== undefined && cell !== "");
  return (
    present.length > 0 &&
    present.every(
      (cell) =>
        typeof cell === "number" ||
        (typeof cell === "string" && /^(?:[<>≤≥±] ?)?[+-]?\d[\d.,]*(?:e[+-]?\d+)?%?$/.test(cell)),
    )
  );
}

/** `1 row`, `12,000 rows`. */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(count)} ${count === 1 ? noun : plural}`;
}

/** At most `length` characters, cut in the middle, where names that share a beginning or an end stay apart. */
export function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (length - 1 - head)).join("")}`;
}

/** `2026-01-31 23:59:59 UTC` from an RFC 3339 instant. */
export function formatInstant(instant: string): string {
  return instant.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, "$1 $2 UTC");
}

function separated(value: number, decimals: number): string {
  const [whole = "", part] = Math.abs(value).toFixed(decimals).split(".");
  // Four digits stand without: a year is no count.
  const text = whole.length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const trimmed = part === undefined || /^0+$/.test(part) ? "" : `.${part}`;
  return `${value < 0 ? "-" : ""}${text}${trimmed}`;
}

function shortExponent(value: number, digits: number): string {
  return value
    .toExponential(digits - 1)
    .replace(/\.0+e/, "e")
    .replace("e+", "e");
}
