import { isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap, type YAMLSeq } from "yaml";
import type { Place } from "../kernel/error.ts";

/** Characters of a file that should read otherwise; offsets count from 0, the end is not part of it. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A line of a file, from 1, as it stands and as it should; the new text may have several lines. */
export interface LineEdit {
  readonly line: number;
  readonly old: string;
  readonly new: string;
  readonly made: readonly Replacement[];
}

/** A contract's text, in which values are found by the place of a check and changed without touching anything else. */
export class EditableContract {
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #maps: YAMLMap[] = [];

  constructor(text: string) {
    this.#text = text;
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, logLevel: "error" });
    visit(document, { Map: (_key, map) => void this.#maps.push(map as YAMLMap) });
  }

  /** Another number, text or truth for a key of the mapping that stands at a place, or holds the key that stands there. */
  set(place: Place, path: readonly string[], value: number | string | boolean): Replacement | undefined {
    const node = this.#find(place, path);
    if (!isScalar(node) || node.range === undefined || node.range === null) return undefined;
    return { start: node.range[0], end: node.range[1], text: written(value) };
  }

  /** One of the items of a list, from 0, as another number. */
  setItem(place: Place, path: readonly string[], at: number, value: number): Replacement | undefined {
    const node = this.#find(place, path);
    const item = isSeq(node) ? (node.items[at] as Node | undefined) : undefined;
    if (!isScalar(item) || !item.range) return undefined;
    return { start: item.range[0], end: item.range[1], text: written(value) };
  }

  /** Further items of a list, after its last one and written as that is. */
  append(place: Place, path: readonly string[], values: readonly (number | string)[]): Replacement | undefined {
    const node = this.#find(place, path);
    const last = isSeq(node) ? ((node as YAMLSeq).items.at(-1) as Node | undefined) : undefined;
    if (!isSeq(node) || !isScalar(last) || !last.range) return undefined;
    const end = last.range[1];
    if (node.flow === true) return { start: end, end, text: values.map((value) => `, ${written(value)}`).join("") };
    const indent = this.#indentOf(node.range?.[0] ?? 0);
    return { start: end, end, text: values.map((value) => `\n${indent}- ${written(value)}`).join("") };
  }

  /**
   * Further rules for the column whose name stands at a place, each written as a mapping in braces. Before those that its `quality` has, else in
   * a `quality` of its own. Undefined in JSON, whose keys would need quotes.
   */
  addRules(place: Place, rules: readonly string[]): Replacement | undefined {
    const map = this.#text.trimStart().startsWith("{") ? undefined : this.#mapAt(place);
    if (map === undefined) return undefined;
    const quality = map.get("quality", true);
    const at = (offset: number, text: string) => ({ start: offset, end: offset, text });
    if (isSeq(quality) && quality.range) {
      const [start] = quality.range;
      if (quality.flow === true) return at(start + 1, `${rules.join(", ")}${quality.items.length === 0 ? "" : ", "}`);
      return at(start, rules.map((rule) => `- ${rule}\n${this.#indentOf(start)}`).join(""));
    }
    const last = map.items.at(-1)?.value as Node | null | undefined;
    if (quality !== undefined || !last?.range) return undefined;
    if (map.flow === true) return at(last.range[1], `, quality: [${rules.join(", ")}]`);
    const indent = this.#indentOf(map.range?.[0] ?? 0);
    const lines = rules.map((rule) => `\n${indent}  - ${rule}`);
    return at(this.#lineEnd(place), `\n${indent}quality:${lines.join("")}`);
  }

  /** The lines as they would be, from above; a replacement over several lines cannot be told so, and is left out. */
  lineEdits(replacements: readonly Replacement[]): readonly LineEdit[] {
    const byLine = Map.groupBy(replacements, ({ start }) => this.#lines.linePos(start).line);
    const edits: LineEdit[] = [];
    for (const [line, all] of byLine) {
      const from = this.#lines.lineStarts[line - 1] ?? 0;
      const old = this.#text.slice(from).split("\n", 1)[0] ?? "";
      const made = all.filter(({ end }) => end <= from + old.length);
      const now = made
        .toSorted((a, b) => b.start - a.start)
        .reduce((row, { start, end, text }) => row.slice(0, start - from) + text + row.slice(end - from), old);
      if (now !== old) edits.push({ line, old, new: now, made });
    }
    return edits.sort((a, b) => a.line - b.line);
  }

  #find(place: Place, path: readonly string[]): unknown {
    return this.#mapAt(place)?.getIn(path, true);
  }

  /** The innermost mapping that stands at a place, or one of whose keys or plain values does. */
  #mapAt({ line, column = 1 }: Place): YAMLMap | undefined {
    const start = line === undefined ? undefined : this.#lines.lineStarts[line - 1];
    if (start === undefined) return undefined;
    const offset = start + column - 1;
    const starts = (node: unknown) => (node as Node | null)?.range?.[0] === offset;
    return this.#maps.findLast(
      ({ range, items }) =>
        range?.[0] === offset || items.some(({ key, value }) => starts(key) || (isScalar(value) && starts(value))),
    );
  }

  /** As many spaces as stand before a place in its line, whatever stands there. */
  #indentOf(offset: number): string {
    return " ".repeat(this.#lines.linePos(offset).col - 1);
  }

  #lineEnd({ line = 1 }: Place): number {
    const end = this.#text.indexOf("\n", this.#lines.lineStarts[line - 1]);
    return end < 0 ? this.#text.length : end;
  }
}

/** Plain where YAML reads it back as the same, else in quotes. */
function written(value: number | string | boolean): string {
  if (typeof value !== "string") return String(value);
  const isPlain = /^[A-Za-z][A-Za-z0-9_-]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

/** Edits of one file as a unified diff without context, for `git apply --unidiff-zero`. */
export function unifiedDiff(path: string, edits: readonly LineEdit[]): readonly string[] {
  let grown = 0;
  const hunks = edits.flatMap(({ line, old, new: now }) => {
    const rows = now.split("\n");
    const head = `@@ -${line} +${line + grown}${rows.length === 1 ? "" : `,${rows.length}`} @@`;
    grown += rows.length - 1;
    return [head, `-${old}`, ...rows.map((row) => `+${row}`)];
  });
  return [`--- a/${path}`, `+++ b/${path}`, ...hunks];
}
