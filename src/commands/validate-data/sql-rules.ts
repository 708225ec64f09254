import { join } from "node:path";
import { holds } from "../../contract/bounds.ts";
import type { SqlRule } from "../../contract/contract.ts";
import type { Scored } from "../../contract/quality-score.ts";
import { isMild } from "../../contract/severity.ts";
import type { QueriedTable, QueryAnswer, QueryArgs } from "../../dataset/query.ts";
import type { Check } from "../../kernel/command.ts";
import { configurationError } from "../../kernel/error.ts";
import { formatDuration } from "../../kernel/quantity.ts";
import { engineBytes, Queries } from "../sql-queries.ts";
import { tableIn, under } from "./further-tables.ts";
import type { Part, Situation, TableData } from "./part.ts";

/**
 * Answers the contract's SQL rules, each in turn, in a helper process that holds nothing but the data. A rule that reaches a limit, or
 * fails on this data, is unchecked; the others go on.
 * @throws TH_CONTRACT_SQL (configuration) for a query that could not run on any data.
 */
export async function sqlRules(situation: Situation, limitMs: number): Promise<Part> {
  const { contract, host, tables } = situation;
  const rules = [contract.value, ...contract.value.further].flatMap(({ table, sqlRules: own }) =>
    tables.has(table) ? own.map((rule) => ({ table, rule })) : [],
  );
  if (rules.length === 0) return {};
  await using queries = new Queries(host, await argsFor(situation), rules.length, limitMs);
  const checks: Check[] = [];
  const scored: Scored[] = [];
  for (const [done, { table, rule }] of rules.entries()) {
    host.log.progress("answering SQL rules", done, rules.length);
    const answer: QueryAnswer = tableIn(tables, table).found.unreadable
      ? { outcome: "failed", message: "nothing of the data can be read" }
      : await queries.answer(rule.query);
    const check = checkOf(rule, answer, [...tables.values()], limitMs);
    checks.push(table === contract.value.table ? check : under(table, check));
    if (answer.outcome === "value")
      scored.push({ dimension: rule.dimension, quality: Number(holds(rule.bound, answer.value)) });
  }
  return { checks, scored };
}

/** Each table goes by the contract's names for it, and the one that is validated by `data` as well. */
async function argsFor({ contract, host, tables }: Situation): Promise<QueryArgs> {
  const spill = join(host.scratch, "sql");
  const queried: QueriedTable[] = [];
  const taken = new Set<string>();
  for (const [number, [name, table]] of [...tables].entries()) {
    const own = join(spill, `table-${number}`);
    await host.files.makeDirectory(own);
    const names = [name, table.contract.value.physicalTable, ...(name === contract.value.table ? ["data"] : [])];
    queried.push({
      names: names.filter((item) => taken.size !== taken.add(item).size),
      source: table.source,
      spill: own,
    });
  }
  const without = contract.value.further.filter(({ table }) => !tables.has(table));
  const absent = without.flatMap(({ table, physicalTable }) => [table, physicalTable]);
  return { tables: queried, absent, memoryBytes: engineBytes, spill };
}

function checkOf(rule: SqlRule, answer: QueryAnswer, tables: readonly TableData[], limitMs: number): Check {
  switch (answer.outcome) {
    case "refused": {
      const lacking = lackingIn(rule, tables);
      if (lacking !== undefined) return unchecked(rule, `the data has no column ${lacking} as declared`);
      const at = answer.at === null ? "" : ` (line ${answer.at.line}, column ${answer.at.column} of the query)`;
      throw configurationError(
        "TH_CONTRACT_SQL",
        `the query of ${rule.id} cannot run: ${answer.message}${at}`,
        "write one SELECT over the contract's tables, in DuckDB's SQL, that gives one number",
        rule.place,
      );
    }
    case "failed":
      return unchecked(rule, `the query failed on this data: ${shown(answer.message, tables)}`);
    case "absent":
      return unchecked(rule, `there is no data of ${answer.table} to be read`);
    case "memory":
      return unchecked(rule, "the query needs more memory than it may have");
    case "time":
    case "stuck":
      return unchecked(rule, `the query was stopped at its limit of ${formatDuration(limitMs)} (input sql-timeout)`);
    case "value": {
      const { value: observed } = answer;
      const kept = holds(rule.bound, observed);
      return {
        id: rule.id,
        verdict: kept ? "pass" : isMild(rule.severity) ? "warn" : "fail",
        message: `${rule.expectation}; found ${observed}`,
        place: rule.place,
        observed,
      };
    }
  }
}

/** A column that the query speaks of, and that the data does not have as the contract declares it: then it is the data that is wrong. */
function lackingIn({ query }: SqlRule, tables: readonly TableData[]): string | undefined {
  const text = query.toLowerCase();
  return tables
    .flatMap(({ found: { plan } }) => [...plan.missing, ...plan.mistyped.map(({ column }) => column)])
    .map(({ name }) => name)
    .find((name) => text.includes(name.toLowerCase()));
}

/** What the engine says of a value may hold it, whichever table it came from. */
function shown(message: string, tables: readonly TableData[]): string {
  return tables.reduce((text, { masking }) => masking.row(text), message);
}

function unchecked(rule: SqlRule, why: string): Check {
  return {
    id: rule.id,
    verdict: "unchecked",
    message: `${rule.expectation}: not checked, as ${why}`,
    place: rule.place,
  };
}
