import { escapeHtml } from "./escape.ts";

/** HTML or SVG that this program wrote itself. Everything else is text and gets escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | undefined | readonly Part[];

/**
 * A template whose interpolated strings and numbers are escaped; markup goes in as it is, lists are joined, undefined is
 * nothing. Attribute values must stand in double quotes.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const text = strings.map((string, index) => (index === 0 ? string : render(parts[index - 1]) + string));
  return new Markup(text.join(""));
}

function render(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "string") return escapeHtml(part);
  return typeof part === "number" ? String(part) : part.map(render).join("");
}
