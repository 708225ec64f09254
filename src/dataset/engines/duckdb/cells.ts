import type { DuckDBValue, DuckDBVector } from "@duckdb/node-api";
import type { Cell, ColumnBatch, ColumnKind } from "../../dataset.ts";
import type { EngineColumn } from "./sql.ts";

export const numericKinds: readonly ColumnKind[] = ["integer", "number"];
export const timeKinds: readonly ColumnKind[] = ["date", "timestamp"];

/** A column as it is handed out: as doubles where all its values fit, else as cells. */
export interface SelectedColumn {
  readonly column: EngineColumn;
  readonly doubles: boolean;
  readonly sql: string;
}

/** A batch under construction. */
export class Batch {
  rows = 0;
  readonly #columns: readonly SelectedColumn[];
  readonly #values: (Float64Array | Cell[])[];

  /** `before`: a batch of the same columns and size that nobody looks at any more, whose memory is taken over. */
  constructor(columns: readonly SelectedColumn[], size: number, before?: Batch) {
    this.#columns = columns;
    this.#values = columns.map(({ doubles }, at) => {
      if (!doubles) return [];
      const used = before === undefined ? undefined : before.#values[at];
      return used instanceof Float64Array ? used : new Float64Array(size);
    });
  }

  /** Values of a vector from `start` to before `until`, behind the rows that are there already. */
  put(column: number, vector: DuckDBVector, start: number, until: number): void {
    const values = this.#values[column];
    if (values instanceof Float64Array) {
      if ("items" in vector && vector.items instanceof Float64Array) {
        // Doubles are selected without nulls: the vector's own memory is the answer.
        values.set(vector.items.subarray(start, until), this.rows);
        return;
      }
      for (let row = start; row < until; row += 1) values[this.rows + row - start] = vector.getItem(row) as number;
      return;
    }
    const kind = this.#columns[column]?.column.kind ?? "string";
    for (let row = start; row < until; row += 1) values?.push(cellOf(kind, vector.getItem(row)));
  }

  finish(): ColumnBatch {
    return new Map(
      this.#columns.map(({ column }, at) => {
        const values = this.#values[at] ?? [];
        return [column.name, values instanceof Float64Array ? values.subarray(0, this.rows) : values];
      }),
    );
  }
}

/** SQL of what is shown: times travel as milliseconds since 1970. */
export function shownSql(column: EngineColumn): string {
  if (timeKinds.includes(column.kind)) return `epoch_ms(CAST(${column.sql} AS TIMESTAMP))`;
  return column.kind === "nested" ? `CAST(${column.sql} AS VARCHAR)` : column.sql;
}

/** Without nulls, whose mask costs more to read than all the rest. */
export function doubleSql(column: EngineColumn): string {
  return `coalesce(CAST(${timeKinds.includes(column.kind) ? shownSql(column) : column.sql} AS DOUBLE), 'nan'::DOUBLE)`;
}

export function cellOf(kind: ColumnKind, value: DuckDBValue): Cell {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (timeKinds.includes(kind)) return new Date(Number(value));
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number") return value;
  throw new Error(`a ${kind} column gave a value of type ${typeof value}`);
}
