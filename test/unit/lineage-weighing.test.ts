import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/kernel/digest.ts";
import { walkChain } from "../../src/lineage/chain.ts";
import type { EvidenceReport } from "../../src/lineage/evidence.ts";
import { weighEvaluations, weighTrainings } from "../../src/lineage/weighing.ts";
import { asEvidence, evaluationReport, trainingReport } from "../support/chain-reports.ts";

const model = digestOf("model");
const champion = digestOf("champion");
const former = digestOf("former champion");
const january = { "january.csv": "january" };
const february = { "february.csv": "february" };

type Options = Parameters<typeof evaluationReport>[2];
const evaluation = (options: Options, files: Readonly<Record<string, string>> = january) =>
  asEvidence(evaluationReport(model, files, options));

/** What decides, in whatever order the reports come, whenever each ran. */
function verdictOf(evaluations: readonly EvidenceReport[], now: typeof champion | null | undefined) {
  const years = ["2025", "2026", "2027"];
  const verdicts = evaluations.flatMap((_, latest) => {
    const dated = evaluations.map(({ report }, at) => {
      const finished = `${years[at === latest ? 2 : at % 2]}-01-01T00:00:00.000Z`;
      return asEvidence({ ...report, run: { ...report.run, finished } });
    });
    return [dated, dated.toReversed()].map((some) => weighEvaluations(some, model, now)?.chosen.report.verdict);
  });
  expect(new Set(verdicts).size).toBe(1);
  return verdicts[0];
}

describe("evaluations that disagree", () => {
  test("a failing one decides, whatever the clock of the others says", () => {
    const bad = evaluation({ champion, verdict: "fail" });
    const good = evaluation({ champion });
    const elsewhere = evaluation({ champion }, february);
    expect(verdictOf([bad, good], champion)).toBe("fail");
    expect(verdictOf([bad, good, elsewhere], champion)).toBe("fail");
    expect(weighEvaluations([bad, good], model, champion)?.note).toBe(
      "2 evaluations disagree (fail, pass), and the worst counts",
    );
    expect(weighEvaluations([good, elsewhere], model, champion)?.note).toBeUndefined();
  });

  test("a comparison with nothing never outweighs one with a champion, where none stands or another does", () => {
    const bad = evaluation({ champion: former, verdict: "fail" });
    const unbaselined = evaluation({ champion: null, verdict: "warn" });
    for (const now of [null, undefined, champion]) expect(verdictOf([bad, unbaselined], now)).toBe("fail");
    const undecided = evaluation({ champion: former, verdict: "inconclusive" }, february);
    expect(verdictOf([undecided, unbaselined], null)).toBe("inconclusive");
  });

  test("the champion that stands now is the measure: what a former one said is past, for better and worse", () => {
    const before = evaluation({ champion: former, verdict: "fail" });
    const now = evaluation({ champion });
    expect(verdictOf([before, now], champion)).toBe("pass");
    expect(weighEvaluations([before, now], model, champion)?.counting).toEqual([now]);
    const [good, bad] = [evaluation({ champion: former }), evaluation({ champion, verdict: "fail" })];
    expect(verdictOf([good, bad], champion)).toBe("fail");
  });

  test("of equally good ones the one against what stands now is named", () => {
    const all = [evaluation({ champion: former }), evaluation({ champion: null })];
    expect(weighEvaluations(all, model, null)?.chosen).toEqual(all[1]);
  });

  test("a screen neither blocks a promotion's evaluation nor counts for it", () => {
    const screened = (verdict: "pass" | "fail") => evaluation({ champion, purpose: "screen", verdict });
    expect(verdictOf([screened("fail"), evaluation({ champion })], champion)).toBe("pass");
    expect(verdictOf([screened("pass"), evaluation({ champion, verdict: "fail" })], champion)).toBe("fail");
    expect(verdictOf([screened("pass"), screened("fail")], champion)).toBe("fail");
  });

  test("too few rows are settled by other data under the same rules, and by nothing else", () => {
    const undecided = evaluation({ champion, verdict: "inconclusive" });
    const settled = evaluation({ champion }, february);
    expect(verdictOf([undecided, settled], champion)).toBe("pass");
    expect(weighEvaluations([undecided, settled], model, champion)).toMatchObject({
      counting: [undecided, settled],
      note: "what was inconclusive on other data is settled by it",
    });
    const moved = evaluation({ champion }, { "copy.csv": "january" });
    expect(verdictOf([undecided, moved], champion)).toBe("inconclusive");
    expect(verdictOf([undecided, evaluation({ champion, alpha: 0.2 }, february)], champion)).toBe("inconclusive");
    expect(verdictOf([undecided, evaluation({ champion, verdict: "fail" }, february)], champion)).toBe("fail");
  });

  test("one that names the model and compared another is none for it", () => {
    const { report } = evaluation({ champion });
    const details = { ...(report.details as Record<string, string>), challenger: former };
    const liar = asEvidence({ ...report, details });
    expect(weighEvaluations([evaluation({ champion }), liar], model, champion)?.chosen).toEqual(liar);
  });
});

test("trainings of the same model that disagree: the worst counts, and the chain says so", () => {
  const good = asEvidence(trainingReport(model, january, { finished: "2027-01-01T00:00:00.000Z" }));
  const bad = asEvidence(trainingReport(model, january, { verdict: "fail" }));
  expect(weighTrainings([good, bad], model)?.chosen).toEqual(bad);
  expect(walkChain(model, [good, bad]).links.find(({ id }) => id === "training")?.message).toBe(
    "train: fail, train says fail; 2 trainings disagree (fail, pass), and the worst counts",
  );
});
