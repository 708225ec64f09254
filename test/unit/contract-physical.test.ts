import { describe, expect, test } from "vitest";
import { agrees, parsePhysicalType } from "../../src/contract/physical-type.ts";
import { columnOfType, stored } from "../../src/dataset/engines/duckdb/types.ts";
import { contractAnswers } from "../support/contract-answers.ts";
import { contractColumn as column } from "../support/contracts.ts";

describe("physical types are read as databases, warehouses and files write them", () => {
  test.each([
    ["varchar(20)", { type: "text", length: 20 }],
    ["VARCHAR2(20 CHAR)", { type: "text", length: 20 }],
    ["character varying(5)", { type: "text", length: 5 }],
    ["NVARCHAR(MAX)", { type: "text" }],
    ["NUMBER(38)", { type: "decimal", digits: 38, scale: 0 }],
    ["NUMERIC(10, 2)", { type: "decimal", digits: 10, scale: 2 }],
    ["DECIMAL", { type: "decimal" }],
    ["int(11) unsigned", { type: "integer", bits: 32, signed: false }],
    ["bigint", { type: "integer", bits: 64, signed: true }],
    ["FLOAT(53)", { type: "float", bits: 64 }],
    ["double precision", { type: "float", bits: 64 }],
    ["timestamp(3) with time zone", { type: "timestamp", zoned: true }],
    ["TIMESTAMP_NTZ(9)", { type: "timestamp", zoned: false }],
    ["timestamp", { type: "timestamp" }],
    ["ARRAY<INT64>", { type: "list", items: { type: "integer", bits: 64, signed: true } }],
    ["varchar(3)[]", { type: "list", items: { type: "text", length: 3 } }],
    [
      "STRUCT<`a b`: STRING, c ARRAY<DECIMAL(4,1)>>",
      {
        type: "structure",
        fields: [
          ["a b", { type: "text" }],
          ["c", { type: "list", items: { type: "decimal", digits: 4, scale: 1 } }],
        ],
      },
    ],
    [
      "row(a int, b varchar(2))",
      {
        type: "structure",
        fields: [
          ["a", { type: "integer", bits: 32, signed: true }],
          ["b", { type: "text", length: 2 }],
        ],
      },
    ],
    ["map<string, double>", { type: "map", items: { type: "float", bits: 64 } }],
  ])("%s", (written, type) => {
    expect(parsePhysicalType(written)).toEqual(type);
  });

  test.each([
    "GEOGRAPHY",
    "INT8",
    "BIT",
    "JSON",
    "VARCHAR(x)",
    "ARRAY<VARIANT>",
    "STRUCT<a>",
    "INT(",
    "BINARY(16)",
    "",
  ])("%s is not known", (written) => {
    expect(parsePhysicalType(written)).toBeUndefined();
  });
});

test.each([
  ["INT", "BIGINT", true],
  ["BIGINT", "DOUBLE", false],
  ["NUMBER(38,0)", "BIGINT", true],
  ["DECIMAL(10,2)", "DECIMAL(10,2)", true],
  ["DECIMAL(10,2)", "DECIMAL(8,1)", true],
  ["DECIMAL(10,2)", "DECIMAL(12,4)", false],
  ["DECIMAL(10,2)", "VARCHAR", false],
  ["REAL", "DOUBLE", false],
  ["FLOAT", "DOUBLE", true],
  ["TIMESTAMPTZ", "TIMESTAMP", false],
  ["TIMESTAMP", "TIMESTAMP WITH TIME ZONE", true],
  ["DATETIME", "TIMESTAMP_NS", true],
  ["DATE", "TIMESTAMP", false],
  ["TIME", "TIME", true],
  ["UUID", "UUID", true],
  ["VARCHAR(36)", "UUID", false],
  ["BYTE_ARRAY", "VARCHAR", true],
  ["BOOLEAN", "BOOLEAN", true],
  ["BYTEA", "BLOB", true],
  ["ARRAY<INT>", "INTEGER[]", true],
  ["STRUCT<a INT>", "INTEGER[]", false],
  ["MAP<STRING, INT>", "MAP(VARCHAR, INTEGER)", true],
])("%s against a file's %s: %s", (written, native, expected) => {
  const type = parsePhysicalType(written);
  expect(type && agrees(type, stored(columnOfType("x", native)))).toBe(expected);
});

describe("values are held against the physical type", () => {
  const csv = (...cells: readonly string[]) => ({ csv: `x\n${cells.map((cell) => `"${cell}"`).join("\n")}\n` });
  const physical = (type: string, logical = "") =>
    column(`physicalType: "${type}"`, ...(logical === "" ? [] : [`logicalType: ${logical}`]));

  test.each([
    ["VARCHAR(3)", "string", ["abc", "żółw", ""], 1],
    ["SMALLINT", "integer", ["32767", "32768", "-32769"], 2],
    ["DECIMAL(4,2)", "number", ["99.99", "100", "-1.005", "0.1"], 2],
    ["NUMERIC(3)", "number", ["999", "1.5", "1000"], 2],
    ["UUID", "string", ["123e4567-e89b-12d3-a456-426614174000", "x"], 1],
  ])("%s of texts", async (type, logical, cells, broken) => {
    const answers = await contractAnswers(physical(type, logical), csv(...cells));
    expect(answers).toMatchObject({ broken: { "x.physical-type": broken }, shape: {}, unsupported: [] });
  });

  test("without a logical type it tells what the cells are", async () => {
    expect(await contractAnswers(physical("INT"), csv("1", "x"))).toMatchObject({ misfits: [["x", 1]] });
    expect((await contractAnswers(physical("TIME"), csv("10:00", "x"))).broken).toEqual({ "x.time": 1 });
    expect(
      (await contractAnswers(physical("UHUGEINT"), csv("340282366920938463463374607431768211455"))).misfits,
    ).toEqual([]);
  });

  test("a file that keeps values in another way fails", async () => {
    const answers = await contractAnswers(physical("DATE"), { parquet: "SELECT TIMESTAMP '2026-01-01' AS x" });
    expect(answers).toMatchObject({ shape: { "x.stored-type": "fail" }, mistyped: ["x"] });
    expect(answers.messages).toEqual(["x must be kept as DATE, and the data holds TIMESTAMP"]);
    const decimal = { parquet: "SELECT 1.25::DECIMAL(6,2) AS x" };
    expect((await contractAnswers(physical("DECIMAL(6,2)", "number"), decimal)).shape).toEqual({
      "x.stored-type": "pass",
    });
  });

  test("a text file cannot tell whether bytes are kept", async () => {
    expect((await contractAnswers(physical("BYTEA", "string"), csv("a"))).shape).toEqual({
      "x.stored-type": "unchecked",
    });
  });

  test("parts of nested types too", async () => {
    const type = physical("STRUCT<a ARRAY<VARCHAR(2)>, b INT, c DATE>");
    const data = { parquet: "SELECT {'a': ['x', 'xyz'], 'b': 'text'} AS x" };
    expect(await contractAnswers(type, data)).toMatchObject({
      broken: { "x.a[].physical-type": 1 },
      shape: { "x.stored-type": "pass", "x.a.present": "pass", "x.b.stored-type": "fail", "x.c.present": "fail" },
      idle: { "x.b.physical-type": "x.b holds values of kind string" },
    });
  });
});
