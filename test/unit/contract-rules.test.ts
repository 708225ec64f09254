import { describe, expect, test } from "vitest";
import type { Rule } from "../../src/contract/contract.ts";
import { parseContract } from "../../src/contract/odcs.ts";
import {
  contractColumn as column,
  contractHead as head,
  contractRefusal as refusal,
  contractTable as table,
} from "../support/contracts.ts";

function rulesOf(text: string): readonly Rule[] {
  return parseContract(text, "c.yaml").rules;
}

describe("rules of a column", () => {
  test.each([
    ["required: true", "x.required", { op: "null", column: "x" }, "x must not be missing"],
    [
      "logicalType: number\n    logicalTypeOptions: { minimum: 0, maximum: 1 }",
      "x.range",
      { op: "not", term: { op: "range", column: "x", min: 0, openMin: false, max: 1, openMax: false } },
      "x must be from 0 to 1",
    ],
    [
      "logicalType: number\n    logicalTypeOptions: { minimum: 2, exclusiveMinimum: 2 }",
      "x.range",
      { op: "not", term: { op: "range", column: "x", min: 2, openMin: true } },
      "x must be above 2",
    ],
    [
      "logicalType: number\n    logicalTypeOptions: { maximum: 2, exclusiveMaximum: 5 }",
      "x.range",
      { op: "not", term: { op: "range", column: "x", max: 2, openMax: false } },
      "x must be at most 2",
    ],
    [
      'logicalType: date\n    logicalTypeOptions: { exclusiveMaximum: "2026-02-01" }',
      "x.range",
      { op: "not", term: { op: "range", column: "x", max: new Date("2026-02-01"), openMax: true } },
      "x must be below 2026-02-01",
    ],
    [
      'logicalType: timestamp\n    logicalTypeOptions: { minimum: "2026-01-01T12:00:00+02:00" }',
      "x.range",
      { op: "not", term: { op: "range", column: "x", min: new Date("2026-01-01T10:00:00Z"), openMin: false } },
      "x must be at least 2026-01-01T10:00:00.000Z",
    ],
    [
      "logicalType: string\n    logicalTypeOptions: { minLength: 1, maxLength: 3 }",
      "x.length",
      { op: "not", term: { op: "length", column: "x", min: 1, max: 3 } },
      "x must have at least 1 and at most 3 characters",
    ],
    [
      'logicalType: string\n    logicalTypeOptions: { pattern: "^a+$" }',
      "x.pattern",
      { op: "not", term: { op: "matches", column: "x", pattern: "^a+$" } },
      "x must match ^a+$",
    ],
    [
      "logicalType: integer\n    logicalTypeOptions: { format: u8 }",
      "x.format",
      { op: "not", term: { op: "range", column: "x", min: 0n, max: 255n } },
      "x must fit u8",
    ],
  ] as const)("%s", (lines, id, violated, expectation) => {
    const [rule, ...others] = rulesOf(column(lines));
    expect(others).toEqual([]);
    expect(rule).toMatchObject({ id, columns: ["x"], bound: { op: "=", value: 0 }, unit: "rows", expectation });
    expect(rule?.measure).toEqual({ kind: "rows", violated });
  });

  test("stand where the contract says them", () => {
    const places = rulesOf(column("required: true", "logicalType: integer", "logicalTypeOptions:", "  minimum: 3")).map(
      ({ id, place }) => [id, place.file, place.line, place.column],
    );
    expect(places).toEqual([
      ["x.required", "c.yaml", 10, 9],
      ["x.range", "c.yaml", 13, 11],
    ]);
  });

  test("a primary key is required and unique as a whole, in the order of its positions", () => {
    const contract = parseContract(
      table(
        "properties:\n" +
          "  - { name: b, primaryKey: true, primaryKeyPosition: 2 }\n" +
          "  - { name: a, primaryKey: true, primaryKeyPosition: 1, unique: true }\n",
      ),
      "c.yaml",
    );
    expect(contract.key).toEqual(["a", "b"]);
    expect(contract.rules.map(({ id, columns, measure }) => [id, columns, measure.kind])).toEqual([
      ["primary-key", ["a", "b"], "duplicates"],
      ["b.required", ["b"], "rows"],
      ["a.required", ["a"], "rows"],
      ["a.unique", ["a"], "duplicates"],
    ]);
  });

  test("a physical name is the column's name in the data", () => {
    const contract = parseContract(column("physicalName: col_x", "required: true"), "c.yaml");
    expect(contract.columns[0]?.name).toBe("col_x");
    expect(contract.rules[0]?.columns).toEqual(["col_x"]);
  });

  test("classifications and showValues are kept", () => {
    const text = column("classification: restricted", "customProperties: [{ property: showValues, value: true }]");
    expect(parseContract(text, "c.yaml").columns).toMatchObject([{ classification: "restricted", showValues: true }]);
  });
});

