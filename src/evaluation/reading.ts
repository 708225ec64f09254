import type { ColumnBatch } from "../dataset/dataset.ts";
import { configurationError } from "../kernel/error.ts";
import { type Classes, classText } from "./classes.ts";
import type { MetricRule, Truth } from "./evaluation.ts";
import { LabelSheet } from "./label-sheet.ts";
import { NumberSheet } from "./number-sheet.ts";
import { Numbering } from "./numbering.ts";
import { readNumbers } from "./read-numbers.ts";
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

/** Rows that have each of several labels (1, `true`) or not (0, `false`). */
export function labelReading(labels: readonly string[], rows: number, rules: readonly MetricRule[]): Reading {
  const present = labels.map(() => new Uint8Array(rows));
  let read = 0;
  return {
    columns: labels,
    add(batch, count) {
      for (const [at, label] of labels.entries()) readFlags(batch, label, present[at] ?? new Uint8Array(0), read);
      read += count;
    },
    sheet: (who) => new LabelSheet(who, labels, rows, rules),
    finish: () => ({ kind: "labels", labels, present }),
  };
}

/** Rows that are documents of queries; `label` says how relevant each is. */
export function queryReading(label: string, query: string, rows: number): Reading {
  const relevance = new Float64Array(rows);
  const numbering = new Numbering(query, "query", rows);
  let read = 0;
  return {
    columns: [label, query],
    add(batch, count) {
      readNumbers(batch, label, relevance, read, "label");
      const below = relevance.subarray(read, read + count).findIndex((value) => value < 0);
      if (below >= 0) throw negativeRelevance(label, read + below);
      numbering.add(batch, read);
      read += count;
    },
    sheet: (who) => new NumberSheet(who, [], rows),
    finish: () => ({ kind: "queries", relevance, query: numbering.places(), queries: numbering.size }),
  };
}

/** Rows whose scores are at hand. */
export function scoredReading(rows: number): Reading {
  return {
    columns: [],
    add: () => undefined,
    sheet: (who) => new NumberSheet(who, [], rows),
    finish: () => ({ kind: "scored", rows }),
  };
}

function negativeRelevance(column: string, row: number) {
  return configurationError(
    "TH_EVALUATION_NUMBERS",
    `the relevance of row ${row + 1} in the column "${column}" is below 0`,
    "give 0 for what is not relevant, and more the more relevant it is",
    { input: "label" },
  );
}

/** @throws TitleholderError TH_LABEL_VALUES (configuration) naming the row of a cell that is neither 0 nor 1. */
function readFlags(batch: ColumnBatch, column: string, into: Uint8Array, from: number): void {
  const values = batch.get(column) ?? [];
  for (let row = 0; row < values.length; row++) {
    const text = classText(values[row]);
    if (text !== "0" && text !== "1") {
      throw configurationError(
        "TH_LABEL_VALUES",
        `the label column "${column}" holds neither 0 nor 1 in row ${from + row + 1}`,
        "give one column a label, with 1 (or true) where a row has it and 0 (or false) where not",
        { input: "label" },
      );
    }
    into[from + row] = text === "1" ? 1 : 0;
  }
}
