import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { canonicalJson, type Json } from "../../src/kernel/json.ts";
import { parseReport, statementOf } from "../../src/lineage/evidence.ts";
import { type Report, resultOf, serializeReport } from "../../src/report/report.ts";
import { evaluationReport, fileOf, trainingReport } from "../support/chain-reports.ts";

const model = digestOf("model");
const report = evaluationReport(model, { "test.csv": "rows" }, { champion: digestOf("champion") });
const bytes = (text: string) => new TextEncoder().encode(text);
const codeOf = (content: Uint8Array | string) => {
  try {
    parseReport(typeof content === "string" ? bytes(content) : content, "report.json");
    return "accepted";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
/** The report with some fields changed and, as a careful forger would, sealed again. */
const resealed = (changes: Record<string, unknown>) => {
  const changed = { ...report, ...changes } as unknown as Report;
  return `${canonicalJson({ ...changed, result: resultOf(changed) } as unknown as Json)}\n`;
};

describe("reading a report", () => {
  test("what was written comes back", () => {
    expect(parseReport(serializeReport(report).bytes, "report.json")).toEqual(report);
  });

  test("an edit at any byte outside `run` is refused", () => {
    const original = serializeReport(report).bytes;
    const text = new TextDecoder().decode(original);
    const runAt = text.indexOf('"run":{');
    const runEnd = text.indexOf("}", text.indexOf('"timings":{', runAt) + 12) + 1;
    const accepted: number[] = [];
    for (let index = 0; index < original.length; index++) {
      if (index >= runAt + '"run":'.length && index <= runEnd) continue;
      const edited = original.slice();
      edited[index] = (edited[index] ?? 0) ^ 1;
      if (codeOf(edited) === "accepted") accepted.push(index);
    }
    expect(accepted).toEqual([]);
    expect(runAt).toBeGreaterThan(0);
  });

  test.each([
    ["a better verdict", (text: string) => text.replace('"verdict":"pass"', '"verdict":"warn"')],
    ["another digest", (text: string) => text.replaceAll(model, digestOf("other"))],
    ["white space", (text: string) => text.replace(",", ", ")],
    ["other line ends", (text: string) => text.replace("\n", "\r\n")],
    ["a key written twice", (text: string) => text.replace('"verdict":"pass"', '"verdict":"pass","verdict":"pass"')],
    ["a field that was dropped", (text: string) => text.replace(/"label":\{[^}]*\}/, "")],
  ])("%s is an alteration", (_name, edit) => {
    const edited = edit(fileOf(report));
    expect(edited).not.toBe(fileOf(report));
    expect(codeOf(edited)).toBe("TH_EVIDENCE_ALTERED");
  });

  test.each([
    ["nothing", ""],
    ["text", "a report"],
    ["other JSON", "{}"],
    ["a list", "[]"],
    ["null", "null"],
    ["bytes that are no UTF-8", new Uint8Array([0xff, 0xfe, 0x7b])],
    ["another program's file", '{"schema":"other/v1"}'],
    ["JSON nested beyond all measure", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
    [
      "a report nested beyond all measure",
      `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)},"schema":"titleholder/report/v1","result":"${model}"}`,
    ],
    ["a sealed report without its fields", resealed({ checks: "none" })],
    ["a sealed report with a field too many", resealed({ more: 1 })],
    ["an unpaired surrogate", fileOf(report).replace('"summary":"', '"summary":"\\ud800')],
    ["a number beyond all numbers", fileOf(report).replace('"metrics":[]', '"metrics":[1e999]')],
  ])("%s is no report", (_name, content) => {
    expect(codeOf(content)).toBe("TH_EVIDENCE_SYNTAX");
  });

  test("a newer format is refused with what to upgrade", () => {
    const newer = fileOf(report).replace("titleholder/report/v1", "titleholder/report/v2");
    expect(() => parseReport(bytes(newer), "old/report.json")).toThrow(
      expect.objectContaining({
        code: "TH_REPORT_FORMAT",
        kind: "configuration",
        message: expect.stringContaining("titleholder/report/v2"),
        fix: expect.stringContaining("upgrade"),
        place: { file: "old/report.json" },
      }),
    );
  });
});

describe("the statement of a report", () => {
  test("is an in-toto Statement v1 with bare digests, sorted subjects and the report by digest", () => {
    const { digest } = serializeReport(report);
    expect(statementOf(report, digest)).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "challenger", digest: { sha256: model.slice(7) } }],
      predicateType: "https://titleholder.dev/evaluate-vs-champion/v1",
      predicate: {
        command: "evaluate-vs-champion",
        verdict: "pass",
        report: digest,
        result: report.result,
        materials: report.materials,
        finished: "2026-01-31T12:00:00.000Z",
      },
    });
  });

  test("subjects are sorted by name", () => {
    const training = trainingReport(model, {});
    const two: Report = { ...training, subjects: [...training.subjects, { kind: "data", name: "a", digest: model }] };
    expect(statementOf(two, model).subject.map(({ name }) => name)).toEqual(["a", "churn"]);
  });
});
