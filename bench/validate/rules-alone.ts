/**
 * The contract's rules on data that is open already, beside a scan of the same columns that does nothing with them, both in the same engine:
 * prints the least CPU seconds of several runs as JSON. Usage: rules-alone.ts DATA CONTRACT
 */
import { dataEngine, openData } from "../../src/commands/data.ts";
import { readContract } from "../../src/commands/validate-data/contract-file.ts";
import { planContract } from "../../src/contract/evaluation.ts";
import { quietHost } from "../quiet-host.ts";
import { bareScan } from "./rules.ts";

const rounds = 5;
const [data = "", contractPath = ""] = process.argv.slice(2);

await using host = await quietHost();

async function least(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const begun = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begun);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

await dataEngine(host);
const contract = await readContract(contractPath, host);
await using dataset = await openData({ kind: "files", files: [data], format: "parquet" }, host);
const plan = planContract(contract.value, dataset.columns);
const rules = await least(() => dataset.aggregate(plan.aggregates));

const { DuckDBInstance } = await import("@duckdb/node-api");
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const scan = await least(() => connection.runAndReadAll(bareScan(`read_parquet('${data.replaceAll("'", "''")}')`)));
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ rules, scan }));
