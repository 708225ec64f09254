import { expect, test } from "vitest";
import type { Check } from "../../src/kernel/command.ts";
import { renderChart } from "../../src/report/chart.ts";
import { renderHtml } from "../../src/report/html.ts";
import { renderJunit } from "../../src/report/junit.ts";
import { renderSummary } from "../../src/report/markdown.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { driftReport, evaluationReport } from "./render-fixtures.ts";

const empty = { ...driftReport, checks: [], tables: [], series: [], subjects: [], materials: [], config: {} };

test("the page says verdict, summary, evidence, configuration and run", () => {
  const page = renderHtml(driftReport);
  for (const text of [
    "drift-report of flights",
    "fail: the evidence is against going on",
    "2 of 12 columns drifted; largest: hour (PSI 0.31, at least 0.05 with p &lt; 1e-12)",
    "contracts/flights.odcs.yaml:41:7",
    driftReport.subjects[0]?.digest ?? "",
    driftReport.result,
    "titleholder.yaml",
    "8 more rows not shown",
    "took</dt><dd>4.3 s",
    "123456789, attempt 2",
  ]) {
    expect(page).toContain(text);
  }
});

test("the page forbids scripts and everything from elsewhere", () => {
  const page = renderHtml(driftReport);
  expect(page).toMatch(
    /content="default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri 'none'; form-action 'none'"/,
  );
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\s(?:src|href|style|on\w+)=/i);
});

test("what is against going on stands before what passed", () => {
  const order = [...renderHtml(driftReport).matchAll(/class="id">(?:drift|column)\/(\w+)/g)].map((match) => match[1]);
  expect(order.slice(0, 4)).toEqual(["hour", "distance", "delay", "plane_age"]);
  expect(order).toHaveLength(13);
});

test("many passed checks are folded, a few are not", () => {
  expect(renderHtml(driftReport)).toContain("<summary>9 passed checks</summary>");
  expect(renderHtml(evaluationReport)).not.toContain("passed checks</summary>");
});

test("effects with intervals are drawn on one axis a method, an open end as an arrow", () => {
  const page = renderHtml(evaluationReport);
  expect(page.match(/<svg class="forest/g)).toHaveLength(3);
  expect(page).toContain("+0.0132 [0.0041, ∞], axis from -0.02 to +0.02");
  expect(page).toContain("-0.002 [-0.0121, 0.0081], axis from -0.02 to +0.02");
  expect(page.match(/<path class="interval"/g)).toHaveLength(1);
});

test("every renderer takes a report that holds nothing but its verdict", () => {
  expect(renderHtml(empty)).toContain("</html>");
  expect(renderSummary(empty)).toContain("**fail**");
  expect(JSON.parse(renderSarif(empty)).runs[0].results).toEqual([]);
  expect(renderJunit(empty)).toContain(
    '<testcase classname="flights.drift-report" name="verdict"><failure type="fail"',
  );
});

test("a chart is drawn with ticks, legend, titles and its numbers; gaps stay gaps", () => {
  const [bars, , line] = driftReport.series;
  if (bars === undefined || line === undefined) throw new Error("the fixture has three charts");
  const drawn = renderChart(bars, "a").text;
  expect(drawn.match(/<rect x=/g)).toHaveLength(20);
  expect(drawn).toContain("<title>current, 0 to 2: 0.041</title>");
  expect(drawn).toContain('<th scope="row">18 to 20</th><td class="number">0.096</td><td class="number">0.091</td>');
  const path = / d="([^"]*)"/.exec(renderChart(line, "b").text)?.[1] ?? "";
  expect(path.match(/M/g)).toHaveLength(2);
  expect(path).not.toMatch(/NaN|Infinity/);
});

test("charts of no values, one value, equal values and values below zero are drawn without NaN", () => {
  const lines: readonly (readonly (number | null)[])[] = [[], [null], [3], [5, 5, 5], [-1, -0.5], [1e-9, 1e9]];
  for (const values of lines) {
    for (const form of ["lines", "bars"] as const) {
      for (const x of [values.map((_, index) => index), values.map((_, index) => `level ${index}`)]) {
        expect(renderChart({ title: "t", x, lines: { a: values }, form }, "c").text).not.toMatch(/NaN|Infinity/);
      }
    }
  }
});

