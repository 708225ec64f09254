import type { Artifact, Check, Series, Table } from "../kernel/command.ts";
import { isDigest } from "../kernel/digest.ts";
import { describePlace } from "../kernel/error.ts";
import type { Verdict } from "../kernel/verdict.ts";
import { escapeMarkdown, fenced, visible } from "./escape.ts";
import {
  absent,
  formatCount,
  formatInterval,
  formatP,
  formatSetting,
  formatSigned,
  formatValue,
  isNumeric,
  shortened,
} from "./format.ts";
import { countVerdicts, inReadingOrder, meaning } from "./order.ts";
import type { Report } from "./report.ts";

/** GitHub drops a step summary of more than 1 MiB without a word; other steps of the job have their own. */
const summaryLimit = 1024 * 1024 - 1024;
/** A cell holds no more characters than this. */
const cellLength = 240;
/** A longer statement stands in the HTML page only. */
const longestQuery = 4_000;
const sparks = "▁▂▃▄▅▆▇█";

const alerts: Readonly<Record<Verdict, string>> = {
  pass: "TIP",
  warn: "WARNING",
  fail: "CAUTION",
  inconclusive: "IMPORTANT",
};

/** Text that stays or goes as a whole, or a table that may lose rows. */
interface Block {
  readonly name: string;
  readonly before: string;
  readonly rows: readonly string[];
  readonly after: string;
}

/**
 * The report as GitHub's markdown, for the job summary or (with a lower limit) for a comment. Never more than `limit`
 * bytes of UTF-8; what had to be left out is named at the end.
 */
export function renderSummary(report: Report, options: { readonly limit?: number } = {}): string {
  const limit = options.limit ?? summaryLimit;
  const head = heading(report, limit);
  const foot = footer(report);
  const kept: string[] = [];
  const left: string[] = [];
  let room = limit - bytes(head) - bytes(foot) - reserve(limit);
  for (const block of blocks(report)) {
    const { text, missing } = trim(block, room);
    kept.push(text);
    room -= bytes(text);
    if (missing > 0)
      left.push(
        missing === block.rows.length ? block.name : `${missing} of ${block.rows.length} rows of ${block.name}`,
      );
  }
  return `${head}${kept.join("")}${leftOut(left, reserve(limit))}${foot}`;
}

/** Bytes kept free for the sentence about what was left out. */
function reserve(limit: number): number {
  return Math.min(600, Math.floor(limit / 4));
}

function bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function trim(block: Block, room: number): { readonly text: string; readonly missing: number } {
  let space = room - bytes(block.before) - bytes(block.after);
  const rows: string[] = [];
  for (const row of block.rows) {
    space -= bytes(row);
    if (space < 0) break;
    rows.push(row);
  }
  const missing = block.rows.length - rows.length;
  return rows.length === 0 ? { text: "", missing } : { text: `${block.before}${rows.join("")}${block.after}`, missing };
}

function leftOut(left: readonly string[], room: number): string {
  if (left.length === 0) return "";
  const sentence = (names: string) =>
    `\n> [!NOTE]\n> Too long for this place, so left out: ${names}. The report holds all of it.\n`;
  const full = sentence(left.join("; "));
  return bytes(full) <= room ? full : sentence(`${left.length} parts`);
}

