import { join } from "node:path";
import type { QueriedTable } from "../../../dataset/query.ts";
import { configurationError, type TitleholderError } from "../../../kernel/error.ts";
import type { Host } from "../../../kernel/host.ts";
import { formatDuration } from "../../../kernel/quantity.ts";
import { engineBytes, Queries, type RowCells } from "../../sql-queries.ts";

/** An expression of the user's over one row. */
export interface Expression {
  readonly sql: string;
  /** How messages call it: `the metric profit`. */
  readonly shown: string;
  /** What it should be, for a fix. */
  readonly wanted: string;
  readonly input: "metrics" | "baseline";
}

/** The rows that expressions are asked of, as the table `data`. */
export interface ExpressionRows {
  readonly source: QueriedTable["source"];
  readonly without?: readonly string[];
  readonly beside?: { readonly source: QueriedTable["source"]; readonly columns: readonly string[] };
  /** A name of its own among the folders of this run. */
  readonly folder: string;
  /** For each expression. */
  readonly limitMs: number;
}

/**
 * What each expression gives in each row, in source order, found out in the locked helper.
 * @throws TitleholderError (configuration) TH_EVALUATION_METRICS, TH_EVALUATION_BASELINE for one that may not run, that fails on a value,
 *   takes too long, or gives some row no finite value.
 */
export async function askRows(
  expressions: readonly Expression[],
  { source, without = [], beside, folder, limitMs }: ExpressionRows,
  host: Host,
): Promise<readonly RowCells[]> {
  const spill = join(host.scratch, "expressions", folder);
  const folders = { rows: join(spill, "rows"), beside: join(spill, "beside") };
  for (const path of Object.values(folders)) await host.files.makeDirectory(path);
  const table = { names: ["data"], source, spill: folders.rows, without };
  const tables = [beside === undefined ? table : { ...table, beside: { ...beside, spill: folders.beside } }];
  const args = { tables, absent: [], memoryBytes: engineBytes, spill };
  await using queries = new Queries(host, args, expressions.length, limitMs);
  const found: RowCells[] = [];
  for (const [done, expression] of expressions.entries()) {
    host.log.progress("asking the expressions", done, expressions.length);
    const { answer, cells } = await queries.cells(expression.sql);
    if (answer.outcome === "refused") throw refusedBy(expression, answer);
    if (cells === undefined) throw unanswered(expression, answer.outcome, limitMs);
    requireValues(expression, cells);
    found.push(cells);
  }
  return found;
}

/** What is wrong with an expression, where users find it. */
export function wrongExpression({ shown, input }: Expression, message: string, fix: string): TitleholderError {
  const code = input === "metrics" ? "TH_EVALUATION_METRICS" : "TH_EVALUATION_BASELINE";
  return configurationError(code, `the expression of ${shown} ${message}`, fix, { input });
}

function refusedBy(
  expression: Expression,
  { message, at }: { readonly message: string; readonly at: { readonly line: number; readonly column: number } | null },
): TitleholderError {
  const where = at === null ? "" : ` (line ${at.line}, column ${at.column} of it)`;
  return wrongExpression(expression, `cannot run: ${message}${where}`, `write ${expression.wanted}, in DuckDB's SQL`);
}

/** What the engine says of a value may hold it, so that it is not repeated. */
function unanswered(expression: Expression, outcome: string, limitMs: number): TitleholderError {
  if (outcome === "failed") {
    const fix = "a cast may need TRY_CAST, a text fewer different values";
    return wrongExpression(expression, "failed on a value of this data", fix);
  }
  if (outcome === "memory") {
    return wrongExpression(expression, "needs more memory than it may have", "write a simpler expression");
  }
  const message = `was stopped at its limit of ${formatDuration(limitMs)}`;
  return wrongExpression(expression, message, "write a simpler expression, or raise the input `time-limit`");
}

function requireValues(expression: Expression, { values }: RowCells): void {
  const first = values.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return;
  const count = values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
  const more = count === 1 ? "" : `, the first of ${count} such rows`;
  throw wrongExpression(
    expression,
    `gives no value (NULL, NaN or infinity) in row ${first + 1}${more}`,
    "say what such a row counts with coalesce(…, 0), or leave it out of the data",
  );
}
