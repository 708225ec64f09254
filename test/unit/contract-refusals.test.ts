import { readFile } from "node:fs/promises";
import { Ajv2019 } from "ajv/dist/2019.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseContract } from "../../src/contract/odcs.ts";
import type { TitleholderError } from "../../src/kernel/error.ts";
import {
  contractColumn as column,
  contractHead as head,
  contractRefusal as refusal,
  contractTable as table,
} from "../support/contracts.ts";

describe("a contract that is wrong is refused with its place and a fix", () => {
  const cases: readonly (readonly [string, string, Partial<TitleholderError> & { readonly hint?: string }])[] = [
    [
      "broken YAML",
      `${head}    properties: [\n`,
      { code: "TH_CONTRACT_SYNTAX", place: { file: "c.yaml", line: 9, column: 1 } },
    ],
    [
      "a key twice",
      `${head}    properties: [{ name: x }]\nid: u\n`,
      { code: "TH_CONTRACT_SYNTAX", place: { file: "c.yaml", line: 9, column: 1 } },
    ],
    ["a list at the top", "- 1\n", { code: "TH_CONTRACT_VERSION", hint: "no data contract" }],
    ["an empty file", "", { code: "TH_CONTRACT_VERSION", hint: "no data contract" }],
    ["no version", "kind: DataContract\n", { code: "TH_CONTRACT_VERSION", hint: "apiVersion is missing" }],
    [
      "version 2",
      "apiVersion: v2.2.2\n",
      { code: "TH_CONTRACT_VERSION", hint: "rewrite it", place: { file: "c.yaml", line: 1, column: 13 } },
    ],
    ["version 4", "apiVersion: v4.0.0\n", { code: "TH_CONTRACT_VERSION", hint: "upgrade Titleholder" }],
    ["a later minor version", "apiVersion: v3.2.0\n", { code: "TH_CONTRACT_VERSION", hint: "upgrade Titleholder" }],
    ["another standard", "dataContractSpecification: 1.1.0\n", { code: "TH_CONTRACT_VERSION", hint: "export it" }],
    [
      "a misspelt key",
      column("requird: true"),
      { code: "TH_CONTRACT_KEY", fix: 'did you mean "required"?', place: { file: "c.yaml", line: 10, column: 9 } },
    ],
    [
      "a misspelt key at the top",
      `${head}    properties: [{ name: x }]\nowner: me\n`,
      { code: "TH_CONTRACT_KEY", place: { file: "c.yaml", line: 9, column: 1 } },
    ],
    [
      "a misspelt option",
      column("logicalType: string", "logicalTypeOptions: { minLenght: 1 }"),
      { code: "TH_CONTRACT_KEY", fix: 'did you mean "minLength"?' },
    ],
    [
      "a misspelt operator",
      column("quality: [{ metric: nullValues, mustBee: 0 }]"),
      { code: "TH_CONTRACT_KEY", fix: 'did you mean "mustBe"?' },
    ],
    [
      "no status",
      `${head.replace("status: active\n", "")}    properties: [{ name: x }]\n`,
      { code: "TH_CONTRACT_SCHEMA", hint: "status is missing" },
    ],
    [
      "no columns",
      `${head}    properties: []\n`,
      { code: "TH_CONTRACT_SCHEMA", place: { file: "c.yaml", line: 8, column: 17 } },
    ],
    [
      "another kind",
      `${head.replace("DataContract", "Thing")}    properties: [{ name: x }]\n`,
      { code: "TH_CONTRACT_SCHEMA", place: { file: "c.yaml", line: 2, column: 7 } },
    ],
    [
      "a text for a flag",
      column('required: "yes"'),
      { code: "TH_CONTRACT_SCHEMA", place: { file: "c.yaml", line: 10, column: 19 } },
    ],
    [
      "an unknown type",
      column("logicalType: int"),
      { code: "TH_CONTRACT_SCHEMA", place: { file: "c.yaml", line: 10, column: 22 } },
    ],
    [
      "an option of another type",
      column("logicalType: integer", "logicalTypeOptions: { minLength: 1 }"),
      { code: "TH_CONTRACT_SCHEMA", hint: "minLength does not apply" },
    ],
    [
      "options without a type",
      column("logicalTypeOptions: { minimum: 1 }"),
      { code: "TH_CONTRACT_SCHEMA", hint: "need a logicalType" },
    ],
    [
      "a range that nothing is in",
      column("logicalType: integer", "logicalTypeOptions: { minimum: 2, maximum: 1 }"),
      { code: "TH_CONTRACT_VALUE", hint: "at least 2 and at most 1" },
    ],
    [
      "a length that nothing has",
      column("logicalType: string", "logicalTypeOptions: { minLength: 2, maxLength: 1 }"),
      { code: "TH_CONTRACT_VALUE" },
    ],
    [
      "a text for a bound",
      column("logicalType: integer", "logicalTypeOptions: { minimum: low }"),
      { code: "TH_CONTRACT_VALUE", hint: "a number" },
    ],
    [
      "a day that is none",
      column("logicalType: date", 'logicalTypeOptions: { minimum: "2026-02-30" }'),
      { code: "TH_CONTRACT_VALUE", hint: "2026-02-30" },
    ],
    [
      "a broken expression",
      column("logicalType: string", 'logicalTypeOptions: { pattern: "[a" }'),
      { code: "TH_CONTRACT_VALUE", place: { file: "c.yaml", line: 11, column: 31 } },
    ],
    ["a column twice", table("properties: [{ name: x }, { name: x }]"), { code: "TH_CONTRACT_SCHEMA", hint: "twice" }],
    [
      "a check without a bound",
      column("quality: [{ metric: nullValues }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "no bound" },
    ],
    [
      "a check with two bounds",
      column("quality: [{ metric: nullValues, mustBe: 0, mustBeLessThan: 3 }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "mustBe and mustBeLessThan" },
    ],
    [
      "a bound that is no number",
      column("quality: [{ metric: nullValues, mustBe: none }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "a number" },
    ],
    [
      "ends the wrong way round",
      column("quality: [{ metric: nullValues, mustBeBetween: [3, 1] }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "smaller first" },
    ],
    [
      "an unknown metric",
      column("quality: [{ metric: nulValues, mustBe: 0 }]"),
      { code: "TH_CONTRACT_SCHEMA", fix: 'did you mean "nullValues"?' },
    ],
    [
      "a metric of the table",
      column("quality: [{ metric: rowCount, mustBe: 0 }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "no metric here" },
    ],
    [
      "an end of a range of times that is no time",
      column("logicalType: time\n    logicalTypeOptions: { minimum: '9:00' }"),
      { code: "TH_CONTRACT_VALUE", hint: "08:30:00" },
    ],
    [
      "a length that is none",
      column("quality: [{ metric: invalidValues, arguments: { minLength: 3, maxLength: 2 }, mustBe: 0 }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "at most the maxLength of 2" },
    ],
    [
      "no valid values",
      column("quality: [{ metric: invalidValues, mustBe: 0 }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "validValues" },
    ],
    [
      "keys that are no columns",
      table(
        "quality: [{ metric: duplicateValues, arguments: { properties: [y] }, mustBe: 0 }]\nproperties: [{ name: x }]",
      ),
      { code: "TH_CONTRACT_VALUE", hint: 'no column "y"' },
    ],
    [
      "an alias bomb",
      `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghi"
        .split("")
        .map((name, at) => `${name}: &${name} [${`*${"abcdefghi"[at]},`.repeat(9)}]`)
        .join("\n")}\n`,
      { code: "TH_CONTRACT_SYNTAX" },
    ],
  ];
  test.each(cases)("%s", (_name, text, { hint, ...expected }) => {
    const error = refusal(text);
    expect(error).toMatchObject({ kind: "configuration", ...expected });
    expect(error.place.file).toBe("c.yaml");
    expect(error.fix).not.toBe("");
    if (hint !== undefined) expect(`${error.message} ${error.fix}`).toContain(hint);
  });
});

describe("the standard's own schema", () => {
  test("accepts what is accepted here, and refuses unknown keys as here", async () => {
    const schema: unknown = JSON.parse(await readFile("test/fixtures/odcs-json-schema-v3.1.0.json", "utf8"));
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema as object);
    const good = [
      column(
        "logicalType: string",
        "required: true",
        "unique: true",
        'logicalTypeOptions: { pattern: "^a", minLength: 1 }',
      ),
      column(
        "logicalType: timestamp",
        "primaryKey: true",
        "primaryKeyPosition: 1",
        'logicalTypeOptions: { minimum: "2026-01-01T00:00:00Z" }',
      ),
      column(
        "logicalType: integer",
        "classification: public",
        "quality: [{ metric: invalidValues, arguments: { validValues: [1] }, mustBe: 0, unit: percent, severity: info, dimension: accuracy }]",
      ),
      table(
        "quality: [{ metric: rowCount, mustBeBetween: [1, 9] }]\nproperties: [{ name: x, customProperties: [{ property: showValues, value: true }] }]",
      ),
      await readFile("examples/flights/contract.odcs.yaml", "utf8"),
    ];
    for (const text of good) {
      expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
      expect(parseContract(text, "c.yaml").columns.length).toBeGreaterThan(0);
    }
    const bad = [
      column("requird: true"),
      column("logicalType: int"),
      column("logicalType: integer", "logicalTypeOptions: { minLength: 1 }"),
      column("quality: [{ metric: nullValues, mustBe: 0, mustBeLessThan: 3 }]"),
      column("quality: [{ metric: nulValues, mustBe: 0 }]"),
      `${head}    properties: [{ name: x }]\nowner: me\n`,
    ];
    for (const text of bad) {
      expect(validate(parse(text)), text).toBe(false);
      expect(refusal(text).kind).toBe("configuration");
    }
  });
});
