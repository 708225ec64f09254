import { type Permitted, type Refusal, refusalOf } from "./sql-gate.ts";

/** The table that a condition, or any expression about a row, is asked of. */
const conditionTable = "data";

/** The statement that asks a condition of every row, in source order; the condition stands on lines of its own, so that a remark ends with it. */
export function conditionSql(condition: string): string {
  return `SELECT (\n${condition}\n) FROM ${conditionTable}`;
}

/** What a place in the statement is in the condition's own lines. */
export const linesBefore = 1;

/** A statement in which the engine takes no aggregate, not even one inside a macro, in that place. Of an expression of any type. */
export function filterSql(condition: string): string {
  return `SELECT TRUE FROM ${conditionTable} WHERE (\n${condition}\n) IS NOT NULL`;
}

/** Parts of an expression that look beyond their row. */
const beyondTheRow = new Set(["SUBQUERY", "WINDOW", "STAR", "POSITIONAL_REFERENCE"]);
const manyRows = new Set(["unnest", "range", "generate_series", "grouping", "grouping_id"]);

type Node = Readonly<Record<string, unknown>>;

/**
 * Names what is wrong with a condition, as its statement was parsed (see `refusalOf`): it must be one expression about one row. What it adds
 * to the statement around it (a second expression, a further clause or table) is found by holding that against the statement of a condition
 * that is known to be whole.
 */
export function conditionRefusalOf(parsed: unknown, whole: unknown, permitted: Permitted): Refusal | undefined {
  const [own, known] = [around(parsed), around(whole)];
  if (own.frame !== known.frame || own.expressions.length !== 1) return { message: "it is not one expression" };
  const refusal = refusalOf(parsed, permitted);
  if (refusal !== undefined) return refusal;
  const open: unknown[] = [...own.expressions];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null || (value as Node).class === "CONSTANT") continue;
    const message = beyond(value as Node);
    if (message !== undefined) return { message };
    open.push(...Object.values(value));
  }
  return undefined;
}

function beyond({ class: form, function_name: name }: Node): string | undefined {
  const isBeyond = beyondTheRow.has(String(form)) || (form === "FUNCTION" && manyRows.has(String(name).toLowerCase()));
  return isBeyond ? "it looks at more than its row: it may speak of the columns of one row alone" : undefined;
}

/** The statement without its expressions and its places. */
function around(statement: unknown): { readonly frame: string; readonly expressions: readonly unknown[] } {
  const node = (statement as { readonly node?: Node } | null)?.node;
  const expressions = Array.isArray(node?.select_list) ? node.select_list : [];
  const bare = { ...(statement as Node), node: { ...node, select_list: [] } };
  return { frame: JSON.stringify(bare, (key, value) => (key === "query_location" ? undefined : value)), expressions };
}
