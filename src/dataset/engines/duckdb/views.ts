import { identifier } from "./literals.ts";
import type { Session } from "./session.ts";
import type { OpenedSource } from "./source.ts";

/** Schemas of the engine's own, in which nothing can be made. */
const ownSchemas = /^(pg_catalog|information_schema|system|temp)$/i;

/** A source of a view, and which of its columns are shown: all, only some, or all without some. */
export interface ViewPart {
  readonly source: OpenedSource;
  readonly only?: readonly string[];
  readonly without?: readonly string[];
}

/**
 * Shows a source under names of the user's, with the user's names of columns, or several of as many rows side by side; of one name the last
 * part's column is shown. The engine does not tell case apart: of columns whose names differ by it alone the first is shown. A source of which
 * nothing could be read has no view.
 * @returns the names it can be called by, each in its parts
 */
export async function defineViews(
  session: Session,
  parts: readonly ViewPart[],
  names: readonly string[],
): Promise<readonly (readonly string[])[]> {
  if (parts.some(({ source }) => source.columns.length === 0)) return [];
  const seen = new Set<string>();
  const selects = parts.toReversed().map((part) => selectOf(part, seen));
  const [select, ...others] = selects.filter((one) => one !== undefined);
  if (select === undefined) return [];
  // Each part is read in its source's order, by which the rows belong to each other.
  const joined = others.reduce((left, right) => `SELECT * FROM (${right}) POSITIONAL JOIN (${left})`, select);
  const paths = names.flatMap(pathsOf);
  for (const path of paths) {
    const [schema] = path;
    if (path.length === 2 && schema !== undefined)
      await session.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
    const view = path.map(identifier).join(".");
    await session.run(`CREATE OR REPLACE VIEW ${view} AS ${joined}`);
  }
  return paths;
}

/** Undefined when no column is shown. Adds to the names that were `seen`, in lower case. */
function selectOf({ source, only, without = [] }: ViewPart, seen: Set<string>): string | undefined {
  const hidden = without.map((name) => name.toLowerCase());
  const shown = source.columns
    .filter(({ name }) => (only === undefined || only.includes(name)) && !hidden.includes(name.toLowerCase()))
    .filter(({ name }) => seen.size !== seen.add(name.toLowerCase()).size);
  if (shown.length === 0) return undefined;
  const cells = shown.map((column) => `${column.sql} AS ${identifier(column.name)}`).join(", ");
  return `SELECT ${cells} FROM ${source.table(shown)}`;
}

/** A name as a whole, and one of two parts also as schema and table. */
function pathsOf(name: string): readonly (readonly string[])[] {
  const parts = name.split(".");
  const twofold = parts.length === 2 && parts.every((part) => part !== "") && !ownSchemas.test(parts[0] ?? "");
  return twofold ? [[name], parts] : [[name]];
}
