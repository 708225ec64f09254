import type { Cell, Predicate } from "../dataset/dataset.ts";
import { configurationError, type Place } from "../kernel/error.ts";
import { nearest } from "../kernel/naming.ts";
import { noValueOf } from "./argument-values.ts";
import { nothing } from "./bounds.ts";
import type { Compiling } from "./compiling.ts";
import type { YamlPath } from "./document.ts";
import { constraintNames, type FieldConstraints, type TableField } from "./frictionless-schema.ts";
import { type FieldForm, formOf } from "./frictionless-types.ts";
import { lengthPredicate, unrunnable } from "./options.ts";
import { parseTime } from "./times.ts";

/** A field while its rules are written. */
interface Field {
  readonly column: string;
  readonly type: NonNullable<TableField["type"]>;
  readonly form: FieldForm;
  readonly constraints: FieldConstraints;
  /** Where a constraint stands. */
  place(constraint: string): Place;
  rule(name: string, expectation: string, violated: Predicate, place: Place): void;
  skip(name: string, message: string, place: Place): void;
}

/**
 * Rules from the type, format and constraints of a field.
 * @throws TH_CONTRACT_VALUE (configuration) for values of constraints that no value of the field's type can be.
 */
export function fieldRules(field: TableField, path: YamlPath, key: readonly string[], compiling: Compiling): void {
  const { name: column, constraints = {} } = field;
  const within = [...path, "constraints"];
  const writing: Field = {
    column,
    type: field.type ?? "any",
    form: formOf(field),
    constraints,
    place: (constraint) => compiling.place(within, constraint),
    rule: (name, expectation, violated, place) =>
      compiling.rule({
        id: `${column}.${name}`,
        columns: [column],
        measure: { kind: "rows", violated },
        bound: nothing,
        unit: "rows",
        expectation: `${column} ${expectation}`,
        severity: "error",
        dimension: name === "required" ? "completeness" : "conformity",
        place,
      }),
    skip: (name, message, place) => compiling.unsupported({ id: `${column}.${name}`, message, place }),
  };
  if (constraints.required === true || key.includes(column))
    writing.rule(
      "required",
      "must not be missing",
      { op: "null", column },
      constraints.required === true ? writing.place("required") : compiling.place(path, "name"),
    );
  if (constraints.unique === true && !(key.length === 1 && key[0] === column))
    compiling.rule({
      id: `${column}.unique`,
      columns: [column],
      measure: { kind: "duplicates" },
      bound: nothing,
      unit: "rows",
      expectation: `${column} must be unique`,
      severity: "error",
      dimension: "uniqueness",
      place: writing.place("unique"),
    });
  formRules(writing, compiling.place(path, field.format === undefined ? "type" : "format"));
  rangeRules(writing);
  lengthRule(writing);
  patternRule(writing);
  enumRule(writing, "enum", constraints.enum, writing.place("enum"));
  const categories = field.categories?.map((item) => (typeof item === "object" ? item.value : item));
  enumRule(writing, "categories", categories, compiling.place(path, "categories"));
  if (constraints.jsonSchema !== undefined)
    writing.skip("jsonSchema", `the jsonSchema of ${column} is not checked`, writing.place("jsonSchema"));
  for (const name of Object.keys(constraints).filter((one) => !constraintNames.includes(one))) {
    const near = nearest(name, constraintNames);
    const hint = near === undefined ? "" : `: did you mean ${near}?`;
    writing.skip(name, `${name} of ${column} is no constraint of a table schema${hint}`, writing.place(name));
  }
}

function formRules({ column, form, rule, skip }: Field, place: Place): void {
  if (form.unchecked !== undefined) skip("format", `${form.unchecked} is not checked of ${column}`, place);
  if (form.pattern !== undefined)
    rule(
      "format",
      `must ${form.words ?? "be written as its type"}`,
      { op: "not", term: { op: "matches", column, pattern: form.pattern } },
      place,
    );
  if (form.texts !== undefined)
    rule(
      "format",
      `must be one of ${form.texts.join(", ")}`,
      { op: "not", term: { op: "in", column, values: form.texts } },
      place,
    );
}

const ends = {
  minimum: "at least",
  exclusiveMinimum: "above",
  maximum: "at most",
  exclusiveMaximum: "below",
} as const;

