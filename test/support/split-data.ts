import { createRandom } from "../../src/stats/random.ts";

/** A row of the synthetic customers that the tests of splits use. */
export interface Customer {
  readonly id: number;
  readonly customer: number;
  readonly day: string;
  readonly amount: number;
  readonly city: string;
  readonly churned: "yes" | "no";
}

/** Rows without any fault: no two alike, two rows a customer, one day after the other. */
export function customers(count: number, from: number, seed: number): Customer[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const id = from + at;
    return {
      id,
      customer: 1000 + Math.floor(id / 2),
      day: new Date(Date.UTC(2026, 0, 1) + id * 3_600_000).toISOString().slice(0, 19),
      amount: Math.round(random.uniform() * 1e9) / 1e4 + 0.00001,
      city: random.uniform() < 0.5 ? "Oslo" : "Bergen",
      churned: random.uniform() < 0.3 ? "yes" : "no",
    };
  });
}

const columns = ["id", "customer", "day", "amount", "city", "churned"] as const;

export function customersCsv(rows: readonly Partial<Customer>[]): string {
  return `${columns.join(",")}\n${rows.map((row) => columns.map((name) => row[name] ?? "").join(",")).join("\n")}\n`;
}

/** The same rows as a SELECT. */
export function customersSelect(rows: readonly Partial<Customer>[]): string {
  const types = ["BIGINT", "BIGINT", "TIMESTAMP", "DOUBLE", "VARCHAR", "VARCHAR"];
  const cell = (value: unknown, at: number) => `${value === undefined ? "NULL" : `'${String(value)}'`}::${types[at]}`;
  const values = rows.map((row) => `(${columns.map((name, at) => cell(row[name], at)).join(", ")})`);
  return `SELECT * FROM (VALUES ${values.join(", ")}) t(${columns.join(", ")})`;
}

export const customersContract = `apiVersion: v3.1.0
kind: DataContract
id: customers
version: 1.0.0
status: active
schema:
  - name: customers
    properties:
      - { name: id, logicalType: integer, primaryKey: true, classification: public }
      - { name: customer, logicalType: integer, classification: public }
      - { name: day, logicalType: timestamp, classification: public }
      - { name: amount, logicalType: number, required: true, classification: public }
      - { name: city, logicalType: string, classification: restricted }
      - { name: churned, logicalType: string, classification: public }
`;
