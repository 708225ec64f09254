import { join } from "node:path";
import { declaredColumns, judge, planContract } from "../../src/contract/evaluation.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import { implementation } from "../../src/dataset/engines/duckdb.ts";
import { openOn } from "./data-engine.ts";
import { testHost } from "./host.ts";
import { writeParquet } from "./parquet.ts";

/** Data as the text of a CSV or of JSON Lines, or as a SELECT that is written as Parquet. */
export type TestData = { readonly csv: string } | { readonly json: string } | { readonly parquet: string };

/** What the engine and the plan say of data under a contract: rows that break each rule, and verdicts of all that is no count. */
export async function contractAnswers(contract: string, data: TestData) {
  await using t = await testHost();
  const compiled = parseContract(contract, "c.yaml");
  const format = "csv" in data ? "csv" : "json" in data ? "json" : "parquet";
  const file = join(t.cwd, `data.${format}`);
  if ("parquet" in data) await writeParquet(t.host, file, data.parquet);
  else await t.write(`data.${format}`, "csv" in data ? data.csv : data.json);
  const source = { kind: "files", files: [file], format, declared: declaredColumns(compiled) } as const;
  await using dataset = await openOn((host) => implementation.create({}, host), t, source);
  const plan = planContract(compiled, dataset.columns);
  const { outcomes } = judge(plan, await dataset.aggregate(plan.aggregates));
  return {
    /** Rule id to the number of rows that break it. */
    broken: Object.fromEntries(outcomes.map(({ rule, count }) => [rule.id, count])),
    shape: Object.fromEntries(plan.shape.map(({ question, verdict }) => [question.id, verdict])),
    messages: plan.shape.map(({ message }) => message),
    idle: Object.fromEntries(plan.idle.map(({ rule, why }) => [rule.id, why])),
    mistyped: plan.mistyped.map(({ column }) => column.name),
    misfits: (await dataset.faults()).map(({ column, count }) => [column, count]),
    unsupported: compiled.unsupported.map(({ id }) => id),
  };
}
