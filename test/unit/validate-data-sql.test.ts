import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseContract } from "../../src/contract/odcs.ts";
import {
  checkNamed,
  ordersContract,
  ordersHost,
  ordersQueries,
  refusalOf,
  sqlCheck,
  validateOrders,
} from "../support/sql-rules.ts";

/** Answers all checks in one run: by their names. */
async function answers(checks: readonly string[], given: Readonly<Record<string, unknown>> = {}) {
  await using t = await ordersHost(checks);
  const { findings } = await validateOrders(t, given);
  return { findings, of: (id: string) => checkNamed(findings.checks, id) };
}

describe("a rule in SQL", () => {
  test("is judged by its operator, and its number is shown", async () => {
    const { of, findings } = await answers([
      sqlCheck("same", "SELECT sum(amount) FROM orders", "mustBe: 60"),
      sqlCheck("other", "SELECT sum(amount) FROM orders", "mustNotBe: 60"),
      sqlCheck("above", "SELECT avg(amount) FROM orders", "mustBeGreaterThan: 20"),
      sqlCheck("at-least", "SELECT avg(amount) FROM orders", "mustBeGreaterOrEqualTo: 20"),
      sqlCheck("below", "SELECT 1.5", "mustBeLessThan: 2"),
      sqlCheck("at-most", "SELECT 2::UTINYINT", "mustBeLessOrEqualTo: 1"),
      sqlCheck("between", "SELECT count(DISTINCT customer) FROM orders", "mustBeBetween: [1, 2]"),
      sqlCheck("outside", "SELECT count(*) FROM orders", "mustNotBeBetween: [1, 2]"),
      sqlCheck("mild", "SELECT 7", "mustBe: 8\nseverity: warning"),
    ]);
    const verdicts = ["same", "other", "above", "at-least", "below", "at-most", "between", "outside", "mild"];
    expect(verdicts.map((id) => of(id).verdict)).toEqual([
      ...["pass", "fail", "fail", "pass", "pass", "fail", "pass", "pass", "warn"],
    ]);
    expect(of("above")).toMatchObject({ observed: 20, message: "the result must be more than 20; found 20" });
    expect(of("above").place).toMatchObject({ file: "c.yaml" });
    expect(findings.verdict).toBe("fail");
  });

  test("may give a boolean", async () => {
    const { of } = await answers([
      sqlCheck("yes", "SELECT bool_and(amount > 0) FROM orders", "mustBe: true"),
      sqlCheck("no", "SELECT bool_and(amount > 10) FROM orders", "mustBe: true"),
    ]);
    expect([of("yes").verdict, of("no").verdict]).toEqual(["pass", "fail"]);
  });

  test("knows its table by the contract's names, by data, and by placeholders", async () => {
    const names = [
      "orders",
      "data",
      '"shop.orders_v1"',
      "shop.orders_v1",
      "{object}",
      `\${table}`,
      "{ Model }",
      '"{object}"',
    ];
    const { of } = await answers(
      names.map((name, at) => sqlCheck(`n${at}`, `SELECT count(*) FROM ${name}`, "mustBe: 3")),
    );
    expect(names.map((name, at) => [name, of(`n${at}`).verdict])).toEqual(names.map((name) => [name, "pass"]));
  });

  test("of a column says the column by a placeholder, in quotes too", async () => {
    const text = ordersContract().replace(
      "- { name: amount, logicalType: integer }",
      `- name: amount\n        logicalType: integer\n        quality:\n          - { type: sql, query: "SELECT sum({property}) + sum(\\"\${column}\\") FROM {object} WHERE '{field}' = 'amount'", mustBe: 120 }`,
    );
    await using t = await ordersHost([], { files: { "c.yaml": text } });
    const { findings } = await validateOrders(t);
    expect(checkNamed(findings.checks, "amount.sql")).toMatchObject({ verdict: "pass", observed: 120 });
  });

  test("may use all of the language that speaks of values", async () => {
    const queries = [
      "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT count(*) - 3 FROM r",
      "SELECT count(*) FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY placed) AS n FROM orders) WHERE n > 2",
      "SELECT count(*) FROM orders a LEFT JOIN orders b USING (id) WHERE b.id IS NULL",
      "SELECT count(*) FROM orders WHERE customer NOT IN (SELECT unnest(['ada', 'bob']))",
      "SELECT count(*) FROM orders WHERE NOT regexp_matches(customer, '^[a-z]+$') OR customer LIKE '%x%' OR customer ILIKE 'Q%'",
      "SELECT count(*) FROM orders WHERE placed > current_date + INTERVAL 1 DAY * 40000",
      "SELECT sum(CASE WHEN amount BETWEEN 1 AND 99 THEN 0 ELSE 1 END)::DECIMAL(10, 2) FROM orders",
      "SELECT count(*) FROM range(3) AS r(i) JOIN orders ON orders.id = r.i + 1 WHERE amount IS NULL",
      "SELECT len(list_filter([1, 2, 3], lambda x: x > 3))",
      "SELECT count(*) FROM (SELECT customer FROM orders GROUP BY ALL HAVING sum(amount) < 0 ORDER BY 1 LIMIT 5)",
      "SELECT count(*) FROM (SELECT id FROM orders EXCEPT SELECT id FROM data)",
      "SELECT count(*) FILTER (WHERE amount < 0) FROM orders -- and a remark",
      "FROM orders SELECT count(*) - 3",
      "SELECT coalesce(max(try_cast(customer AS INTEGER)), 0) FROM orders;",
      "SELECT count(*) FROM (VALUES (1), (2)) v(x) WHERE x > 2",
      "SELECT quantile_cont(amount, 0.5) - 20 FROM orders",
    ];
    const { of } = await answers(queries.map((query, at) => sqlCheck(`q${at}`, query)));
    expect(queries.map((query, at) => [query, of(`q${at}`).verdict])).toEqual(queries.map((query) => [query, "pass"]));
  });

  test("counts towards the score in its dimension", async () => {
    const { findings } = await answers([sqlCheck("bad", "SELECT 1", "mustBe: 0\ndimension: consistency")]);
    expect(findings.details).toMatchObject({ quality: { dimensions: { consistency: { score: 0, questions: 1 } } } });
  });
});

