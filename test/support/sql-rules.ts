import { join } from "node:path";
import { command } from "../../src/commands/validate-data.ts";
import { type QueryAnswer, queryAnswer } from "../../src/dataset/query.ts";
import type { Check } from "../../src/kernel/command.ts";
import { TitleholderError } from "../../src/kernel/error.ts";
import { type TestHost, type TestHostOptions, testHost } from "./host.ts";

export const ordersCsv = "id,customer,amount,placed\n1,ada,10,2026-01-01\n2,bob,20,2026-01-02\n3,ada,30,2026-01-03\n";

/** A contract over orders with these quality checks of the table, each the lines of a YAML map. */
export function ordersContract(...checks: readonly string[]): string {
  const quality = checks.length === 0 ? "" : "    quality:\n";
  return (
    "apiVersion: v3.1.0\nkind: DataContract\nid: shop\nversion: 1.0.0\nstatus: active\nschema:\n  - name: orders\n" +
    `    physicalName: shop.orders_v1\n${quality}${checks.map(item).join("")}    properties:\n` +
    "      - { name: id, logicalType: integer, primaryKey: true }\n      - { name: customer, logicalType: string }\n" +
    "      - { name: amount, logicalType: integer }\n      - { name: placed, logicalType: date }\n"
  );
}

function item(lines: string): string {
  return lines.replace(/^/gm, "        ").replace(/^ {8}/, "      - ").concat("\n");
}

/** A check of one query, written so that any text may stand in it. */
export function sqlCheck(name: string, query: string, bound = "mustBe: 0"): string {
  return `name: ${name}\ntype: sql\nquery: ${JSON.stringify(query)}\n${bound}`;
}

export function ordersHost(checks: readonly string[], options: TestHostOptions = {}): Promise<TestHost> {
  return testHost({
    ...options,
    files: { "orders.csv": ordersCsv, "c.yaml": ordersContract(...checks), ...options.files },
  });
}

/** A helper that answers queries over the orders, as the command starts it. */
export async function ordersQueries(t: TestHost, limits = { memoryBytes: 2 ** 29, wallMs: 300_000 }) {
  const folder = async (name: string) => {
    const path = join(t.host.scratch, name);
    await t.host.files.makeDirectory(path);
    return path;
  };
  const source = { kind: "files", files: [join(t.cwd, "orders.csv")], format: "csv" };
  const tables = [{ names: ["orders", "data"], source, spill: await folder("orders") }];
  const helper = await t.host.spawnSelf(
    "sql",
    { tables, absent: [], memoryBytes: 2 ** 28, spill: await folder("spill") },
    limits,
  );
  return {
    ask: async (sql: string): Promise<QueryAnswer> =>
      queryAnswer.parse((await helper.request({ sql, wallMs: 10_000 })).message),
    /** Asks a condition of every row. */
    rows: async (condition: string) => {
      const { message, bytes } = await helper.request({ sql: condition, wallMs: 10_000, of: "rows" });
      return { answer: queryAnswer.parse(message), marks: bytes?.[0] === undefined ? undefined : [...bytes[0]] };
    },
    [Symbol.asyncDispose]: () => helper[Symbol.asyncDispose](),
  };
}

export async function validateOrders(t: TestHost, given: Readonly<Record<string, unknown>> = {}) {
  const inputs = { data: [join(t.cwd, "orders.csv")], contract: join(t.cwd, "c.yaml"), ...given };
  return command.run(command.inputs.parse(inputs), t.host, t.project);
}

export function checkNamed(checks: readonly Check[], id: string): Check {
  const check = checks.find((item) => item.id === id);
  if (check === undefined) throw new Error(`no check ${id} among ${checks.map((item) => item.id).join(", ")}`);
  return check;
}

/** The user's error that the work ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<TitleholderError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof TitleholderError) return outcome;
  throw outcome instanceof Error ? outcome : new Error("it was not refused");
}
