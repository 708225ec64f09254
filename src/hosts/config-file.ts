import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import { configurationError, type Place } from "../kernel/error.ts";
import { nearest, suggest } from "../kernel/naming.ts";

/** A value of titleholder.yaml with the place it stands at. `inside` finds the place of something within the value. */
export interface FileValue {
  readonly value: unknown;
  readonly place: Place;
  inside(path: readonly PropertyKey[]): Place;
}

export interface ConfigFile {
  /** As shown to people: relative to the working directory where it lies below. */
  readonly shown: string;
  readonly models: readonly string[];
  readonly environments: Readonly<Record<string, { readonly registry: string }>>;
  /** Values for one command of one model by kebab-case name: its section's, else the shared ones. */
  valuesFor(model: string, command: string): ReadonlyMap<string, FileValue>;
}

/** Input names by command, as generated: enough to find a misspelt key without loading any command. */
export type InputNames = Readonly<Record<string, readonly string[]>>;

export const configVersion = 1;

/**
 * Reads titleholder.yaml. Every name is checked, in all models and sections, so that a misspelt key is found by whichever command runs first.
 * @throws TitleholderError TH_CONFIG_SYNTAX, TH_CONFIG_VERSION, TH_CONFIG_KEY, TH_CONFIG_TYPE (configuration), with line and column.
 */
export function readConfigFile(text: string, shown: string, names: InputNames): ConfigFile {
  const reader = new Reader(text, shown);
  const top = reader.map(reader.document.contents, "the file");
  reader.onlyKeys(top, ["version", "environments", "models"], "top-level key");
  reader.checkVersion(top.get("version"));
  const models = new Map<string, Map<string, Map<string, FileValue>>>();
  for (const [name, pair] of reader.map(top.get("models")?.value ?? null, "models")) {
    reader.checkModelName(name, pair);
    models.set(name, reader.model(name, pair, names));
  }
  return {
    shown,
    models: [...models.keys()],
    environments: reader.environments(top.get("environments")),
    valuesFor: (model, command) =>
      new Map([...(models.get(model)?.get("") ?? []), ...(models.get(model)?.get(command) ?? [])]),
  };
}

type Entry = Pair<Node, Node | null>;

class Reader {
  readonly document: Document.Parsed;
  readonly #lines = new LineCounter();
  readonly #shown: string;

  constructor(text: string, shown: string) {
    this.#shown = shown;
    this.document = this.#parse(text);
    const error = this.document.errors[0];
    if (error !== undefined) {
      const message = error.message.split("\n")[0] ?? "";
      throw configurationError(
        "TH_CONFIG_SYNTAX",
        `not valid YAML: ${message}`,
        "mend the YAML at this place",
        this.#at(error.pos[0]),
      );
    }
  }

  #parse(text: string): Document.Parsed {
    let document: Document.Parsed;
    try {
      document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    } catch (cause) {
      // The reader has a limit of its own only for aliases; what is nested without end exhausts the stack.
      const fix = "write a file with a few levels";
      throw configurationError(
        "TH_CONFIG_SYNTAX",
        "not usable YAML: it is nested too deeply",
        fix,
        { file: this.#shown },
        cause,
      );
    }
    visit(document, {
      Pair: (_at, { key }) => {
        if (!isCollection(key)) return;
        const place = this.place(key as Node);
        throw configurationError("TH_CONFIG_KEY", "a key is a list or a mapping", "write text for a key", place);
      },
    });
    return document;
  }

