import { describe, expect, test } from "vitest";
import { parseContract } from "../../src/contract/odcs.ts";
import { contractColumn, contractRefusal, contractTable } from "../support/contracts.ts";

const custom = (...pairs: readonly (readonly [string, string])[]) => [
  "customProperties:",
  ...pairs.map(([property, value]) => `  - { property: ${property}, value: ${value} }`),
];
const column = (type: string, ...pairs: readonly (readonly [string, string])[]) =>
  contractColumn(`logicalType: ${type}`, ...custom(...pairs));

describe("missing values in a contract", () => {
  test.each([
    ["integer", [["missingValueStrategy", "drop"]], { strategy: "drop", indicator: false }],
    ["number", [["missing-value-strategy", "mean"]], { strategy: "mean" }],
    [
      "string",
      [
        ["missingValueStrategy", "constant"],
        ["missingValueConstant", '"0"'],
      ],
      { constant: "0" },
    ],
    [
      "boolean",
      [
        ["missingValueStrategy", "constant"],
        ["missingValueConstant", "false"],
      ],
      { constant: false },
    ],
    [
      "date",
      [
        ["missingValueStrategy", "constant"],
        ["missingValueConstant", '"2020-02-29"'],
      ],
      { constant: new Date("2020-02-29") },
    ],
    ["object", [["missingValueStrategy", "drop"]], { strategy: "drop" }],
    ["number", [["missingValueIndicator", "true"]], { indicator: true }],
  ] as const)("of type %s: %j", (type, pairs, expected) => {
    expect(parseContract(column(type, ...pairs), "c.yaml").missing).toMatchObject([
      { column: "x", ...expected, place: { file: "c.yaml", line: 12 } },
    ]);
  });

  test("are nobody's business where nothing is said of them", () => {
    expect(parseContract(column("number", ["owner", "me"]), "c.yaml").missing).toEqual([]);
  });

  test.each([
    ["number", [["missingValueStrategy", "medain"]], 'strategy "medain"', 'did you mean "median"?'],
    ["number", [["missingValueStrategy", "interpolate"]], "interpolate", "write one of drop, constant"],
    ["string", [["missingValueStrategy", "median"]], "a column of type string has no median", "drop, constant, mode"],
    ["array", [["missingValueStrategy", "mode"]], "a column of type array has no mode", "write one of drop"],
    ["number", [["missingValueStrategy", "constant"]], "needs the value", "missingValueConstant"],
    ["number", [["missingValueConstant", "1"]], "has no use", "remove it"],
    [
      "string",
      [
        ["missingValueStrategy", "constant"],
        ["missingValueConstant", "0"],
      ],
      "0, which is no string",
      "in quotes",
    ],
    [
      "integer",
      [
        ["missingValueStrategy", "constant"],
        ["missingValueConstant", "1.5"],
      ],
      "1.5, which is no integer",
      "of type integer",
    ],
    ["number", [["missingValueStrategies", "drop"]], 'no custom property "missingValueStrategies"', "did you mean"],
    ["number", [["missingValueIndicator", "1"]], "neither true nor false", "write true or false"],
  ] as const)("are refused with a place and a fix: %s %j", (type, pairs, message, fix) => {
    const error = contractRefusal(column(type, ...pairs));
    expect(error.code).toBe("TH_CONTRACT_VALUE");
    expect(error.message).toContain(message);
    expect(error.fix).toContain(fix);
    expect(error.place.line).toBeGreaterThanOrEqual(12);
  });
});

const dictionary = (...features: readonly string[]) =>
  contractTable(
    [
      "customProperties:",
      "  - property: features",
      "    value:",
      ...features.map((feature) => `      - ${feature}`),
      "properties:",
      "  - name: weight",
      "  - name: height",
    ].join("\n"),
  );

describe("the feature dictionary", () => {
  test("says of each feature what it is made from, in which version, by which code", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const text = dictionary(
      `{ name: bmi, version: 1.2.0, sources: [weight, height], code: features.py, digest: "${digest}", description: mass }`,
      "{ name: obese, version: 0.1.0-rc.1, sources: [bmi] }",
    );
    expect(parseContract(text, "c.yaml").features).toEqual([
      {
        name: "bmi",
        version: "1.2.0",
        sources: ["weight", "height"],
        code: "features.py",
        digest,
        description: "mass",
        place: { file: "c.yaml", line: 11, column: 21 },
      },
      { name: "obese", version: "0.1.0-rc.1", sources: ["bmi"], place: { file: "c.yaml", line: 12, column: 21 } },
    ]);
  });

  test.each([
    ["{ name: bmi, version: 1.0.0, sources: [wieght] }", "TH_CONTRACT_VALUE", '"wieght"', 'did you mean "weight"?'],
    ["{ name: weight, version: 1.0.0, sources: [height] }", "TH_CONTRACT_VALUE", '"weight" is defined twice', "own"],
    ["{ name: a, version: 1.0.0, sources: [a] }", "TH_CONTRACT_VALUE", 'is made from "a"', "name a column"],
    [
      '{ name: a, version: "1", sources: [weight] }',
      "TH_CONTRACT_SCHEMA",
      "version: must be a version",
      "name, version",
    ],
    ["{ name: a, version: 1.0.0, sources: [] }", "TH_CONTRACT_SCHEMA", "sources", "name, version"],
    ["{ name: a, version: 1.0.0, source: [weight] }", "TH_CONTRACT_SCHEMA", "sources", "name, version"],
    ["{ name: a, version: 1.0.0, sources: [weight], cod: x }", "TH_CONTRACT_KEY", '"cod"', 'did you mean "code"?'],
    ["{ name: a, version: 1.0.0, sources: [weight], digest: md5 }", "TH_CONTRACT_SCHEMA", "digest", "name, version"],
    [
      `{ name: a, version: 1.0.0, sources: [weight], digest: "sha256:${"1".repeat(64)}" }`,
      "TH_CONTRACT_VALUE",
      "has a digest and no code",
      "under code",
    ],
    ["bmi", "TH_CONTRACT_SCHEMA", "definition", "name, version"],
  ])("is refused with a place and a fix: %s", (feature, code, message, fix) => {
    const error = contractRefusal(dictionary(feature));
    expect([error.code, error.place.line]).toEqual([code, 11]);
    expect(error.message).toContain(message);
    expect(error.fix).toContain(fix);
  });

  test("is a list", () => {
    const text = contractTable("customProperties: [{ property: features, value: bmi }]\nproperties: [{ name: x }]");
    expect(contractRefusal(text).message).toBe("the feature dictionary is no list");
  });
});