describe("quality checks", () => {
  const quality = (...lines: readonly string[]) =>
    column("logicalType: string", "quality:", `  - ${lines[0]}`, ...lines.slice(1).map((line) => `    ${line}`));

  test.each([
    [
      ["metric: nullValues", "mustBe: 0"],
      { kind: "rows", violated: { op: "null", column: "x" } },
      "x must not be missing",
    ],
    [
      ["metric: nullValues", "mustBeLessThan: 5", "unit: percent"],
      { kind: "rows", violated: { op: "null", column: "x" } },
      "missing values of x: fewer than 5% of the rows",
    ],
    [
      ["metric: missingValues", "arguments: { missingValues: [null, '', N/A] }", "mustBeLessOrEqualTo: 7"],
      {
        kind: "rows",
        violated: {
          op: "or",
          terms: [
            { op: "null", column: "x" },
            { op: "in", column: "x", values: ["", "N/A"] },
          ],
        },
      },
      "missing values of x: at most 7 rows",
    ],
    [
      ["metric: invalidValues", "arguments: { validValues: [NO, a] }", "mustBe: 0"],
      { kind: "rows", violated: { op: "not", term: { op: "in", column: "x", values: ["NO", "a"] } } },
      "x must be one of NO, a",
    ],
    [
      ["metric: invalidValues", "arguments: { pattern: '^a' }", "mustBeBetween: [0, 3]"],
      { kind: "rows", violated: { op: "not", term: { op: "matches", column: "x", pattern: "^a" } } },
      "values of x that do not match ^a: from 0 to 3 rows",
    ],
    [
      ["metric: invalidValues", "arguments: { pattern: '^a', minLength: 2, maxLength: 3 }", "mustBe: 0"],
      {
        kind: "rows",
        violated: {
          op: "or",
          terms: [
            { op: "not", term: { op: "matches", column: "x", pattern: "^a" } },
            { op: "not", term: { op: "length", column: "x", min: 2, max: 3 } },
          ],
        },
      },
      "x must match ^a and have at least 2 and at most 3 characters",
    ],
    [["metric: duplicateValues", "mustBe: 0"], { kind: "duplicates" }, "x must be unique"],
  ] as const)("of a column: %j", (lines, measure, expectation) => {
    const [rule] = rulesOf(quality(...lines));
    expect(rule).toMatchObject({ measure, expectation, columns: ["x"] });
  });

  test("of the table", () => {
    const rules = rulesOf(
      table(
        "quality:\n" +
          "  - { metric: rowCount, mustBeGreaterOrEqualTo: 10000, severity: warning, dimension: coverage }\n" +
          "  - { name: pairs, metric: duplicateValues, arguments: { properties: [a, b] }, mustBe: 0 }\n" +
          "properties: [{ name: a }, { name: b }]",
      ),
    );
    expect(rules).toMatchObject([
      {
        id: "row-count",
        columns: [],
        measure: { kind: "row count" },
        expectation: "the number of rows: at least 10,000 rows",
        severity: "warning",
        dimension: "coverage",
      },
      { id: "pairs", columns: ["a", "b"], measure: { kind: "duplicates" }, dimension: "uniqueness" },
    ]);
  });

  test("values are read as the column's type", () => {
    const dates = column(
      "logicalType: date",
      "quality:",
      "  - metric: invalidValues",
      "    mustBe: 0",
      '    arguments: { validValues: ["2026-01-31"] }',
    );
    expect(rulesOf(dates)[0]?.measure).toEqual({
      kind: "rows",
      violated: { op: "not", term: { op: "in", column: "x", values: [new Date("2026-01-31")] } },
    });
    const wrong = refusal(quality("metric: invalidValues", "arguments: { validValues: [a, 1] }", "mustBe: 0"));
    expect(wrong).toMatchObject({ code: "TH_CONTRACT_VALUE", fix: 'write it in quotes: "1"', place: { line: 13 } });
  });

  const in30 = (text: string) => text.replace("v3.1.0", "v3.0.2");

  test.each([
    ["{ rule: duplicateCount, mustBeLessThan: 10, unit: rows }", "duplicates", { op: "<", value: 10 }],
    ["{ type: library, rule: uniqueCheck }", "duplicates", { op: "=", value: 0 }],
    ["{ rule: nullCheck, description: no gaps }", "rows", { op: "=", value: 0 }],
    ["{ rule: validValues, validValues: [pounds] }", "rows", { op: "=", value: 0 }],
  ])("rules of version 3.0 are read as the metrics they became: %s", (check, kind, bound) => {
    const [rule, ...others] = rulesOf(in30(column("logicalType: string", `quality: [${check}]`)));
    expect(rule).toMatchObject({ measure: { kind }, bound, columns: ["x"], place: { line: 11 } });
    expect(others).toEqual([]);
  });

  test("rules of version 3.0 about the table, and those that nobody defined", () => {
    const text = in30(
      table(
        "quality: [{ rule: rowCount, mustBeBetween: [100, 120] }, { rule: countCheck }, { rule: minCheck }]\nproperties: [{ name: x }]",
      ),
    );
    const { rules, unsupported } = parseContract(text, "c.yaml");
    expect(rules).toMatchObject([{ id: "row-count", bound: { op: "between", low: 100, high: 120 } }]);
    expect(unsupported).toMatchObject([
      { id: "row-count-2", message: expect.stringContaining("states no bound") },
      { id: "minCheck", message: expect.stringContaining("does not define") },
    ]);
  });

  test("two checks of one name are told apart", () => {
    const text = column(
      "quality:",
      "  - { metric: nullValues, mustBe: 0 }",
      "  - { metric: nullValues, mustBeLessThan: 3 }",
    );
    expect(rulesOf(text).map(({ id }) => id)).toEqual(["x.nullValues", "x.nullValues-2"]);
  });
});

