import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command } from "../../src/commands/validate-data.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import type { Check } from "../../src/kernel/command.ts";
import { contractRefusal as refusal } from "../support/contracts.ts";
import { testHost } from "../support/host.ts";

const schemaOf = (...fields: readonly object[]) => JSON.stringify({ fields }, undefined, 2);
const rulesOf = (...fields: readonly object[]) => parseContract(schemaOf(...fields), "s.json").rules;

async function checksOf(schema: string, csv: string): Promise<ReadonlyMap<string, Check>> {
  await using t = await testHost({ files: { "data.csv": csv, "schema.json": schema } });
  const given = command.inputs.parse({ data: [join(t.cwd, "data.csv")], contract: join(t.cwd, "schema.json") });
  const { findings } = await command.run(given, t.host, t.project);
  return new Map((findings.checks ?? []).map((check) => [check.id, check]));
}

describe("a table schema is read as a contract", () => {
  test.each([
    ["by itself, as JSON", '{ "name": "people", "fields": [{ "name": "x", "type": "integer" }] }', "people", ""],
    [
      "indented by tabs",
      '{\n\t"fields": [\n\t\t{\n\t\t\t"name": "x",\n\t\t\t"type": "integer"\n\t\t}\n\t]\n}\n',
      "table",
      "",
    ],
    ["by itself, as YAML", "fields:\n  - { name: x, type: integer }\n", "table", ""],
    ["in a resource", "name: people\npath: p.csv\nschema: { fields: [{ name: x, type: integer }] }\n", "people", ""],
    [
      "in a package",
      "name: all\nversion: 1.2.0\nresources:\n  - { name: notes, path: n.txt }\n  - { name: people, path: p.csv, schema: { fields: [{ name: x, type: integer }] } }\n",
      "people",
      "1.2.0",
    ],
  ])("%s", (_name, text, table, version) => {
    const contract = parseContract(text, "s");
    expect(contract).toMatchObject({ apiVersion: "frictionless", table, version });
    expect(contract.columns).toMatchObject([{ name: "x", kind: "integer" }]);
  });

  test("resources that are not checked are listed", () => {
    const text =
      "resources:\n  - { name: notes, path: n.txt }\n  - { name: people, schema: { fields: [{ name: x }] } }\n  - { path: b.csv }\n  - { name: people, schema: { fields: [{ name: y }] } }\n  - { name: far, schema: far.json }\n";
    const contract = parseContract(text, "s");
    expect(contract.further).toEqual([]);
    expect(contract.unsupported).toMatchObject([
      { id: "schema.notes", place: { line: 2 } },
      { id: "schema.resource 3", place: { line: 4 } },
      { id: "schema.people", message: "people is not checked: another resource has that name", place: { line: 5 } },
      { id: "schema.far", message: "far is not checked: no table schema stands here for it", place: { line: 6 } },
    ]);
  });
});

const shop = `name: shop
resources:
  - name: orders
    schema:
      fields: [{ name: id, type: integer }, { name: customer, type: integer }, { name: parent, type: integer }]
      foreignKeys:
        - { fields: customer, reference: { resource: customers, fields: id } }
        - { fields: [parent], reference: { resource: "", fields: [id] } }
        - { fields: [customer, id], reference: { fields: [customer, parent] } }
        - { fields: parent, reference: { resource: archive, fields: id } }
  - name: customers
    schema:
      fields: [{ name: id, type: integer, constraints: { required: true } }, { name: plan }]
      fieldsMatch: exact
  - { name: archive, path: archive.csv }
`;

