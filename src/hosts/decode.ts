import type { z } from "zod";
import type { InputMeta } from "../kernel/command.ts";
import { configurationError, type Place } from "../kernel/error.ts";

/** The schema below `default`, `optional` and the like. */
export function innerSchema(schema: z.ZodType): z.ZodType {
  let current = schema;
  for (;;) {
    const inner = (current.def as { innerType?: z.ZodType }).innerType;
    if (inner === undefined) return current;
    current = inner;
  }
}

/** An input's metadata; `.default()` and `.optional()` inside hide none of it, as it is attached outermost. */
export function inputMeta(schema: z.ZodType): InputMeta {
  return (schema.meta() ?? {}) as InputMeta;
}

/**
 * Text of an action's input or a CLI flag → the value its schema describes; the only place where text becomes a type.
 * White space around it is none of it, and empty text is no value. Booleans are `true` and `false` alone. Lists are split at new lines
 * (or commas, where the schema says so) and may be written as YAML; everything nested is YAML, which JSON is part of.
 * @throws TitleholderError TH_INPUT_BOOLEAN, TH_INPUT_NUMBER, TH_INPUT_SYNTAX (configuration).
 */
export async function decodeText(text: string, schema: z.ZodType, place: Place): Promise<unknown> {
  if (text.trim() === "") return undefined;
  const inner = innerSchema(schema);
  switch (inner.def.type) {
    case "string":
    case "enum":
      return text.trim();
    case "boolean":
      return decodeBoolean(text.trim(), place);
    case "number":
      return decodeNumber(text.trim(), place);
    case "array":
      return decodeList(text, inner, inputMeta(schema), place);
    default:
      return decodeYaml(text, place);
  }
}

function decodeBoolean(text: string, place: Place): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw configurationError("TH_INPUT_BOOLEAN", `"${text}" is neither true nor false`, "write true or false", place);
}

function decodeNumber(text: string, place: Place): number {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) {
    const value = Number(text);
    if (Number.isFinite(value)) return value;
  }
  throw configurationError("TH_INPUT_NUMBER", `"${text}" is not a number`, "write a number such as 0.05 or 100", place);
}

async function decodeList(text: string, schema: z.ZodType, meta: InputMeta, place: Place): Promise<unknown> {
  const element = innerSchema((schema.def as unknown as { element: z.ZodType }).element);
  const isPlain = element.def.type === "string" || element.def.type === "enum";
  if (!isPlain) return decodeYaml(text, place);
  if (isYamlList(text)) {
    // Every item is text: 007 stays what it is.
    const value = await decodeYaml(text, place, "failsafe");
    if (Array.isArray(value)) return value;
  }
  const parts = text.split(meta.separator === "comma" ? /[,\r\n]/ : /\r?\n/);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** `[a, b]` and `- a` are YAML lists; of what only looks like one, such as `[ab]*.csv` or `[ab]-[0-9]`, each line is an item. */
function isYamlList(text: string): boolean {
  if (/^\s*-\s/.test(text)) return true;
  if (!/^\s*\[[\s\S]*\]\s*$/.test(text)) return false;
  return !/^\s*\[[^\]"',]*\][^\s]/.test(text);
}

async function decodeYaml(text: string, place: Place, schema: "core" | "failsafe" = "core"): Promise<unknown> {
  // Loaded where it is needed: most steps write plain texts.
  const { parse } = await import("yaml");
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "error", schema }) as unknown;
  } catch (cause) {
    const first = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw configurationError("TH_INPUT_SYNTAX", `not valid YAML: ${first}`, "write YAML or JSON", place, cause);
  }
}