describe("a rule that this data cannot answer", () => {
  test("is unchecked with its reason, and the others are answered", async () => {
    const { of, findings } = await answers([
      sqlCheck("nothing", "SELECT max(amount) FROM orders WHERE id > 9"),
      sqlCheck("no-row", "SELECT amount FROM orders WHERE id > 9"),
      sqlCheck("many", "SELECT amount FROM orders"),
      sqlCheck("two-parts", "SELECT 1 UNION ALL SELECT 1"),
      sqlCheck("not-finite", "SELECT 'nan'::DOUBLE"),
      sqlCheck("cast", "SELECT sum(customer::INTEGER) FROM orders"),
      sqlCheck("good", "SELECT 0"),
    ]);
    expect(of("nothing").message).toMatch(/not checked, as the query failed on this data: it gave NULL/);
    for (const id of ["nothing", "no-row", "many", "two-parts", "not-finite", "cast"])
      expect(of(id).verdict).toBe("unchecked");
    expect(of("cast").message).toContain("Could not convert string 'ada'");
    expect(of("good").verdict).toBe("pass");
    expect(findings.verdict).toBe("warn");
  });

  test("shows no value that the report may not show", async () => {
    const text = ordersContract(sqlCheck("cast", "SELECT sum(customer::INTEGER) FROM orders")).replace(
      "{ name: customer,",
      "{ name: customer, classification: restricted,",
    );
    await using t = await ordersHost([], { files: { "c.yaml": text } });
    const { findings } = await validateOrders(t);
    expect(checkNamed(findings.checks, "cast").message).toMatch(/failed on this data: \(masked\)$/);
  });

  test("is unchecked where nothing of the data can be read", async () => {
    await using t = await ordersHost([sqlCheck("rule", "SELECT 0")], { files: { "orders.csv": "" } });
    const { findings } = await validateOrders(t);
    expect(checkNamed(findings.checks, "rule").verdict).toBe("unchecked");
  });
});

