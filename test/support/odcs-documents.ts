import { readFileSync } from "node:fs";
import { Ajv2019 } from "ajv/dist/2019.js";
import fc from "fast-check";

/** The standard's own JSON Schema. Its formats are annotations, as draft 2019-09 has it, and are not checked. */
const standard = JSON.parse(readFileSync("test/fixtures/odcs-json-schema-v3.1.0.json", "utf8")) as Schema;
const ajv = new Ajv2019({ strict: false, validateFormats: false });

/** Whether the standard's JSON Schema accepts a document. */
export const acceptedByStandard: (document: unknown) => boolean = ajv.compile(standard);

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly if?: Schema;
  readonly then?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Holder = Record<string, Json>;

/** Draws numbers below a limit; the source of all chance, so that fast-check can repeat and shrink a document. */
type Draw = (limit: number) => number;

const texts = ["", "x", "a.b", "s/t/properties/c", "a_b-1", "sftp://h/p", "2026-01-31", "id", "1"];
const plainValues: readonly Json[] = [null, true, 0, 1, 2.5, -1, "x", "", [], {}, ["x"], [1, 2], { x: 1 }];

/** All names of keys in the standard, to be put where they do not belong. */
const names = [...new Set(JSON.stringify(standard).match(/"([A-Za-z$]+)":/g) ?? [])].map((name) => name.slice(1, -2));

const conditions = new Map<Schema, (value: unknown) => boolean>();

function satisfies(condition: Schema, value: unknown): boolean {
  let check = conditions.get(condition);
  if (check === undefined) {
    check = ajv.compile({ $defs: standard.$defs, ...condition });
    conditions.set(condition, check);
  }
  return check(value);
}

function pick<T>(draw: Draw, values: readonly T[]): T {
  return values[draw(values.length)] as T;
}

function plainValue(draw: Draw): Json {
  return structuredClone(pick(draw, plainValues));
}

function resolved({ $ref, ...own }: Schema): readonly Schema[] {
  if ($ref === undefined) return [own];
  const steps = $ref.split("/").slice(1);
  let at: unknown = standard;
  for (const step of steps) at = (at as Record<string, unknown>)[step];
  return [own, ...resolved(at as Schema)];
}

/** A value that a schema describes, if all its parts go together; most of those of the standard do. */
function valueFor(schema: Schema, draw: Draw, depth: number): Json {
  const parts = resolved(schema);
  const type = parts.find((part) => part.type !== undefined)?.type;
  const choices = parts.find((part) => part.enum !== undefined)?.enum;
  if (choices !== undefined) return pick(draw, choices) as Json;
  if (type === "object" || parts.some((part) => part.properties !== undefined)) {
    const value: Holder = {};
    for (const part of parts) fill(value, part, draw, depth);
    return value;
  }
  const alternatives = parts.flatMap((part) => part.oneOf ?? part.anyOf ?? []);
  if (alternatives.length > 0) return valueFor(pick(draw, alternatives), draw, depth);
  if (type === "array") return listOf(Object.assign({}, ...parts) as Schema, draw, depth);
  if (type === "string") return textOf(parts.find((part) => part.pattern !== undefined)?.pattern, draw);
  if (type === "integer") return draw(5);
  if (type === "number") return draw(9) / 2 + 0.5;
  if (type === "boolean") return draw(2) === 1;
  return type === "null" ? null : plainValue(draw);
}

function textOf(pattern: string | undefined, draw: Draw): string {
  const fit = pattern === undefined ? texts : texts.filter((text) => new RegExp(pattern, "u").test(text));
  return pick(draw, fit);
}

function listOf({ items, minItems = 0, maxItems = 2 }: Schema, draw: Draw, depth: number): Json[] {
  const length = Math.max(minItems, Math.min(maxItems, draw(depth > 6 ? 1 : 3)));
  return Array.from({ length }, (_, at) => (items?.type === "number" ? at : valueFor(items ?? {}, draw, depth + 1)));
}

/** Adds what a schema says of an object's keys, those of its conditions too once the rest is there. */
function fill(value: Holder, schema: Schema, draw: Draw, depth: number): void {
  const required = new Set(schema.required ?? []);
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    if (key in value || !(required.has(key) || draw(depth > 4 ? 9 : 4) === 0)) continue;
    value[key] = valueFor(part, draw, depth + 1);
  }
  for (const part of schema.allOf ?? [])
    for (const one of resolved(part)) if (one.if === undefined) fill(value, one, draw, depth);
  if (schema.oneOf !== undefined) fill(value, pick(draw, schema.oneOf), draw, depth);
  for (const part of schema.allOf ?? []) {
    if (part.if === undefined || part.then === undefined || !satisfies(part.if, value)) continue;
    for (const one of resolved(part.then)) fill(value, one, draw, depth);
  }
}

/** Every list and object of a document. */
function holders(value: Json): readonly (Json[] | Holder)[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(holders)];
}

/** One change: a key dropped, added or renamed, a value of another type, a text that is none of the allowed ones, an item twice. */
function mutate(document: Holder, draw: Draw): void {
  const all = holders(document);
  const holder = pick(draw, all);
  if (Array.isArray(holder)) {
    const item = holder[draw(Math.max(1, holder.length))] ?? null;
    if (draw(2) === 0) holder.push(structuredClone(item));
    else holder.splice(draw(holder.length + 1), 1, plainValue(draw));
    return;
  }
  const keys = Object.keys(holder);
  const key = pick(draw, keys.length === 0 ? ["x"] : keys);
  const kind = draw(5);
  if (kind === 0) delete holder[key];
  else if (kind === 1) holder[pick(draw, names)] = plainValue(draw);
  else if (kind === 2) holder[key] = plainValue(draw);
  else if (kind === 3) holder[key] = `${String(holder[key])}x`;
  else holder[`${key}s`] = structuredClone(holder[key] ?? null);
}

/** Contracts made from the standard's JSON Schema, three in four of them with one to three changes. */
export const odcsDocuments: fc.Arbitrary<Holder> = fc.gen().map((generate) => {
  const draw: Draw = (limit) => generate(fc.nat, { max: limit - 1 });
  const document = valueFor(standard, draw, 0) as Holder;
  for (let changes = draw(4); changes > 0; changes -= 1) mutate(document, draw);
  return document;
});
