import type { Cell, Predicate } from "../../../dataset/dataset.ts";
import type { Check } from "../../../kernel/command.ts";
import { configurationError } from "../../../kernel/error.ts";
import { ofRows } from "../checks.ts";
import type { Part } from "../part.ts";
import { rowsTable } from "../row-tables.ts";
import { pairsOf, type Question, type SplitName, type Splits } from "./opening.ts";

interface Span {
  readonly first: Cell;
  readonly last: Cell;
  readonly missing: number;
}

/**
 * Rows of an earlier split that are later than the first row of a later one: from the future a model learns what it will be asked.
 * @throws TH_DATA_KIND (configuration) where the column holds neither times nor numbers.
 */
export async function timePart(question: Question, time: string): Promise<Part> {
  const { splits } = question;
  for (const name of splits.names) requireTimes(question, name, time);
  const spans = new Map<SplitName, Span>();
  for (const name of splits.names) {
    const { first, last, missing } = await splits.group.datasets[name].aggregate({
      first: { fn: "min", column: time },
      last: { fn: "max", column: time },
      missing: { fn: "count", where: { op: "null", column: time } },
    });
    spans.set(name, { first, last, missing: Number(missing) });
  }
  const parts: Part[] = [];
  for (const [earlier, later] of pairsOf(splits.names)) {
    const [before, after] = [spans.get(earlier), spans.get(later)];
    if (before !== undefined && after !== undefined)
      parts.push(await orderPart(question, time, { earlier, later, before, after }));
  }
  const missing = splits.names.flatMap((name): readonly Check[] => {
    const count = spans.get(name)?.missing ?? 0;
    if (count === 0) return [];
    const message = `${ofRows(count, splits.rows[name])} of ${name} have no ${time}: nothing says where they belong`;
    return [{ id: `split.time.missing.${name}`, verdict: "warn", message, observed: count, n: splits.rows[name] }];
  });
  return {
    checks: [...parts.flatMap((part) => part.checks ?? []), ...missing],
    tables: parts.flatMap((part) => part.tables ?? []),
  };
}

interface Order {
  readonly earlier: SplitName;
  readonly later: SplitName;
  readonly before: Span;
  readonly after: Span;
}

async function orderPart(question: Question, time: string, { earlier, later, before, after }: Order): Promise<Part> {
  const { splits, situation, limit, shown } = question;
  const id = `split.time.${earlier}-before-${later}`;
  const shownTime = (cell: Cell) => situation.masking.cell(time, cell) ?? "nothing";
  if (before.last === null || after.first === null) {
    const message = `no row of ${before.last === null ? earlier : later} has a ${time}, so the order is not known`;
    return { checks: [{ id, verdict: "unchecked", message }] };
  }
  const late = laterThan(time, after.first);
  const early = { op: "range", column: time, max: before.last, openMax: true } as const;
  const count = await countIn(splits, earlier, late);
  const ends = `${earlier} ends at ${shownTime(before.last)}, ${later} begins at ${shownTime(after.first)}`;
  const head = { id, observed: count, expected: "no rows", n: splits.rows[earlier] };
  if (count === 0) {
    const message = `no row of ${earlier} is later than the first of ${later}: ${ends}`;
    return { checks: [{ ...head, verdict: "pass", message }] };
  }
  const touched = await countIn(splits, later, early);
  const message =
    `${ofRows(count, splits.rows[earlier])} of ${earlier} are later than the first of ${later}; ` +
    `${ofRows(touched, splits.rows[later])} of ${later} are earlier than the last of ${earlier}: ${ends}`;
  const cells = [...new Set([time, ...shown])];
  const rows = await splits.group.datasets[earlier].rows(late, limit, cells);
  const title = `Rows of ${earlier} that are later than the first of ${later}`;
  return {
    checks: [{ ...head, verdict: "fail", message }],
    tables: rowsTable(title, rows, count, cells, situation),
  };
}

/** Cells of times are cut to the millisecond: what is later by less may be equal. */
function laterThan(column: string, first: Cell): Predicate {
  return { op: "range", column, min: first instanceof Date ? new Date(first.getTime() + 1) : first, openMin: true };
}

async function countIn({ group }: Splits, name: SplitName, where: Predicate): Promise<number> {
  return Number((await group.datasets[name].aggregate({ n: { fn: "count", where } })).n);
}

function requireTimes({ splits }: Question, name: SplitName, time: string): void {
  const kind = splits.group.datasets[name].columns.find((column) => column.name === time)?.kind;
  if (kind !== "string" && kind !== "boolean") return;
  throw configurationError(
    "TH_DATA_KIND",
    `the column "${time}" of ${name} holds values of kind ${kind}, which have no order in time`,
    "name a column of dates, timestamps or numbers, or declare its type in the contract",
    { input: "time" },
  );
}