function heading(report: Report, limit: number): string {
  const title = escapeMarkdown(`${shortened(report.command, 80)} of ${shortened(report.model, 80)}: ${report.verdict}`);
  const counts = countVerdicts(report.checks).map(([verdict, count]) => `${count} ${verdict}`);
  const said = text(report.summary, Math.max(80, Math.min(1000, Math.floor(limit / 40))));
  const lines = [
    `## ${title}`,
    "",
    `> [!${alerts[report.verdict]}]`,
    `> **${report.verdict}**: ${said}  `,
    `> ${meaning[report.verdict]}`,
  ];
  if (counts.length > 0) lines.push("", `Checks: ${counts.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function footer({ result, run }: Report): string {
  return `\n<sub>Titleholder ${text(run.version, 40)} · result ${digest(result)}</sub>\n`;
}

/** From the most to the least needed: where there is no room, the last ones go first. */
function blocks(report: Report): readonly Block[] {
  const ordered = inReadingOrder(report.checks);
  const open = ordered.filter((check) => check.verdict !== "pass");
  const passed = ordered.filter((check) => check.verdict === "pass");
  return [
    ...(open.length === 0 ? [] : [checkBlock("checks", "\n### Checks\n", open, "")]),
    ...report.tables.map(tableBlock),
    ...(passed.length === 0
      ? []
      : [checkBlock("passed checks", folded(formatCount(passed.length, "passed check")), passed, "\n</details>\n")]),
    ...(report.series.length === 0 ? [] : [seriesBlock(report.series)]),
    ...(report.subjects.length + report.materials.length === 0 ? [] : [evidenceBlock(report)]),
    ...(Object.keys(report.config).length === 0 ? [] : [configurationBlock(report)]),
  ];
}

function folded(title: string): string {
  return `\n<details><summary>${title}</summary>\n`;
}

function checkBlock(name: string, before: string, checks: readonly Check[], after: string): Block {
  const some = (test: (check: Check) => unknown) => checks.some((check) => test(check) !== undefined);
  const columns: readonly (readonly [title: string, cell: (check: Check) => string, shown: boolean])[] = [
    ["verdict", (check) => `**${check.verdict}**`, true],
    ["check", whatCell, true],
    ["observed", (check) => text(formatValue(check.observed)), some((check) => check.observed)],
    ["expected", (check) => text(formatValue(check.expected)), some((check) => check.expected)],
    ["effect", effectCell, some((check) => check.effect ?? check.interval)],
    ["p", (check) => (check.p === undefined ? absent : text(formatP(check.p))), some((check) => check.p)],
    ["n", (check) => text(formatValue(check.n)), some((check) => check.n)],
  ];
  const shown = columns.filter(([, , present]) => present);
  const head = tableHead(
    shown.map(([title]) => title),
    shown.map(([title]) => ["effect", "p", "n"].includes(title)),
  );
  return {
    name,
    before: `${before}\n${head}`,
    rows: checks.map((check) => row(shown.map(([, cell]) => cell(check)))),
    after,
  };
}

function whatCell(check: Check): string {
  const place = check.place === undefined ? "" : describePlace(check.place);
  const details = [check.id, check.method ?? "", place].filter((part) => part !== "").map((part) => text(part));
  return `${text(check.message, 2 * cellLength)}<br><sub>${details.join(" · ")}</sub>`;
}

function effectCell(check: Check): string {
  const effect = check.effect === undefined ? "" : formatSigned(check.effect);
  const interval = check.interval === undefined ? "" : formatInterval(check.interval);
  return text([effect, interval].filter((part) => part !== "").join(" "));
}

function tableBlock(table: Table): Block {
  const rows = table.rows.map((cells) => row(table.columns.map((_, column) => text(formatValue(cells[column])))));
  const more =
    table.more === undefined || table.more === 0 ? "" : `\n${formatCount(table.more, "more row")} not shown.\n`;
  const numeric = table.columns.map((_, column) => isNumeric(table.rows.map((cells) => cells[column])));
  return {
    name: text(table.title, 60),
    before: `\n### ${text(table.title)}\n\n${tableHead(
      table.columns.map((name) => text(name)),
      numeric,
    )}`,
    rows: rows.length === 0 ? [row([text("no rows")])] : rows,
    after: `${more}${queryBlock(table)}${diffBlock(table)}`,
  };
}

function queryBlock({ query }: Table): string {
  if (query === undefined || query.length > longestQuery) return "";
  const title = "Query for all of these rows";
  return `\n<details><summary>${title}</summary>\n\n${fenced("sql", visible(query))}\n\n</details>\n`;
}

function diffBlock({ diff }: Table): string {
  const text = diff?.map(visible).join("\n") ?? "";
  return text === "" || text.length > longestQuery ? "" : `\n${fenced("diff", text)}\n`;
}

/** Each line of a chart as a row of blocks, scaled by the chart's largest value; the HTML report draws it whole. */
function seriesBlock(series: readonly Series[]): Block {
  const rows = series.flatMap(({ title, lines }) => {
    const most = Math.max(
      ...Object.values(lines)
        .flat()
        .map((value) => value ?? 0),
      0,
    );
    return Object.entries(lines).map(([name, values]) =>
      row([text(title, 80), text(name, 60), sparkline(values, most)]),
    );
  });
  return {
    name: "charts",
    before: `${folded(formatCount(series.length, "chart"))}\n${tableHead(["chart", "line", "shape"], [])}`,
    rows,
    after: "\nThe HTML report draws them in full.\n\n</details>\n",
  };
}

function sparkline(values: readonly (number | null)[], most: number): string {
  return values
    .slice(0, 60)
    .map((value) =>
      value === null || most === 0 ? " " : (sparks[Math.min(7, Math.max(0, Math.round((value / most) * 7)))] ?? " "),
    )
    .join("");
}

function evidenceBlock({ subjects, materials }: Report): Block {
  const line = (role: string) => (artifact: Artifact) =>
    row([role, artifact.kind, text(artifact.name), digest(artifact.digest)]);
  return {
    name: "evidence",
    before: `${folded("Evidence")}\n${tableHead(["role", "kind", "name", "digest"], [])}`,
    rows: [...subjects.map(line("subject")), ...materials.map(line("rests on"))],
    after: "\n</details>\n",
  };
}

function configurationBlock({ config }: Report): Block {
  return {
    name: "configuration",
    before: `${folded("Configuration")}\n${tableHead(["input", "value", "from"], [])}`,
    rows: Object.entries(config).map(([name, { value, from }]) =>
      row([text(name), text(formatSetting(value)), from === "file" ? "titleholder.yaml" : from]),
    ),
    after: "\n</details>\n",
  };
}

function tableHead(titles: readonly string[], right: readonly boolean[]): string {
  return `${row(titles)}${row(titles.map((_, column) => (right[column] === true ? "---:" : "---")))}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function text(value: string, length = cellLength): string {
  return escapeMarkdown(shortened(value, length));
}

/** A digest is safe by its form, and a reader wants to copy it. */
function digest(value: string): string {
  return isDigest(value) ? `\`${value}\`` : text(value);
}
