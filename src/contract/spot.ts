import type { Column, Predicate } from "../dataset/dataset.ts";

/** Where the values of a property stand in the data: a column, a field of a structure, or the items of a list, at any depth. */
export interface Spot {
  /** `address.city`, `lines[].sku`. In a term it is the name of the values. */
  readonly path: string;
  readonly column: string;
  /** What it is a part of, and which; a column is a part of nothing. */
  readonly holder?: { readonly spot: Spot; readonly field?: string };
}

export function columnSpot(name: string): Spot {
  return { path: name, column: name };
}

export function fieldSpot(spot: Spot, field: string): Spot {
  return { path: `${spot.path}.${field}`, column: spot.column, holder: { spot, field } };
}

export function itemSpot(spot: Spot): Spot {
  return { path: `${spot.path}[]`, column: spot.column, holder: { spot } };
}

/** The condition on rows that their value at the spot satisfies the term; where there are lists on the way, that some item does. */
export function satisfiedAt({ path, holder }: Spot, term: Predicate): Predicate {
  return holder === undefined ? term : satisfiedAt(holder.spot, partSatisfies(path, holder, term));
}

/** The condition that a value is missing: null in a structure that is there itself. */
export function missingAt(spot: Spot): Predicate {
  const { path, holder } = spot;
  const isNull: Predicate = { op: "null", column: path };
  if (holder === undefined) return isNull;
  const part = partSatisfies(path, holder, isNull);
  if (holder.field === undefined) return satisfiedAt(holder.spot, part);
  const isThere: Predicate = { op: "not", term: { op: "null", column: holder.spot.path } };
  return satisfiedAt(holder.spot, { op: "and", terms: [isThere, part] });
}

function partSatisfies(path: string, { spot, field }: NonNullable<Spot["holder"]>, term: Predicate): Predicate {
  return field === undefined
    ? { op: "any-item", column: spot.path, as: path, term }
    : { op: "field", column: spot.path, field, as: path, term };
}

/** What the data has at the spot; undefined where it has nothing. */
export function partAt({ column, holder }: Spot, columns: ReadonlyMap<string, Column>): Column | undefined {
  if (holder === undefined) return columns.get(column);
  const whole = partAt(holder.spot, columns);
  if (whole === undefined || holder.field === undefined) return whole?.items;
  return fieldNamed(whole, holder.field);
}

/** A field of a structure, or what the values of a map are like. */
export function fieldNamed(column: Column, name: string): Column | undefined {
  return column.values ?? column.fields?.find((field) => field.name === name);
}
