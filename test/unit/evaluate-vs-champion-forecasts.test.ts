import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine } from "../support/evaluation.ts";
import { linear } from "../support/onnx-models.ts";

/** Forecasts in time, and scores that the data has already. */

/** Daily sales of a week's pattern and a slow wave, in as many shops; `hint` knows them but for noise. */
function sales(days: number, shops = 1): string {
  const random = createRandom(12);
  const lines = Array.from({ length: days }, (_, day) =>
    Array.from({ length: shops }, (_, shop) => {
      const level = 20 + shop + 6 * Math.sin((2 * Math.PI * day) / 7) + 4 * Math.sin(day / 15);
      const value = level + random.normal();
      const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
      return `${date},${shop},${1 + (day % 14)},${level.toFixed(3)},${(level + 3 * random.normal()).toFixed(3)},${value.toFixed(3)}`;
    }),
  );
  return `day,shop,ahead,hint,guess,sold\n${lines.flat().join("\n")}\n`;
}

const features = ["hint", "guess"];
const sharp = linear({ features, weights: [[1, 0]] });
const blunt = linear({ features, weights: [[0, 1]] });
const models = { challenger: "sharp.onnx", champion: "blunt.onnx" };
const forecast = { task: "forecast", label: "sold", time: "day", season: 7, data: "sales.csv" };
const withSales = (text: string) => machine({ "sales.csv": text, "sharp.onnx": sharp, "blunt.onnx": blunt });