describe("foreign keys", () => {
  test("are references to the table itself and to other resources, which are further tables", () => {
    const contract = parseContract(shop, "s");
    expect(contract.further.map(({ id, table }) => [id, table])).toEqual([["shop", "customers"]]);
    expect(contract.references).toMatchObject([
      { id: "customer.foreign-key", columns: ["customer"], table: "customers", keys: ["id"], place: { line: 7 } },
      { id: "parent.foreign-key", columns: ["parent"], table: "orders", keys: ["id"], severity: "error" },
      { id: "customer+id.foreign-key", table: "orders", keys: ["customer", "parent"] },
    ]);
    expect(contract.references[0]?.expectation).toBe("each customer must be found in customers (id)");
    expect(contract.unsupported.map(({ id }) => id)).toEqual(["parent.foreign-key-2", "schema.archive"]);
  });

  test("are checked, rows that refer to nothing being told", async () => {
    const files = {
      "s.yaml": shop,
      "orders.csv": "id,customer,parent\n1,1,\n2,9,1\n3,,7\n",
      "customers.csv": "id,plan\n1,a\n2,b\n",
    };
    await using t = await testHost({ files });
    const given = { data: [join(t.cwd, "orders.csv")], contract: join(t.cwd, "s.yaml") };
    const verdicts = async (more: object) => {
      const { findings } = await command.run(command.inputs.parse({ ...given, ...more }), t.host, t.project);
      return (id: string) => findings.checks.find((check) => check.id === id);
    };
    const whole = await verdicts({ tables: { customers: [join(t.cwd, "customers.csv")] } });
    expect(whole("customer.foreign-key")).toMatchObject({ verdict: "fail", observed: 1, n: 3, place: { line: 7 } });
    expect(whole("parent.foreign-key")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(whole("parent.foreign-key-2")).toMatchObject({ verdict: "unchecked" });
    expect(whole("customers/id.required")).toMatchObject({ verdict: "pass" });
    expect(whole("customers/fields-match")).toMatchObject({ verdict: "pass" });
    const alone = await verdicts({});
    expect(alone("customer.foreign-key")).toMatchObject({ verdict: "unchecked" });
    expect(alone("customers")).toMatchObject({ verdict: "unchecked", place: { line: 13 } });
    expect(alone("parent.foreign-key")).toMatchObject({ verdict: "fail" });
  });

  test("another resource than the first may be the one that is validated", () => {
    const contract = parseContract(shop, "s", "customers");
    expect(contract).toMatchObject({ id: "shop", table: "customers", references: [] });
    expect(contract.further[0]?.references).toHaveLength(3);
  });

  test.each([
    [shop, "customer", "TH_CONTRACT_TABLE", 'no table "customer"', "customers"],
    ["fields: [{ name: x }]", "y", "TH_CONTRACT_TABLE", 'no table "y"', "table"],
    [
      shop.replace("customers, fields: id", "customers, fields: key"),
      undefined,
      "TH_CONTRACT_VALUE",
      'no field "key"',
      "id",
    ],
    [
      shop.replace("customers, fields: id", "customers, fields: [id, plan]"),
      undefined,
      "TH_CONTRACT_VALUE",
      "has 1 of its own fields, and 2 of customers",
      "as many",
    ],
  ])("what names nothing is refused: %#", (text, chosen, code, message, fix) => {
    expect(() => parseContract(text, "s", chosen)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message), fix: expect.stringContaining(fix) }),
    );
  });
});

const good =
  "id,mail,link,key,blob,price,count,flag,on,at,time,year,month,span,point,size\n" +
  '1,a@b.org,https://x.org/a,9a0c1f2e-0000-4000-8000-0123456789ab,aGk=,"1.234,50",12 pcs,yes,2026-01-31,2026-01-31T08:00:00Z,08:30:00,2026,2026-01,P1Y2M,"7.4,46.9",M\n' +
  ",,,,,,,,,,,,,,,\n".replace(",", "2,") +
  '3,c@d.org,mailto:c@d.org,9A0C1F2E-0000-4000-8000-0123456789AB,,7,-3,no,2026-02-01,2026-02-01T08:00:00,23:59:59,1999,1999-12,PT5M,"-180, -90",L\n';