  /** The entries of a mapping; an absent or empty one has none. */
  map(written: unknown, what: string): ReadonlyMap<string, Entry> {
    const node = isAlias(written) ? this.#resolve(written) : written;
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return new Map();
    if (!isMap(node)) {
      throw configurationError(
        "TH_CONFIG_TYPE",
        `${what} must be a mapping of names`,
        'write "name: value" lines',
        this.place(written as Node),
      );
    }
    return new Map(
      (node.items as Entry[]).map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]),
    );
  }

  onlyKeys(entries: ReadonlyMap<string, Entry>, allowed: readonly string[], what: string): void {
    for (const [name, pair] of entries) {
      if (!allowed.includes(name)) {
        throw configurationError(
          "TH_CONFIG_KEY",
          `unknown ${what} "${name}"`,
          suggest(name, allowed),
          this.place(pair.key),
        );
      }
    }
  }

  checkVersion(pair: Entry | undefined): void {
    const value = this.#plain(pair?.value);
    if (value === configVersion) return;
    const place = pair === undefined ? { file: this.#shown, line: 1, column: 1 } : this.place(pair.value ?? pair.key);
    if (typeof value === "number" && value > configVersion) {
      throw configurationError(
        "TH_CONFIG_VERSION",
        `version ${value} of titleholder.yaml is newer than this program, which reads version ${configVersion}`,
        "use a newer release of Titleholder in this step",
        place,
      );
    }
    throw configurationError(
      "TH_CONFIG_VERSION",
      "the file's version is missing or unknown",
      "write `version: 1` on the first line",
      place,
    );
  }

  /** It is written into reports, which can hold neither. */
  checkModelName(name: string, pair: Entry): void {
    if (name.isWellFormed() && !name.includes("\0")) return;
    throw configurationError(
      "TH_CONFIG_KEY",
      "a model's name holds a null byte or half of a surrogate pair",
      "use letters, digits, dots, underscores and hyphens",
      this.place(pair.key),
    );
  }

  environments(pair: Entry | undefined): Record<string, { registry: string }> {
    const found: Record<string, { registry: string }> = {};
    for (const [name, entry] of this.map(pair?.value, "environments")) {
      const keys = this.map(entry.value, `environment ${name}`);
      this.onlyKeys(keys, ["registry"], `key of environment ${name}`);
      const registry = this.#plain(keys.get("registry")?.value);
      if (typeof registry !== "string" || registry === "") {
        throw configurationError(
          "TH_CONFIG_TYPE",
          `environment ${name} has no registry`,
          'write `registry: "file:DIR"`',
          this.place(entry.key),
        );
      }
      found[name] = { registry };
    }
    return found;
  }

  /** Section name → its values; the shared ones under "". */
  model(name: string, pair: Entry, names: InputNames): Map<string, Map<string, FileValue>> {
    const shared = new Map<string, FileValue>();
    const sections = new Map([["", shared]]);
    const sharedNames = new Set(Object.values(names).flat());
    for (const [key, entry] of this.map(pair.value, `model ${name}`)) {
      const sectionNames = Object.hasOwn(names, key) ? names[key] : undefined;
      if (sectionNames !== undefined) {
        sections.set(key, this.#section(key, entry, sectionNames));
      } else if (sharedNames.has(key)) {
        shared.set(key, this.#value(entry));
      } else {
        const fix = nearest(key, [...Object.keys(names), ...sharedNames]);
        throw configurationError(
          "TH_CONFIG_KEY",
          `unknown key "${key}" in model ${name}`,
          fix === undefined
            ? `write a section (${Object.keys(names).join(", ")}) or an input's name`
            : `did you mean "${fix}"?`,
          this.place(entry.key),
        );
      }
    }
    return sections;
  }

  #section(command: string, pair: Entry, allowed: readonly string[]): Map<string, FileValue> {
    const entries = this.map(pair.value, command);
    this.onlyKeys(entries, allowed, `input of ${command}`);
    return new Map([...entries].map(([name, entry]) => [name, this.#value(entry)]));
  }

  #value(pair: Entry): FileValue {
    const node = pair.value;
    return {
      value: this.#plain(node),
      place: this.place(node ?? pair.key),
      inside: (path) => this.place(this.#descend(node, path) ?? node ?? pair.key),
    };
  }

  #resolve(alias: Alias): Node {
    const node = alias.resolve(this.document);
    if (node !== undefined) return node;
    throw configurationError(
      "TH_CONFIG_SYNTAX",
      `no anchor &${alias.source} stands before this alias`,
      `write &${alias.source} where the value is first written`,
      this.place(alias),
    );
  }

  #plain(node: Node | null | undefined): unknown {
    try {
      return node?.toJS(this.document, { maxAliasCount: 100 }) as unknown;
    } catch (cause) {
      // The reader counts how far aliases of aliases would unfold.
      throw configurationError(
        "TH_CONFIG_SYNTAX",
        `not usable YAML: ${cause instanceof Error ? cause.message : String(cause)}`,
        "write the values out instead of repeating them by aliases",
        this.place(node ?? this.document.contents ?? undefined),
        cause,
      );
    }
  }

  #descend(node: Node | null, path: readonly PropertyKey[]): Node | undefined {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const found: unknown = (node as { getIn?(path: Iterable<unknown>, keep: boolean): unknown } | null)?.getIn?.(
        path.slice(0, depth),
        true,
      );
      if (found !== undefined && found !== null) return found as Node;
    }
    return undefined;
  }

  place(node: Node | undefined): Place {
    return this.#at(node?.range?.[0] ?? 0);
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#shown, line: Math.max(1, line), column: Math.max(1, col) };
  }
}
