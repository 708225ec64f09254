import { configurationError, type Place } from "../kernel/error.ts";
import type { Bound } from "./contract.ts";
import type { OdcsQuality } from "./odcs-schema.ts";

const single = {
  mustBe: "=",
  mustNotBe: "≠",
  mustBeGreaterThan: ">",
  mustBeGreaterOrEqualTo: "≥",
  mustBeLessThan: "<",
  mustBeLessOrEqualTo: "≤",
} as const;
const double = { mustBeBetween: "between", mustNotBeBetween: "not between" } as const;
export const operators = [...Object.keys(single), ...Object.keys(double)] as readonly (
  | keyof typeof single
  | keyof typeof double
)[];

export const nothing: Bound = { op: "=", value: 0 };

/**
 * The bound that a quality check states.
 * @throws TH_CONTRACT_SCHEMA (configuration) when it states none or several, or one that is no number.
 */
export function boundOf(quality: OdcsQuality, placeOf: (key?: string) => Place): Bound {
  const stated = operators.filter((operator) => quality[operator] !== undefined);
  const [operator] = stated;
  if (operator === undefined || stated.length > 1)
    throw configurationError(
      "TH_CONTRACT_SCHEMA",
      operator === undefined ? "the quality check states no bound" : `the quality check states ${stated.join(" and ")}`,
      `write one of ${operators.join(", ")}`,
      placeOf(stated[1]),
    );
  const value = quality[operator];
  if (operator === "mustBeBetween" || operator === "mustNotBeBetween") {
    const [low, high] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    if (Array.isArray(value) && value.length === 2 && isNumber(low) && isNumber(high) && low <= high)
      return { op: double[operator], low, high };
    throw wrong(operator, "two numbers, the smaller first: [1, 10]", placeOf(operator));
  }
  if (!isNumber(value)) throw wrong(operator, "a number", placeOf(operator));
  return { op: single[operator], value };
}

/** Whether a measured number is what it must be. */
export function holds(bound: Bound, measured: number): boolean {
  switch (bound.op) {
    case "=":
      return measured === bound.value;
    case "≠":
      return measured !== bound.value;
    case ">":
      return measured > bound.value;
    case "≥":
      return measured >= bound.value;
    case "<":
      return measured < bound.value;
    case "≤":
      return measured <= bound.value;
    case "between":
      return measured >= bound.low && measured <= bound.high;
    case "not between":
      return measured < bound.low || measured > bound.high;
  }
}

/** Whether a measured number is more than a bound allows: less of what was counted would keep it. */
export function exceeds(bound: Bound, measured: number): boolean {
  switch (bound.op) {
    case "=":
    case "≤":
      return measured > bound.value;
    case "<":
      return measured >= bound.value;
    case "between":
      return measured > bound.high;
    default:
      return false;
  }
}

/** `at least 10,000 rows`, `no rows`, `at most 5% of the rows`. */
export function describeBound(bound: Bound, unit: "rows" | "percent"): string {
  const amount = (value: number) => (unit === "percent" ? `${value}% of the rows` : `${formatNumber(value)} rows`);
  switch (bound.op) {
    case "=":
      return bound.value === 0 ? "no rows" : `exactly ${amount(bound.value)}`;
    case "≠":
      return `any number but ${amount(bound.value)}`;
    case ">":
      return `more than ${amount(bound.value)}`;
    case "≥":
      return `at least ${amount(bound.value)}`;
    case "<":
      return `fewer than ${amount(bound.value)}`;
    case "≤":
      return `at most ${amount(bound.value)}`;
    case "between":
      return `from ${formatNumber(bound.low)} to ${amount(bound.high)}`;
    case "not between":
      return `fewer than ${formatNumber(bound.low)} or more than ${amount(bound.high)}`;
  }
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 15 });

/** `45,231`. */
export function formatNumber(value: number): string {
  return grouped.format(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function wrong(operator: string, what: string, place: Place): Error {
  return configurationError("TH_CONTRACT_VALUE", `${operator} must be ${what}`, `write ${what}`, place);
}