function rangeRules(field: Field): void {
  const { column, form, constraints } = field;
  const cells = new Map<keyof typeof ends, Exclude<Cell, null>>();
  for (const name of Object.keys(ends) as (keyof typeof ends)[]) {
    const value = constraints[name];
    if (value === undefined) continue;
    if (form.order === undefined) {
      field.skip(name, `${name} of ${column} is not checked for a field of type ${field.type}`, field.place(name));
      continue;
    }
    const cell = cellOf(value, form, column, field.place(name));
    cells.set(name, cell);
    const isLower = name === "minimum" || name === "exclusiveMinimum";
    const open = name.startsWith("exclusive");
    const range: Predicate = isLower
      ? { op: "range", column, min: cell, openMin: open }
      : { op: "range", column, max: cell, openMax: open };
    field.rule(name, `must be ${ends[name]} ${shown(cell)}`, { op: "not", term: range }, field.place(name));
  }
  const [low, high] = [cells.get("minimum"), cells.get("maximum")];
  if (low === undefined || high === undefined || low <= high) return;
  throw configurationError(
    "TH_CONTRACT_VALUE",
    `no value of "${column}" can be at least ${shown(low)} and at most ${shown(high)}`,
    "exchange the two",
    field.place("minimum"),
  );
}

function lengthRule({
  column,
  type,
  form,
  constraints: { minLength: min, maxLength: max },
  rule,
  skip,
  place,
}: Field): void {
  const name = min !== undefined ? "minLength" : "maxLength";
  if (min === undefined && max === undefined) return;
  if (form.kind !== "string") {
    skip("length", `the length of ${column} is not checked for a field of type ${type}`, place(name));
    return;
  }
  if (min !== undefined && max !== undefined && min > max)
    throw configurationError(
      "TH_CONTRACT_VALUE",
      `no text of "${column}" has at least ${min} and at most ${max} characters`,
      "exchange the two",
      place(name),
    );
  const { predicate, words } = lengthPredicate(column, min, max);
  rule("length", `must ${words}`, { op: "not", term: predicate }, place(name));
}

/** A pattern of a table schema is matched by the whole value. */
function patternRule({ column, type, form, constraints: { pattern }, rule, skip, place }: Field): void {
  if (pattern === undefined) return;
  const at = place("pattern");
  const reason =
    form.kind === "string" ? unrunnable(pattern, at) : `is not checked for a field of type ${type}: it is about texts`;
  if (reason !== undefined) skip("pattern", `the pattern of ${column} ${reason}`, at);
  else
    rule(
      "pattern",
      `must match ${pattern}`,
      { op: "not", term: { op: "matches", column, pattern: `^(?:${pattern})$` } },
      at,
    );
}

function enumRule(
  { column, type, form, rule, skip }: Field,
  name: "enum" | "categories",
  values: readonly unknown[] | undefined,
  place: Place,
): void {
  if (values === undefined || values.length === 0) return;
  if (form.kind === undefined) {
    skip(name, `the ${name} of ${column} is not checked for a field of type ${type}`, place);
    return;
  }
  const cells = values.map((value) => cellOf(value, form, column, place));
  const words =
    cells.length > 8 ? `one of the ${cells.length} allowed values` : `one of ${cells.map(shown).join(", ")}`;
  rule(name, `must be ${words}`, { op: "not", term: { op: "in", column, values: cells } }, place);
}

/** A value of a constraint, which may be written as in the data or as the type's own. */
function cellOf(value: unknown, { kind }: FieldForm, column: string, place: Place): Exclude<Cell, null> {
  if (kind === "integer" || kind === "number") {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
  } else if (kind === "date" || kind === "timestamp") {
    const time = typeof value === "string" ? parseTime(value) : undefined;
    if (time !== undefined) return time;
  } else if (kind === "boolean") {
    if (typeof value === "boolean") return value;
    const text = String(value).toLowerCase();
    if (text === "true" || text === "false") return text === "true";
  } else if (typeof value === "string") return value;
  throw noValueOf(column, kind, value, "write a value of the field's type", place);
}

function shown(value: Exclude<Cell, null>): string {
  return value instanceof Date ? value.toISOString().replace(/T00:00:00\.000Z$/, "") : String(value);
}
