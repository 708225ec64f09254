/** Why a statement may not run, and at which byte of it, where that is known. */
export interface Refusal {
  readonly message: string;
  readonly offset?: number;
  /** The table without data that it speaks of, where nothing else is wrong with it. */
  readonly absent?: string;
}

/** What a statement may name. All names are compared in lower case. */
export interface Permitted {
  /** Tables by `tableKey`. */
  readonly tables: ReadonlySet<string>;
  /** Names of tables without data. */
  readonly absent: ReadonlySet<string>;
  /** Functions of values that have no side effect and tell nothing of the engine. */
  readonly functions: ReadonlySet<string>;
}

/** A table by the parts of its name, `orders` or schema and table: the dots in a part are its own. */
export function tableKey(parts: readonly string[]): string {
  return parts.join("\0").toLowerCase();
}

/** Forms of tables, and of statements within statements. A file, a setting and a list of what the engine holds have forms of their own, or are names. */
const forms = new Set([
  ...["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"],
  ...["BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY"],
  ...["ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"],
  ...["ORDER_DEFAULT", "ASCENDING", "DESCENDING"],
]);
/** Particulars of the type of a cast. */
const typeForm = /^[A-Z]+_TYPE_INFO$/;
const expressions = new Set([
  ...["COLUMN_REF", "CONSTANT", "FUNCTION", "COMPARISON", "CONJUNCTION", "OPERATOR", "CAST", "CASE", "BETWEEN"],
  ...["SUBQUERY", "WINDOW", "STAR", "LAMBDA", "LAMBDA_REF", "COLLATE", "POSITIONAL_REFERENCE"],
]);
const tableFunctions = new Set(["range", "generate_series", "unnest"]);
/** A name that no file has, so that it stands for a part of the statement itself or for nothing. */
const plainName = /^[a-z_]\w*$/i;

/** What tells of the engine, its settings and its other tables, or runs text as a statement. */
const telling =
  /^(pg_.*|has_.*_privilege|current_(setting|query|query_id|schemas?|database|catalog|role|user|connection_id|transaction_id)|session_user|user|getvariable|getenv|in_search_path|txid_current|json_(de)?serialize_(sql|plan)|parse_duckdb_log_message|version|vector_type|stats|get_block_size|write_log|sleep_ms|error)$/;

/** SQL for the names of all functions that a statement may call. */
export const functionNames =
  "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE schema_name = 'main' AND " +
  "(function_type = 'macro' OR (function_type IN ('scalar', 'aggregate') AND stability <> 'VOLATILE'))";

/** Those of the engine's functions that a statement may call, and those that its grammar alone knows. */
export function permittedFunctions(names: readonly string[]): ReadonlySet<string> {
  return new Set([...names, "unnest", "grouping", "grouping_id"].filter((name) => !telling.test(name)));
}

type Node = Readonly<Record<string, unknown>>;

/**
 * Walks a parsed statement (what `json_serialize_sql` gives) and names the first part of it that is not permitted. Whatever is not known
 * is refused, so that a new form of the engine's grammar is too.
 */
export function refusalOf(statement: unknown, permitted: Permitted): Refusal | undefined {
  const nodes = nodesOf(statement);
  const own = new Set<string>();
  for (const node of nodes) {
    const name = partName(node);
    if (name === undefined) continue;
    if (!plainName.test(name)) return { message: `a part of the query may not be called "${name}"` };
    own.add(name.toLowerCase());
  }
  let absent: Refusal | undefined;
  for (const node of nodes) {
    const message = refusedPart(node, permitted, own);
    if (message === undefined) continue;
    const name = node.type === "BASE_TABLE" ? nameIn(node) : "";
    if (!permitted.absent.has(name.toLowerCase())) return located(message, node);
    absent = { message, absent: name };
  }
  return absent;
}

/** The name that a statement gives to a part of itself. */
function partName({ key, value, cte_name }: Node): string | undefined {
  if (typeof cte_name === "string") return cte_name;
  const isPart = typeof value === "object" && value !== null && "query" in value;
  return isPart && typeof key === "string" ? key : undefined;
}

/** Every object inside, in no order; not by recursion, as depth is the author's choice. */
function nodesOf(root: unknown): readonly Node[] {
  const found: Node[] = [];
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value)) found.push(value as Node);
    // A constant's value is no part of the grammar.
    if ((value as Node).class === "CONSTANT") continue;
    for (const part of Object.values(value)) open.push(part);
  }
  return found;
}

function refusedPart(node: Node, permitted: Permitted, own: ReadonlySet<string>): string | undefined {
  if (typeof node.class === "string") return refusedExpression(node, permitted);
  if ((node.sample ?? null) !== null) return "a sample by chance has no fixed answer";
  if ((node.at_clause ?? null) !== null) return "tables have no versions here";
  if (typeof node.type !== "string") return undefined;
  if (!forms.has(node.type) && !typeForm.test(node.type)) return `${words(node.type)} may not be used`;
  if (node.type === "BASE_TABLE") return refusedTable(node, permitted, own);
  if (node.type !== "TABLE_FUNCTION") return undefined;
  const name = (node.function as Node | undefined)?.function_name;
  return typeof name === "string" && tableFunctions.has(name.toLowerCase())
    ? undefined
    : `the table function ${String(name)} may not be called: a rule sees the contract's tables alone`;
}

/** The whole name that a statement calls a table by. */
function nameIn(node: Node): string {
  return pathIn(node).join(".");
}

function pathIn({ catalog_name, schema_name, table_name }: Node): readonly string[] {
  return [catalog_name, schema_name, table_name].map(String).filter((part) => part !== "");
}

function refusedTable(node: Node, { tables }: Permitted, own: ReadonlySet<string>): string | undefined {
  const path = pathIn(node);
  if (tables.has(tableKey(path)) || (path.length === 1 && own.has(tableKey(path)))) return undefined;
  return `there is no table "${nameIn(node)}": a rule sees ${[...tables].map((key) => key.replace("\0", ".")).join(", ")}`;
}

function refusedExpression(node: Node, { functions }: Permitted): string | undefined {
  if (!expressions.has(String(node.class))) return `${words(String(node.class))} may not be used`;
  // A function of a table is judged where it stands as one.
  if (node.class !== "FUNCTION" || tableFunctions.has(String(node.function_name).toLowerCase())) return undefined;
  const [name = "", schema = "", catalog = ""] = [node.function_name, node.schema, node.catalog].map(String);
  // The grammar writes the schema itself, for lists and the like.
  const isPlain = (schema === "" || schema === "main") && catalog === "";
  if (isPlain && functions.has(name.toLowerCase())) return undefined;
  return `the function ${[catalog, schema, name].filter((part) => part !== "").join(".")} may not be called, or is not known`;
}

function words(form: string): string {
  return form.toLowerCase().replaceAll("_", " ");
}

/** The engine writes its largest whole number where it knows no place. */
function located(message: string, node: Node): Refusal {
  const offset = node.query_location;
  return typeof offset === "number" && offset < 2 ** 32 ? { message, offset } : { message };
}