const fields = [
  { name: "id", type: "integer", constraints: { unique: true } },
  { name: "mail", type: "string", format: "email" },
  { name: "link", type: "string", format: "uri" },
  { name: "key", type: "string", format: "uuid" },
  { name: "blob", type: "string", format: "binary" },
  { name: "price", type: "number", decimalChar: ",", groupChar: "." },
  { name: "count", type: "integer", bareNumber: false },
  { name: "flag", type: "boolean", trueValues: ["yes"], falseValues: ["no"] },
  { name: "on", type: "date", constraints: { minimum: "2026-01-01" } },
  { name: "at", type: "datetime", constraints: { maximum: "2026-12-31T00:00:00Z" } },
  { name: "time", type: "time", constraints: { minimum: "08:00:00" } },
  { name: "year", type: "year", constraints: { minimum: "1990", exclusiveMaximum: 2030 } },
  { name: "month", type: "yearmonth", constraints: { minimum: "1999-01", maximum: "2026-06" } },
  { name: "span", type: "duration" },
  { name: "point", type: "geopoint" },
  { name: "size", type: "string", constraints: { enum: ["S", "M", "L"], pattern: "[A-Z]", maxLength: 1 } },
];

describe("types, formats and constraints on real files", () => {
  test("data that keeps to them passes, with nothing unchecked", async () => {
    const checks = await checksOf(schemaOf(...fields), good);
    const others = [...checks.values()].filter(({ verdict }) => verdict !== "pass");
    expect(others).toEqual([]);
  });

  test.each([
    ["mail", "a.b.org", "mail.format"],
    ["link", "x y", "link.format"],
    ["key", "9a0c", "key.format"],
    ["blob", "aGk", "blob.format"],
    ["price", '"1,234.50"', "price.format"],
    ["count", "none", "count.format"],
    ["flag", "true", "flag.format"],
    ["on", "2025-12-31", "on.minimum"],
    ["on", "31.12.2026", "on.type"],
    ["at", "2027-01-01T00:00:00Z", "at.maximum"],
    ["time", "24:00:00", "time.format"],
    ["time", "07:59:59", "time.minimum"],
    ["year", "1989", "year.minimum"],
    ["year", "2030", "year.exclusiveMaximum"],
    ["month", "2026-13", "month.format"],
    ["month", "2026-07", "month.maximum"],
    ["span", "5 days", "span.format"],
    ["point", '"181,0"', "point.format"],
    ["size", "XL", "size.enum"],
    ["size", "XL", "size.length"],
    ["size", "s", "size.pattern"],
    ["id", "1", "id.unique"],
  ])("%s may not be %s", async (name, value, id) => {
    const column = fields.findIndex((field) => field.name === name);
    const cells = fields.map((_field, at) => (at === column ? value : at === 0 ? "9" : ""));
    const checks = await checksOf(schemaOf(...fields), `${good}${cells.join(",")}\n`);
    expect(checks.get(id)).toMatchObject({ verdict: "fail", observed: 1 });
  });

  test("keys: required, unique as a whole, of several columns", async () => {
    const schema = JSON.stringify({
      fields: [{ name: "a", constraints: { required: true } }, { name: "b" }, { name: "c" }],
      primaryKey: ["a", "b"],
      uniqueKeys: [["b", "c"]],
    });
    const checks = await checksOf(schema, "a,b,c\n1,1,1\n1,1,2\n2,,3\n3,1,1\n,5,5\n");
    expect(checks.get("primary-key")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("unique-key")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("b.required")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("a.required")).toMatchObject({ verdict: "fail", observed: 1 });
  });

  test("dates and times as a pattern writes them, and texts for no value", async () => {
    const schema = JSON.stringify({
      missingValues: ["", "-"],
      fields: [
        { name: "d", type: "date", format: "%d.%m.%Y", constraints: { minimum: "2026-01-01", required: true } },
        { name: "t", type: "datetime", format: "%d/%m/%y at %I:%M %p", missingValues: ["n/a"] },
        { name: "n", type: "integer" },
        { name: "s", type: "string", constraints: { required: true } },
      ],
    });
    const csv = "d,t,n,s\n31.01.2026,01/02/26 at 08:30 AM,-,x\n-,n/a,3,-\n31.12.2025,n/a,4,y\n2026-01-31,n/a,5,z\n";
    const checks = await checksOf(schema, csv);
    expect(checks.get("d.type")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("d.minimum")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("d.required")).toMatchObject({ verdict: "fail" });
    expect(checks.get("t.type")).toMatchObject({ verdict: "pass" });
    expect(checks.get("n.type")).toMatchObject({ verdict: "pass" });
    expect(checks.get("s.required")).toMatchObject({ verdict: "fail", observed: 1 });
  });

  test("numbers and flags of the usual form", async () => {
    const schema = schemaOf(
      { name: "n", type: "number", constraints: { minimum: "0.5", enum: [0.5, "1.5"] } },
      { name: "f", type: "boolean", constraints: { enum: [true, "false"] } },
      { name: "a", type: "any" },
    );
    const checks = await checksOf(schema, "n,f,a\n0.5,true,1\n1.5,false,x\n0.25,true,\n");
    expect(checks.get("n.minimum")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("n.enum")).toMatchObject({ verdict: "fail", observed: 1 });
    expect(checks.get("f.enum")).toMatchObject({ verdict: "pass" });
  });
});

