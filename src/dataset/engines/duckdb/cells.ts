import type { DuckDBValue } from "@duckdb/node-api";
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

  constructor(columns: readonly SelectedColumn[], size: number) {
    this.#columns = columns;
    this.#values = columns.map(({ doubles }) => (doubles ? new Float64Array(size) : []));
  }

  put(column: number, offset: number, value: DuckDBValue): void {
    const values = this.#values[column];
    if (values instanceof Float64Array) values[this.rows + offset] = value as number;
    else values?.push(cellOf(this.#columns[column]?.column.kind ?? "string", value));
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
