import { stripVTControlCharacters, styleText } from "node:util";
import { shownPath } from "../commands/paths.ts";
import type { Check, Table } from "../kernel/command.ts";
import { describePlace } from "../kernel/error.ts";
import type { CheckVerdict } from "../kernel/verdict.ts";
import type { Outcome } from "./execute.ts";

const colours = { pass: "green", warn: "yellow", fail: "red", inconclusive: "magenta", unchecked: "cyan" } as const;
const order: readonly CheckVerdict[] = ["fail", "inconclusive", "warn", "unchecked", "pass"];
const shownPasses = 12;
const shownRows = 10;

/** What a person at a terminal reads when a command is done: the verdict, the checks (worst first), the tables, and where the report lies. */
export function outcomeText(outcome: Outcome, cwd: string, colour: boolean): string {
  const { report } = outcome;
  const paint = (verdict: CheckVerdict, text: string) =>
    colour ? styleText(colours[verdict], text, { validateStream: false }) : text;
  const lines = [`${paint(report.verdict, report.verdict.toUpperCase())}  ${clean(report.summary)}`, ""];
  const checks = [...report.checks].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const passes = checks.filter((check) => check.verdict === "pass").length;
  let left = shownPasses;
  for (const check of checks) {
    if (check.verdict === "pass" && left-- <= 0) continue;
    lines.push(`  ${paint(check.verdict, check.verdict.padEnd(12))} ${checkText(check)}`);
  }
  if (passes > shownPasses) lines.push(`  and ${passes - shownPasses} more that passed`);
  for (const table of report.tables) lines.push("", ...tableText(table));
  const page = outcome.path.replace(/\.json$/, ".html");
  lines.push("", `report: ${shownPath({ cwd }, outcome.path)}`, `page:   ${shownPath({ cwd }, page)}`, "");
  return lines.join("\n");
}

function checkText(check: Check): string {
  const place = check.place === undefined ? "" : describePlace(check.place);
  return clean(`${check.id}: ${check.message}${place === "" ? "" : ` (${place})`}`);
}

function tableText(table: Table): readonly string[] {
  const rows = table.rows
    .slice(0, shownRows)
    .map((row) => row.map((cell) => clean(cell === null ? "" : typeof cell === "string" ? cell : cellText(cell))));
  const widths = table.columns.map((name, index) =>
    Math.min(48, Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0))),
  );
  const format = (cells: readonly string[]) =>
    `  ${cells.map((cell, index) => (cell.length > 48 ? `${cell.slice(0, 45)}...` : cell).padEnd(widths[index] ?? 0)).join("  ")}`.trimEnd();
  const more = table.rows.length - rows.length + (table.more ?? 0);
  return [
    `${clean(table.title)}:`,
    format(table.columns.map(clean)),
    ...rows.map(format),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function cellText(cell: unknown): string {
  if (typeof cell === "number" && !Number.isInteger(cell)) return String(Number(cell.toPrecision(4)));
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** Text from data must not steer the terminal. */
function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}]/gu, " ");
}
