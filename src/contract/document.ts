import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import { configurationError, type Place } from "../kernel/error.ts";
import { nearest } from "../kernel/naming.ts";

const largest = 4 * 2 ** 20;

/** Path of keys and indexes inside a YAML document. */
export type YamlPath = readonly (string | number)[];

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
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error !== undefined) throw refuse(`not valid YAML: ${error.message.split("\n")[0]}`, at(error.pos[0]));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw refuse(`not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { file }, cause);
  }
  const placeOf = (node: Node | null): Place => at(node?.range?.[0] ?? 0);
  return {
    value,
    placeOf: (path) => placeOf(follow(document.contents, path).node),
    placeOfKey: (path) => {
      const { key, node } = follow(document.contents, path);
      return placeOf(key ?? node);
    },
  };
}

/** The deepest node along the path, and the key that led to it. */
function follow(root: Node | null, path: YamlPath): { readonly node: Node | null; readonly key?: Node } {
  let node = root;
  let key: Node | undefined;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
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
): z.output<T> {
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues);
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
    missing ? `add ${String(path.at(-1))}` : "write a value that the Open Data Contract Standard allows here",
    document.placeOf(path),
  );
}

/** Inside a union the branch that got furthest says most. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const [first] = issues;
  if (first === undefined) throw new Error("a schema refused a value without an issue");
  return first;
}

function isMissing(value: unknown, path: YamlPath): boolean {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !(step in at)) return true;
    at = (at as Record<string | number, unknown>)[step];
  }
  return false;
}
