/**
 * Text in a report (column names, cell values, branch names, log lines) was written by others. Every renderer passes it
 * through here, so that it can neither become markup, nor hide what it says, nor call anybody.
 */

/**
 * Zero-width space: what a reader does not see, and what keeps a host from making a link or a mention of the text
 * around it.
 */
const gap = "\u200b";

/**
 * Characters that are not seen, or that change how others are seen: controls, bidirectional overrides (the "Trojan
 * Source" attack on Unicode TR 9), zero-width and filler characters, tags, variation selectors, line separators, lone
 * surrogates, noncharacters. A joined emoji comes apart too.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/**
 * One line of text in which every control character can be seen: `↵` for a newline, `⟨U+202E⟩` for a right-to-left
 * override.
 */
export function visible(text: string): string {
  return text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n") return "↵";
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For HTML and SVG: element content, and attribute values in either kind of quotes. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => entities[character] ?? "&#96;");
}

/** For XML 1.0: element content and attribute values. Characters that XML cannot hold are already visible ones. */
export function escapeXml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/**
 * For GitHub's markdown, in a paragraph, a heading or a table cell, after at least one character of our own on the line.
 * Whatever could be syntax becomes an entity, which markdown never takes for syntax; mentions, references to issues and
 * bare addresses, which GitHub finds in the finished text, are cut by a zero-width space.
 */
export function escapeMarkdown(text: string): string {
  return defuse(visible(text))
    .replace(/[&<>"'`|*_~[\]()\\{}!#]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll("$", "<span>$</span>")
    .replaceAll(gap, "&#8203;");
}

/** For plain text that a host may still search for people, issues and addresses (a SARIF message, a check's title). */
export function escapePlain(text: string): string {
  return defuse(visible(text));
}

/**
 * Breaks mentions (`@team`, `a@b.c`), issue references (`#12`, `GH-12`), addresses (`https://`, `www.`, `mailto:`) and
 * names of emoji.
 */
function defuse(text: string): string {
  return text
    .replaceAll("@", `@${gap}`)
    .replace(/#(?=\d)/g, `#${gap}`)
    .replace(/(gh)-(?=\d)/gi, `$1${gap}-`)
    .replace(/(www)\./gi, `$1${gap}.`)
    .replace(/(mailto|xmpp):/gi, `$1:${gap}`)
    .replace(/:(?=\/\/|[\w+-]*[a-z+-][\w+-]*:)/gi, `:${gap}`);
}

/** A block of code; its fence is longer than any run of backticks in the text, so that nothing in it ends the block. */
export function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
