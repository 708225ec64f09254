import type { ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import type { Classes } from "./classes.ts";
import type { MetricRule, Truth } from "./evaluation.ts";
import { NumberSheet } from "./number-sheet.ts";
import { readLabels, ScoreSheet } from "./score-sheet.ts";
import type { Sheet } from "./sheet.ts";

/**
 * What a task keeps of the rows: their truth, gathered batch by batch in source order, and a sheet for each model's answers to them. Rows
 * are added before the answers to them are.
 */
export interface Reading {
  /** Columns that every batch must hold beside the models' features. */
  readonly columns: readonly string[];
  add(batch: ColumnBatch, rows: number): void;
  /** `who`: the model as messages name it. */
  sheet(who: string): Sheet;
  finish(): Truth;
}

/** Rows of two classes or more. */
export function classReading(label: string, classes: Classes, rows: number, rules: readonly MetricRule[]): Reading {
  const labels = new Uint16Array(rows);
  let read = 0;
  return {
    columns: [label],
    add(batch, count) {
      readLabels(batch.get(label) ?? [], classes.classes, labels, read);
      read += count;
    },
    sheet: (who) => new ScoreSheet(who, classes, labels, rules),
    finish: () => ({ kind: "classes", label: labels, ...classes }),
  };
}

/** Rows whose label is a number. `quantiles`: the levels that the models predict; empty for one number. */
export function numberReading(label: string, quantiles: readonly number[], rows: number): Reading {
  const target = new Float64Array(rows);
  let read = 0;
  return {
    columns: [label],
    add(batch, count) {
      readNumbers(batch, label, target, read, "label");
      read += count;
    },
    sheet: (who) => new NumberSheet(who, quantiles, rows),
    finish: () => ({ kind: "numbers", target }),
  };
}

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
