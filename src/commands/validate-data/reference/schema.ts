import type { Check } from "../../../kernel/command.ts";
import { valuesIn } from "../../../profile/periods.ts";
import type { ColumnProfile, Profile, ProfiledField } from "../../../profile/profile.ts";

/** How far two columns may lie apart for one to be the other under a new name. */
const sameMean = 0.25;
const sameLevels = 0.8;

/**
 * What changed in the columns since the reference. A column that is gone, of another kind, or null where it could not be breaks whoever
 * reads it, and fails; a new one, or whole numbers where there were fractions, does not.
 */
export function schemaChecks(reference: Profile, current: Profile): readonly Check[] {
  const before = fieldsOf(reference);
  const after = new Map((current.fields ?? []).map((field) => [field.name, field]));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const added = [...after.keys()].filter((name) => !before.has(name) && !isOldNested(reference, after.get(name)));
  const breaking = [
    ...removed.map((name) => removedCheck(name, added, reference, current)),
    ...[...before.values()].flatMap((field) => changedCheck(field, after.get(field.name), reference, current)),
  ];
  const unknown: readonly Check[] =
    reference.fields === undefined
      ? [
          {
            id: "reference.kinds",
            verdict: "unchecked",
            message:
              "whether whole numbers, fractions and times changed into each other, and columns became nullable, is not told by a reference profile of format version 1",
          },
        ]
      : [];
  return [...breaking, ...(breaking.length > 0 ? [] : [unbrokenCheck(before.size, added)]), ...unknown];
}

interface KnownField {
  readonly name: string;
  /** As far as the reference tells it. */
  readonly field?: ProfiledField;
}

function fieldsOf({ fields, columns }: Profile): ReadonlyMap<string, KnownField> {
  if (fields === undefined) return new Map([...columns.keys()].map((name) => [name, { name }]));
  return new Map(fields.map((field) => [field.name, { name: field.name, field }]));
}

/** A profile of version 1 leaves lists and structures out, so that nobody knows whether they are new. */
function isOldNested(reference: Profile, field: ProfiledField | undefined): boolean {
  return reference.fields === undefined && field?.kind === "nested";
}

function unbrokenCheck(columns: number, added: readonly string[]): Check {
  const same = `all ${columns} columns of the reference are there, as they were`;
  const more = added.length === 0 ? "" : `; new, which breaks nothing: ${added.join(", ")}`;
  return { id: "reference.schema", verdict: "pass", message: `${same}${more}`, n: columns };
}

function removedCheck(name: string, added: readonly string[], reference: Profile, current: Profile): Check {
  const alike = added.filter((other) => looksLike(reference.columns.get(name), current.columns.get(other)));
  const [only, second] = alike;
  const guess = only !== undefined && second === undefined ? `; ${only} is new and looks like it: was it renamed?` : "";
  return {
    id: `${name}.reference.removed`,
    verdict: "fail",
    message: `breaking: the reference has a column ${name}, and the data has none${guess}`,
    observed: "missing",
    expected: "a column",
  };
}

function changedCheck(
  { name, field: before }: KnownField,
  after: ProfiledField | undefined,
  reference: Profile,
  current: Profile,
): readonly Check[] {
  if (after === undefined) return [];
  const [old, now] = [reference.columns.get(name), current.columns.get(name)];
  // A text file does not tell the kind of a column without a value.
  const isTold = (profile: ColumnProfile | undefined) => profile === undefined || valuesIn(profile) > 0;
  const [expected, observed] = before === undefined ? [old?.kind, now?.kind] : [before.kind, after.kind];
  const isWhole = expected === "number" && observed === "integer";
  const checks: Check[] = [];
  if (
    expected !== observed &&
    !isWhole &&
    expected !== undefined &&
    observed !== undefined &&
    isTold(old) &&
    isTold(now)
  )
    checks.push({
      id: `${name}.reference.type`,
      verdict: "fail",
      message: `breaking: ${name} is of kind ${observed}, and of kind ${expected} in the reference`,
      observed,
      expected,
    });
  if (before?.nullable === false && after.nullable)
    checks.push({
      id: `${name}.reference.nullable`,
      verdict: "fail",
      message: `breaking: ${name} may be null, which it could not be in the reference`,
      observed: "nullable",
      expected: "not nullable",
    });
  return checks;
}

/** A guess for a person, never a decision. */
function looksLike(before: ColumnProfile | undefined, after: ColumnProfile | undefined): boolean {
  if (before === undefined || after === undefined || valuesIn(before) === 0 || valuesIn(after) === 0) return false;
  if (before.kind === "categorical" && after.kind === "categorical") {
    const shared = [...after.levels].filter(([level]) => before.levels.has(level));
    const among = [...after.levels.values()].reduce((sum, count) => sum + count, 0);
    return after.others === 0 && shared.reduce((sum, [, count]) => sum + count, 0) >= sameLevels * among;
  }
  if (before.kind !== "numeric" || after.kind !== "numeric") return false;
  const [old, now] = [middleOf(before), middleOf(after)];
  if (old === undefined || now === undefined) return false;
  return (
    Math.abs(old.middle - now.middle) <= sameMean * old.width &&
    now.width <= 2 * old.width &&
    old.width <= 2 * now.width
  );
}

/** The median's bin, and the distance between the quartiles. */
function middleOf({
  edges,
  counts,
}: ColumnProfile & { readonly kind: "numeric" }): { readonly middle: number; readonly width: number } | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const edgeAt = (share: number) => {
    let sum = 0;
    const at = counts.findIndex((count) => {
      sum += count;
      return sum >= share * total;
    });
    return edges[Math.min(at, edges.length - 1)];
  };
  const [low, middle, high] = [edgeAt(0.25), edgeAt(0.5), edgeAt(0.75)];
  return low === undefined || middle === undefined || high === undefined ? undefined : { middle, width: high - low };
}
