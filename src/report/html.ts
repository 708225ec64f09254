import { createHash } from "node:crypto";
import type { Artifact, Check, Table } from "../kernel/command.ts";
import { describePlace } from "../kernel/error.ts";
import type { Json } from "../kernel/json.ts";
import { formatDuration } from "../kernel/quantity.ts";
import type { CheckVerdict } from "../kernel/verdict.ts";
import { renderChart } from "./chart.ts";
import { forestScales, renderForestBar } from "./forest.ts";
import {
  absent,
  formatCount,
  formatInstant,
  formatInterval,
  formatNumber,
  formatP,
  formatSetting,
  formatSigned,
  formatValue,
  isNumeric,
} from "./format.ts";
import { html, Markup } from "./markup.ts";
import { countVerdicts, inReadingOrder, meaning } from "./order.ts";
import type { Origin, Report } from "./report.ts";
import type { Scale } from "./scale.ts";
import { style } from "./style.ts";

/** Passed checks beyond this many are folded away. */
const foldedAfter = 8;
/** A browser stays quick with this many rows of a table; the rest is in the report's data. */
const rowLimit = 1000;
/** A cell of at most this many characters is not broken over lines. */
const unbroken = 24;

/**
 * The report as one HTML page that asks for nothing: no script, no font, no picture, no address. Its Content-Security-
 * Policy allows its own style, by digest, and forbids everything else. Light and dark follow the reader's system; it
 * prints unfolded.
 */
