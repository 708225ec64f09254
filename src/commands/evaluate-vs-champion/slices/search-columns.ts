import type { Cell, Column, ColumnBatch, Dataset } from "../../../dataset/dataset.ts";
import { binNames, binOf, levelName, levelText, missingName, quantileEdges } from "../../../evaluation/slicing.ts";
import { noPart, type SearchColumn } from "../../../evaluation/weak-slices.ts";
import type { Host } from "../../../kernel/host.ts";
import { changed } from "./columns.ts";

const sampledRows = 50_000;
const seed = 7;
const batchRows = 16_384;
/** Values of one column that are parts; numbers of more values are cut into bins. */
const mostParts = 12;
const bins = 4;
/** A text column whose parts cover less than this is a key or free text. */
const leastCovered = 0.5;
/** A byte for each row and column. */
const mostBytes = 100_000_000;
const mostColumns = 100;

/** How a cell's part is found. */
interface Cut {
  readonly column: string;
  readonly names: readonly string[];
  codeOf(cell: Cell | undefined): number;
}

/**
 * Parts of the columns in which a search looks: the values of those that have few, quantile bins of numbers. A sample tells which; one
 * reading finds each row's part. Values that one sees in the report are shared by many rows: of columns with many values none is a part.
 */
export async function searchColumns(
  columns: readonly Column[],
  dataset: Dataset,
  rows: number,
  host: Host,
): Promise<readonly SearchColumn[]> {
  const able = columns.filter(({ kind }) => kind !== "nested" && kind !== "date" && kind !== "timestamp");
  const looked = able.slice(0, Math.min(mostColumns, Math.floor(mostBytes / Math.max(1, rows))));
  if (looked.length === 0) return [];
  const names = looked.map(({ name }) => name);
  const sample = await dataset.sample(names, sampledRows, seed);
  const cuts = looked.map((column) => cutOf(column, sample)).filter((cut) => cut !== undefined);
  if (cuts.length === 0) return [];
  const codes = cuts.map(() => new Uint8Array(rows));
  let done = 0;
  for await (const batch of dataset.batches(
    cuts.map(({ column }) => column),
    batchRows,
  )) {
    host.signal.throwIfAborted();
    const count = batch.get(cuts[0]?.column ?? "")?.length ?? 0;
    if (done + count > rows) throw changed();
    for (const [at, cut] of cuts.entries()) {
      const [values, into] = [batch.get(cut.column) ?? [], codes[at]];
      for (let row = 0; row < count && into !== undefined; row += 1) into[done + row] = cut.codeOf(values[row]);
    }
    done += count;
    host.log.progress("reading the columns of the search", done, rows);
  }
  if (done !== rows) throw changed();
  return cuts.map((cut, at) => ({ names: cut.names, codes: codes[at] ?? new Uint8Array() }));
}

function cutOf({ name, kind }: Column, sample: ColumnBatch): Cut | undefined {
  const values = sample.get(name) ?? [];
  const counts = new Map<string, number>();
  for (let row = 0; row < values.length; row += 1) {
    const text = levelText(values[row]);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (counts.size < 2 && !hasMissing(values)) return undefined;
  const isNumber = kind === "integer" || kind === "number";
  if (counts.size > mostParts && isNumber) return numberCut(name, values);
  const parts = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, mostParts);
  const covered = parts.reduce((sum, [, count]) => sum + count, 0);
  const present = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return covered < leastCovered * present
    ? undefined
    : levelCut(
        name,
        parts.map(([text]) => text),
      );
}

function hasMissing(values: ArrayLike<Cell>): boolean {
  for (let row = 0; row < values.length; row += 1) if (levelText(values[row]) === undefined) return true;
  return false;
}

function numberCut(column: string, values: ArrayLike<Cell>): Cut {
  const numbers = Float64Array.from(values, (cell) => numberOf(cell));
  const edges = quantileEdges(numbers, bins);
  const names = [...binNames(column, edges), missingName(column)];
  return {
    column,
    names,
    codeOf: (cell) => {
      const value = numberOf(cell);
      return Number.isFinite(value) ? binOf(edges, value) : names.length - 1;
    },
  };
}

function numberOf(cell: Cell | undefined): number {
  return typeof cell === "number" ? cell : typeof cell === "bigint" ? Number(cell) : Number.NaN;
}

function levelCut(column: string, texts: readonly string[]): Cut {
  const places = new Map(texts.map((text, place) => [text, place]));
  const byCell = new Map<Cell | undefined, number>();
  return {
    column,
    names: [...texts.map((text) => levelName(column, text)), missingName(column)],
    codeOf: (cell) => {
      const known = byCell.get(cell);
      if (known !== undefined) return known;
      const text = levelText(cell);
      const place = text === undefined ? texts.length : (places.get(text) ?? noPart);
      if (byCell.size < 10_000) byCell.set(cell, place);
      return place;
    },
  };
}