test("the summary shows the verdict as an alert and open checks before tables and passed ones", () => {
  const summary = renderSummary(driftReport);
  expect(summary).toMatch(
    /^## drift-report of flights: fail\n\n> \[!CAUTION\]\n> \*\*fail\*\*: 2 of 12 columns drifted/,
  );
  const places = ["### Checks", "### Columns by effect", "9 passed checks", "3 charts", "Evidence", "Configuration"];
  const found = places.map((place) => summary.indexOf(place));
  expect(found).not.toContain(-1);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(summary).toContain("| hour: share of rows | reference | ▁▁▃▆▆▆▆▇▆▅ |");
});

test("a summary too long loses its least needed parts first and names them", () => {
  const cut = renderSummary(driftReport, { limit: 3000 });
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(3000);
  expect(cut).toContain("hour drifted");
  expect(cut).toContain("Columns by effect");
  expect(cut).toMatch(/Too long for this place, so left out: .*passed checks/);
});

test("forty thousand failing checks still fit into a job summary", () => {
  const checks = Array.from(
    { length: 40_000 },
    (_, index): Check => ({ id: `row/${index}`, verdict: "fail", message: `row ${index} breaks a rule` }),
  );
  const summary = renderSummary({ ...driftReport, checks });
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  expect(summary).toMatch(/\d+ of 40000 rows of checks/);
});

test("a page of forty thousand checks shows the first ones and says how many it does not show", () => {
  const checks = Array.from(
    { length: 40_000 },
    (_, index): Check => ({ id: `row/${index}`, verdict: "fail", message: "" }),
  );
  const page = renderHtml({ ...driftReport, checks });
  expect(page.length).toBeLessThan(2_000_000);
  expect(page).toContain("39,000 more checks are in report.json");
});

test("JUnit counts failures and skips, and a warning passes aloud", () => {
  const xml = renderJunit(driftReport);
  expect(xml).toContain('tests="13" failures="2" errors="0" skipped="1" time="4.25"');
  expect(xml).toContain('<failure type="fail" message="hour drifted: PSI 0.31">observed: 0.31\n');
  expect(xml).toContain('name="drift/delay"><system-out>warning: delay drifted');
  expect(xml).toContain('file="contracts/flights.odcs.yaml" line="41"><skipped message="plane_age');
});

test("SARIF has a result for each check that did not pass, on a line of a file", () => {
  const { runs } = JSON.parse(renderSarif(driftReport));
  const results: { ruleId: string; level: string; locations: readonly { physicalLocation: unknown }[] }[] =
    runs[0].results;
  expect(results.map(({ ruleId, level }) => `${level} ${ruleId}`)).toEqual([
    "error drift/hour",
    "error drift/distance",
    "warning drift/delay",
    "note column/plane_age",
  ]);
  expect(results[3]?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: "contracts/flights.odcs.yaml" },
    region: { startLine: 41, startColumn: 7 },
  });
  expect(results[0]?.locations[0]?.physicalLocation).toMatchObject({ artifactLocation: { uri: "titleholder.yaml" } });
});

test("SARIF fingerprints tell checks apart and stay the same between runs", () => {
  const prints = (report: typeof driftReport): string[] =>
    JSON.parse(renderSarif(report)).runs[0].results.map(
      (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints["titleholderCheck/v1"],
    );
  const first = prints(driftReport);
  expect(new Set(first).size).toBe(first.length);
  expect(prints({ ...driftReport, run: { ...driftReport.run, version: "0.2.0" } })).toEqual(first);
});

test("a diff stands line by line, and nothing in it ends its block or hides", () => {
  const diff = ["--- a/c.yaml", "+++ b/c.yaml", "@@ -1 +1 @@", "-a: ```", "+a: <b>\u202e"];
  const report = { ...empty, tables: [{ title: "edits", columns: ["line"], rows: [[1]], diff }] };
  expect(renderSummary(report)).toContain(
    "\n````diff\n--- a/c.yaml\n+++ b/c.yaml\n@@ -1 +1 @@\n-a: ```\n+a: <b>⟨U+202E⟩\n````\n",
  );
  const page = renderHtml(report);
  expect(page).toContain('<span class="line">+a: &lt;b&gt;⟨U+202E⟩</span>');
});