describe("what cannot be checked is listed with its line", () => {
  test.each([
    ["quality: [{ type: text, description: good }]", "x.text", "written for people"],
    ["quality: [{ type: custom, engine: soda, implementation: x }]", "x.custom", "meant for soda"],
    ["quality: [{ metric: rowCount, mustBe: 0 }]", "x.rowCount", "a metric of tables"],
    ["quality: [{ metric: nullValues, mustBe: none }]", "x.nullValues", "bounds a number by mustBe"],
    ["quality: [{ metric: invalidValues, mustBe: 0 }]", "x.invalidValues", "which values are valid"],
    ["quality: [{ description: be nice }]", "x.quality", "written for people"],
    ["logicalType: boolean\n    logicalTypeOptions: { format: yes/no }", "x.format", "says nothing"],
    ["quality: [{ metric: nullValues, mustBe: 0, unit: meters }]", "x.nullValues", "unit meters"],
    ["relationships: [{ to: other.x }]", "x.reference", "the contract has no table other"],
    ["physicalType: GEOGRAPHY", "x.physical-type", "GEOGRAPHY of x is not known"],
    ["logicalType: number\n    logicalTypeOptions: { multipleOf: 1e-16 }", "x.multipleOf", "more than 15 decimals"],
    ["logicalType: string\n    logicalTypeOptions: { format: iban }", "x.format", "iban"],
    ["logicalType: date\n    logicalTypeOptions: { format: ww.yyyy }", "x.format", "ww.yyyy"],
    [
      "logicalType: date\n    logicalTypeOptions: { format: ww.yyyy }",
      "x.format",
      "neither it nor the type is checked",
    ],
    ['logicalType: string\n    logicalTypeOptions: { pattern: "(?=a)" }', "x.pattern", "look-around"],
    ['logicalType: string\n    logicalTypeOptions: { pattern: "(a)\\\\1" }', "x.pattern", "back-references"],
    ["logicalType: object\n    properties: [{ name: y, unique: true }]", "x.y.unique", "not counted by themselves"],
    ["logicalType: object\n    properties: [{ name: y, primaryKey: true }]", "x.y.primary-key", "a part of a column"],
    [
      "logicalType: array\n    items: { quality: [{ metric: duplicateValues, mustBe: 0 }] }",
      "x[].duplicateValues",
      "a part",
    ],
  ])("%s", (lines, id, words) => {
    const { unsupported, rules } = parseContract(column(lines), "c.yaml");
    expect(unsupported).toMatchObject([{ id, message: expect.stringContaining(words), place: { file: "c.yaml" } }]);
    expect(unsupported[0]?.place.line).toBeGreaterThanOrEqual(10);
    expect(rules).toEqual([]);
  });

  test.each([
    ["{ metric: invalidValues, arguments: { maxLength: 2, multipleOf: 1 }, mustBe: 0 }", "x.invalidValues.multipleOf"],
    ["{ metric: nullValues, arguments: { nullValues: [n] }, mustBe: 0 }", "x.nullValues.nullValues"],
  ])("an argument that a metric takes no notice of, beside the rule: %s", (quality, id) => {
    const { unsupported, rules } = parseContract(column(`quality: [${quality}]`), "c.yaml");
    expect(unsupported).toMatchObject([{ id, message: expect.stringContaining("was not used") }]);
    expect(rules).toHaveLength(1);
  });

  test("formats that the reader takes, and those that say nothing to check, are not listed", () => {
    for (const lines of [
      "logicalType: timestamp\n    logicalTypeOptions: { format: \"yyyy-MM-dd'T'HH:mm:ss\", timezone: false, defaultTimezone: Etc/UTC }",
      "logicalType: date\n    logicalTypeOptions: { format: yyyy-MM-dd }",
      "logicalType: string\n    logicalTypeOptions: { format: password }",
      "logicalType: number\n    logicalTypeOptions: { format: f64 }",
    ])
      expect(parseContract(column(lines), "c.yaml").unsupported).toEqual([]);
  });

  test.each([
    ["quality: [{ metric: nullValues, mustBe: 0 }]\nproperties: [{ name: x }]", "nullValues", "a metric of columns"],
    [
      "quality: [{ metric: duplicateValues, mustBe: 0 }]\nproperties: [{ name: x }]",
      "duplicateValues",
      "does not name",
    ],
    ["description: nothing", "schema", "describes no columns"],
    ["properties: []", "schema", "describes no columns"],
  ])("of a table: %s", (lines, id, words) => {
    const { unsupported } = parseContract(table(lines), "c.yaml");
    expect(unsupported).toMatchObject([{ id, message: expect.stringContaining(words), place: { file: "c.yaml" } }]);
  });

  test("service levels; a further table is compiled beside the first", () => {
    const text = `${head}    properties: [{ name: x }]\n  - name: other\n    properties: [{ name: y }]\nslaProperties:\n  - { property: latency, value: 4 }\n`;
    const { unsupported, further } = parseContract(text, "c.yaml");
    expect(further.map(({ table }) => table)).toEqual(["other"]);
    expect(unsupported).toMatchObject([{ id: "sla.latency", place: { line: 12 } }]);
  });
});
