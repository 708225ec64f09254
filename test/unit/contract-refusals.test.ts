import { describe, expect, test } from "vitest";
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
    [
      "version 2 with parts of 3",
      "apiVersion: v2.1.0\nschema: []\n",
      { code: "TH_CONTRACT_VERSION", hint: "rewrite it" },
    ],
    ["a version that was never made", "apiVersion: 3.1\n", { code: "TH_CONTRACT_VERSION", hint: "v3.0.2" }],
    ["a version without its letter", "apiVersion: 3.1.0\n", { code: "TH_CONTRACT_VERSION", hint: "v3.1.0" }],
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
      { code: "TH_CONTRACT_SCHEMA", hint: "expected number", place: { file: "c.yaml", line: 11, column: 40 } },
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
      "ends the wrong way round",
      column("quality: [{ metric: nullValues, mustBeBetween: [3, 1] }]"),
      { code: "TH_CONTRACT_VALUE", hint: "smaller first" },
    ],
    [
      "an unknown metric",
      column("quality: [{ metric: nulValues, mustBe: 0 }]"),
      { code: "TH_CONTRACT_SCHEMA", fix: 'did you mean "nullValues"?' },
    ],
    [
      "an end of a range of times that is no time",
      column("logicalType: time\n    logicalTypeOptions: { minimum: '9:00' }"),
      { code: "TH_CONTRACT_VALUE", hint: "08:30:00" },
    ],
    [
      "a length that is none",
      column("quality: [{ metric: invalidValues, arguments: { minLength: 3, maxLength: 2 }, mustBe: 0 }]"),
      { code: "TH_CONTRACT_VALUE", hint: "at most the maxLength of 2" },
    ],
    [
      "keys that are no columns",
      table(
        "quality: [{ metric: duplicateValues, arguments: { properties: [y] }, mustBe: 0 }]\nproperties: [{ name: x }]",
      ),
      { code: "TH_CONTRACT_VALUE", hint: 'no column "y"' },
    ],
    [
      "an option whose word is near another",
      column("logicalType: integer", "logicalTypeOptions: { format: i31 }"),
      { code: "TH_CONTRACT_SCHEMA", hint: "did you mean" },
    ],
    [
      "an id with a space",
      column("id: my column"),
      { code: "TH_CONTRACT_SCHEMA", hint: "letters, digits", place: { file: "c.yaml", line: 10, column: 13 } },
    ],
    [
      "a server without its address",
      `${head}    properties: [{ name: x }]\nservers:\n  - { server: lake, type: s3 }\n`,
      {
        code: "TH_CONTRACT_SCHEMA",
        hint: "servers.0.location is missing",
        place: { file: "c.yaml", line: 10, column: 5 },
      },
    ],
    [
      "a misspelt key of a server",
      `${head}    properties: [{ name: x }]\nservers:\n  - { server: db, type: duckdb, databse: x }\n`,
      { code: "TH_CONTRACT_SCHEMA", hint: "database" },
    ],
    [
      "a misspelt key of a nested column",
      column("logicalType: object", "properties: [{ name: y, requird: true }]"),
      { code: "TH_CONTRACT_KEY", fix: 'did you mean "required"?', place: { file: "c.yaml", line: 11, column: 33 } },
    ],
    [
      "parts of a text",
      column("logicalType: string", "properties: [{ name: y }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "has no parts" },
    ],
    [
      "a rule of version 3.0 in 3.1",
      column("quality: [{ rule: duplicateCount, mustBe: 0 }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "write metric", place: { file: "c.yaml", line: 10, column: 27 } },
    ],
    [
      "a member of the team without a name",
      `${head}    properties: [{ name: x }]\nteam:\n  members:\n    - role: Owner\n`,
      { code: "TH_CONTRACT_SCHEMA", hint: "team.members.0.username is missing", place: { file: "c.yaml", line: 11 } },
    ],
    [
      "a check of a type that has no such key",
      column("quality: [{ type: text, query: SELECT 1 }]"),
      { code: "TH_CONTRACT_SCHEMA", hint: "no query" },
    ],
    ["a column inside itself", column("properties: &p [{ name: y, properties: *p }]"), { code: "TH_CONTRACT_SYNTAX" }],
    ["a deep list", column(`examples: [${"[".repeat(5000)}${"]".repeat(5000)}]`), { code: "TH_CONTRACT_SYNTAX" }],
    ["a list deeper than the reader goes", "[".repeat(200_000), { code: "TH_CONTRACT_SYNTAX" }],
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
