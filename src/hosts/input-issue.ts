import type { z } from "zod";
import { suggest } from "../kernel/naming.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with an input's value, and where within it. */
export interface InputIssue {
  /** Keys and indexes that lead to the place within the value. */
  readonly within: readonly PropertyKey[];
  readonly message: string;
  readonly fix: string;
}

/** Says for a person what a schema found wrong. `issue.path` begins with the input's own name. */
export function describeIssue(written: Issue, value: unknown): InputIssue {
  const issue = furthest(written);
  const within = issue.path.slice(1);
  const found = valueAt(value, within);
  return { within, message: messageOf(issue, found), fix: fixFor(issue, found) };
}

/** Of a value that fits none of several forms, what is wrong by the form it comes nearest to: of the right type, with the fewest faults, the deepest. */
function furthest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const branches = issue.errors.flatMap((issues) => {
    const [first] = issues;
    return first === undefined ? [] : [{ issue: furthest(first), count: issues.length }];
  });
  const [nearest] = branches.sort(
    (a, b) =>
      Number(isWhollyOther(a.issue)) - Number(isWhollyOther(b.issue)) ||
      a.count - b.count ||
      b.issue.path.length - a.issue.path.length,
  );
  return nearest === undefined ? issue : { ...nearest.issue, path: [...issue.path, ...nearest.issue.path] };
}

function isWhollyOther({ code, path }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function messageOf(issue: Issue, value: unknown): string {
  if (value === undefined) return "it is missing";
  switch (issue.code) {
    case "invalid_value":
      return `${shownValue(value)} is not one of the choices`;
    case "unrecognized_keys":
      return `unknown key "${issue.keys[0]}"`;
    case "invalid_key":
      return "a key does not fit";
    default:
      return issue.message.replace(/^Invalid input: /, "");
  }
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  return `"${String(value)}"`;
}

const words: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  record: "a mapping, as in { name: value }",
  object: "a mapping, as in { name: value }",
};

function fixFor(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_value":
      return suggest(typeof value === "string" ? value : "", issue.values.map(String));
    case "unrecognized_keys":
      return "remove it, or look its name up in the README's table";
    case "invalid_type":
      return `write ${words[issue.expected] ?? issue.expected}`;
    case "too_small":
      return `write ${issue.inclusive === false ? "more than" : "at least"} ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `write ${issue.inclusive === false ? "less than" : "at most"} ${amount(issue.maximum, issue.origin)}`;
    default:
      return "see this input in `--help` or in the README";
  }
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === "array") return `${limit} ${Number(limit) === 1 ? "item" : "items"}`;
  return origin === "string" ? `${limit} characters` : String(limit);
}

/** What stands at a path within a value. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
}
