import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { type TestHost, type TestHostOptions, testHost } from "../support/host.ts";
import { checkNamed, refusalOf } from "../support/sql-rules.ts";

const contract = `apiVersion: v3.1.0
kind: DataContract
id: shop
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - { name: id, logicalType: integer, primaryKey: true }
      - name: customer
        logicalType: integer
        relationships: [{ to: customers.id }]
      - { name: parent, logicalType: integer, relationships: [{ to: schema/orders/properties/id }] }
    relationships:
      - from: [orders.customer, orders.id]
        to: [addresses.customer, addresses.number]
    quality:
      - { name: joined, type: sql, query: "SELECT count(*) FROM orders o JOIN customers c ON o.customer = c.id WHERE c.plan IS NULL", mustBe: 0 }
      - { name: sums, type: sql, query: "SELECT count(*) FROM addresses", mustBe: 0 }
  - id: customers_tbl
    name: customers
    physicalName: crm_customers
    properties:
      - { id: customer_id, name: id, logicalType: integer, primaryKey: true }
      - { name: plan, logicalType: string, required: true, classification: public, quality: [{ name: free, type: sql, query: "SELECT count(*) FROM {object} WHERE {property} = 'free'", mustBe: 1 }] }
  - name: addresses
    properties:
      - { name: customer, logicalType: integer, relationships: [{ to: schema/customers_tbl/properties/customer_id }] }
      - { name: number, logicalType: integer }
`;
const orders = "id,customer,parent\n1,1,\n2,2,1\n3,9,1\n4,,7\n5,8,7\n";
const customers = "id,plan\n1,free\n2,paid\n";
const addresses = "customer,number\n1,1\n2,2\n7,5\n";

async function validate(given: Readonly<Record<string, unknown>> = {}, options: TestHostOptions = {}) {
  const files = { "c.yaml": contract, "orders.csv": orders, "customers.csv": customers, "addresses.csv": addresses };
  await using t = await testHost({ ...options, files: { ...files, ...options.files } });
  return { ...(await run(t, given)), cwd: t.cwd };
}

function run(t: TestHost, given: Readonly<Record<string, unknown>>) {
  const path = (name: string) => join(t.cwd, name);
  const tables = { customers: [path("customers.csv")], addresses: [path("addresses.csv")] };
  const inputs = { data: [path("orders.csv")], contract: path("c.yaml"), tables, ...given };
  return command.run(command.inputs.parse(inputs), t.host, t.project);
}

describe("a contract of several tables", () => {
  test("each with data is checked by its own rules, under its own name", async () => {
    const { findings, outputs } = await validate({}, { files: { "customers.csv": "id,plan\n1,free\n2,\n2,paid\n" } });
    expect(checkNamed(findings.checks, "customers/plan.required")).toMatchObject({
      verdict: "fail",
      observed: 1,
      message: "customers: plan must not be missing; found 1 of 3 rows (33.33%); first in customers.csv, row 2",
    });
    expect(checkNamed(findings.checks, "customers/primary-key").verdict).toBe("fail");
    expect(checkNamed(findings.checks, "customers/plan.free")).toMatchObject({ verdict: "pass", observed: 1 });
    expect(checkNamed(findings.checks, "addresses/number.type").verdict).toBe("pass");
    expect(findings.tables.map(({ title }) => title)).toContain("customers/plan.required: plan must not be missing");
    expect(outputs.rows).toBe(5);
  });

  test("the files of all are what the verdict rests on; the fingerprint is that of the data", async () => {
    const { findings, outputs } = await validate();
    const alone = await validate({ tables: {} });
    expect(findings.materials.map(({ name }) => name)).toEqual([
      ...["orders.csv", "c.yaml", "customers.csv", "addresses.csv"],
    ]);
    expect(outputs.dataFingerprint).toBe(alone.outputs.dataFingerprint);
    expect(findings.details).toMatchObject({ rows: 5, tables: { customers: { rows: 2 }, addresses: { rows: 3 } } });
    expect(command.details.safeParse(findings.details).success).toBe(true);
  });

  test("one without data is unchecked by its name, and so is what looks into it", async () => {
    const { findings } = await validate({ tables: {} });
    const unchecked = findings.checks.filter(({ verdict }) => verdict === "unchecked").map(({ id }) => id);
    expect(unchecked).toEqual(["joined", "sums", "customers", "addresses", "customer.reference", "reference"]);
    expect(checkNamed(findings.checks, "customers").message).toMatch(/no files are given for it in the input tables/);
    expect(checkNamed(findings.checks, "joined").message).toMatch(/as there is no data of customers to be read/);
    expect(checkNamed(findings.checks, "parent.reference").verdict).toBe("fail");
  });

  test("one of which nothing can be read is a fault, and what looks into it is unchecked", async () => {
    const { findings } = await validate({}, { files: { "customers.csv": "" } });
    expect(checkNamed(findings.checks, "customers/contract").verdict).toBe("unchecked");
    expect(findings.verdict).toBe("fail");
    expect(checkNamed(findings.checks, "customer.reference")).toMatchObject({ verdict: "unchecked" });
    expect(checkNamed(findings.checks, "joined")).toMatchObject({ verdict: "unchecked" });
    expect(checkNamed(findings.checks, "customers/plan.free")).toMatchObject({ verdict: "unchecked" });
  });

  test("a column that the data lacks leaves the queries that speak of it unchecked", async () => {
    const { findings } = await validate({}, { files: { "customers.csv": "id\n1\n2\n" } });
    expect(checkNamed(findings.checks, "joined")).toMatchObject({
      verdict: "unchecked",
      message: expect.stringContaining("the data has no column plan as declared"),
    });
    expect(checkNamed(findings.checks, "sums").verdict).toBe("fail");
  });

  test("another than the first may be the one that is validated", async () => {
    await using t = await testHost({ files: { "c.yaml": contract, "customers.csv": customers, "orders.csv": orders } });
    const given = {
      data: [join(t.cwd, "customers.csv")],
      dataTable: "crm_customers",
      tables: { orders: [join(t.cwd, "orders.csv")] },
    };
    const { findings, outputs } = await run(t, given);
    expect(outputs.rows).toBe(2);
    expect(checkNamed(findings.checks, "plan.required").verdict).toBe("pass");
    expect(checkNamed(findings.checks, "orders/customer.reference").verdict).toBe("fail");
    expect(checkNamed(findings.checks, "addresses").verdict).toBe("unchecked");
  });

  test.each([
    [{ dataTable: "customer" }, "TH_CONTRACT_TABLE", /no table "customer"/, /did you mean "customers"/, "data-table"],
    [
      { tables: { adresses: ["a.csv"] } },
      "TH_CONTRACT_TABLE",
      /no further table "adresses"/,
      /did you mean "addresses"/,
      "tables",
    ],
    [{ tables: { orders: ["a.csv"] } }, "TH_CONTRACT_TABLE", /is the table that is validated/, /input data/, "tables"],
    [{ tables: { customers: ["nowhere.csv"] } }, "TH_DATA_MISSING", /nowhere.csv/, /./, "tables"],
  ])("an input that names no table or no file is refused: %j", async (given, code, message, fix, input) => {
    const error = await refusalOf(validate(given));
    expect(error).toMatchObject({ code, place: { input } });
    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
  });
});

