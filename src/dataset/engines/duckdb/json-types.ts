import type { ColumnKind } from "../../dataset.ts";
import { type JsonShape, shapeKinds } from "./json-shape.ts";
import { identifier } from "./literals.ts";

/** The kinds of values that each kind of column takes as they are. */
const taken: Readonly<Record<ColumnKind, readonly number[]>> = {
  boolean: [shapeKinds.boolean],
  integer: [shapeKinds.integer],
  number: [shapeKinds.integer, shapeKinds.number, shapeKinds.nonFinite],
  string: [shapeKinds.string, shapeKinds.date, shapeKinds.timestamp, shapeKinds.nonFinite],
  date: [shapeKinds.date],
  timestamp: [shapeKinds.date, shapeKinds.timestamp],
  nested: [shapeKinds.object, shapeKinds.array],
};

/** From the narrowest to the widest of each family; a column of one family gets the first that takes all of its values. */
const families: readonly (readonly ColumnKind[])[] = [
  ["boolean"],
  ["integer", "number"],
  ["date", "timestamp", "string"],
  ["nested"],
];

/** Whether a column of the kind takes all the values of a place as they are. */
export function takesAll(kind: ColumnKind, { counts }: JsonShape): boolean {
  return counts.every((count, value) => count === 0 || value === shapeKinds.null || taken[kind].includes(value));
}

/** The kind of a column by all its values: that of the commonest family, where they differ. Undefined when there is none. */
export function kindOfShapes(shapes: readonly JsonShape[]): ColumnKind | undefined {
  const counts = Array.from({ length: Object.keys(shapeKinds).length }, (_, kind) =>
    shapes.reduce((sum, shape) => sum + (shape.counts[kind] ?? 0), 0),
  );
  const countOf = (kind: ColumnKind) => taken[kind].reduce((sum, value) => sum + (counts[value] ?? 0), 0);
  let best: ColumnKind | undefined;
  let most = 0;
  for (const family of families) {
    const widest = family.at(-1) ?? "string";
    // Texts that stand for numbers belong to the numbers, where there are any.
    const isNumbers = widest === "number" && countOf("integer") + (counts[shapeKinds.number] ?? 0) === 0;
    const total = isNumbers ? 0 : countOf(widest);
    if (total <= most) continue;
    most = total;
    best = family.find((kind) => countOf(kind) === total);
  }
  return best;
}

/**
 * The engine's type for the values at a place of a document. Where values of several families meet, or an object's keys are data, it is JSON:
 * the text of the value.
 */
export function nativeOfShapes(shapes: readonly JsonShape[]): string {
  const kind = kindOfShapes(shapes);
  if (kind === undefined || !shapes.every((shape) => takesAll(kind, shape))) return "JSON";
  if (kind !== "nested") return leafTypes[kind];
  const has = (value: number) => shapes.some((shape) => (shape.counts[value] ?? 0) > 0);
  if (has(shapeKinds.object) && has(shapeKinds.array)) return "JSON";
  if (has(shapeKinds.array)) {
    const items = shapes.flatMap(({ items }) => (items === undefined ? [] : [items]));
    return `${nativeOfShapes(items)}[]`;
  }
  return structureOf(shapes);
}

const leafTypes: Readonly<Record<Exclude<ColumnKind, "nested">, string>> = {
  boolean: "BOOLEAN",
  integer: "BIGINT",
  number: "DOUBLE",
  string: "VARCHAR",
  date: "DATE",
  timestamp: "TIMESTAMP WITH TIME ZONE",
};

function structureOf(shapes: readonly JsonShape[]): string {
  const fields = Map.groupBy(
    shapes.flatMap((shape) => shape.fields),
    ({ name }) => name,
  );
  const names = [...fields.keys()];
  // The engine tells fields apart without regard to case, and wants a name for each.
  const isStructure =
    names.length > 0 &&
    new Set(names.map((name) => name.toLowerCase())).size === names.length &&
    names.every((name) => name !== "" && !name.includes("\0")) &&
    !shapes.some((shape) => shape.isWide);
  if (!isStructure) return "JSON";
  const parts = [...fields].map(
    ([name, found]) => `${identifier(name)} ${nativeOfShapes(found.map(({ shape }) => shape))}`,
  );
  return `STRUCT(${parts.join(", ")})`;
}
