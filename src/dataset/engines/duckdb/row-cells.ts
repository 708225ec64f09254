import type { DuckDBPreparedStatement, DuckDBValue, DuckDBVector } from "@duckdb/node-api";
import type { CellKind, QueryAnswer } from "../../query.ts";

/** `bytes`: what was answered row by row. */
export interface Answered {
  readonly answer: QueryAnswer;
  readonly bytes?: readonly Uint8Array[];
}

/** An expression that gives more different texts than this has no classes. */
const mostTexts = 10_000;

/** One byte a row: 1 where the condition is true. */
export async function marksOf(statement: DuckDBPreparedStatement): Promise<Answered> {
  const parts: Uint8Array[] = [];
  for await (const [vector, rows] of vectorsOf(statement)) {
    parts.push(Uint8Array.from({ length: rows }, (_, row) => (vector.getItem(row) === true ? 1 : 0)));
  }
  const marks = new Uint8Array(Buffer.concat(parts));
  return { answer: { outcome: "value", value: marks.length }, bytes: [marks] };
}

/** A double for each row, and of text the list of those that it is a place in. */
export async function cellsOf(statement: DuckDBPreparedStatement, kind: CellKind): Promise<Answered> {
  const parts: Uint8Array[] = [];
  const places = new Map<string, number>();
  let count = 0;
  for await (const [vector, rows] of vectorsOf(statement)) {
    const read = kind === "text" ? (value: DuckDBValue) => placeOf(value, places) : numberOf;
    const values = Float64Array.from({ length: rows }, (_, row) => read(vector.getItem(row)) ?? Number.NaN);
    if (places.size > mostTexts) {
      return { answer: { outcome: "failed", message: `it gives more than ${mostTexts} different texts` } };
    }
    parts.push(new Uint8Array(values.buffer));
    count += rows;
  }
  const texts = kind === "text" ? [new TextEncoder().encode(JSON.stringify([...places.keys()]))] : [];
  return { answer: { outcome: "value", value: count, kind }, bytes: [new Uint8Array(Buffer.concat(parts)), ...texts] };
}

/** Undefined for NULL. */
export function numberOf(value: DuckDBValue): number | undefined {
  if (value === null) return undefined;
  // A decimal is its digits and a scale.
  if (typeof value === "object" && "toDouble" in value) return value.toDouble();
  return Number(value);
}

function placeOf(value: DuckDBValue, places: Map<string, number>): number | undefined {
  if (typeof value !== "string") return undefined;
  const place = places.get(value) ?? places.size;
  places.set(value, place);
  return place;
}

/** The first column, chunk by chunk in the result's order, each with its rows. */
async function* vectorsOf(
  statement: DuckDBPreparedStatement,
): AsyncGenerator<readonly [vector: DuckDBVector, rows: number]> {
  const result = await statement.stream();
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield [chunk.getColumnVector(0), chunk.rowCount];
  }
}
