import { styleText } from "node:util";
import { shownPath } from "../commands/paths.ts";
import type { Check, Table } from "../kernel/command.ts";
import { describePlace } from "../kernel/error.ts";
import type { CheckVerdict } from "../kernel/verdict.ts";
import { visible } from "../report/escape.ts";
import { formatValue, isNumeric, shortened } from "../report/format.ts";
import { inReadingOrder } from "../report/order.ts";
import type { Outcome } from "./execute.ts";

const colours = { pass: "green", warn: "yellow", fail: "red", inconclusive: "magenta", unchecked: "cyan" } as const;
const shownPasses = 12;
const shownRows = 10;
const widestCell = 48;
/** The last column has the rest of the line to itself. */
const widestLastCell = 160;

/** What a person at a terminal reads when a command is done: the verdict, the checks (worst first), the tables, and where the report lies. */
export function outcomeText(outcome: Outcome, cwd: string, colour: boolean): string {
  const { report } = outcome;
  const paint = (verdict: CheckVerdict, text: string) =>
    colour ? styleText(colours[verdict], text, { validateStream: false }) : text;
  const lines = [`${paint(report.verdict, report.verdict.toUpperCase())}  ${visible(report.summary)}`, ""];
  const checks = inReadingOrder(report.checks);
  const passes = checks.filter((check) => check.verdict === "pass").length;
  for (const check of checks.slice(0, checks.length - Math.max(0, passes - shownPasses))) {
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
  return visible(`${check.id}: ${check.message}${place === "" ? "" : ` (${place})`}`);
}

function tableText(table: Table): readonly string[] {
  const shown = table.rows.slice(0, shownRows);
  const cells = [table.columns, ...shown.map((row) => row.map(formatValue))].map((row) =>
    row.map((cell, index) => shortened(visible(cell), index === row.length - 1 ? widestLastCell : widestCell)),
  );
  const columns = table.columns.map((_name, index) => ({
    width: Math.max(...cells.map((row) => row[index]?.length ?? 0)),
    right: isNumeric(shown.map((row) => row[index])),
  }));
  const lines = cells.map((row) =>
    columns
      .map(({ width, right }, index) => (right ? (row[index] ?? "").padStart(width) : (row[index] ?? "").padEnd(width)))
      .join("  ")
      .trimEnd(),
  );
  const more = table.rows.length - shown.length + (table.more ?? 0);
  return [`${visible(table.title)}:`, ...lines.map((line) => `  ${line}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}
