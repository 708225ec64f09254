import type { Cell, ColumnBatch } from "../../../dataset/dataset.ts";

/** The column that carries a row's number, from 0, into a program and back. */
export const rowNumber = "titleholder_row";

const rowsAPiece = 2000;

/** The rows as JSON Lines with their numbers. A number that is not finite is null, as JSON has none of them. */
export function* jsonLines(batch: ColumnBatch, rows: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const columns = [...batch].map(([name, values]) => [JSON.stringify(name), values] as const);
  for (let from = 0; from < rows; from += rowsAPiece) {
    const lines: string[] = [];
    for (let row = from; row < Math.min(rows, from + rowsAPiece); row++) {
      const cells = columns.map(([name, values]) => `${name}:${jsonCell(values[row])}`);
      lines.push(`{${[`"${rowNumber}":${row}`, ...cells].join(",")}}\n`);
    }
    yield encoder.encode(lines.join(""));
  }
}

function jsonCell(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "null";
  if (typeof cell === "bigint") return cell.toString();
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "null";
  return JSON.stringify(cell);
}