describe("a query that no data could answer is an error of the contract", () => {
  test("with its place", async () => {
    await using t = await ordersHost([sqlCheck("rule", "SELECT nocol FROM orders")]);
    const error = await refusalOf(validateOrders(t));
    expect(error).toMatchObject({
      kind: "configuration",
      code: "TH_CONTRACT_SQL",
      place: { file: "c.yaml", line: 12 },
    });
    expect(error.message).toMatch(
      /^the query of rule cannot run: .*"nocol" not found.*\(line 1, column 8 of the query\)$/,
    );
  });

  test("and says what is wrong, and where in the query", async () => {
    await using t = await ordersHost([]);
    await using queries = await ordersQueries(t);
    const long = `SELECT count(*) FROM orders WHERE ${"amount > 1 AND ".repeat(50)}nocol = 1 AND ${"amount > 1 AND ".repeat(50)}TRUE`;
    const cases: readonly (readonly [query: string, message: string, at: readonly [number, number] | null])[] = [
      ["SELEC 1", 'syntax error at or near "SELEC"', [1, 1]],
      ["SELECT count(*)\n  FROM orders\n WHERE nocol > 1", '"nocol" not found', [3, 8]],
      ["SELECT 'é', count(*) FROM order", "syntax error", [1, 27]],
      ["SELECT 'é', count(*) FROM nowhere", "there is no table", [1, 27]],
      ["SELECT 'é', nocol FROM orders", '"nocol" not found', [1, 13]],
      [long, '"nocol" not found', [1, 785]],
      ["SELECT count(*) FROM customers", 'there is no table "customers"', [1, 22]],
      ["SELECT nosuch(amount) FROM orders", "the function nosuch may not be called, or is not known", [1, 8]],
      ["SELECT sum(customer) FROM orders", "No function matches", [1, 8]],
      ["SELECT 1, 2", "it gives 2 columns", null],
      ["SELECT customer FROM orders", "it gives a value of type VARCHAR", null],
      [" ; ", "statements", null],
      ["SELECT $1", "may not be", null],
    ];
    for (const [query, message, at] of cases) {
      const place = at === null ? null : { line: at[0], column: at[1] };
      expect([query, await queries.ask(query)]).toMatchObject([
        query,
        {
          outcome: "refused",
          message: expect.stringContaining(message),
          ...(query.includes("$") ? {} : { at: place }),
        },
      ]);
    }
  });

  test("a check that says too little is unchecked, with what is missing", () => {
    const cases = [
      ['name: x\ntype: sql\nquery: ""\nmustBe: 0', "states no query"],
      [`name: x\ntype: sql\nquery: ${"x".repeat(70_000)}\nmustBe: 0`, "longer than 65,536 characters"],
      ['name: x\ntype: sql\nquery: "SELECT {property}"\nmustBe: 0', "says {property}, which stands for a column"],
      ["name: x\ntype: sql\nquery: SELECT 1\nmustBe: many", "neither a number nor a boolean"],
    ] as const;
    for (const [check, words] of cases) {
      const { sqlRules, unsupported } = parseContract(ordersContract(check), "c.yaml");
      expect(sqlRules).toEqual([]);
      expect(unsupported).toMatchObject([
        { id: "x", message: expect.stringContaining(words), place: { file: "c.yaml" } },
      ]);
    }
  });
});

test("sql-timeout must be a duration", async () => {
  await using t = await ordersHost([sqlCheck("rule", "SELECT 0")]);
  const error = await refusalOf(validateOrders(t, { sqlTimeout: "soon" }));
  expect(error).toMatchObject({ code: "TH_DURATION", place: { input: "sql-timeout" } });
});

test("Parquet is asked where it stands, by its own types", async () => {
  const { writeParquet } = await import("../support/parquet.ts");
  await using t = await ordersHost([
    sqlCheck("sum", "SELECT sum(amount) FROM orders", "mustBe: 4950"),
    sqlCheck("nested", "SELECT count(*) FROM orders WHERE tags[1] <> 'a'"),
  ]);
  const path = join(t.cwd, "orders.parquet");
  await writeParquet(
    t.host,
    path,
    "SELECT i AS id, 'c' AS customer, i::INTEGER AS amount, DATE '2026-01-01' AS placed, ['a'] AS tags FROM range(100) r(i)",
  );
  const { findings } = await validateOrders(t, { data: [path] });
  expect([checkNamed(findings.checks, "sum").verdict, checkNamed(findings.checks, "nested").verdict]).toEqual([
    "pass",
    "pass",
  ]);
});
