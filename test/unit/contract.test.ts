import { readFile } from "node:fs/promises";
import { Ajv2019 } from "ajv/dist/2019.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { describeBound, holds } from "../../src/contract/bounds.ts";
import type { Bound, Contract, Rule } from "../../src/contract/contract.ts";
import { judge, planContract } from "../../src/contract/evaluation.ts";
import { mismatch, parseContract } from "../../src/contract/odcs.ts";
import type { Column } from "../../src/dataset/dataset.ts";
import { TitleholderError } from "../../src/kernel/error.ts";

const head = "apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n";

/** A contract whose only table has this body, indented by four. */
function table(body: string): string {
  return `${head}${body.replace(/^(?=.)/gm, "    ")}\n`;
}

/** A contract with one column; `lines` are its keys. */
function column(...lines: readonly string[]): string {
  return table(`properties:\n  - name: x\n${lines.map((line) => `    ${line}`).join("\n")}`);
}

function rulesOf(text: string): readonly Rule[] {
  return parseContract(text, "c.yaml").rules;
}

function refusal(text: string): TitleholderError {
  try {
    parseContract(text, "c.yaml");
  } catch (error) {
    if (error instanceof TitleholderError) return error;
    throw error;
  }
  throw new Error("the contract was accepted");
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
    ["quality: [{ type: sql, query: SELECT 1, mustBe: 1 }]", "x.sql", "SQL"],
    ["quality: [{ type: text, description: good }]", "x.text", "written for people"],
    ["quality: [{ type: custom, engine: soda, implementation: x }]", "x.custom", "meant for soda"],
    ["quality: [{ type: library, rule: duplicateCount, mustBe: 0 }]", "x.library", "before version 3.1"],
    ["quality: [{ metric: nullValues, mustBe: 0, unit: meters }]", "x.nullValues", "unit meters"],
    ["relationships: [{ to: other.x }]", "x.relationship", "references"],
    ["physicalType: VARCHAR(2)", "x.physical-type", "declare a logicalType"],
    ["logicalType: number\n    logicalTypeOptions: { multipleOf: 2 }", "x.multipleOf", "multipleOf"],
    ["logicalType: string\n    logicalTypeOptions: { format: uri }", "x.format", "uri"],
    ["logicalType: date\n    logicalTypeOptions: { format: dd.MM.yyyy }", "x.format", "dd.MM.yyyy"],
    ["logicalType: timestamp\n    logicalTypeOptions: { timezone: true }", "x.timezone", "timezone"],
    ['logicalType: string\n    logicalTypeOptions: { pattern: "(?=a)" }', "x.pattern", "look-around"],
    ['logicalType: string\n    logicalTypeOptions: { pattern: "(a)\\\\1" }', "x.pattern", "back-references"],
    ["logicalType: object\n    properties: [{ name: y }]", "x.properties", "parts of x"],
    ["logicalType: array\n    items: { logicalType: string }", "x.items", "items of x"],
  ])("%s", (lines, id, words) => {
    const { unsupported, rules } = parseContract(column(lines), "c.yaml");
    expect(unsupported).toMatchObject([{ id, message: expect.stringContaining(words), place: { file: "c.yaml" } }]);
    expect(unsupported[0]?.place.line).toBeGreaterThanOrEqual(10);
    expect(rules).toEqual([]);
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

  test("further tables and service levels", () => {
    const text = `${head}    properties: [{ name: x }]\n  - name: other\n    properties: [{ name: y }]\nslaProperties:\n  - { property: latency, value: 4 }\n`;
    expect(parseContract(text, "c.yaml").unsupported).toMatchObject([
      { id: "schema.other", place: { line: 9 } },
      { id: "sla.latency", place: { line: 12 } },
    ]);
  });
});

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

