import type { Aggregate, Cell, Column } from "../dataset/dataset.ts";
import { nearest } from "../kernel/naming.ts";
import { type Compiling, nameOf } from "./compiling.ts";
import type { ServiceLevel, Unsupported } from "./contract.ts";
import { durationOf, momentBefore } from "./durations.ts";
import type { OdcsContract, OdcsTable } from "./odcs-schema.ts";

/** Words of the standard for what a table of data can show, of any case. */
const kinds: Readonly<Record<string, ServiceLevel["kind"]>> = {
  latency: "freshness",
  ly: "freshness",
  freshness: "freshness",
  retention: "retention",
  re: "retention",
};

type Stated = NonNullable<OdcsContract["slaProperties"]>[number];

/**
 * The service levels that a table's data can be held to: how old its newest and its oldest value may be. All that are none of any table
 * are listed as unsupported with the main one, which is meant where an element names no table.
 */
export function serviceLevelsOf(
  contract: OdcsContract,
  { own, main }: { readonly own: OdcsTable; readonly main: OdcsTable },
  compiling: Compiling,
): readonly ServiceLevel[] {
  const tables = [main, ...contract.schema.filter((table) => table !== main)];
  const list = (item: Unsupported) => {
    if (own === main) compiling.unsupported(item);
  };
  return (contract.slaProperties ?? []).flatMap((stated, at): readonly ServiceLevel[] => {
    const path = ["slaProperties", at];
    const place = compiling.place(path);
    const id = `sla.${stated.property}`;
    const skip = (why: string): readonly ServiceLevel[] => {
      const words = stated.description === undefined ? {} : { words: stated.description };
      list({ id, message: `the service level ${stated.property} ${why}`, ...words, place });
      return [];
    };
    const kind = kinds[stated.property.toLowerCase()];
    if (kind === undefined) return skip("is nothing that a table of data shows");
    const limit = durationOf(stated.value, stated.unit);
    if (limit === undefined) return skip(`is no duration: ${amountOf(stated)}`);
    if (stated.valueExt !== undefined && stated.valueExt !== null)
      list({ id: `${id}.valueExt`, message: `the valueExt of ${id} was not used`, place });
    const element = stated.element ?? contract.slaDefaultElement;
    if (element === undefined) return skip("names no element: write element: table.column");
    return element.split(",").flatMap((name) => {
      const found = columnOf(name.trim(), tables);
      if (typeof found === "string") return skip(`is about ${found}`);
      return found.table === own ? [{ id: compiling.uniqueId(id), kind, column: found.column, limit, place }] : [];
    });
  });
}

function amountOf({ value, unit }: Stated): string {
  if (unit === undefined) return `${String(value)} has no unit, and is not written as in P4D`;
  if (unit.trim() === "m") return `m may mean minutes or months: write min or mo`;
  return `${String(value)} ${unit}`;
}

/** The table, and its column in the data; the first table's name may be left out. A text says why an element is no column. */
function columnOf(
  element: string,
  tables: readonly OdcsTable[],
): { readonly table: OdcsTable | undefined; readonly column: string } | string {
  const [head = "", ...rest] = element.split(".");
  const named = tables.find(({ name, physicalName }) => name === head || physicalName === head);
  const table = named ?? tables[0];
  const [column = "", ...parts] = named === undefined || rest.length === 0 ? [head, ...rest] : rest;
  const found = table?.properties.find(({ name, physicalName }) => name === column || physicalName === column);
  if (found === undefined) {
    const known = tables.flatMap(({ name, properties }) => properties.map((property) => `${name}.${property.name}`));
    const near = nearest(element, known);
    return `${element}, which the contract does not describe${near === undefined ? "" : `: did you mean ${near}?`}`;
  }
  return parts.length === 0 ? { table, column: nameOf(found) } : `${element}, which lies inside a column`;
}

/** What must be measured to answer service levels at a moment, in one scan. */
export interface LevelPlan {
  readonly aggregates: Readonly<Record<string, Aggregate>>;
  readonly levels: readonly ServiceLevel[];
  readonly idle: readonly { readonly level: ServiceLevel; readonly why: string }[];
  /** By column: days count from midnight to midnight, as a date has no time. */
  readonly now: ReadonlyMap<string, Date>;
}

/** How a service level stands. Ages are milliseconds; undefined where the column has no value up to now. */
export interface LevelOutcome {
  readonly level: ServiceLevel;
  readonly age: number | undefined;
  readonly holds: boolean;
  /** Of retention: rows that should have been deleted. */
  readonly tooOld: number;
}

export function planLevels(levels: readonly ServiceLevel[], columns: readonly Column[], now: Date): LevelPlan {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const aggregates: Record<string, Aggregate> = {};
  const idle: { level: ServiceLevel; why: string }[] = [];
  const moments = new Map<string, Date>();
  const asked: ServiceLevel[] = [];
  for (const level of levels) {
    const { column, limit } = level;
    const kind = byName.get(column)?.kind;
    if (kind !== "date" && kind !== "timestamp") {
      const why = kind === undefined ? `the data has no column ${column}` : `${column} holds values of kind ${kind}`;
      idle.push({ level, why });
      continue;
    }
    const moment = kind === "date" ? today : now;
    moments.set(column, moment);
    asked.push(level);
    const past = { op: "range", column, max: moment } as const;
    aggregates[`newest ${column}`] = { fn: "max", column, where: past };
    aggregates[`oldest ${column}`] = { fn: "min", column };
    aggregates[`future ${column}`] = { fn: "count", where: { op: "range", column, min: moment, openMin: true } };
    const cutoff = { op: "range", column, max: momentBefore(moment, limit), openMax: true } as const;
    aggregates[`before ${column} ${limit.words}`] = { fn: "count", where: cutoff };
  }
  return { aggregates, levels: asked, idle, now: moments };
}

/** Judges what was measured; `future` counts by column the rows whose time is yet to come. */
export function judgeLevels(
  plan: LevelPlan,
  measured: Readonly<Record<string, Cell>>,
): { readonly outcomes: readonly LevelOutcome[]; readonly future: ReadonlyMap<string, number> } {
  const outcomes = plan.levels.map((level): LevelOutcome => {
    const { column, kind, limit } = level;
    const now = plan.now.get(column) ?? new Date(Number.NaN);
    const at = measured[`${kind === "freshness" ? "newest" : "oldest"} ${column}`];
    const tooOld = kind === "retention" ? Number(measured[`before ${column} ${limit.words}`] ?? 0) : 0;
    if (!(at instanceof Date)) return { level, age: undefined, holds: kind === "retention", tooOld };
    const holds = kind === "retention" ? tooOld === 0 : at >= momentBefore(now, limit);
    return { level, age: Math.max(0, now.getTime() - at.getTime()), holds, tooOld };
  });
  const future = [...plan.now.keys()].map((column) => [column, Number(measured[`future ${column}`] ?? 0)] as const);
  return { outcomes, future: new Map(future.filter(([, count]) => count > 0)) };
}
