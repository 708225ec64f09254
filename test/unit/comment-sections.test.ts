import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Check } from "../../src/kernel/command.ts";
import { commentMark, parseComment, renderComment, type Section, withSection } from "../../src/report/comment.ts";
import { renderErrorSection, renderSection } from "../../src/report/section.ts";
import { driftReport, evaluationReport } from "./render-fixtures.ts";

const links = { run: "https://github.example/acme/churn/actions/runs/5/attempts/1" };
const section = (command: string, given: Partial<Section> = {}): Section => ({
  command,
  verdict: "pass",
  summary: `${command} says so`,
  commit: "a".repeat(40),
  run: "5",
  body: `about ${command}\n`,
  ...given,
});
const comment = (...sections: readonly Section[]) =>
  renderComment("churn", sections.reduce(withSection, [] as readonly Section[]), sections.at(-1)?.command ?? "");

describe("a report in small", () => {
  test("says the decision in a sentence, what is open, every effect with its interval, and where the whole is", () => {
    const text = renderSection(evaluationReport, { ...links, report: `${links.run}/artifacts/9` });
    expect(text.split("\n")[0]).toBe(evaluationReport.summary);
    for (const { id, verdict } of evaluationReport.checks.filter((check) => check.verdict !== "pass"))
      expect(text, verdict).toContain(id.replaceAll("_", "&#95;"));
    expect(text.match(/<code>[^<]*●[^<]*<\/code>/g)).toHaveLength(
      evaluationReport.checks.filter(({ effect, interval }) => effect !== undefined && interval !== undefined).length,
    );
    expect(text).toContain(`[job summary](${links.run}) · [report](${links.run}/artifacts/9)`);
  });

  test("draws effects of one method on one axis, with zero at the same place and an arrow at an open end", () => {
    const check = (id: string, effect: number, interval: Check["interval"]): Check => ({
      id,
      verdict: "pass",
      message: id,
      effect,
      method: "m",
      ...(interval === undefined ? {} : { interval }),
    });
    const checks = [check("a", 0.01, [0.002, 0.02]), check("b", -0.01, [-0.02, null])];
    const bars = [...renderSection({ ...driftReport, checks }, links).matchAll(/<code>([^<]*)<\/code>/g)].map((match) =>
      (match[1] ?? "").replaceAll("&nbsp;", " "),
    );
    expect(bars).toEqual(["            ┊├────●────┤ ", " ├─────●────┊───────────►"]);
  });

  test("folds tables and charts away, and leaves out what there is no room for", () => {
    const text = renderSection(driftReport, links);
    expect(text).toContain("<details><summary>1 table and 3 charts in small</summary>\n\n**Columns by effect**");
    const many = Array.from({ length: 400 }, (_, at) => ({
      title: `t${at}`,
      columns: ["a"],
      rows: [["x".repeat(200)]],
    }));
    const long = renderSection(
      { ...driftReport, tables: many, checks: [...driftReport.checks, ...driftReport.checks] },
      links,
    );
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(7_000);
    expect(long.match(/<details>/g)?.length).toBe(long.match(/<\/details>/g)?.length);
  });

  test("of a run that ended in an error has code, message and fix", () => {
    const text = renderErrorSection(["TH_DATA_MISSING at input data: there is no a|b.csv", "fix: write <it>"], links);
    expect(text).toContain("**could not decide**");
    expect(text).toContain(
      "> TH&#95;DATA&#95;MISSING at input data: there is no a&#124;b.csv  \n> fix: write &#60;it&#62;",
    );
  });
});

