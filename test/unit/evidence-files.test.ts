import { describe, expect, test } from "vitest";
import { readEvidence } from "../../src/commands/evidence.ts";
import { digestOf } from "../../src/kernel/digest.ts";
import { asEvidence, evaluationReport, fileOf, trainingReport } from "../support/chain-reports.ts";
import { testHost } from "../support/host.ts";

const model = digestOf("model");
const training = trainingReport(model, {});
const evaluation = evaluationReport(model, {});
const files = {
  ".titleholder/churn/train/report.json": fileOf(training),
  ".titleholder/churn/evaluate-vs-champion/report.json": fileOf(evaluation),
  ".titleholder/copy/report.json": fileOf(training),
};

describe("evidence on disk", () => {
  test("a glob finds reports, each once, sorted by path", async () => {
    await using t = await testHost({ files });
    const found = await readEvidence([".titleholder/**/report.json"], t.host);
    expect(found.map(({ path, named }) => [path, named])).toEqual([
      [".titleholder/churn/evaluate-vs-champion/report.json", false],
      [".titleholder/churn/train/report.json", false],
    ]);
    expect(found.map(({ digest }) => digest)).toEqual([asEvidence(evaluation).digest, asEvidence(training).digest]);
    expect(await readEvidence([`${t.cwd}/.titleholder/**/report.json`], t.host)).toEqual(found);
  });

  test("a glob may match nothing", async () => {
    await using t = await testHost();
    expect(await readEvidence([".titleholder/**/report.json"], t.host)).toEqual([]);
  });

  test("a report that is named by path or pinned by digest counts as named", async () => {
    await using t = await testHost({ files });
    const { digest } = asEvidence(training);
    const named = async (pattern: string) => (await readEvidence([pattern], t.host)).map((evidence) => evidence.named);
    expect(await named(".titleholder/churn/train/report.json")).toEqual([true]);
    expect(await named(`.titleholder/churn/train/report.json@${digest}`)).toEqual([true]);
    expect(await named(`.titleholder/*/train/report.json@${digest}`)).toEqual([true]);
  });

  test("a report other than the pinned one is refused, though it is sound in itself", async () => {
    await using t = await testHost({ files });
    const pattern = `.titleholder/churn/train/report.json@${digestOf("another")}`;
    await expect(readEvidence([pattern], t.host)).rejects.toMatchObject({
      code: "TH_EVIDENCE_PIN",
      place: { input: "evidence", file: ".titleholder/churn/train/report.json" },
    });
    await expect(readEvidence(["report.json@sha256:abc"], t.host)).rejects.toMatchObject({ code: "TH_EVIDENCE_PIN" });
  });

  test("a named report that is not there is missed, with the one that was probably meant", async () => {
    await using t = await testHost({ files });
    await expect(readEvidence([".titleholder/churn/trian/report.json"], t.host)).rejects.toMatchObject({
      code: "TH_EVIDENCE_MISSING",
      fix: 'did you mean ".titleholder/churn/train/report.json"?',
    });
    await expect(readEvidence([".titleholder/churn"], t.host)).rejects.toMatchObject({
      code: "TH_EVIDENCE_MISSING",
      message: "the report .titleholder/churn is not a file",
    });
    await expect(readEvidence([`none/*.json@${digestOf("x")}`], t.host)).rejects.toMatchObject({
      code: "TH_EVIDENCE_MISSING",
    });
  });

  test("a file that is no report is refused by its name", async () => {
    await using t = await testHost({ files: { ...files, ".titleholder/odd/report.json": "{}" } });
    await expect(readEvidence([".titleholder/**/report.json"], t.host)).rejects.toMatchObject({
      code: "TH_EVIDENCE_SYNTAX",
      place: { file: ".titleholder/odd/report.json" },
    });
  });
});
