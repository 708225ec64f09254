import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ordersHost, ordersQueries } from "../support/sql-rules.ts";

/** All over three orders: 10 and 30 by ada, 20 by bob. */
let at: Awaited<ReturnType<typeof ordersHost>>;
let queries: Awaited<ReturnType<typeof ordersQueries>>;

beforeAll(async () => {
  at = await ordersHost([]);
  queries = await ordersQueries(at);
});

afterAll(async () => {
  await queries[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});

describe("a condition of rows", () => {
  test.each([
    ["amount >= 20", [0, 1, 1]],
    ["customer = 'ada' AND placed < DATE '2026-01-03' -- the first", [1, 0, 0]],
    ["CASE WHEN amount = 20 THEN NULL ELSE TRUE END", [1, 0, 1]],
    ["amount IN (10, 30) OR customer LIKE 'b%'", [1, 1, 1]],
    ["regexp_matches(upper(customer), '^B') IS NOT TRUE", [1, 0, 1]],
    ["len(list_filter([amount, id], lambda v: v > 25)) = 1", [0, 0, 1]],
    ["data.amount BETWEEN 15 AND 25", [0, 1, 0]],
    ["NULL::BOOLEAN", [0, 0, 0]],
  ])("%s is answered by each, in the order of the data", async (condition, marks) => {
    expect(await queries.rows(condition)).toEqual({ answer: { outcome: "value", value: 3 }, marks });
  });

  test.each([
    ["no SQL", "amount >"],
    ["a second expression", "amount > 3), (TRUE"],
    ["a clause of its own", "amount > 3) FROM data WHERE (TRUE"],
    ["another table", "amount > 3) FROM orders WHERE (TRUE"],
    ["a grouping", "TRUE) FROM data GROUP BY (amount"],
    ["a second statement", "TRUE) FROM data; SELECT (TRUE"],
    ["a statement that writes", "TRUE) FROM data; DROP VIEW data; SELECT (TRUE"],
    ["an order", "TRUE) FROM data ORDER BY (amount"],
    ["a sample", "TRUE) FROM data USING SAMPLE (1"],
    ["rows of another's making", "TRUE) FROM range(3), (SELECT 1"],
    ["a further select", "TRUE) FROM data UNION ALL (SELECT TRUE"],
    ["a file", "(SELECT count(*) FROM 'orders.csv') > 0"],
    ["a function of files", "(SELECT count(*) FROM read_csv('orders.csv')) > 0"],
    ["a text that is a file", "length((SELECT content FROM read_text('c.yaml'))) > 0"],
    ["a query inside", "amount > (SELECT avg(amount) FROM data)"],
    ["a query inside a list", "amount IN (SELECT amount FROM data)"],
    ["a query that asks for existence", "EXISTS (FROM data)"],
    ["a look at other rows", "amount > avg(amount) OVER ()"],
    ["an aggregate", "max(amount) > 3"],
    ["an aggregate inside a case", "CASE WHEN count(*) > 3 THEN TRUE ELSE FALSE END"],
    ["a macro that is an aggregate", "geomean(amount) > 3"],
    ["several answers a row", "unnest([TRUE, FALSE])"],
    ["chance", "random() > 0.5"],
    ["a setting", "current_setting('threads') > 0"],
    ["the environment", "getenv('PATH') IS NULL"],
    ["what is no yes or no", "amount + 1"],
    ["a pair", "amount > 3, TRUE"],
    ["an unknown column", "amounts > 3"],
    ["all columns", "COLUMNS(*) > 3"],
    ["a star", "*"],
    ["a place", "#1 > 3"],
    ["nothing", "-- only a remark"],
    ["less than nothing", ""],
    ["a parameter", "amount > $1"],
  ])("with %s is refused", async (_, condition) => {
    const { answer, marks } = await queries.rows(condition);
    expect(answer).toMatchObject({ outcome: "refused", message: expect.any(String) });
    expect(marks).toBeUndefined();
  });

  test("that fails on a value gives no rows", async () => {
    expect(await queries.rows("customer::INTEGER > 3")).toMatchObject({
      answer: { outcome: "failed" },
      marks: undefined,
    });
  });

  test("that is refused is told its own line", async () => {
    expect((await queries.rows("amount > 3\n AND amounts > 4")).answer).toMatchObject({ at: { line: 2, column: 6 } });
    expect((await queries.rows("TRUE AND\n  random() > 0.5")).answer).toMatchObject({ at: { line: 2 } });
  });
});
