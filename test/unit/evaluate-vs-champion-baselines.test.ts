import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/stats/random.ts";
import { evaluate, machine, pullRequest, rows } from "../support/evaluation.ts";

describe("a heuristic in place of a champion", () => {
  /** The rows with a rule's class and a rule's score beside them. */
  const ruled = (count: number, seed: number) =>
    rows(count, seed)
      .split("\n")
      .map((line, at) => {
        if (at === 0) return `${line},rule,rule_score`;
        if (line === "") return line;
        const x = Number(line.split(",")[1]);
        return `${line},${x > 1 ? 1 : 0},${(1 / (1 + Math.exp(-x / 2))).toFixed(4)}`;
      })
      .join("\n");

  test("a column of classes, or of scores, is what the challenger must beat", async () => {
    await using at = await machine({ "test.csv": ruled(1500, 1) });
    const byClass = await evaluate(at, {
      challenger: "good.onnx",
      baseline: { column: "rule" },
      metrics: ["accuracy"],
    });
    expect(byClass).toMatchObject({ decision: "unbaselined-pass", findings: { verdict: "warn" } });
    expect(byClass.check("champion")?.message).toBe(
      'unbaselined: no champion was named; compared with the column "rule"',
    );
    expect(byClass.check("metric-accuracy")?.message).toContain("better than the baseline column rule");
    expect(byClass.findings.details).toMatchObject({ baseline: "column rule" });
    const byScore = await evaluate(at, {
      challenger: "good.onnx",
      baseline: { column: "rule_score" },
      metrics: ["roc-auc", "log-loss"],
    });
    expect(byScore).toMatchObject({ decision: "unbaselined-pass" });
    const worse = await evaluate(at, { challenger: "useless.onnx", baseline: { column: "rule_score" } });
    expect(worse).toMatchObject({ decision: "unbaselined-fail", findings: { verdict: "fail" } });
  });

  test("a program answers as a predictor does, sees no label, and is none of a fork's", async () => {
    const python = [
      "import csv, json, os",
      "rows = [json.loads(line) for line in open(os.environ['TITLEHOLDER_ROWS_PATH'])]",
      "assert 'y' not in rows[0] and 'TITLEHOLDER_MODEL_PATH' not in os.environ",
      "number = [name for name in rows[0] if name not in ('x', 'z', 'id', 'rule', 'rule_score')][0]",
      "with open(os.environ['TITLEHOLDER_OUTPUT_DIR'] + '/predictions.csv', 'w') as out:",
      "    writer = csv.writer(out)",
      "    writer.writerow([number, 'prediction'])",
      "    for row in rows: writer.writerow([row[number], 1 if row['x'] > 1 else 0])",
    ].join("\n");
    await using at = await machine({ "test.csv": ruled(1500, 1), "rule.py": python });
    const given = {
      challenger: "good.onnx",
      baseline: { command: ["python3", `${at.cwd}/rule.py`] },
      predictorFormat: "jsonl",
      metrics: ["accuracy"],
    };
    const found = await evaluate(at, given);
    const same = await evaluate(at, { challenger: "good.onnx", baseline: { column: "rule" }, metrics: ["accuracy"] });
    expect(found.decision).toBe("unbaselined-pass");
    expect(found.metrics).toBe(same.metrics);
    await using forked = await machine({ "test.csv": ruled(60, 1) }, { ...pullRequest, fromFork: true });
    await expect(evaluate(forked, given)).rejects.toMatchObject({ code: "TH_PREDICTOR_FORK" });
  });

  test("a column that is not there, is no number, or no class is refused with what would do", async () => {
    await using at = await machine({ "test.csv": ruled(60, 1).replaceAll(/,[01],0\.\d+$/gm, ",a,0.5") });
    const cases = [
      [{ baseline: { column: "rulr" } }, "did you mean"],
      [{ baseline: { column: "rule_score" }, task: "multilabel", label: "x, z" }, "majority"],
      [{ baseline: "mean" }, "majority"],
      [{ baseline: { column: "rule" }, task: "regression", label: "x", metrics: ["r2"] }, "numbers"],
    ] as const;
    for (const [given, fix] of cases) {
      await expect(evaluate(at, { challenger: "good.onnx", ...given })).rejects.toMatchObject({
        code: "TH_EVALUATION_BASELINE",
        fix: expect.stringContaining(fix),
      });
    }
  });
});

describe("a cross-validation, where no holdout exists", () => {
  const random = createRandom(6);
  const truth = Array.from({ length: 400 }, () => random.normal());
  const data = `id,fold,y\n${truth.map((y, id) => `${id},${id % 10},${y.toFixed(5)}`).join("\n")}\n`;
  const answers = (sd: number) =>
    `id,prediction\n${truth.map((y, id) => `${id},${(y + sd * random.normal()).toFixed(5)}`).join("\n")}\n`;
  const files = { "cv.csv": data, "new.csv": answers(0.4), "old.csv": answers(0.9) };
  const given = { data: "cv.csv", key: ["id"], fold: ["fold"], task: "regression", metrics: ["r2"] };

  test("predictions made fold by fold are compared by folds, whose training rows overlap", async () => {
    await using at = await machine(files);
    const { decision, check } = await evaluate(at, { challenger: "new.csv", champion: "old.csv", ...given });
    expect(decision).toBe("non-inferior");
    expect(check("metric-r2")?.method).toContain("corrected resampled t test over 10 folds");
    const turned = await evaluate(at, { challenger: "old.csv", champion: "new.csv", ...given });
    expect(turned.decision).toBe("rejected");
  });

  test("one model that answers all folds has seen most of the rows, and a fold column must be there", async () => {
    await using at = await machine({ ...files, "test.csv": data.replace("id,fold", "x,z") });
    await expect(
      evaluate(at, { challenger: "good.onnx", ...given, data: "test.csv", fold: ["z"], key: undefined }),
    ).rejects.toMatchObject({ code: "TH_EVALUATION_FOLDS", message: expect.stringContaining("is one model") });
    await expect(
      evaluate(at, { challenger: "new.csv", champion: "old.csv", ...given, fold: ["part"] }),
    ).rejects.toMatchObject({ code: "TH_EVALUATION_COLUMNS" });
  });
});