describe("a reference between tables", () => {
  test("is broken by rows that refer to nothing: how many, which, and how to find the rest", async () => {
    const { findings } = await validate();
    expect(checkNamed(findings.checks, "customer.reference")).toMatchObject({
      verdict: "fail",
      observed: 2,
      n: 5,
      message:
        "each customer must be found in customers (id); 2 of 5 rows (40.00%) are not; first in orders.csv, row 3",
      place: { file: "c.yaml", line: 12 },
      related: [
        { file: "orders.csv", line: 4 },
        { file: "orders.csv", line: 6 },
      ],
    });
    const table = findings.tables.find(({ title }) => title.startsWith("customer.reference"));
    expect(table).toMatchObject({
      columns: ["file", "row", "id", "customer"],
      rows: [
        ["orders.csv", 3, "3", "9"],
        ["orders.csv", 5, "5", "8"],
      ],
    });
    expect(table?.query).toMatch(/^SELECT \* FROM .*'orders.csv'.* NOT IN \(SELECT .*'customers.csv'/);
  });

  test("leaves a null out, looks at its own table, and takes several columns together", async () => {
    const { findings } = await validate();
    expect(checkNamed(findings.checks, "parent.reference")).toMatchObject({ verdict: "fail", observed: 2 });
    expect(checkNamed(findings.checks, "reference")).toMatchObject({
      observed: 2,
      message: expect.stringContaining("each customer, id must be found in addresses (customer, number)"),
    });
    expect(checkNamed(findings.checks, "addresses/customer.reference")).toMatchObject({ verdict: "fail", observed: 1 });
  });

  test("that every row keeps passes, and counts towards consistency", async () => {
    const { findings } = await validate({}, { files: { "orders.csv": "id,customer,parent\n1,1,\n2,2,1\n" } });
    for (const id of ["customer.reference", "parent.reference", "reference"])
      expect(checkNamed(findings.checks, id).verdict).toBe("pass");
    expect(findings.details).toMatchObject({ quality: { dimensions: { consistency: { questions: 4 } } } });
  });

  test("between columns of different kinds is unchecked", async () => {
    const text = contract.replace(
      "name: id, logicalType: integer, primaryKey: true }\n      - { name: plan",
      "name: id, logicalType: string, primaryKey: true }\n      - { name: plan",
    );
    const { findings } = await validate({}, { files: { "c.yaml": text } });
    expect(checkNamed(findings.checks, "customer.reference")).toMatchObject({
      verdict: "unchecked",
      message: expect.stringMatching(/holds values of kind integer, and "id", which it refers to, of kind string/),
    });
  });

  test.each([
    ["customers.nothing", /the table customers has no column nothing/],
    ["clients.id", /the contract has no table clients/],
    ["schema/customers_tbl", /names no column/],
    ["other.yaml#/schema/customers_tbl/properties/customer_id", /is in another contract/],
    ["schema/customers_tbl/properties/customer_id/properties/part", /lies inside a column/],
    ["schema/customers/properties/customer_id", /the contract has no table customers/],
  ])("that leads to nothing in the contract is unchecked: %s", async (to, words) => {
    const { findings } = await validate({}, { files: { "c.yaml": contract.replace("customers.id", to) } });
    expect(checkNamed(findings.checks, "customer.reference")).toMatchObject({
      verdict: "unchecked",
      message: expect.stringMatching(words),
      place: { file: "c.yaml", line: 12 },
    });
  });
});

test("values of a further table are masked by its own columns", async () => {
  const text = contract.replace("{ name: number,", "{ name: number, classification: restricted,");
  const { findings } = await validate(
    {},
    {
      files: {
        "c.yaml": text
          .replace(
            "{ to: schema/customers_tbl/properties/customer_id }",
            "{ to: schema/customers_tbl/properties/customer_id }",
          )
          .replace(
            "name: customer, logicalType: integer, relationships",
            "name: customer, classification: restricted, logicalType: integer, relationships",
          ),
      },
    },
  );
  const table = findings.tables.find(({ title }) => title.startsWith("addresses/customer.reference"));
  expect(table?.rows).toEqual([["addresses.csv", 3, "(masked)"]]);
});
