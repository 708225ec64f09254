import type { Contract } from "../../contract/contract.ts";
import { declaredColumns } from "../../contract/evaluation.ts";
import type { DatasetGroup, TextForm } from "../../dataset/dataset.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { suggest } from "../../kernel/naming.ts";
import { type LocatedData, locateData, openDataGroup } from "../data.ts";
import { checksOf } from "./checks.ts";
import type { ReadContract } from "./contract-file.ts";
import { maskingOf } from "./masking.ts";
import type { Part, Situation, TableData } from "./part.ts";
import { validate } from "./rules.ts";
import { scoredOf } from "./score.ts";
import { tablesOf } from "./tables.ts";

/** A table of the contract with its files. */
export interface LocatedTable extends LocatedData {
  readonly contract: ReadContract;
}

/**
 * The files that the input `tables` gives for further tables of the contract, by the tables' names.
 * @throws TH_CONTRACT_TABLE (configuration) for a name that is none of a further table, and the errors of `locateData`.
 */
export async function locateTables(
  given: Readonly<Record<string, readonly string[]>>,
  contract: ReadContract,
  textOf: (contract: Contract) => TextForm,
  host: Host,
): Promise<ReadonlyMap<string, LocatedTable>> {
  const located = new Map<string, LocatedTable>();
  for (const [name, patterns] of Object.entries(given)) {
    const value = tableNamed(name, contract.value);
    const own = { ...contract, value };
    const files = await locateData(patterns, host, "tables", { declared: declaredColumns(value), text: textOf(value) });
    located.set(value.table, { contract: own, ...files });
  }
  return located;
}

function tableNamed(name: string, { table: main, further }: Contract): Contract {
  const found = further.find(({ table, physicalTable }) => name === table || name === physicalTable);
  if (found !== undefined) return found;
  const isMain = name === main;
  throw configurationError(
    "TH_CONTRACT_TABLE",
    isMain ? `"${name}" is the table that is validated` : `the contract has no further table "${name}"`,
    isMain
      ? "name its files in the input data, or choose another table in the input data-table"
      : suggest(
          name,
          further.map(({ table }) => table),
        ),
    { input: "tables" },
  );
}

/** Opens all tables at once, so that one can be held against another; what cannot be read is told by each table's faults. */
export function openTables(located: ReadonlyMap<string, LocatedTable>, host: Host): Promise<DatasetGroup> {
  return openDataGroup(Object.fromEntries([...located].map(([name, { source }]) => [name, source])), host);
}

/** The table of that name, which is known to have data. */
export function tableIn<T>(tables: ReadonlyMap<string, T>, name: string): T {
  const table = tables.get(name);
  if (table === undefined) throw new Error(`the table ${name} has no data`);
  return table;
}

/** Answers each table's own rules. What `earlier`, the base's contract, hides of a table stays hidden. */
export async function validateTables(
  located: ReadonlyMap<string, LocatedTable>,
  group: DatasetGroup,
  limit: number,
  host: Host,
  earlier?: Contract,
): Promise<ReadonlyMap<string, TableData>> {
  const former = earlier === undefined ? [] : [earlier, ...earlier.further];
  const tables = new Map<string, TableData>();
  for (const [name, table] of located) {
    const dataset = group.datasets[name];
    if (dataset === undefined) throw new Error(`the table ${name} was not opened`);
    const found = await validate(dataset, table.contract, table, limit, host);
    const { contract, source, fingerprint } = table;
    const before = former.find(({ table: own }) => own === name);
    const masking = maskingOf(contract.value, host, before);
    tables.set(name, { contract, source, fingerprint, dataset, found, masking });
  }
  return tables;
}

/** The same with other rows, or another contract, in the place of the table that is validated. */
export function withMain(situation: Situation, main: TableData): Situation {
  const others = [...situation.tables].filter(([name]) => name !== situation.contract.value.table);
  return { ...situation, ...main, tables: new Map([[main.contract.value.table, main], ...others]) };
}

/** What was found in the further tables, under their names; one without data is unchecked as a whole. */
export function furtherTables({ contract, tables }: Situation, limit: number): Part {
  const parts = contract.value.further.map((further) => {
    const table = tables.get(further.table);
    return table === undefined ? { checks: [withoutData(further)] } : partOf(further.table, table, limit);
  });
  const details = parts.flatMap((part) => Object.entries(part.facts ?? {}));
  return {
    checks: parts.flatMap((part) => part.checks),
    tables: parts.flatMap((part) => part.tables ?? []),
    scored: parts.flatMap((part) => part.scored ?? []),
    materials: parts.flatMap((part) => part.materials ?? []),
    ...(details.length === 0 ? {} : { details: { tables: Object.fromEntries(details) } }),
  };
}

interface TablePart extends Part {
  readonly checks: readonly Check[];
  /** By the table's name. */
  readonly facts?: Readonly<Record<string, Json>>;
}

function withoutData({ table, columns }: Contract): Check {
  const message = `${table} was not checked: no files are given for it in the input tables`;
  const [first] = columns;
  return { id: table, verdict: "unchecked", message, ...(first === undefined ? {} : { place: first.place }) };
}

function partOf(name: string, { found, masking, fingerprint }: TableData, limit: number): TablePart {
  return {
    checks: checksOf(found).map((check) => under(name, check)),
    tables: tablesOf(found, limit, masking).map((table): Table => ({ ...table, title: `${name}/${table.title}` })),
    scored: found.unreadable ? [] : scoredOf(found),
    materials: fingerprint.files.map(({ path, digest }) => ({ name: path, kind: "data", digest })),
    facts: {
      [name]: {
        fingerprint: fingerprint as unknown as Json,
        rows: found.rows,
        rules: found.outcomes.map(({ rule, count, share, holds }) => ({ id: rule.id, count, share, holds })),
      },
    },
  };
}

/** A check of a further table. */
export function under(table: string, check: Check): Check {
  return { ...check, id: `${table}/${check.id}`, message: `${table}: ${check.message}` };
}
