import { type Compiling, nameOf } from "./compiling.ts";
import type { Reference } from "./contract.ts";
import type { YamlPath } from "./document.ts";
import type { OdcsTable } from "./odcs-schema.ts";

interface End {
  readonly table: OdcsTable;
  readonly columns: readonly string[];
}

/**
 * References of one table: those that its columns state, and those that any table states of it. One that leads to nothing in this contract
 * is unsupported.
 */
export function compileReferences(tables: readonly OdcsTable[], own: number, compiling: Compiling): void {
  const add = (id: string, from: End | string, to: string | readonly string[], path: YamlPath) => {
    const target = endOf(listOf(to), tables);
    const why = typeof from === "string" ? from : typeof target === "string" ? target : undefined;
    if (typeof from !== "string" && typeof target !== "string" && from.columns.length === target.columns.length)
      compiling.reference(
        referenceTo({
          id,
          columns: from.columns,
          table: target.table.name,
          keys: target.columns,
          place: compiling.place(path, "to"),
        }),
      );
    else
      compiling.unsupported({
        id,
        message: `a reference is not checked: ${why ?? "it has more columns on one side than on the other"}`,
        place: compiling.place(path, "to"),
      });
  };
  const table = tables[own];
  if (table === undefined) return;
  table.properties.forEach((property, at) => {
    property.relationships?.forEach(({ to }, number) => {
      const path = ["schema", own, "properties", at, "relationships", number];
      add(`${nameOf(property)}.reference`, { table, columns: [nameOf(property)] }, to, path);
    });
  });
  tables.forEach((holder, at) => {
    holder.relationships?.forEach(({ from, to }, number) => {
      const start = endOf(listOf(from), tables);
      // What cannot be told whose it is stays with the table that states it.
      const owner = typeof start === "string" ? holder : start.table;
      if (owner === table) add("reference", start, to, ["schema", at, "relationships", number]);
    });
  });
}

/** A reference in the words that all standards share. */
export function referenceTo(stated: Pick<Reference, "id" | "columns" | "table" | "keys" | "place">): Reference {
  const { columns, table, keys } = stated;
  const expectation = `each ${columns.join(", ")} must be found in ${table} (${keys.join(", ")})`;
  return { ...stated, expectation, severity: "error", dimension: "consistency" };
}

function listOf(written: string | readonly string[]): readonly string[] {
  return typeof written === "string" ? [written] : written;
}

/** The table and the columns that references name, or why they name none. */
function endOf(references: readonly string[], tables: readonly OdcsTable[]): End | string {
  const parts = references.map((reference) => partsOf(reference, tables));
  const wrong = parts.find((part) => typeof part === "string");
  if (wrong !== undefined) return wrong;
  const ends = parts.filter((part) => typeof part !== "string");
  const [first] = ends;
  if (first === undefined) return "it names no column";
  if (ends.some(({ table }) => table !== first.table)) return "it names columns of several tables at once";
  return { table: first.table, columns: ends.map(({ column }) => column) };
}

/** `table.column` by names, or `schema/TABLE/properties/COLUMN` by ids, where a name stands for an id that is not given. */
function partsOf(
  reference: string,
  tables: readonly OdcsTable[],
): { readonly table: OdcsTable; readonly column: string } | string {
  if (reference.includes("#")) return `${reference} is in another contract`;
  const isQualified = reference.includes("/");
  const steps = isQualified ? reference.replace(/^\//, "").split("/") : reference.split(".");
  const [tableName, columnName, ...deeper] = isQualified ? steps.filter((_step, at) => at % 2 === 1) : steps;
  const matches = (
    { id, name }: { readonly id?: string | undefined; readonly name: string },
    wanted: string | undefined,
  ) => (isQualified ? (id ?? name) === wanted : name === wanted);
  const table = tables.find((item) => matches(item, tableName));
  if (table === undefined) return `the contract has no table ${tableName ?? reference}`;
  if (columnName === undefined) return `${reference} names no column`;
  if (deeper.length > 0) return `${reference} lies inside a column`;
  const column = table.properties.find((item) => matches(item, columnName));
  return column === undefined
    ? `the table ${table.name} has no column ${columnName}`
    : { table, column: nameOf(column) };
}
