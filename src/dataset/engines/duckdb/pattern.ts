import { configurationError } from "../../../kernel/error.ts";

/**
 * An ECMA-262 expression in the syntax of RE2, which the engine runs in linear time.
 * @throws TH_DATA_PATTERN (configuration) for a broken expression, look-around and back-references.
 */
export function toRe2(pattern: string): string {
  try {
    new RegExp(pattern, "u");
  } catch (cause) {
    throw refused(pattern, cause instanceof Error ? cause.message.replace(/^.*: /, "") : String(cause), cause);
  }
  let out = "";
  for (let at = 0; at < pattern.length; at += 1) {
    if (pattern[at] === "\\") {
      const [replacement, length] = escaped(pattern, at);
      out += replacement;
      at += length - 1;
    } else if (/^\(\?(=|!|<=|<!)/.test(pattern.slice(at, at + 4))) {
      throw refused(pattern, "look-around is not supported");
    } else if (pattern.startsWith("(?<", at)) {
      out += "(?P<";
      at += 2;
    } else out += pattern[at];
  }
  return out;
}

/** What an escape becomes, and how many characters of the pattern it takes. */
function escaped(pattern: string, at: number): readonly [string, number] {
  const rest = pattern.slice(at + 1);
  if (/^([1-9]|k<)/.test(rest)) throw refused(pattern, "back-references are not supported");
  const unicode = /^u\{([0-9a-fA-F]+)\}/.exec(rest) ?? /^u([0-9a-fA-F]{4})/.exec(rest);
  if (unicode !== null) return [`\\x{${unicode[1]}}`, unicode[0].length + 1];
  const property = /^([pP])\{(?:Script|sc|General_Category|gc)=([A-Za-z_]+)\}/.exec(rest);
  if (property !== null) return [`\\${property[1]}{${property[2]}}`, property[0].length + 1];
  if (rest.startsWith("/")) return ["/", 2];
  return [pattern.slice(at, at + 2), 2];
}

/** The error for an expression that cannot be run. */
export function refused(pattern: string, why: string, cause?: unknown): Error {
  return configurationError(
    "TH_DATA_PATTERN",
    `the expression ${JSON.stringify(pattern)} cannot be run: ${why}`,
    "write it without look-around, back-references and counts over 1000, or state the rule in another way",
    {},
    cause,
  );
}
