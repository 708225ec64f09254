import type { Design, Folds } from "./design.ts";
import type { Answers, Truth } from "./evaluation.ts";

/** What is known of the rows, and of how they were drawn. */
export interface RowValues {
  readonly truth: Truth;
  /** Of each model. */
  readonly answers: readonly Answers[];
  readonly design: Design;
}

/** Some of the rows, in the order given: their truth, what the models answered to them, and what belongs to them of the design. */
export function selectRows({ truth, answers, design }: RowValues, rows: Uint32Array): RowValues {
  const count = rowsOf(truth);
  const { cluster, moment, folds, ...own } = selected(design, rows, count);
  return {
    truth: recounted(selected(truth, rows, count), rows.length),
    answers: answers.map((one) => selected(one, rows, count)),
    design: {
      ...own,
      ...(cluster === undefined ? {} : { cluster: withoutGaps(cluster) }),
      ...(moment === undefined ? {} : { moment: withoutGaps(moment) }),
      ...(folds === undefined ? {} : { folds: withoutEmpty(folds) }),
    },
  };
}

/** The same order of whole numbers, from 0, of which all occur. */
function withoutGaps(numbers: Int32Array): Int32Array {
  const places = new Map(
    Int32Array.from(new Set(numbers))
      .sort()
      .entries()
      .map(([place, number]) => [number, place]),
  );
  return numbers.map((number) => places.get(number) ?? 0);
}

/** The folds that still have rows; how much was trained on does not change. */
function withoutEmpty({ fold, testShare }: Folds): Folds {
  return { fold: withoutGaps(fold), count: new Set(fold).size, testShare };
}

/** How many rows or queries there are now. */
function recounted(truth: Truth, rows: number): Truth {
  if (truth.kind === "scored") return { ...truth, rows };
  if (truth.kind !== "queries") return truth;
  const query = withoutGaps(truth.query);
  return { ...truth, query, queries: query.reduce((most, place) => Math.max(most, place + 1), 0) };
}

/** How many rows there are. */
export function rowsOf(truth: Truth): number {
  if (truth.kind === "classes") return truth.label.length;
  if (truth.kind === "numbers") return truth.target.length;
  if (truth.kind === "labels") return truth.present[0]?.length ?? 0;
  return truth.kind === "queries" ? truth.query.length : truth.rows;
}

type Values = Float64Array | Float32Array | Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Every array of the rows' length, whatever it is called, so that none is forgotten; all else is the same for every row. */
function selected<T extends object>(of: T, rows: Uint32Array, count: number): T {
  const part = (value: unknown): unknown => {
    if (isOfRows(value, count)) return gathered(value, rows);
    if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, part(inner)]));
    if (Array.isArray(value)) return value.map(part);
    if (isPlain(value)) return selected(value, rows, count);
    return value;
  };
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, part(value)])) as T;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isOfRows(value: unknown, count: number): value is Values {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && (value as Values).length === count;
}

function gathered(values: Values, rows: Uint32Array): Values {
  const Kind = values.constructor as new (length: number) => Values;
  const chosen = new Kind(rows.length);
  for (let at = 0; at < rows.length; at += 1) chosen[at] = values[rows[at] ?? 0] ?? 0;
  return chosen;
}
