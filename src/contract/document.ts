import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from "yaml";
import type { z } from "zod";
import { configurationError, type Place } from "../kernel/error.ts";
import { nearest, suggest } from "../kernel/naming.ts";

const largest = 4 * 2 ** 20;
/** Levels of lists and keys inside each other; no contract has twenty. */
const deepest = 64;

/** Path of keys and indexes inside a YAML document. */
export type YamlPath = readonly (string | number)[];

/** A part of a document, as a document of its own. */
export function within(document: YamlDocument, path: YamlPath): YamlDocument {
  return {
    value: valueAt(document.value, path),
    placeOf: (inner) => document.placeOf([...path, ...inner]),
    placeOfKey: (inner) => document.placeOfKey([...path, ...inner]),
  };
}

/** A YAML file as a value, with the place of everything in it. */
export interface YamlDocument {
  readonly value: unknown;
  /** Where the value stands; where its nearest holder stands when it is absent. */
  placeOf(path: YamlPath): Place;
  /** Where the key stands that leads to the value. */
  placeOfKey(path: YamlPath): Place;
}

/** @throws TH_CONTRACT_SYNTAX (configuration) with line and column. */
export function parseYaml(text: string, file: string): YamlDocument {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const refuse = (message: string, place: Place, cause?: unknown) =>
    configurationError("TH_CONTRACT_SYNTAX", message, "mend the YAML at this place", place, cause);
  if (text.length > largest) throw refuse(`the contract is longer than ${largest} characters`, { file });
  const document = composed(text, lines, (cause) => refuse("the contract is nested too deeply", { file }, cause));
  const [error] = document.errors;
  if (error !== undefined) throw refuse(`not valid YAML: ${error.message.split("\n")[0]}`, at(error.pos[0]));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`not valid YAML: ${message}`, at(aliasAt(document)), cause);
  }
  const placeOf = (node: Node | null): Place => at(node?.range?.[0] ?? 0);
  const tooDeep = pathBeyond(value, []);
  if (tooDeep !== undefined)
    throw refuse(`the contract has more than ${deepest} levels`, placeOf(follow(document, tooDeep).node));
  return {
    value,
    placeOf: (path) => placeOf(follow(document, path).node),
    placeOfKey: (path) => {
      const { key, node } = follow(document, path);
      return placeOf(key ?? node);
    },
  };
}

/** The reader calls itself for each level, and gives out of stack for some ten thousand. */
function composed(text: string, lines: LineCounter, refuse: (cause: unknown) => Error): Document {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: "error" });
  } catch (cause) {
    throw cause instanceof RangeError ? refuse(cause) : cause;
  }
}

/** Where the first alias of nothing stands, or else the first alias: what a value cannot be made of. */
function aliasAt(document: Document): number {
  const found: { readonly offset: number; readonly isResolved: boolean }[] = [];
  visit(document, {
    Alias: (_key, node) => {
      found.push({ offset: node.range?.[0] ?? 0, isResolved: node.resolve(document) !== undefined });
    },
  });
  return (found.find(({ isResolved }) => !isResolved) ?? found[0])?.offset ?? 0;
}

/** The way to a value below the last level; an alias of what holds it has no last level. What is shared is looked into once for each level. */
function pathBeyond(
  value: unknown,
  path: YamlPath,
  seen = new Map<object, number>(),
): readonly (string | number)[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (path.length > deepest) return path;
  if ((seen.get(value) ?? -1) >= path.length) return undefined;
  seen.set(value, path.length);
  for (const [key, part] of Object.entries(value)) {
    const found = pathBeyond(part, [...path, Array.isArray(value) ? Number(key) : key], seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The deepest node along the path, and the key that led to it. */
function follow(document: Document, path: YamlPath): { readonly node: Node | null; readonly key?: Node } {
  let node = document.contents;
  let key: Node | undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? node;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === step);
      if (pair === undefined) break;
      key = pair.key as Node;
      node = (pair.value as Node | null) ?? key;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) break;
      key = undefined;
      node = item;
    } else break;
  }
  return key === undefined ? { node } : { node, key };
}

/**
 * Checks a document against a schema and returns the value it describes.
 * @throws TH_CONTRACT_KEY for an unknown key, TH_CONTRACT_SCHEMA for a missing or wrong value (configuration), with line and column.
 */
export function checkShape<T extends z.ZodType>(
  document: YamlDocument,
  schema: T,
  keysAt: (path: YamlPath) => readonly string[],
  standard = "the Open Data Contract Standard",
): z.output<T> {
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) throw new Error("a schema refused a value without an issue");
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const shown = path.length === 0 ? "the contract" : path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys;
    const near = nearest(key, keysAt(path));
    throw configurationError(
      "TH_CONTRACT_KEY",
      `${shown} has no key "${key}"`,
      near === undefined ? "remove it, or put it under customProperties" : `did you mean "${near}"?`,
      document.placeOfKey([...path, key]),
    );
  }
  const missing = isMissing(document.value, path);
  throw configurationError(
    "TH_CONTRACT_SCHEMA",
    missing ? `${shown} is missing` : `${shown}: ${issue.message}`,
    missing
      ? `add ${String(path.at(-1))}`
      : (statedFix(issue, valueAt(document.value, path)) ?? `write a value that ${standard} allows here`),
    document.placeOf(path),
  );
}

/** A rule of a schema that knows its remedy says it among its parameters; one of several words is the nearest or any of them. */
function statedFix(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code === "invalid_value") return suggest(typeof found === "string" ? found : "", issue.values.map(String));
  const fix: unknown = issue.code === "custom" ? issue.params?.fix : undefined;
  return typeof fix === "string" ? fix : undefined;
}

function isMissing(value: unknown, path: YamlPath): boolean {
  const last = path.at(-1);
  const holder = valueAt(value, path.slice(0, -1));
  return last !== undefined && !(typeof holder === "object" && holder !== null && last in holder);
}

function valueAt(value: unknown, path: YamlPath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !(step in at)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