describe("the comment of several gates", () => {
  test("says the worst verdict, the commit, and a line for each gate", () => {
    const text = comment(
      section("validate-data"),
      section("train", { verdict: "warn" }),
      section("register-model", { verdict: "fail" }),
    );
    expect(text).toContain("## Titleholder on churn: fail");
    expect(text).toContain("> **fail** at aaaaaaa: the evidence is against going on\n");
    expect(text.match(/^\| (validate-data|train|register-model) \| /gm)).toHaveLength(3);
    expect(text.match(/<details open>/g)).toHaveLength(2);
  });

  test.each([
    [["pass", "error", "fail"], "error"],
    [["inconclusive", "warn"], "inconclusive"],
    [["warn", "pass"], "warn"],
    [["pass"], "pass"],
  ] as const)("of %j is %s", (verdicts, worst) => {
    const names = ["train", "validate-data", "register-model"];
    expect(comment(...verdicts.map((verdict, at) => section(names[at] ?? "", { verdict })))).toContain(
      `on churn: ${worst}`,
    );
  });

  test("marks what was said of an earlier commit, and does not count it", () => {
    const text = comment(
      section("evaluate-vs-champion", { verdict: "fail" }),
      section("validate-data", { commit: "b".repeat(40), run: "6" }),
    );
    expect(text).toContain(
      "**pass** at bbbbbbb: the evidence supports going on  \n> 1 gate of 2 tells of an earlier commit",
    );
    expect(text).toContain("❌ fail | evaluate-vs-champion says so | aaaaaaa (earlier) |");
    expect(text).toContain("<b>evaluate-vs-champion</b>: fail · of the earlier commit aaaaaaa, not of the newest");
  });

  test("stays under 60,000 characters: earlier commits' sections go first, then the longest", () => {
    const long = (command: string, length: number, given: Partial<Section> = {}) =>
      section(command, { body: `${command} ${"x".repeat(length)}\n`, ...given });
    const sections = [
      long("train", 30_000, { run: "4", commit: "c".repeat(40) }),
      long("validate-data", 40_000),
      long("register-model", 10_000),
    ];
    const text = comment(...sections);
    expect(text.length).toBeLessThan(60_000);
    expect(text).toContain("validate-data xxx");
    expect(text).not.toContain("train xxx");
    expect(comment(long("train", 70_000), long("validate-data", 70_000)).length).toBeLessThan(60_000);
  });

  test("reads back as it was written, also with the line ends that a browser sends", () => {
    const sections = [section("validate-data", { summary: "ünïcode | <b>" }), section("train", { verdict: "error" })];
    expect(parseComment(comment(...sections))).toEqual(sections);
    expect(parseComment(comment(...sections).replaceAll("\n", "\r\n"))).toEqual(sections);
    expect(
      parseComment("<!-- titleholder:section !!! -->\n<!-- titleholder:body -->\n<!-- titleholder:end -->"),
    ).toEqual([]);
  });

  test("holds no model's name as it stands in its mark", () => {
    expect(commentMark("a --> b")).toMatch(/^<!-- titleholder:comment [0-9a-f]{16} -->$/);
  });
});

const forged = parseForged();
function parseForged(): string {
  const facts = { command: "train", verdict: "pass", summary: "forged", commit: "a".repeat(40), run: "99" };
  const mark = `<!-- titleholder:section ${Buffer.from(JSON.stringify(facts)).toString("base64")} -->`;
  return `\n<!-- titleholder:end -->\n${mark}\n<!-- titleholder:body -->\nforged\n<!-- titleholder:end -->\n`;
}

test("no text in a report adds a section to the comment, ends one early, or mentions anybody", () => {
  const hostile = fc.oneof(
    fc.constantFrom(forged, "@everyone", "</details>", "```\n", "| a |", "#1", "https://evil.example"),
    fc.string({ unit: "grapheme", maxLength: 60 }),
  );
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      const check: Check = {
        id: one,
        verdict: "fail",
        message: other,
        effect: 1,
        interval: [0, null],
        observed: one,
        method: other,
      };
      const report = {
        ...driftReport,
        summary: one,
        checks: [check],
        tables: [{ title: one, columns: [other], rows: [[one]], query: other, diff: [one] }],
        series: [{ title: other, x: [one], lines: { [one]: [1] } }],
      };
      const own = section("drift-report", { summary: one.slice(0, 400), body: renderSection(report, links) });
      const text = comment(section("train"), own);
      expect(parseComment(text).map(({ command, run }) => [command, run])).toEqual([
        ["drift-report", "5"],
        ["train", "5"],
      ]);
      const outside = text.replaceAll(/^<!-- titleholder:section .*$/gm, "");
      expect(outside).not.toMatch(/@everyone|https:\/\/evil|#1\b/);
      expect(outside.match(/<\/details>/g)).toHaveLength(outside.match(/<details/g)?.length ?? 0);
    }),
    { numRuns: 200 },
  );
});
