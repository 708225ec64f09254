import type { Digest } from "../../../kernel/digest.ts";
import { configurationError } from "../../../kernel/error.ts";

/**
 * Where things lie below the registry's folder, as relative paths with `/`:
 *
 *     format.json                                  the format's name and version
 *     blobs/sha256/ab/<64 hex>                     bytes of models and reports, by content
 *     models/<name>/versions/00000001.json         one model version a slot
 *     models/<name>/aliases/<alias>/00000001.json  one move a slot; the last one is where the alias points
 *     models/<name>/evidence/00000001/<64 hex>.json  in-toto statements of a version, by the digest of the report
 *     streams/<segment>/<segment>@/00000001.json   entries of journals, ledgers and tags
 *
 * Slots are never changed or removed: all that moves is the number of the last one.
 */
export const layout = {
  format: "format.json",
  blob: (digest: Digest) => {
    const hex = digest.slice("sha256:".length);
    return `blobs/sha256/${hex.slice(0, 2)}/${hex}`;
  },
  models: "models",
  versions: (name: string) => `models/${pathKey(name)}/versions`,
  alias: (name: string, alias: string) => `models/${pathKey(name)}/aliases/${pathKey(alias)}`,
  aliases: (name: string) => `models/${pathKey(name)}/aliases`,
  evidence: (name: string, version: number) => `models/${pathKey(name)}/evidence/${slotNumber(version)}`,
  /** The `@` keeps the entries of `a` apart from those of a stream named like one of them, `a/00000001.json`. */
  stream: (stream: string) => `streams/${stream.split("/").map(pathKey).join("/")}@`,
} as const;

export function slotNumber(number: number): string {
  return String(number).padStart(8, "0");
}

const longestKey = 200;
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/;

/**
 * A file name for any text, and a different one for every different text even where the file system ignores case or normalises
 * Unicode: `a-z 0-9 _ -` and inner dots stay, all else becomes the `%xx` of its UTF-8 bytes, and so does the first letter of a
 * device name of Windows.
 * @throws TH_NAME_UNUSABLE (configuration) for empty text, a lone surrogate, and what needs more than 200 characters.
 */
export function pathKey(text: string): string {
  const key = text.isWellFormed()
    ? text
        .replace(/[^a-z0-9_.-]|^\.|\.$/gu, percent)
        .replace(deviceName, (name) => percent(name.slice(0, 1)) + name.slice(1))
    : "";
  if (key !== "" && key.length <= longestKey) return key;
  throw configurationError(
    "TH_NAME_UNUSABLE",
    `"${text}" cannot be a name in the registry`,
    `use a shorter name of letters, digits, dots, underscores and hyphens (at most ${longestKey} characters)`,
  );
}

/** The text that a file name stands for; undefined for one that `pathKey` never gives. */
export function keyText(key: string): string | undefined {
  if (!/^(?:[a-z0-9_.-]|%[0-9a-f]{2})+$/.test(key)) return undefined;
  try {
    const text = decodeURIComponent(key);
    return pathKey(text) === key ? text : undefined;
  } catch {
    return undefined;
  }
}

function percent(character: string): string {
  return Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
