import { identifier } from "./literals.ts";
import type { Session } from "./session.ts";
import type { OpenedSource } from "./source.ts";

/** Schemas of the engine's own, in which nothing can be made. */
const ownSchemas = /^(pg_catalog|information_schema|system|temp)$/i;

/**
 * Shows a source under names of the user's, with the user's names of columns. The engine does not tell case apart: of columns whose
 * names differ by it alone the first is shown. A source of which nothing could be read has no view.
 * @returns the names it can be called by, each in its parts
 */
export async function defineViews(
  session: Session,
  source: OpenedSource,
  names: readonly string[],
): Promise<readonly (readonly string[])[]> {
  if (source.columns.length === 0) return [];
  const seen = new Set<string>();
  const shown = source.columns.filter(({ name }) => seen.size !== seen.add(name.toLowerCase()).size);
  const cells = shown.map((column) => `${column.sql} AS ${identifier(column.name)}`).join(", ");
  const paths = names.flatMap(pathsOf);
  for (const path of paths) {
    const [schema] = path;
    if (path.length === 2 && schema !== undefined)
      await session.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
    const view = path.map(identifier).join(".");
    await session.run(`CREATE OR REPLACE VIEW ${view} AS SELECT ${cells} FROM ${source.table(shown)}`);
  }
  return paths;
}

/** A name as a whole, and one of two parts also as schema and table. */
function pathsOf(name: string): readonly (readonly string[])[] {
  const parts = name.split(".");
  const twofold = parts.length === 2 && parts.every((part) => part !== "") && !ownSchemas.test(parts[0] ?? "");
  return twofold ? [[name], parts] : [[name]];
}
