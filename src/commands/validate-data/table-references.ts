import type { Reference } from "../../contract/contract.ts";
import type { Scored } from "../../contract/quality-score.ts";
import { isMild } from "../../contract/severity.ts";
import type { Unmatched } from "../../dataset/unmatched.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { TitleholderError } from "../../kernel/error.ts";
import { shownPath } from "../paths.ts";
import { linesOf, ofRows, plural } from "./checks.ts";
import { under } from "./further-tables.ts";
import type { Part, Situation, TableData } from "./part.ts";

/** Holds every reference of every table against the table that it names. */
export async function tableReferences(situation: Situation, limit: number): Promise<Part> {
  const { contract, host, tables } = situation;
  const all = [contract.value, ...contract.value.further].flatMap(({ table, references: own }) => {
    const from = tables.get(table);
    return from === undefined ? [] : own.map((reference) => ({ table, from, reference }));
  });
  const answered: { readonly checks: Check; readonly tables: readonly Table[]; readonly scored: readonly Scored[] }[] =
    [];
  for (const [done, { table, from, reference }] of all.entries()) {
    host.log.progress("following references", done, all.length);
    const answer = await follow(reference, table, from, situation, limit);
    const isMain = table === contract.value.table;
    answered.push({
      ...answer,
      checks: isMain ? answer.checks : under(table, answer.checks),
      tables: isMain ? answer.tables : answer.tables.map((item) => ({ ...item, title: `${table}/${item.title}` })),
    });
  }
  return {
    checks: answered.map(({ checks }) => checks),
    tables: answered.flatMap(({ tables: shown }) => shown),
    scored: answered.flatMap(({ scored }) => scored),
  };
}

async function follow(
  reference: Reference,
  table: string,
  from: TableData,
  { group, host, tables }: Situation,
  limit: number,
): Promise<{ readonly checks: Check; readonly tables: readonly Table[]; readonly scored: readonly Scored[] }> {
  const to = tables.get(reference.table);
  const why = obstacle(reference, from, to);
  if (to === undefined || why !== undefined) return { checks: unchecked(reference, why ?? ""), tables: [], scored: [] };
  const [near, far] = [
    { dataset: table, columns: reference.columns },
    { dataset: reference.table, columns: reference.keys },
  ];
  try {
    const shown = [...new Set([...from.contract.value.key, ...reference.columns])];
    const present = from.dataset.columns.map(({ name }) => name).filter((name) => shown.includes(name));
    const broken = await group.unmatched(near, far, limit, present);
    const share = from.found.rows === 0 ? 0 : broken.count / from.found.rows;
    return {
      checks: checkOf(reference, broken, from, host),
      tables: tableOf(
        reference,
        broken,
        from,
        group.unmatchedQuery(near, far, (file) => shownPath(host, file)),
        host,
      ),
      scored: [{ dimension: reference.dimension, quality: 1 - share }],
    };
  } catch (error) {
    if (!(error instanceof TitleholderError) || error.code !== "TH_DATA_KIND") throw error;
    return { checks: unchecked(reference, error.message), tables: [], scored: [] };
  }
}

/** Why a reference cannot be followed in this data. */
function obstacle(reference: Reference, from: TableData, to: TableData | undefined): string | undefined {
  if (to === undefined) return `no files are given for ${reference.table} in the input tables`;
  if (from.found.unreadable) return "nothing of the data can be read";
  if (to.found.unreadable) return `nothing of ${reference.table} can be read`;
  const lacks = (table: TableData, names: readonly string[]) =>
    names.find((name) => !table.dataset.columns.some((column) => column.name === name));
  const near = lacks(from, reference.columns);
  if (near !== undefined) return `the data has no column ${near}`;
  const far = lacks(to, reference.keys);
  return far === undefined ? undefined : `the data of ${reference.table} has no column ${far}`;
}

function checkOf(
  reference: Reference,
  { count, first }: Unmatched,
  { found }: TableData,
  host: Situation["host"],
): Check {
  const { rows } = found;
  const base = { id: reference.id, place: reference.place, observed: count, expected: "no rows", n: rows };
  if (count === 0)
    return { ...base, verdict: "pass", message: `${reference.expectation}; so in all ${plural(rows, "row")}` };
  const [row] = first;
  const at = row === undefined ? "" : `; first in ${shownPath(host, row.file)}, row ${row.row}`;
  const related = linesOf(first, found);
  return {
    ...base,
    verdict: isMild(reference.severity) ? "warn" : "fail",
    message: `${reference.expectation}; ${ofRows(count, rows)} are not${at}`,
    ...(related.length === 0 ? {} : { related }),
  };
}

function tableOf(
  reference: Reference,
  { count, first }: Unmatched,
  { masking }: TableData,
  query: string | undefined,
  host: Situation["host"],
): readonly Table[] {
  const [row] = first;
  if (row === undefined) return [];
  const names = Object.keys(row.cells);
  const table = {
    title: `${reference.id}: ${reference.expectation}`,
    columns: ["file", "row", ...names],
    rows: first.map(({ file, row: number, cells }) => [
      shownPath(host, file),
      number,
      ...names.map((name) => masking.cell(name, cells[name] ?? null)),
    ]),
    ...(query === undefined ? {} : { query }),
  };
  return [count > first.length ? { ...table, more: count - first.length } : table];
}

function unchecked({ id, expectation, place }: Reference, why: string): Check {
  return { id, verdict: "unchecked", message: `${expectation}: not checked, as ${why}`, place };
}