export function renderHtml(report: Report): string {
  const styleDigest = createHash("sha256").update(style).digest("base64");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${report.verdict}: ${report.command} of ${report.model} – Titleholder</title>
<style>${new Markup(style)}</style>
</head>
<body>
${heading(report)}
<main>
${checksSection(report.checks)}
${report.tables.slice(0, 1).map(tableSection)}
${chartsSection(report)}
<div class="tables">${report.tables.slice(1).map(tableSection)}</div>
${artifactsSection(report)}
${configurationSection(report)}
${runSection(report)}
</main>
<footer>Result <code class="digest" title="${report.result}">${report.result}</code> · equal evidence gives the same
result on a rerun. <code>report.json</code> beside this page holds the same facts as data.</footer>
</body>
</html>
`;
  return page.text;
}

function heading(report: Report): Markup {
  const counts = countVerdicts(report.checks);
  const badges = counts.map(
    ([verdict, count]) => html`<li>${badge(verdict, `${formatNumber(count)} ${verdict}`)}</li>`,
  );
  return html`<header>
<p class="brand">Titleholder</p>
<h1>${report.command} of ${report.model}</h1>
<div class="banner ${report.verdict}">${mark(report.verdict)}<div>
<p class="word">${report.verdict}: ${meaning[report.verdict]}</p>
<p class="said">${report.summary}</p>
</div></div>
${counts.length === 0 ? undefined : html`<ul class="counts" aria-label="Checks by verdict">${badges}</ul>`}
<dl class="facts">${facts(report).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`;
}

function facts({ run }: Report): readonly (readonly [string, string])[] {
  const took = Date.parse(run.finished) - Date.parse(run.started);
  const { ci } = run;
  return [
    ["finished", formatInstant(run.finished)],
    ...(Number.isFinite(took) ? [["took", formatDuration(took)] as const] : []),
    ...(ci === undefined
      ? []
      : ([
          ["repository", ci.repository],
          ["commit", ci.sha.slice(0, 12)],
          ["started by", ci.actor],
        ] as const)),
    ["version", run.version],
  ];
}

const shapes: Readonly<Record<CheckVerdict, string>> = {
  pass: '<circle cx="12" cy="12" r="10"/><path d="M7 12.5l3.5 3.5L17 9"/>',
  warn: '<path d="M12 2.5L22.5 21h-21z"/><path d="M12 9.5v5M12 17.7v.1"/>',
  fail: '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',
  inconclusive:
    '<circle cx="12" cy="12" r="10"/><path d="M9 9.2c.3-1.7 1.5-2.6 3-2.6 1.7 0 3 1.1 3 2.7 0 2.2-3 2.4-3 4.7M12 17.4v.1"/>',
  unchecked: '<circle cx="12" cy="12" r="10" stroke-dasharray="3 3.28"/><path d="M8 12h8"/>',
};

function mark(verdict: CheckVerdict): Markup {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">${new Markup(shapes[verdict])}</svg>`;
}

function badge(verdict: CheckVerdict, text: string): Markup {
  return html`<span class="badge ${verdict}">${mark(verdict)}${text}</span>`;
}

function checksSection(checks: readonly Check[]): Markup | undefined {
  if (checks.length === 0) return undefined;
  const ordered = inReadingOrder(checks);
  const passed = ordered.filter((check) => check.verdict === "pass");
  const fold = passed.length > foldedAfter && passed.length < ordered.length;
  const scales = forestScales(checks);
  const shown = fold ? ordered.filter((check) => check.verdict !== "pass") : ordered;
  const folded = fold
    ? html`<details><summary>${formatCount(passed.length, "passed check")}</summary>${checksTable(passed, scales)}</details>`
    : undefined;
  const note =
    scales.size === 0
      ? undefined
      : html`<p class="quiet small">Bars show an effect with its interval; those of one method share an axis. The dashed line is zero, the solid one the limit that the interval must lie beyond.</p>`;
  return html`<section><h2>Checks</h2><div class="card">${checksTable(shown, scales)}${folded}</div>${note}</section>`;
}

function checksTable(all: readonly Check[], scales: ReadonlyMap<string, Scale>): Markup {
  const checks = all.slice(0, rowLimit);
  const more = all.length - checks.length;
  const note =
    more === 0
      ? undefined
      : html`<p class="note quiet small">${formatNumber(more)} more checks are in report.json.</p>`;
  const some = {
    observed: checks.some((check) => check.observed !== undefined),
    expected: checks.some((check) => check.expected !== undefined),
    effect: checks.some((check) => check.effect !== undefined || check.interval !== undefined),
    p: checks.some((check) => check.p !== undefined),
    n: checks.some((check) => check.n !== undefined),
  };
  const head = (["observed", "expected", "effect", "p", "n"] as const).filter((name) => some[name]);
  const textual = new Set<string>(
    (["observed", "expected"] as const).filter((name) => !isNumeric(checks.map((check) => check[name]))),
  );
  const className = (name: string) => (textual.has(name) ? html`` : html` class="number"`);
  const rows = checks.map((check) => {
    const cells = {
      observed: formatOptional(check.observed),
      expected: formatOptional(check.expected),
      effect: effectCell(check, scales),
      p: check.p === undefined ? undefined : formatP(check.p),
      n: check.n === undefined ? undefined : formatNumber(check.n),
    };
    const place = check.place === undefined ? "" : describePlace(check.place);
    const details = [check.id, check.method ?? "", place].filter((part) => part !== "").join(" · ");
    return html`<tr><td>${badge(check.verdict, check.verdict)}</td>
<td class="what">${check.message}<span class="id">${details}</span></td>
${head.map((name) => html`<td${className(name)} data-label="${name}">${cells[name]}</td>`)}</tr>
`;
  });
  const titles = head.map((name) => html`<th scope="col"${className(name)}>${name}</th>`);
  return html`${scrolling(
    "Checks",
    html`<table class="checks stack">
<thead><tr><th scope="col">verdict</th><th scope="col">check</th>${titles}</tr></thead>
<tbody>
${rows}</tbody></table>`,
  )}${note}`;
}

function formatOptional(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : formatValue(value);
}

function effectCell(check: Check, scales: ReadonlyMap<string, Scale>): Markup | undefined {
  if (check.effect === undefined && check.interval === undefined) return undefined;
  const effect = check.effect === undefined ? "" : formatSigned(check.effect);
  const interval =
    check.interval === undefined ? undefined : html` <span class="quiet">${formatInterval(check.interval)}</span>`;
  return html`${effect}${interval}${renderForestBar(check, scales)}`;
}

function chartsSection(report: Report): Markup | undefined {
  if (report.series.length === 0) return undefined;
  const charts = report.series.map((series, index) => renderChart(series, `chart-${index}`));
  return html`<section><h2>Charts</h2><div class="charts">${charts}</div></section>`;
}

/** Holds what may be wider than the page; a keyboard can scroll it. */
function scrolling(label: string, content: Markup): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${content}</div>`;
}

function tableSection(table: Table): Markup {
  const numeric = table.columns.map((_, column) => isNumeric(table.rows.map((row) => row[column])));
  const className = (column: number, text: string) =>
    numeric[column] ? "number" : text.length <= unbroken ? "short" : "long";
  const titles = table.columns.map(
    (name, column) => html`<th scope="col" class="${className(column, name)}">${name}</th>`,
  );
  const rows = table.rows.slice(0, rowLimit).map((row) => {
    const cells = table.columns.map((_, column) => {
      const text = formatValue(row[column]);
      return html`<td class="${className(column, text)}">${text}</td>`;
    });
    return html`<tr>${cells}</tr>
`;
  });
  const empty = html`<tr><td colspan="${Math.max(1, table.columns.length)}" class="quiet">No rows.</td></tr>`;
  const left = (table.more ?? 0) + table.rows.length - rows.length;
  const more = left === 0 ? undefined : html`<p class="quiet small">${formatCount(left, "more row")} not shown.</p>`;
  const content = html`<table class="data">
<thead><tr>${titles}</tr></thead>
<tbody>
${rows.length === 0 ? empty : rows}</tbody></table>`;
  return html`<section><h2>${table.title}</h2><div class="card fit">${scrolling(table.title, content)}</div>${more}${queryText(table)}${diffText(table)}</section>`;
}

/** To be copied: nothing in it is a link or runs. */
function diffText({ diff }: Table): Markup | undefined {
  if (diff === undefined) return undefined;
  return html`<details class="query" open><summary class="small">As a diff</summary><pre tabindex="0">${diff.map((line) => html`<span class="line">${line}</span>`)}</pre></details>`;
}

function queryText({ query }: Table): Markup | undefined {
  if (query === undefined) return undefined;
  return html`<details class="query"><summary class="small">Query for all of these rows</summary><pre tabindex="0">${query}</pre></details>`;
}

function artifactsSection({ subjects, materials }: Report): Markup | undefined {
  if (subjects.length + materials.length === 0) return undefined;
  const row = (role: string) => (artifact: Artifact) => {
    const { name, kind, uri, digest } = artifact;
    const address = uri === undefined || uri === name ? undefined : html`<span class="id">${uri}</span>`;
    return html`<tr><td data-label="role">${role}</td><td data-label="kind">${kind}</td><td>${name}${address}</td>
<td><code class="digest" title="${digest}">${digest}</code></td></tr>
`;
  };
  const content = html`<table class="stack">
<thead><tr><th scope="col">role</th><th scope="col">kind</th><th scope="col">name</th><th scope="col">digest</th></tr></thead>
<tbody>
${subjects.map(row("subject"))}${materials.map(row("rests on"))}</tbody></table>`;
  return html`<section><h2>Evidence</h2>
<p class="quiet small">What the verdict is about, and what it rests on. A digest is cut to fit; selecting one copies all of it.</p>
<div class="card">${scrolling("Evidence", content)}</div></section>`;
}

const origins: Readonly<Record<Origin, string>> = { input: "input", file: "titleholder.yaml", default: "default" };

function configurationSection({ config }: Report): Markup | undefined {
  const entries = Object.entries(config);
  if (entries.length === 0) return undefined;
  const written = entries.filter(([, { from }]) => from !== "default");
  const defaults = entries.filter(([, { from }]) => from === "default");
  const folded = html`<details><summary>${formatCount(defaults.length, "default")}</summary>${configurationTable(defaults)}</details>`;
  return html`<section><h2>Configuration</h2><div class="card">
${written.length === 0 ? undefined : configurationTable(written)}${defaults.length === 0 ? undefined : folded}
</div></section>`;
}

function configurationTable(entries: readonly [string, Report["config"][string]][]): Markup {
  const rows = entries.map(([name, { value, from }]) => {
    const shown = value === null || value === "" ? absent : html`<code>${formatSetting(value)}</code>`;
    return html`<tr><td>${name}</td><td>${shown}</td><td data-label="from">${origins[from]}</td></tr>
`;
  });
  return scrolling(
    "Configuration",
    html`<table class="stack">
<thead><tr><th scope="col">input</th><th scope="col">value</th><th scope="col">from</th></tr></thead>
<tbody>
${rows}</tbody></table>`,
  );
}

function runSection({ run }: Report): Markup {
  const { ci } = run;
  const rows: (readonly [string, string])[] = [
    ["version", run.version],
    ["started", formatInstant(run.started)],
    ["finished", formatInstant(run.finished)],
    ...Object.entries(run.timings).map(([phase, ms]) => [`time for ${phase}`, formatDuration(ms)] as const),
  ];
  if (ci !== undefined) {
    rows.push(
      ["repository", ci.repository],
      ["commit", ci.sha],
      ["ref", ci.ref],
      ["event", ci.fromFork ? `${ci.event} (from a fork)` : ci.event],
      ["workflow", ci.workflow],
      ["job", ci.job],
      ["run", `${ci.runId}, attempt ${ci.attempt}`],
      ["started by", ci.actor],
      ["runner", ci.runner],
    );
  }
  const lines = rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return html`<section><h2>Run</h2><div class="card"><details><summary>When, where and by whom</summary>
${scrolling("Run", html`<table><tbody>${lines}</tbody></table>`)}</details></div></section>`;
}
