import type { Contract } from "../../contract/contract.ts";
import { stricter, visibilityOf } from "../../contract/visibility.ts";
import type { Cell } from "../../dataset/dataset.ts";
import type { Host } from "../../kernel/host.ts";

const masked = "(masked)";
const longest = 200;

/** Which columns' values a report may show. */
export interface Masking {
  shows(column: string): boolean;
  /** A value as text, or the word that stands for it; null where there is none. */
  cell(column: string, value: Cell): string | null;
  /** Text of a whole row, in which every column's values stand. */
  row(text: string): string;
}

/** Columns classified as anything but public: their values stay hidden on this machine too, and in the profile. */
export function sensitiveColumns(...contracts: readonly (Contract | undefined)[]): readonly string[] {
  const columns = contracts.flatMap((contract) => contract?.columns ?? []);
  return columns.filter((column) => visibilityOf(column) === "sensitive").map((column) => column.name);
}

/** What services of continuous integration set for the commands they run. */
const services = ["CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION"];

/**
 * Values are shown where the contract classifies the column as public or says `showValues`. Columns without a classification are shown
 * only in a report that stays on this machine: one of a service is uploaded and summarised. What the contract of the base hides stays hidden
 * until the change is merged: a pull request cannot have values shown by asking for them.
 */
export function maskingOf(contract: Contract, host: Pick<Host, "ci" | "childEnv">, earlier?: Contract): Masking {
  const columns = new Map(contract.columns.map((column) => [column.name, column]));
  const former = new Map(earlier?.columns.map((column) => [column.name, column]));
  const isLocal = host.ci === undefined && services.every((name) => /^(false|0)?$/i.test(host.childEnv[name] ?? ""));
  const shows = (name: string): boolean => {
    const column = columns.get(name);
    if (column === undefined) return isLocal;
    const before = former.get(name);
    const visibility = stricter(visibilityOf(column), before === undefined ? "public" : visibilityOf(before));
    return visibility === "public" || (isLocal && visibility === "unclassified");
  };
  const showsAll = isLocal && contract.columns.every((column) => shows(column.name));
  return {
    shows,
    cell: (name, value) => (value === null ? null : shows(name) ? shown(value) : masked),
    row: (text) => (showsAll ? text : masked),
  };
}

/** As it stands in the data: a number as text too, so that no renderer rounds or groups it. */
function shown(value: Exclude<Cell, null>): string {
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, "");
  const text = String(value);
  const characters = [...text.slice(0, 2 * longest)];
  return (characters.length > longest ? `${characters.slice(0, longest).join("")}…` : text).toWellFormed();
}
