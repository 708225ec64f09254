import { describe, expect, test } from "vitest";
import { contractAnswers } from "../support/contract-answers.ts";
import { contractColumn as column, contractRefusal, contractTable as table } from "../support/contracts.ts";

/** A column of text as CSV, each cell in quotes. */
const csv = (...cells: readonly string[]) => ({ csv: `x\n${cells.map((cell) => `"${cell}"`).join("\n")}\n` });
/** A column of a type as Parquet. */
const parquet = (type: string, ...values: readonly string[]) => ({
  parquet: `SELECT unnest([${values.join(", ")}]::${type}[]) AS x`,
});
const typed = (type: string, options: string) => column(`logicalType: ${type}`, `logicalTypeOptions: ${options}`);

describe("options of types find the values that break them", () => {
  test("multipleOf, in decimals", async () => {
    const contract = typed("number", "{ multipleOf: 0.1 }");
    expect((await contractAnswers(contract, csv("0.3", "0.7", "1e15", "0.35", "0.30000000000000004"))).broken).toEqual({
      "x.multipleOf": 2,
    });
    for (const type of ["DECIMAL(12,2)", "DOUBLE", "FLOAT"])
      expect((await contractAnswers(contract, parquet(type, "0.3", "2.2", "2.25", "NULL"))).broken).toEqual({
        "x.multipleOf": 1,
      });
    expect((await contractAnswers(typed("integer", "{ multipleOf: 5 }"), csv("0", "-10", "7"))).broken).toEqual({
      "x.multipleOf": 1,
    });
  });

  test.each([
    ["f32", "number", csv("1e38", "-3.5e38", "inf", "0.1"), 1],
    ["f64", "number", csv("1e300"), undefined],
    ["i8", "integer", csv("127", "-128", "128"), 1],
    ["u16", "integer", csv("-1", "65535", "65536"), 2],
    ["u64", "integer", csv("18446744073709551615", "18446744073709551616", "-1"), 2],
    ["i128", "integer", csv("170141183460469231731687303715884105727"), 0],
    ["u128", "integer", csv("340282366920938463463374607431768211455"), 0],
  ])("the format %s of a %s", async (format, type, data, broken) => {
    const { broken: found, misfits } = await contractAnswers(typed(type, `{ format: ${format} }`), data);
    expect(found["x.format"]).toBe(broken);
    expect(misfits).toEqual([]);
  });

  test.each([
    [
      "ipv6",
      ["::1", "2001:db8::ff00:42:8329", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1", "1::", "fe80::1:2:3:4:5:6"],
      ["1:2", ":::", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "1:2:3:4:5:6:7::8:9", "::256.1.1.1"],
    ],
    ["ipv4", ["192.0.2.1"], ["256.1.1.1", "1.2.3"]],
    ["byte", ["", "TWFu", "TWE=", "TQ=="], ["TWF", "TW=u", "T W="]],
    ["uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]],
    ["hostname", ["a-b.example"], ["-a", "a_b"]],
    ["uri", ["https://a.example/x"], ["a b"]],
    ["email", ["a@b.example"], ["a@b", "a b@c.d"]],
  ])("the format %s of texts", async (format, good, bad) => {
    const { broken } = await contractAnswers(typed("string", `{ format: ${format} }`), csv(...good, ...bad));
    expect(broken).toEqual({ "x.format": bad.length });
  });

  test("bytes may stand for texts of the format binary", async () => {
    const answers = await contractAnswers(typed("string", "{ format: binary }"), parquet("BLOB", "'a'::BLOB"));
    expect(answers).toMatchObject({ mistyped: [], unsupported: [] });
    expect((await contractAnswers(column("logicalType: string"), parquet("BLOB", "'a'::BLOB"))).mistyped).toEqual([
      "x",
    ]);
  });

  test("items and properties are counted, and told apart", async () => {
    const list = typed("array", "{ minItems: 1, maxItems: 2, uniqueItems: true }");
    expect(
      (await contractAnswers(list, parquet("INTEGER[]", "[1]", "[]", "[1, 1]", "[1, 2, 3]", "NULL"))).broken,
    ).toEqual({
      "x.items": 2,
      "x.uniqueItems": 1,
    });
    const object = typed("object", "{ minProperties: 1, maxProperties: 1, required: [a] }");
    const data = parquet(
      "STRUCT(a INTEGER, b INTEGER)",
      "{'a': 1, 'b': 2}",
      "{'a': NULL, 'b': 2}",
      "{'a': NULL, 'b': NULL}",
      "NULL",
    );
    expect((await contractAnswers(object, data)).broken).toEqual({ "x.properties": 2, "x.required-properties": 2 });
  });

  test("a property that is required and that no structure has fails as a whole", async () => {
    const answers = await contractAnswers(
      typed("object", "{ required: [z] }"),
      parquet("STRUCT(a INTEGER)", "{'a': 1}"),
    );
    expect(answers.shape).toEqual({ "x.structure": "pass", "x.z.present": "fail" });
    expect(answers.idle).toEqual({ "x.required-properties": "x has no field z" });
  });
});

describe("dates and times", () => {
  test("are read by their format from texts", async () => {
    const contract = typed("date", '{ format: dd/MM/yyyy, minimum: "2026-01-01" }');
    expect(await contractAnswers(contract, csv("31/12/2025", "01/02/2026", "2026-01-05", "30/02/2026"))).toMatchObject({
      broken: { "x.range": 1 },
      misfits: [["x", 2]],
      unsupported: [],
    });
    const json = { json: '{"x":"31/12/2025"}\n{"x":"01/02/2026"}\n{"x":"2026-01-05"}\n{"x":null}\n' };
    expect(await contractAnswers(contract, json)).toMatchObject({ broken: { "x.range": 1 }, misfits: [["x", 1]] });
  });

  test.each([
    ["yyyy-MM-dd", "date", ["2026-01-05", "2026-1-5", "02026-01-05", "2026-02-30", "epoch"], 4],
    [
      "yyyy-MM-dd HH:mm:ss",
      "timestamp",
      ["2026-01-05 10:00:00", "2026-01-05T10:00:00", "2026-01-05 10:00", "infinity"],
      3,
    ],
  ])("written %s are that and nothing like it", async (format, type, cells, misfits) => {
    expect((await contractAnswers(typed(type, `{ format: "${format}" }`), csv(...cells))).misfits).toEqual([
      ["x", misfits],
    ]);
    const [good = ""] = cells;
    expect((await contractAnswers(typed(type, `{ format: "${format}" }`), csv(good))).misfits).toEqual([]);
  });

  test("a date with a time of day in its format is a timestamp, and a time without a date a time", async () => {
    const contract = typed("date", '{ format: "yyyy-MM-dd HH:mm:ss", maximum: "2026-01-01T12:00:00" }');
    expect(await contractAnswers(contract, csv("2026-01-01 11:00:00", "2026-01-01 13:00:00"))).toMatchObject({
      broken: { "x.range": 1 },
      misfits: [],
    });
    expect((await contractAnswers(typed("timestamp", "{ format: HH:mm:ss }"), csv("11:00:00", "11"))).broken).toEqual({
      "x.time": 1,
    });
  });

  test("a text that is no time of day is one fault, and one outside the range another", async () => {
    const contract = typed("time", '{ minimum: "08:30", exclusiveMaximum: "20:00:00" }');
    expect(
      (await contractAnswers(contract, csv("08:30", "8 o'clock", "07:59:59", "20:00", "19:59:59.9"))).broken,
    ).toEqual({
      "x.range": 2,
      "x.time": 1,
    });
    expect((await contractAnswers(contract, parquet("TIME", "'08:30:00'", "'23:00:00'"))).broken).toEqual({
      "x.range": 1,
      "x.time": 0,
    });
    expect((await contractAnswers(typed("time", "{ format: hh:mm a }"), csv("08:30 PM", "20:30"))).broken).toEqual({
      "x.time": 1,
    });
  });

  test("a timestamp must name its zone where the contract says so", async () => {
    const contract = typed("timestamp", "{ timezone: true }");
    expect((await contractAnswers(contract, csv("2026-01-01T10:00:00Z", "2026-01-01T10:00:00"))).misfits).toEqual([
      ["x", 1],
    ]);
    expect((await contractAnswers(contract, parquet("TIMESTAMPTZ", "'2026-01-01 10:00:00+00'"))).shape).toEqual({
      "x.timezone": "pass",
    });
    const local = await contractAnswers(contract, parquet("TIMESTAMP", "'2026-01-01 10:00:00'"));
    expect(local.shape).toEqual({ "x.timezone": "fail" });
    expect(local.messages).toEqual(["x must be kept with a time zone, and the data holds TIMESTAMP"]);
  });

  test("a time that names no zone is of the default zone, in data and contract", async () => {
    const contract = typed("timestamp", '{ defaultTimezone: America/New_York, minimum: "2026-07-01T08:00:00" }');
    const data = csv("2026-07-01 08:00:00", "2026-07-01 07:59:59", "2026-07-01T12:00:00Z", "2026-07-01T11:00:00Z");
    expect((await contractAnswers(contract, data)).broken).toEqual({ "x.range": 2 });
    const stored = parquet("TIMESTAMP", "'2026-07-01 08:00:00'", "'2026-07-01 07:00:00'");
    expect((await contractAnswers(contract, stored)).broken).toEqual({ "x.range": 1 });
  });

  test.each([
    ["timestamp", '{ defaultTimezone: "Mars/Olympus" }', "no time zone"],
    ["timestamp", "{ timezone: true, format: yyyy-MM-dd HH:mm }", "has none"],
    ["timestamp", "{ timezone: false, format: yyyy-MM-dd HH:mmXXX }", "has one"],
    ["array", "{ minItems: 3, maxItems: 2 }", "at least 3 and at most 2 items"],
  ])("a contradiction is refused: %s %s", (type, options, words) => {
    const error = contractRefusal(typed(type, options));
    expect(error).toMatchObject({ code: "TH_CONTRACT_VALUE", place: { file: "c.yaml", line: 11 } });
    expect(error.message).toContain(words);
  });
});

describe("parts of structures and lists", () => {
  const contract = table(
    [
      "properties:",
      "  - name: home",
      "    logicalType: object",
      "    properties:",
      "      - { name: city, logicalType: string, required: true, logicalTypeOptions: { maxLength: 4 } }",
      "      - { name: zip, logicalType: integer, classification: restricted }",
      "      - { name: gone, logicalType: string, required: true }",
      "  - name: lines",
      "    logicalType: array",
      "    items:",
      "      logicalType: object",
      "      properties:",
      "        - name: sku",
      "          logicalType: string",
      "          quality:",
      "            - { metric: nullValues, mustBe: 0 }",
      "            - { metric: invalidValues, arguments: { validValues: [x, y] }, mustBeLessThan: 50, unit: percent }",
      "        - name: prices",
      "          logicalType: array",
      "          items: { logicalType: number, required: true, logicalTypeOptions: { minimum: 0 } }",
    ].join("\n"),
  );
  const rows = `SELECT * FROM (VALUES
    ({'city': 'Kyiv', 'zip': 'a'}, [{'sku': 'x', 'prices': [1.5, NULL]}]),
    ({'city': NULL, 'zip': 'b'}, [{'sku': NULL, 'prices': [-1]}, {'sku': 'z', 'prices': []}]),
    (NULL, NULL),
    ({'city': 'Gdansk', 'zip': NULL}, [])) t(home, lines)`;

  test("have all the rules of columns; what is missing or of another type fails", async () => {
    const answers = await contractAnswers(contract, { parquet: rows });
    expect(answers.broken).toEqual({
      "home.city.required": 1,
      "home.city.length": 1,
      "lines[].sku.nullValues": 1,
      "lines[].sku.invalidValues": 1,
      "lines[].prices[].required": 1,
      "lines[].prices[].range": 1,
    });
    expect(answers.shape).toMatchObject({
      "home.city.present": "pass",
      "home.city.type": "pass",
      "home.zip.type": "fail",
      "home.gone.present": "fail",
      "lines[].type": "pass",
      "lines[].prices[].type": "pass",
    });
    expect(answers.idle).toEqual({ "home.gone.required": "home has no field gone" });
    expect(answers.messages).toContain("home.zip must be of type integer, and the data holds VARCHAR");
  });

  test("a list where a structure is declared fails, and so does the opposite", async () => {
    const both = table(
      "properties:\n  - { name: a, logicalType: object, properties: [{ name: b }] }\n  - { name: c, logicalType: array, items: { logicalType: integer } }",
    );
    const answers = await contractAnswers(both, { parquet: "SELECT [1] AS a, {'d': 1} AS c" });
    expect(answers).toMatchObject({ mistyped: [], shape: { "a.structure": "fail", "c.list": "fail" } });
    const swapped = await contractAnswers(both, { parquet: "SELECT {'b': 1} AS a, [1] AS c" });
    expect(swapped.shape).toEqual({
      "a.structure": "pass",
      "a.b.present": "pass",
      "c.list": "pass",
      "c[].type": "pass",
    });
  });

  test("of JSON too", async () => {
    const json = [
      '{"home":{"city":"Kyiv","zip":1},"lines":[{"sku":"x","prices":[1.5,null]}]}',
      '{"home":{"city":null,"zip":2},"lines":[{"sku":null,"prices":[-1]},{"sku":"z","prices":[]}]}',
      '{"home":null,"lines":null}',
      '{"home":{"city":"Gdansk","zip":null},"lines":[]}',
    ].join("\n");
    expect((await contractAnswers(contract, { json })).broken).toMatchObject({
      "home.city.required": 1,
      "home.city.length": 1,
      "lines[].sku.nullValues": 1,
      "lines[].sku.invalidValues": 1,
      "lines[].prices[].required": 1,
      "lines[].prices[].range": 1,
    });
  });

  test("a column with a classified part is masked as a whole", async () => {
    const { parseContract } = await import("../../src/contract/odcs.ts");
    expect(parseContract(contract, "c.yaml").columns[0]).toMatchObject({ name: "home", classification: "restricted" });
  });
});

describe("texts that stand for missing values", () => {
  const contract = column(
    "logicalType: integer",
    "quality:",
    '  - { metric: missingValues, arguments: { missingValues: [NA, "", -1] }, mustBe: 1 }',
  );

  test("count as missing in a column of numbers, and are no fault of type", async () => {
    const answers = await contractAnswers(contract, csv("1", "NA", "-1", "x"));
    expect(answers).toMatchObject({ broken: { "x.missingValues": 2 }, misfits: [["x", 1]], idle: {} });
    const json = { json: '{"x":1}\n{"x":"NA"}\n{"x":-1}\n{"x":"x"}\n{"x":null}\n' };
    expect(await contractAnswers(contract, json)).toMatchObject({
      broken: { "x.missingValues": 3 },
      misfits: [["x", 1]],
    });
    expect((await contractAnswers(contract, parquet("INTEGER", "1", "-1", "NULL"))).broken).toEqual({
      "x.missingValues": 2,
    });
  });
});