describe("fieldsMatch", () => {
  const schema = (match: unknown) =>
    JSON.stringify({ fields: [{ name: "a" }, { name: "b", type: "integer" }], fieldsMatch: match });

  test.each([
    ["exact", "a,b\n1,2\n", "pass"],
    ["exact", "b,a\n1,2\n", "fail"],
    [["equal"], "b,a\n1,2\n", "pass"],
    ["equal", "a,b,c\n1,2,3\n", "fail"],
    ["subset", "a,b,c\n1,2,3\n", "pass"],
    ["subset", "a,c\n1,2\n", "fail"],
    ["superset", "a\n1\n", "pass"],
    ["superset", "a,c\n1,2\n", "fail"],
    ["partial", "a,c\n1,2\n", "pass"],
  ])("%s with %j", async (match, csv, verdict) => {
    const checks = await checksOf(schema(match), csv);
    expect(checks.get("fields-match")).toMatchObject({ verdict, place: { file: "schema.json" } });
    if (match === "superset" || match === "partial") expect(checks.get("b.present")).toBeUndefined();
    if (match === "superset" || match === "partial") expect(checks.get("b.type")).toBeUndefined();
  });
});

describe("what is not checked is listed with its line", () => {
  test.each([
    [{ name: "x", type: "date", format: "%d/%m" }, "x.format", "%d/%m"],
    [{ name: "x", type: "date", format: "%d/%m/%Y %H:%M" }, "x.format", "%H:%M"],
    [{ name: "x", type: "datetime", format: "%c" }, "x.format", "%c"],
    [{ name: "x", type: "datetime", format: "%" }, "x.format", "written as %"],
    [{ name: "x", type: "datetime", format: "any" }, "x.format", "written as any"],
    [{ name: "x", type: "time", format: "%H.%M" }, "x.format", "%H.%M"],
    [{ name: "x", type: "object" }, "x.format", "JSON"],
    [{ name: "x", type: "array", constraints: { minLength: 1 } }, "x.length", "length of x"],
    [{ name: "x", type: "geojson" }, "x.format", "JSON"],
    [{ name: "x", type: "geopoint", format: "object" }, "x.format", "object"],
    [{ name: "x", type: "list" }, "x.format", "items"],
    [{ name: "x", type: "string", format: "iban" }, "x.format", "iban"],
    [{ name: "x", type: "duration", constraints: { maximum: "P1Y" } }, "x.maximum", "duration"],
    [{ name: "x", type: "string", constraints: { minimum: 3 } }, "x.minimum", "of type string"],
    [{ name: "x", type: "integer", constraints: { pattern: "a" } }, "x.pattern", "about texts"],
    [{ name: "x", constraints: { enum: [1] } }, "x.enum", "of type any"],
    [{ name: "x", type: "string", constraints: { pattern: "(?=a)" } }, "x.pattern", "look-around"],
    [{ name: "x", constraints: { requird: true } }, "x.requird", "did you mean required"],
    [{ name: "x", type: "object", constraints: { jsonSchema: {} } }, "x.jsonSchema", "not checked"],
  ])("%j", (field, id, words) => {
    const { unsupported } = parseContract(schemaOf(field), "s.json");
    expect(unsupported.find((item) => item.id === id)).toMatchObject({ message: expect.stringContaining(words) });
    expect(unsupported.find((item) => item.id === id)?.place).toMatchObject({
      file: "s.json",
      line: expect.any(Number),
    });
  });

  test("references and texts for no value", () => {
    const { unsupported } = parseContract(
      JSON.stringify({
        fields: [{ name: "x", missingValues: ["", "n/a"] }, { name: "y" }],
        missingValues: ["", "-", { value: "NA", label: "unknown" }],
        foreignKeys: [{ fields: "x", reference: { resource: "other", fields: "id" } }],
      }),
      "s.json",
    );
    expect(unsupported.map(({ id, message }) => [id, message])).toEqual([
      ["x.missing-values", '"n/a" count as values of x, which has no type of single values'],
      ["y.missing-values", '"-", "NA" count as values of y, which has no type of single values'],
      ["x.foreign-key", "references from x to other are not checked: the file has no table schema of that name"],
    ]);
  });
});

