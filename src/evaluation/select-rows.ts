import type { Design } from "./design.ts";
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
  const { cluster, moment, ...own } = selected(design, rows, count);
  return {
    truth: selected(truth, rows, count),
    answers: answers.map((one) => selected(one, rows, count)),
    design: {
      ...own,
      ...(cluster === undefined ? {} : { cluster: withoutGaps(cluster) }),
      ...(moment === undefined ? {} : { moment: withoutGaps(moment) }),
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

/** How many rows there are. */
export function rowsOf(truth: Truth): number {
  return truth.kind === "classes" ? truth.label.length : truth.target.length;
}

type Values = Float64Array | Float32Array | Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Every array of the rows' length, whatever it is called, so that none is forgotten; all else is the same for every row. */
function selected<T extends object>(of: T, rows: Uint32Array, count: number): T {
  const part = (value: unknown): unknown => {
    if (isOfRows(value, count)) return gathered(value, rows);
    if (value instanceof Map) return new Map([...value].map(([key, inner]) => [key, part(inner)]));
    return value;
  };
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, part(value)])) as T;
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
