import fc from "fast-check";
import { expect, test } from "vitest";
import { renderHtml } from "../../src/report/html.ts";
import { renderJunit } from "../../src/report/junit.ts";
import { renderSummary } from "../../src/report/markdown.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { hostileReport } from "../unit/render-fixtures.ts";

const pieces = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  "</style><style>",
  "]]>",
  "-->",
  "&lt;",
  "|",
  "\\|",
  "`",
  "```\n",
  "[a](javascript:b)",
  "![i](j)",
  "**",
  "__",
  "~~",
  "$$",
  "\n",
  "\r\n# title\n",
  "\u2028",
  "\u202E",
  "\u0000",
  "\u001b[31m",
  "@everyone",
  "a@b.co",
  "#1",
  "GH-2",
  "https://a.b",
  "www.a.b",
  ":tada:",
  "{0}",
  "::error::x",
];
/** Well-formed text, as canonical JSON demands, with what renderers have reason to fear. */
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 6 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => `x${parts.join("").toWellFormed()}x`);

const benign = hostileReport("benign");

/** The names of the tags in order, without texts and attribute values; fails when a `<` is left over. */
function tags(markup: string): readonly string[] {
  const names: string[] = [];
  const rest = markup
    .replace(/<style>[^<]*<\/style>/, "")
    .replace(
      /<([/!?]?[a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z][\w-]*(?:="[^"<]*")?)*)\s*[/?]?>/g,
      (_, name, attributes) => {
        names.push(name + String(attributes).replaceAll(/="[^"]*"/g, ""));
        return "";
      },
    );
  expect(rest).not.toContain("<");
  return names;
}

test("no text adds a tag or an attribute to the HTML page", () => {
  const expected = tags(renderHtml(benign));
  fc.assert(
    fc.property(hostileText, (text) => {
      const page = renderHtml(hostileReport(text));
      expect(tags(page)).toEqual(expected);
      expect(page.match(/<style>/g)).toHaveLength(1);
      expect(page.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 150 },
  );
});

test("no text adds an element to the JUnit file or a character that XML forbids", () => {
  const expected = tags(renderJunit(benign));
  fc.assert(
    fc.property(hostileText, (text) => {
      const xml = renderJunit(hostileReport(text));
      expect(tags(xml)).toEqual(expected);
      expect(xml.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
      expect(xml).not.toMatch(/[^\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
    }),
    { numRuns: 200 },
  );
});

/** What the summary's own markup consists of; everything else on it is text or entities. */
const ownMarkup =
  /<\/?(?:details|summary|sub)>|<br>|<span>\$<\/span>|\[!CAUTION\]|\*\*(?:fail|warn|inconclusive|unchecked|pass)\*\*/g;

test("no text changes the lines and cells of the summary, or leaves syntax in it", () => {
  const shape = (summary: string) => summary.split("\n").map((line) => line.split("|").length);
  const expected = shape(renderSummary(benign));
  fc.assert(
    fc.property(hostileText, (text) => {
      const summary = renderSummary(hostileReport(text));
      expect(shape(summary)).toEqual(expected);
      const rest = summary
        .replace(/^ {0,2}(?:#{2,3}|>) /gm, "")
        .replaceAll(ownMarkup, "")
        .replaceAll(/&#\d+;/g, "");
      expect(rest.replaceAll(/`sha256:[0-9a-f]{64}`/g, "")).not.toMatch(/[<>&`*_~[\]()\\{}!#$"']/);
    }),
    { numRuns: 200 },
  );
});

test("no text mentions anybody, refers to an issue or becomes a link in the summary", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const read = renderSummary(hostileReport(text)).replaceAll(/&#(\d+);/g, (_, code) =>
        String.fromCodePoint(Number(code)),
      );
      expect(read).not.toMatch(/@(?!\u200b)|#\d|GH-\d|https?:\/\/|www\.|:[a-z]+:/i);
    }),
    { numRuns: 200 },
  );
});

test("no text adds a key to the SARIF log, a link or a placeholder to its messages, or mentions anybody", () => {
  const keys = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(keys)
      : typeof value === "object" && value !== null
        ? Object.entries(value).map(([key, member]) => (key === "properties" ? key : [key, keys(member)]))
        : typeof value;
  const expected = keys(JSON.parse(renderSarif(benign)));
  fc.assert(
    fc.property(hostileText, (text) => {
      const log = JSON.parse(renderSarif(hostileReport(text)));
      expect(keys(log)).toEqual(expected);
      for (const result of log.runs[0].results) {
        const message: string = result.message.text;
        expect(message.replaceAll(/\\[[\]\\]|\{\{|\}\}/g, "")).not.toMatch(/[[\]\\{}]/);
        expect(message).not.toMatch(/@(?!\u200b)|https?:\/\//i);
        const { uri } = result.locations[0].physicalLocation.artifactLocation;
        expect(uri).toMatch(/^[^:?#@\s]*$/);
      }
    }),
    { numRuns: 200 },
  );
});

test("a summary never exceeds its limit, and says what it left out", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 4000, max: 40_000 }), (text, limit) => {
      const full = renderSummary(hostileReport(text));
      const cut = renderSummary(hostileReport(text), { limit });
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
      if (cut !== full) expect(cut).toContain("left out");
    }),
    { numRuns: 150 },
  );
});