describe("bounds", () => {
  const bounds: readonly (readonly [Bound, readonly boolean[], string])[] = [
    [{ op: "=", value: 2 }, [false, true, false], "exactly 2 rows"],
    [{ op: "≠", value: 2 }, [true, false, true], "any number but 2 rows"],
    [{ op: ">", value: 2 }, [false, false, true], "more than 2 rows"],
    [{ op: "≥", value: 2 }, [false, true, true], "at least 2 rows"],
    [{ op: "<", value: 2 }, [true, false, false], "fewer than 2 rows"],
    [{ op: "≤", value: 2 }, [true, true, false], "at most 2 rows"],
    [{ op: "between", low: 2, high: 3 }, [false, true, true], "from 2 to 3 rows"],
    [{ op: "not between", low: 2, high: 2 }, [true, false, true], "fewer than 2 or more than 2 rows"],
  ];
  test.each(bounds)("%j", (bound, expected, words) => {
    expect([1, 2, 3].map((value) => holds(bound, value))).toEqual(expected);
    expect(describeBound(bound, "rows")).toBe(words);
  });
});

describe("a contract against columns", () => {
  const contract = (text: string): Contract => parseContract(text, "c.yaml");
  const columns = (kinds: Readonly<Record<string, Column["kind"]>>): readonly Column[] =>
    Object.entries(kinds).map(([name, kind]) => ({ name, kind, native: kind.toUpperCase(), nullable: true }));

  test("one plan of counts answers all rules", () => {
    const plan = planContract(
      contract(
        table(
          "quality: [{ metric: rowCount, mustBeGreaterThan: 3 }]\n" +
            "properties:\n  - { name: x, primaryKey: true, logicalType: integer, quality: [{ metric: nullValues, mustBeLessThan: 50, unit: percent }] }",
        ),
      ),
      columns({ x: "integer" }),
    );
    expect(plan.aggregates).toEqual({
      "(rows)": { fn: "count" },
      "primary-key": { fn: "duplicates", columns: ["x"] },
      "x.required": { fn: "count", where: { op: "null", column: "x" } },
      "x.nullValues": { fn: "count", where: { op: "null", column: "x" } },
    });
    const { rows, outcomes } = judge(plan, { "(rows)": 4, "primary-key": 1, "x.required": 2, "x.nullValues": 2 });
    expect(rows).toBe(4);
    expect(outcomes.map(({ rule, count, share, holds }) => [rule.id, count, share, holds])).toEqual([
      ["row-count", 4, 1, true],
      ["primary-key", 1, 0.25, false],
      ["x.required", 2, 0.5, false],
      ["x.nullValues", 2, 0.5, false],
    ]);
  });

  test("columns that are missing, more, or of another kind are told, and their rules not asked", () => {
    const text = table(
      "properties:\n" +
        "  - { name: gone, required: true }\n" +
        "  - { name: s, logicalType: number, required: true, logicalTypeOptions: { minimum: 1 } }\n" +
        "  - { name: w, logicalType: number }\n" +
        "  - { name: f, logicalType: integer }",
    );
    const plan = planContract(contract(text), columns({ s: "string", w: "integer", f: "number", extra: "string" }));
    expect(plan.missing.map(({ name }) => name)).toEqual(["gone"]);
    expect(plan.extra).toEqual(["extra"]);
    expect(plan.mistyped.map(({ column }) => column.name)).toEqual(["s", "f"]);
    expect(plan.rules.map(({ id }) => id)).toEqual(["s.required"]);
    expect(plan.idle.map(({ rule, why }) => [rule.id, why])).toEqual([
      ["gone.required", "the data has no column gone"],
      ["s.range", "s holds values of kind string"],
    ]);
  });

  test("a contract of other data is refused with both lists of columns", () => {
    expect(mismatch(contract(column("required: true")), "c.yaml", ["a", "b"])).toMatchObject({
      code: "TH_CONTRACT_MISMATCH",
      message: "the contract describes x, and the data has a, b: they have no column in common",
      place: { file: "c.yaml" },
    });
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
