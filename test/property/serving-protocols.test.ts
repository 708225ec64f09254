import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InputColumns } from "../../src/model/columns.ts";
import { HttpError } from "../../src/serving/http.ts";
import { inferRows, invocationRows, parseObject, type Rows } from "../../src/serving/protocols.ts";

const inputs: readonly InputColumns[] = [
  { name: "X", type: "float", columns: ["a", "b"], width: 2 },
  { name: "hour", type: "int64", columns: ["hour"], width: 1 },
];

/** Rows of equal columns, or an answer that names the caller's fault. */
function expectRowsOrRefusal(read: () => Rows): Rows | undefined {
  try {
    const rows = read();
    expect(rows.count).toBeGreaterThan(0);
    for (const values of rows.columns.values()) expect(values).toHaveLength(rows.count);
    return rows;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    expect(error.status).toBe(400);
    expect(error.message).not.toBe("");
    return undefined;
  }
}

const cell = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string(),
);
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 });

describe("whatever a caller sends", () => {
  test("as bytes is a JSON object or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(typeof parseObject(Buffer.from(bytes))).toBe("object");
        } catch (error) {
          expect(error).toMatchObject({ status: 400, code: "TH_SERVING_REQUEST" });
        }
      }),
    );
  });

  test("to /invocations becomes rows or is refused as the caller's fault", () => {
    const body = fc.oneof(
      fc.record({ dataframe_split: fc.record({ columns: fc.jsonValue(), data: fc.jsonValue() }) }),
      fc.record({ dataframe_records: fc.array(fc.jsonValue()) }),
      fc.record({ inputs: fc.jsonValue() }),
      fc.dictionary(fc.string(), fc.jsonValue()),
    );
    fc.assert(
      fc.property(body, (given) => void expectRowsOrRefusal(() => invocationRows(given))),
      { numRuns: 1000 },
    );
  });

  test("to the infer path becomes rows or is refused as the caller's fault", () => {
    const tensor = fc.record(
      {
        name: fc.constantFrom("X", "hour", "other"),
        datatype: fc.constantFrom("FP32", "INT64", "BYTES", 7),
        shape: fc.oneof(fc.jsonValue(), fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 })),
        data: fc.oneof(fc.jsonValue(), fc.array(cell, { maxLength: 8 })),
      },
      { requiredKeys: [] },
    );
    const body = fc.record({ inputs: fc.oneof(fc.jsonValue(), fc.array(tensor, { maxLength: 4 })) });
    fc.assert(
      fc.property(body, (given) => void expectRowsOrRefusal(() => inferRows(given, inputs))),
      { numRuns: 1000 },
    );
  });

  test("in any of MLflow's forms gives the same rows", () => {
    const table = names.chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        data: fc.array(fc.tuple(...columns.map(() => cell)), { minLength: 1, maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(table, ({ columns, data }) => {
        const records = data.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
        const byColumn = Object.fromEntries(columns.map((name, at) => [name, data.map((row) => row[at])]));
        const split = expectRowsOrRefusal(() => invocationRows({ dataframe_split: { columns, data } }));
        const rows = (given: Rows | undefined) => [given?.count, Object.fromEntries(given?.columns ?? [])];
        expect(split).toBeDefined();
        // `__proto__` as a column is an own key in JSON, and not in a literal.
        if (columns.includes("__proto__")) return;
        expect(rows(expectRowsOrRefusal(() => invocationRows({ dataframe_records: records })))).toEqual(rows(split));
        expect(rows(expectRowsOrRefusal(() => invocationRows({ inputs: byColumn })))).toEqual(rows(split));
      }),
    );
  });
});
