import type { Cell } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import { suggest } from "../kernel/naming.ts";

/** More than this is no classification but a key. */
export const maxClasses = 1000;

/**
 * One spelling for a class, whichever file or model it comes from: `true`, `1`, `1.0` and the number 1 are the same. Undefined when missing.
 */
export function classText(cell: Cell | undefined): string | undefined {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return undefined;
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === "boolean") return cell ? "1" : "0";
  if (typeof cell !== "string") return String(cell);
  const text = cell.trim();
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true" ? "1" : "0";
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? String(Number(text)) : text;
}

/** Numbers by size, texts by code unit: the order in which exporters write the classes of a model. */
export function inClassOrder(classes: Iterable<string>): readonly string[] {
  const all = [...classes];
  const numeric = all.every((text) => text !== "" && Number.isFinite(Number(text)));
  return all.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0));
}

export interface Classes {
  readonly classes: readonly string[];
  /** Binary alone. */
  readonly positive?: number;
}

/**
 * The classes of a label column. Binary: two values, the positive one `1` (or `true`) unless it is named.
 * @param column for messages
 * @param values the column's different values as text, with how many others there are
 * @throws TitleholderError TH_LABEL_VALUES (configuration) naming the values.
 */
export function binaryClasses(column: string, values: readonly string[], others: number, positive?: Cell): Classes {
  const found = new Set(values.map((value) => classText(value) ?? ""));
  const named = positive === undefined ? undefined : classText(positive);
  if (found.size > 2 || others > 0) {
    throw labelError(
      column,
      values,
      others,
      "a binary label has two",
      "choose another label, or write `task: multiclass`",
    );
  }
  if (named !== undefined && found.size === 2 && !found.has(named)) {
    const why = `the positive class "${named}" is none of them`;
    throw labelError(column, values, others, why, suggest(named, found), "positive");
  }
  const zeroOrOne = [...found].every((value) => value === "0" || value === "1");
  if (zeroOrOne && (named === undefined || named === "0" || named === "1")) {
    return { classes: ["0", "1"], positive: named === "0" ? 0 : 1 };
  }
  if (named === undefined) {
    const fix = "say which one is positive with the input `positive`";
    throw labelError(column, values, others, "which of them is positive is not known", fix);
  }
  if (found.size < 2 && !found.has(named)) found.add(named);
  if (found.size < 2) {
    throw labelError(column, values, others, "a comparison needs rows of both classes", "give more rows");
  }
  const classes = inClassOrder(found);
  return { classes, positive: classes.indexOf(named) };
}

/** @throws TitleholderError TH_LABEL_VALUES (configuration) for fewer than two classes, or more than any classification has. */
export function manyClasses(column: string, values: readonly string[], others: number): Classes {
  const classes = inClassOrder(new Set(values.map((value) => classText(value) ?? "")));
  if (others > 0) {
    throw labelError(column, values, others, `a classification has at most ${maxClasses}`, "choose another label");
  }
  if (classes.length < 2) throw labelError(column, values, others, "a comparison needs at least two", "give more rows");
  return { classes };
}

function labelError(
  column: string,
  values: readonly string[],
  others: number,
  why: string,
  fix: string,
  input = "label",
) {
  const shown = values.slice(0, 8).map((value) => `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`);
  const more = values.length > shown.length || others > 0 ? " and more" : "";
  const holds = shown.length === 0 ? "no value" : `${shown.join(", ")}${more}`;
  return configurationError("TH_LABEL_VALUES", `the label column "${column}" holds ${holds}: ${why}`, fix, {
    input,
  });
}
