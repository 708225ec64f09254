import type { Check } from "../kernel/command.ts";
import type { CheckVerdict, Verdict } from "../kernel/verdict.ts";
import { type Block, bytes, folded, row, seriesBlock, tableBlock, tableHead, text, trim } from "./blocks.ts";
import { forestText, forestTextScales } from "./forest.ts";
import { absent, formatCount, formatInterval, formatP, formatSigned, formatValue } from "./format.ts";
import { inReadingOrder } from "./order.ts";
import type { Report } from "./report.ts";

/** Where the whole of what a section tells in short can be read; addresses of our own making. */
export interface SectionLinks {
  /** The run's page, with the job's summary. */
  readonly run: string;
  /** The report as an artifact, where it was uploaded. */
  readonly report?: string | undefined;
}

/** A gate's verdict, or that it could not decide. */
export type SectionVerdict = Verdict | "error";

export const verdictMarks: Readonly<Record<CheckVerdict | "error", string>> = {
  pass: "✅",
  warn: "⚠️",
  fail: "❌",
  inconclusive: "❔",
  unchecked: "◻️",
  error: "🛑",
};

/** Bytes of a section: eight of them are less than GitHub takes in a comment. */
const sectionLimit = 7_000;
const shownChecks = 8;
const shownEffects = 12;
/** A table in small has no more rows and columns than this. */
const smallRows = 10;
const smallColumns = 9;

/**
 * A report in small, for a comment that several gates share: the decision in a sentence, what is open, effects with their intervals drawn as
 * text, and folded away the first tables and charts. At most 7,000 bytes.
 */
export function renderSection(report: Report, links: SectionLinks): string {
  const open = inReadingOrder(report.checks).filter(({ verdict }) => verdict !== "pass");
  const head = [
    `${text(report.summary, 600)}\n`,
    ...(open.length === 0 ? [] : [openChecks(open)]),
    effects(inReadingOrder(report.checks)),
  ].join("\n");
  const foot = footer(links);
  const room = sectionLimit - bytes(head) - bytes(foot);
  return `${head}${small(report, room)}${foot}`;
}

/**
 * The section of a run that ended in an error: it decided nothing.
 * @param lines the error as a person is told it: code, place and message, then the fix
 */
export function renderErrorSection(lines: readonly string[], links: SectionLinks): string {
  return `**could not decide**\n\n${lines.map((line) => `> ${text(line, 1_000)}  \n`).join("")}${footer(links)}`;
}

function footer({ run, report }: SectionLinks): string {
  const whole = report === undefined ? "" : ` · [report](${report})`;
  return `\n<sub>[job summary](${run})${whole}</sub>\n`;
}

function openChecks(checks: readonly Check[]): string {
  const lines = checks
    .slice(0, shownChecks)
    .map(({ verdict, message, id }) => `- ${verdictMarks[verdict]} ${text(message, 360)} <sub>${text(id, 80)}</sub>\n`);
  const more = checks.length - lines.length;
  return `${lines.join("")}${more === 0 ? "" : `- and ${more} more\n`}`;
}

/** Every effect that has an interval, those against going on first. */
function effects(checks: readonly Check[]): string {
  const measured = checks.filter(({ effect, interval }) => effect !== undefined && interval !== undefined);
  if (measured.length === 0) return "";
  const scales = forestTextScales(measured);
  const rows = measured
    .slice(0, shownEffects)
    .map((check) =>
      row([
        `${verdictMarks[check.verdict]} ${text(check.id, 60)}`,
        comparedCell(check),
        check.effect === undefined ? absent : text(formatSigned(check.effect)),
        check.interval === undefined ? absent : text(formatInterval(check.interval)),
        `<code>${forestText(check, scales).replaceAll(" ", "&nbsp;")}</code>`,
        check.p === undefined ? absent : text(formatP(check.p)),
      ]),
    );
  const more = measured.length - rows.length;
  const head = tableHead(
    ["check", "observed, expected", "effect", "bounds", "┊ zero, ┃ limit", "p"],
    [false, true, true, true, false, true],
  );
  return `\n${head}${rows.join("")}${more === 0 ? "" : `\nand ${more} more\n`}`;
}

function comparedCell({ observed, expected }: Check): string {
  const values = [observed, expected].filter((value) => value !== undefined);
  return values.length === 0 ? absent : values.map((value) => text(formatValue(value), 24)).join(", ");
}

/** Tables and charts while there is room, folded away. */
function small({ tables, series }: Report, room: number): string {
  const titles = [
    ...(tables.length === 0 ? [] : [formatCount(tables.length, "table")]),
    ...(series.length === 0 ? [] : [formatCount(series.length, "chart")]),
  ];
  const fold = folded(`${titles.join(" and ")} in small`, { name: "", before: "", rows: [], after: "" });
  let left = room - bytes(fold.before) - bytes(fold.after);
  const parts: string[] = [];
  for (const block of smallBlocks({ tables, series })) {
    const { text: part } = trim(block, left);
    left -= bytes(part);
    parts.push(part);
  }
  const content = parts.join("");
  return content === "" ? "" : `${fold.before}${content}${fold.after}`;
}

function smallBlocks({ tables, series }: Pick<Report, "tables" | "series">): readonly Block[] {
  const narrow = tables.filter(({ columns }) => columns.length <= smallColumns);
  const cut = narrow.map(({ query: _query, diff: _diff, ...table }) => {
    const rows = table.rows.slice(0, smallRows);
    const more = (table.more ?? 0) + table.rows.length - rows.length;
    return tableBlock({ ...table, rows, more }, (title) => `**${title}**`);
  });
  return [...cut, ...(series.length === 0 ? [] : [seriesBlock(series)])];
}