describe("a table schema that is wrong is refused with its place and a fix", () => {
  test.each([
    [
      '{\n  "fields": [{ "name": "x", "type": "int" }]\n}',
      "TH_CONTRACT_SCHEMA",
      "fields.0.type",
      { line: 2, column: 37 },
    ],
    [
      '{\n  "fields": [{ "name": "x", "type": "integr" }]\n}',
      "TH_CONTRACT_SCHEMA",
      'did you mean "integer"',
      { line: 2 },
    ],
    ['{\n  "fields": [{ "type": "string" }]\n}', "TH_CONTRACT_SCHEMA", "fields.0.name is missing", { line: 2 }],
    ['{ "fields": [] }', "TH_CONTRACT_SCHEMA", "fields", { line: 1 }],
    ['{ "fields": [{ "name": "x" }, { "name": "x" }] }', "TH_CONTRACT_VALUE", "twice", { column: 41 }],
    ['{ "fields": [{ "name": "x" }], "primaryKey": "y" }', "TH_CONTRACT_VALUE", 'no field "y"', { column: 32 }],
    [
      '{ "fields": [{ "name": "x", "constraints": { "required": "yes" } }] }',
      "TH_CONTRACT_SCHEMA",
      "boolean",
      { column: 58 },
    ],
    ['{ "path": "p.csv", "schema": "schema.json" }', "TH_CONTRACT_SCHEMA", "name that file", { column: 30 }],
    ['{ "resources": [{ "path": "p.csv" }] }', "TH_CONTRACT_SCHEMA", "without a table schema", { column: 17 }],
    ['{ "resources": [] }', "TH_CONTRACT_SCHEMA", "resources", { line: 1 }],
    ['{ "fields": [{ "name": "x" }', "TH_CONTRACT_SYNTAX", "mend", { line: 1 }],
    [
      schemaOf({ name: "x", type: "integer", constraints: { minimum: "low" } }),
      "TH_CONTRACT_VALUE",
      "low",
      { line: 7 },
    ],
    [
      schemaOf({ name: "x", type: "integer", constraints: { minimum: 3, maximum: 2 } }),
      "TH_CONTRACT_VALUE",
      "exchange",
      { line: 7 },
    ],
    [
      schemaOf({ name: "x", type: "string", constraints: { minLength: 3, maxLength: 2 } }),
      "TH_CONTRACT_VALUE",
      "exchange",
      { line: 7 },
    ],
    [
      schemaOf({ name: "x", type: "string", constraints: { pattern: "[a" } }),
      "TH_CONTRACT_VALUE",
      "expression",
      { line: 7 },
    ],
    [schemaOf({ name: "x", type: "string", constraints: { enum: [1] } }), "TH_CONTRACT_VALUE", "quotes", { line: 7 }],
  ])("%s", (text, code, words, place) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code, place: { file: "c.yaml", ...place } });
    expect(`${error.message} ${error.fix}`).toContain(words);
  });

  test("rules stand where the schema says them", () => {
    const [rule] = rulesOf({ name: "x", type: "integer", constraints: { minimum: 3 } });
    expect(rule).toMatchObject({ id: "x.minimum", place: { file: "s.json", line: 7, column: 9 } });
  });
});
