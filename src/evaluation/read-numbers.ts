import type { ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";

/**
 * A batch's numbers into their place.
 * @throws TitleholderError TH_EVALUATION_NUMBERS (configuration) naming the row of a cell that is no finite number.
 */
export function readNumbers(batch: ColumnBatch, column: string, into: Float64Array, from: number, input: string): void {
  const values = batch.get(column) ?? [];
  for (let row = 0; row < values.length; row++) {
    const cell = values[row];
    const value = typeof cell === "number" ? cell : typeof cell === "bigint" ? Number(cell) : Number.NaN;
    if (!Number.isFinite(value)) {
      throw configurationError(
        "TH_EVALUATION_NUMBERS",
        `the column "${column}" holds no finite number in row ${from + row + 1}`,
        "give finite numbers there, or leave such rows out before the evaluation",
        { input },
      );
    }
    into[from + row] = value;
  }
}
