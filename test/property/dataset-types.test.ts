import fc from "fast-check";
import { expect, test } from "vitest";
import type { Column } from "../../src/dataset/dataset.ts";
import { identifier } from "../../src/dataset/engines/duckdb/literals.ts";
import { columnOfType } from "../../src/dataset/engines/duckdb/types.ts";
import { testHost } from "../support/host.ts";

/** A type as it is written in a statement, and what a column of it must be taken for. */
interface WrittenType {
  readonly sql: string;
  readonly shape: Shape;
}
type Shape =
  | Column["kind"]
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: [string, Shape][] };

const scalars: readonly (readonly [string, Shape])[] = [
  ["INTEGER", "integer"],
  ["UHUGEINT", "integer"],
  ["DECIMAL(10,2)", "number"],
  ["FLOAT", "number"],
  ["VARCHAR", "string"],
  ["ENUM('a,b', 'c''d)', '[]')", "string"],
  ["TIME WITH TIME ZONE", "string"],
  ["TIMESTAMP WITH TIME ZONE", "timestamp"],
  ["TIMESTAMP_NS", "timestamp"],
  ["DATE", "date"],
  ["BOOLEAN", "boolean"],
  ["BLOB", "nested"],
  ["UNION(n INTEGER, s VARCHAR[])", "nested"],
  ["MAP(INTEGER, VARCHAR)", "nested"],
];

const fieldName = fc
  .array(fc.constantFrom("a", "B", " ", ",", "(", ")", '"', "'", "[", "]", ".", "é", "struct", "1"), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(""));

const { type } = fc.letrec<{ type: WrittenType }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...scalars).map(([sql, shape]): WrittenType => ({ sql, shape })),
    tie("type").map(({ sql, shape }): WrittenType => ({ sql: `${sql}[]`, shape: { list: shape } })),
    tie("type").map(({ sql, shape }): WrittenType => ({ sql: `${sql}[3]`, shape: { list: shape } })),
    tie("type").map(({ sql, shape }): WrittenType => ({ sql: `MAP(VARCHAR, ${sql})`, shape: { map: shape } })),
    fc
      .uniqueArray(fc.tuple(fieldName, tie("type")), {
        selector: ([name]) => name.toLowerCase(),
        minLength: 1,
        maxLength: 4,
      })
      .map(
        (fields): WrittenType => ({
          sql: `STRUCT(${fields.map(([name, { sql }]) => `${identifier(name)} ${sql}`).join(", ")})`,
          shape: { fields: fields.map(([name, { shape }]) => [name, shape]) },
        }),
      ),
  ),
}));

test("the parts of every type are read from what the engine calls it", async () => {
  await using t = await testHost();
  const native = await t.host.native<typeof import("@duckdb/node-api")>("@duckdb/node-api");
  const instance = await native.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await fc.assert(
      fc.asyncProperty(type, async ({ sql, shape }) => {
        const described = await connection.runAndReadAll(`DESCRIBE SELECT NULL::${sql} AS x`);
        expect(shapeOf(columnOfType("x", String(described.getRows()[0]?.[1])))).toEqual(shape);
      }),
      { numRuns: 300 },
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

function shapeOf({ kind, items, values, fields }: Column): Shape {
  if (items !== undefined) return { list: shapeOf(items) };
  if (values !== undefined) return { map: shapeOf(values) };
  return fields === undefined ? kind : { fields: fields.map((field) => [field.name, shapeOf(field)]) };
}
