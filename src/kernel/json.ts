import { TitleholderError } from "./error.ts";

/** What JSON can hold. Dates, bigints and NaN have no place here: callers turn them into strings or null first. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object whose fields are read one by one and checked. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes them.
 * Two equal values give the same bytes on every machine, which is what a digest needs.
 * @throws Error (a bug) when the value holds NaN, an infinity or a lone surrogate: none of them has a canonical form.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`canonical JSON cannot hold ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new Error("canonical JSON cannot hold a lone surrogate");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value as JsonObject)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** Whether a JSON value is an object (neither null nor an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses JSON text that came from outside.
 * @throws TitleholderError TH_JSON_SYNTAX (configuration) naming the file.
 */
export function parseJson(text: string, file: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new TitleholderError(
      "configuration",
      "TH_JSON_SYNTAX",
      `${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      "write valid JSON, or point to another file",
      { file },
      cause,
    );
  }
}
