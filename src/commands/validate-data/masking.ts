import type { Contract, ContractColumn } from "../../contract/contract.ts";
import type { Cell } from "../../dataset/dataset.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";

const masked = "(masked)";
const longest = 200;

/** Which columns' values a report may show. */
export interface Masking {
  shows(column: string): boolean;
  /** Values as JSON, or the word that stands for them. */
  cell(column: string, value: Cell): Json;
  /** Text of a whole row, in which every column's values stand. */
  row(text: string): string;
}

/** Columns classified as anything but public: their values stay hidden on this machine too, and in the profile. */
export function sensitiveColumns(contract: Contract): readonly string[] {
  return contract.columns.filter((column) => isSensitive(column)).map((column) => column.name);
}

/**
 * Values are shown where the contract classifies the column as public or says `showValues`. Columns without a classification are shown
 * only in a report that stays on this machine: one of a service is uploaded and summarised.
 */
export function maskingOf(contract: Contract, host: Pick<Host, "ci">): Masking {
  const columns = new Map(contract.columns.map((column) => [column.name, column]));
  const isLocal = host.ci === undefined;
  const shows = (name: string): boolean => {
    const column = columns.get(name);
    if (column === undefined) return isLocal;
    return isPublic(column) || (isLocal && !isSensitive(column));
  };
  const showsAll = isLocal && contract.columns.every((column) => shows(column.name));
  return {
    shows,
    cell: (name, value) => (value === null ? null : shows(name) ? shown(value) : masked),
    row: (text) => (showsAll ? text : masked),
  };
}

function isPublic(column: ContractColumn): boolean {
  return column.showValues || column.classification?.toLowerCase() === "public";
}

function isSensitive(column: ContractColumn): boolean {
  return column.classification !== undefined && !isPublic(column);
}

function shown(value: Exclude<Cell, null>): Json {
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, "");
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return String(value);
  if (typeof value !== "string") return value;
  const characters = [...value.slice(0, 2 * longest)];
  return (characters.length > longest ? `${characters.slice(0, longest).join("")}…` : value).toWellFormed();
}