describe("forecasts", () => {
  test("are compared by stretches of time", async () => {
    await using at = await withSales(sales(400));
    const metrics = [{ name: "mase", test: "superiority" }, "smape", { name: "mae", margin: 0.1 }, "r2"];
    const { decision, check, findings } = await evaluate(at, { ...forecast, ...models, metrics, horizon: "ahead" });
    expect(decision).toBe("superior");
    expect(check("metric-mase")).toMatchObject({
      verdict: "pass",
      method: expect.stringMatching(/^t test over \d\d batches of successive moments; /),
    });
    const byHorizon = findings.tables.find(({ title }) => title === "By horizon: mase");
    expect(byHorizon?.rows).toHaveLength(14);
    expect(byHorizon?.rows[0]?.slice(0, 2)).toEqual([1, 29]);
  });

  test("without a champion must beat the last season, where the data reaches back to one", async () => {
    await using at = await withSales(sales(300, 3));
    const { decision, check, findings } = await evaluate(at, { ...forecast, challenger: "sharp.onnx", group: "shop" });
    expect(decision).toBe("unbaselined-pass");
    expect(findings.details).toMatchObject({ baseline: "seasonal-naive" });
    expect(check("champion")?.message).toContain("always answering the value of a season earlier");
    expect(check("forecasts")?.message).toBe(
      "21 of 900 rows have no value one season earlier and do not count against the baseline; there are fewer than ten series, so that stretches of time alone are the pieces of evidence",
    );
    // Against the naive forecast its own MASE is near one.
    expect(check("metric-mase")?.expected).toBeGreaterThan(0.9);
    expect(check("metric-mase")?.expected).toBeLessThan(1.1);
    expect(check("metric-mase")?.observed).toBeLessThan(0.8);
    const poor = await evaluate(at, { ...forecast, challenger: "blunt.onnx", group: "shop", horizon: "ahead" });
    expect(poor.decision).not.toBe("unbaselined-pass");
  });

  test("of ten series or more are compared by series and by time, and the wider bound counts", async () => {
    await using at = await withSales(sales(150, 12));
    const { check } = await evaluate(at, { ...forecast, ...models, group: "shop" });
    expect(check("metric-mase")?.method).toMatch(/wider than/);
  });

  test.each([
    ["no time", sales(30), { time: undefined }, "TH_EVALUATION_TIME", "when each row was"],
    ["a season elsewhere", sales(30), { task: "regression" }, "TH_EVALUATION_TIME", "a regression task has no season"],
    [
      "less than a season",
      sales(6),
      { champion: undefined },
      "TH_EVALUATION_TIME",
      "no row has a value of its series one season earlier",
    ],
    [
      "a horizon of no whole steps",
      sales(30),
      { horizon: "hint" },
      "TH_EVALUATION_NUMBERS",
      "is no whole number from 1",
    ],
    [
      "a label that is no number",
      sales(30).replace(/,[\d.]+\n$/, ",many\n"),
      {},
      "TH_LABEL_VALUES",
      '"sold" is a string column',
    ],
    [
      "another baseline",
      sales(30),
      { baseline: "majority" },
      "TH_EVALUATION_BASELINE",
      "majority is no baseline of a forecast",
    ],
  ])("are refused with %s", async (_, text, given, code, message) => {
    await using at = await withSales(text);
    await expect(evaluate(at, { ...forecast, ...models, ...given })).rejects.toMatchObject({
      kind: "configuration",
      code,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });

  test.each([
    ["one row", sales(1), "mae", "needs 10 batches"],
    ["less than a season, in MASE", sales(6), "mase", "mase is not defined on these rows"],
    ["equal forecasts that differ from the champion's by a constant", sales(100), "r2", "needs 10 batches"],
  ])("of %s are undecided, with the reason", async (_, text, name, reason) => {
    await using at = await withSales(text.split("\n").slice(0, 40).join("\n"));
    const { decision, check } = await evaluate(at, { ...forecast, ...models, metrics: [{ name, margin: 0.1 }] });
    expect(decision).toBe("inconclusive");
    expect(check(`metric-${name}`)?.message).toContain(reason);
  });
});

/** 400 answers by 40 people, with a judge's scores of two models' texts. */
function judged(change: (line: string, row: number) => string = (line) => line): string {
  const random = createRandom(2);
  const lines = Array.from({ length: 400 }, (_, row) => {
    const base = random.normal();
    const cells = [
      row % 40,
      (base + 0.5 + random.normal()).toFixed(3),
      (base + random.normal()).toFixed(3),
      random.uniform() < 0.5,
    ];
    return change(cells.join(","), row);
  });
  return `person,judge_new,judge_old,kind\n${lines.join("\n")}\n`;
}

const scoring = {
  task: "score",
  label: undefined,
  data: "judged.csv",
  challenger: "prompt-2.txt",
  champion: "prompt-1.txt",
  score: "judge_new",
  championScore: "judge_old",
};
const withJudged = (text = judged()) =>
  machine({ "judged.csv": text, "prompt-1.txt": "Answer.", "prompt-2.txt": "Answer briefly." });

describe("scores", () => {
  test("of a judge are compared as they stand, and no model is opened", async () => {
    await using at = await withJudged();
    const { decision, check, findings } = await evaluate(at, { ...scoring, group: "person" });
    expect(decision).toBe("superior");
    expect(check("metric-score")).toMatchObject({
      method: "t test over the totals of 40 groups of rows; one-sided bounds at 95%",
      n: 400,
    });
    expect(findings.subjects[0]).toMatchObject({ name: "challenger", uri: "prompt-2.txt" });
    expect(findings.materials[0]).toMatchObject({ name: "champion", uri: "prompt-1.txt" });
    const lower = [{ name: "score", better: "lower", test: "superiority" }];
    expect(await evaluate(at, { ...scoring, metrics: lower })).toMatchObject({ decision: "rejected" });
    const most = [{ name: "score", better: "lower", margin: 0.1, threshold: 2 }];
    expect((await evaluate(at, { ...scoring, metrics: most })).check("threshold-score")).toMatchObject({
      verdict: "pass",
      method: expect.stringContaining("upper bound is at most"),
    });
    const margin = [{ name: "score", margin: 0.1 }];
    expect(await evaluate(at, { ...scoring, metrics: margin })).toMatchObject({ decision: "non-inferior" });
  });

  test("may be true and false, and the champion's without a file of it", async () => {
    await using at = await withJudged();
    const given = { ...scoring, champion: undefined, score: "kind", championScore: "judge_old" };
    expect(await evaluate(at, given)).toMatchObject({ findings: { details: { champion: null, baseline: null } } });
    const alone = await evaluate(at, { ...scoring, champion: undefined, championScore: undefined });
    expect(alone).toMatchObject({ decision: "unbaselined-pass" });
    expect(alone.findings.tables[0]?.rows[0]?.[0]).toBe("score");
  });

  const row = (cell: string) => (line: string, at: number) =>
    at === 6 ? line.replace(/^(\d+),[^,]+/, `$1,${cell}`) : line;
  test.each([
    [
      "no column of the challenger's",
      judged(),
      { score: undefined },
      "TH_EVALUATION_SCORE",
      "the challenger's scores is not said",
    ],
    [
      "no column of the champion's",
      judged(),
      { championScore: undefined },
      "TH_EVALUATION_SCORE",
      "the champion's scores is not said",
    ],
    [
      "a column that is not there",
      judged(),
      { score: "judge_next" },
      "TH_EVALUATION_COLUMNS",
      '"judge_next" (the data has "judge_new")',
    ],
    ["a missing score", judged(row("")), {}, "TH_EVALUATION_SCORES", "gives 1 numbers that are not finite"],
    ["a score that is no number", judged(row("good")), {}, "TH_EVALUATION_SCORES", "numbers that are not finite"],
    ["a margin that is not written", judged(), { metrics: ["score"] }, "TH_EVALUATION_METRICS", "no margin fits all"],
    [
      "a column of scores elsewhere",
      judged(),
      { task: "regression", label: "judge_old" },
      "TH_EVALUATION_SCORE",
      "a regression task reads no column",
    ],
  ])("are refused with %s", async (_, text, given, code, message) => {
    await using at = await withJudged(text);
    await expect(evaluate(at, { ...scoring, ...given })).rejects.toMatchObject({
      kind: "configuration",
      code,
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/./),
    });
  });

  test.each([
    ["one row", 2, "a paired t test needs"],
    ["ties alone", 400, "no spread"],
  ])("of %s are undecided, with the reason", async (_, lines, reason) => {
    const tied = judged((line) => line.replace(/^(\d+),[^,]+,[^,]+/, "$1,2,1"));
    await using at = await withJudged(`${tied.split("\n").slice(0, lines).join("\n")}\n`);
    const { decision, check } = await evaluate(at, scoring);
    expect(decision).toBe("inconclusive");
    expect(check("metric-score")?.message).toContain(reason);
  });
});
