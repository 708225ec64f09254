import type { Check } from "../kernel/command.ts";
import { describePlace } from "../kernel/error.ts";
import { escapeXml } from "./escape.ts";
import { formatInterval, formatNumber, formatP, formatSigned, formatValue } from "./format.ts";
import type { Report } from "./report.ts";

/**
 * The report as JUnit XML, a test case a check: `fail` and `inconclusive` are failures of those types, `unchecked` is
 * skipped, a warning passes and says so in `system-out`. A report without checks has one case, its verdict.
 */
export function renderJunit(report: Report): string {
  const checks = report.checks.length > 0 ? report.checks : [verdictAsCheck(report)];
  const failures = checks.filter(({ verdict }) => verdict === "fail" || verdict === "inconclusive").length;
  const skipped = checks.filter(({ verdict }) => verdict === "unchecked").length;
  const seconds = Math.max(0, (Date.parse(report.run.finished) - Date.parse(report.run.started)) / 1000);
  const totals = `tests="${checks.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${Number.isFinite(seconds) ? seconds : 0}"`;
  const name = escapeXml(`titleholder ${report.command} of ${report.model}`);
  const properties = [
    ["verdict", report.verdict],
    ["summary", report.summary],
    ["result", report.result],
    ["version", report.run.version],
  ] as const;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="titleholder" ${totals}>`,
    `  <testsuite name="${name}" timestamp="${escapeXml(report.run.started)}" ${totals}>`,
    "    <properties>",
    ...properties.map(([key, value]) => `      <property name="${key}" value="${escapeXml(value)}"/>`),
    "    </properties>",
    ...checks.map((check) => testCase(check, report)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function verdictAsCheck({ verdict, summary }: Report): Check {
  return { id: "verdict", verdict, message: summary };
}

function testCase(check: Check, report: Report): string {
  const file = check.place?.file === undefined ? "" : ` file="${escapeXml(check.place.file)}"`;
  const line = check.place?.line === undefined ? "" : ` line="${check.place.line}"`;
  const open = `    <testcase classname="${escapeXml(`${report.model}.${report.command}`)}" name="${escapeXml(check.id)}"${file}${line}`;
  const body = outcome(check);
  return body === "" ? `${open}/>` : `${open}>${body}</testcase>`;
}

function outcome(check: Check): string {
  const message = escapeXml(check.message);
  if (check.verdict === "pass") return "";
  if (check.verdict === "warn") return `<system-out>warning: ${message}\n${evidence(check)}</system-out>`;
  if (check.verdict === "unchecked") return `<skipped message="${message}"/>`;
  return `<failure type="${check.verdict}" message="${message}">${evidence(check)}</failure>`;
}

function evidence(check: Check): string {
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["observed", check.observed === undefined ? undefined : formatValue(check.observed)],
    ["expected", check.expected === undefined ? undefined : formatValue(check.expected)],
    ["effect", check.effect === undefined ? undefined : formatSigned(check.effect)],
    ["interval", check.interval === undefined ? undefined : formatInterval(check.interval)],
    ["p", check.p === undefined ? undefined : formatP(check.p)],
    ["n", check.n === undefined ? undefined : formatNumber(check.n)],
    ["method", check.method],
    ["place", check.place === undefined ? undefined : describePlace(check.place)],
  ];
  return lines
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => escapeXml(`${name}: ${value}`))
    .join("\n");
}
