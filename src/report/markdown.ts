import type { Artifact, Check } from "../kernel/command.ts";
import { isDigest } from "../kernel/digest.ts";
import { describePlace } from "../kernel/error.ts";
import type { Verdict } from "../kernel/verdict.ts";
import {
  type Block,
  bytes,
  cellLength,
  folded,
  row,
  seriesBlock,
  tableBlock,
  tableHead,
  text,
  trim,
} from "./blocks.ts";
import { escapeMarkdown } from "./escape.ts";
import {
  absent,
  formatCount,
  formatInterval,
  formatP,
  formatSetting,
  formatSigned,
  formatValue,
  shortened,
} from "./format.ts";
import { countVerdicts, inReadingOrder, meaning } from "./order.ts";
import type { Report } from "./report.ts";

/** GitHub drops a step summary of more than 1 MiB without a word; other steps of the job have their own. */
const summaryLimit = 1024 * 1024 - 1024;
const alerts: Readonly<Record<Verdict, string>> = {
  pass: "TIP",
  warn: "WARNING",
  fail: "CAUTION",
  inconclusive: "IMPORTANT",
};

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
    ...(open.length === 0 ? [] : [checkBlock("checks", "\n### Checks\n", open)]),
    ...report.tables.map((table) => tableBlock(table)),
    ...(passed.length === 0
      ? []
      : [folded(formatCount(passed.length, "passed check"), checkBlock("passed checks", "", passed))]),
    ...(report.series.length === 0
      ? []
      : [folded(formatCount(report.series.length, "chart"), seriesBlock(report.series))]),
    ...(report.subjects.length + report.materials.length === 0 ? [] : [evidenceBlock(report)]),
    ...(Object.keys(report.config).length === 0 ? [] : [configurationBlock(report)]),
  ];
}

function checkBlock(name: string, before: string, checks: readonly Check[]): Block {
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
    after: "",
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

function evidenceBlock({ subjects, materials }: Report): Block {
  const line = (role: string) => (artifact: Artifact) =>
    row([role, artifact.kind, text(artifact.name), digest(artifact.digest)]);
  return folded("Evidence", {
    name: "evidence",
    before: `\n${tableHead(["role", "kind", "name", "digest"], [])}`,
    rows: [...subjects.map(line("subject")), ...materials.map(line("rests on"))],
    after: "",
  });
}

function configurationBlock({ config }: Report): Block {
  return folded("Configuration", {
    name: "configuration",
    before: `\n${tableHead(["input", "value", "from"], [])}`,
    rows: Object.entries(config).map(([name, { value, from }]) =>
      row([text(name), text(formatSetting(value)), from === "file" ? "titleholder.yaml" : from]),
    ),
    after: "",
  });
}

/** A digest is safe by its form, and a reader wants to copy it. */
function digest(value: string): string {
  return isDigest(value) ? `\`${value}\`` : text(value);
}
