import { describe, expect, test } from "vitest";
import { binaryClasses, classText, manyClasses } from "../../../src/evaluation/classes.ts";
import { type MetricName, type MetricRule, otherClass, type Truth } from "../../../src/evaluation/evaluation.ts";
import { confusionTables, disagreementTables } from "../../../src/evaluation/pictures.ts";
import { curveSeries } from "../../../src/evaluation/pictures-curves.ts";
import { readLabels, ScoreSheet } from "../../../src/evaluation/score-sheet.ts";
import { rocAuc } from "../../../src/stats/delong.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { metricRule } from "../../support/metric-rules.ts";

const refusedWith = (code: string) => expect.objectContaining({ kind: "configuration", code });
const rules = (...names: MetricName[]): MetricRule[] => names.map((name) => metricRule(name, "superiority"));

describe("classes", () => {
  test("one class has one spelling, whichever file or model it comes from", () => {
    for (const one of [1, 1n, true, "1", "1.0", "true", "True", " 1 "]) expect(classText(one)).toBe("1");
    expect(classText("yes")).toBe("yes");
    expect(classText("12345678901234567890")).toBe("12345678901234567890");
    expect(classText(null)).toBeUndefined();
    expect(classText(Number.NaN)).toBeUndefined();
  });

  test("0 and 1, or false and true, need no word on which is positive", () => {
    expect(binaryClasses("y", ["0", "1"], 0)).toEqual({ classes: ["0", "1"], positive: 1 });
    expect(binaryClasses("y", ["true", "false"], 0)).toEqual({ classes: ["0", "1"], positive: 1 });
    expect(binaryClasses("y", ["0"], 0)).toEqual({ classes: ["0", "1"], positive: 1 });
    expect(binaryClasses("y", ["0", "1"], 0, 0)).toEqual({ classes: ["0", "1"], positive: 0 });
  });

  test("texts do, and are told in the order in which models give their scores", () => {
    expect(binaryClasses("y", ["yes", "no"], 0, "no")).toEqual({ classes: ["no", "yes"], positive: 0 });
    expect(binaryClasses("y", ["10", "9"], 0, 9)).toEqual({ classes: ["9", "10"], positive: 0 });
    expect(() => binaryClasses("y", ["yes", "no"], 0)).toThrow(refusedWith("TH_LABEL_VALUES"));
  });

  test("what is not binary is named by its values, and a misspelt positive class by the nearest", () => {
    expect(() => binaryClasses("grade", ["a", "b", "c"], 0)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/"grade" holds "a", "b", "c"/),
        fix: expect.stringContaining("multiclass"),
      }),
    );
    expect(() => binaryClasses("y", ["churned", "stayed"], 0, "churnd")).toThrow(
      expect.objectContaining({ fix: expect.stringContaining("churned") }),
    );
    expect(() => binaryClasses("y", [], 0)).not.toThrow();
  });

  test("several classes are ordered by number where all are numbers", () => {
    expect(manyClasses("y", ["10", "9", "2"], 0).classes).toEqual(["2", "9", "10"]);
    expect(manyClasses("y", ["b", "a", "10"], 0).classes).toEqual(["10", "a", "b"]);
    expect(() => manyClasses("y", ["a"], 0)).toThrow(refusedWith("TH_LABEL_VALUES"));
    expect(() => manyClasses("y", ["a", "b"], 5)).toThrow(refusedWith("TH_LABEL_VALUES"));
  });

  test("labels are read from any kind of column, and one that is no class is named by its row", () => {
    const into = new Uint16Array(6);
    readLabels(Float64Array.of(0, 1), ["0", "1"], into, 0);
    readLabels(BigInt64Array.of(1n, 0n), ["0", "1"], into, 2);
    readLabels([true, "false"], ["0", "1"], into, 4);
    expect(Array.from(into)).toEqual([0, 1, 1, 0, 1, 0]);
    expect(() => readLabels([1, null], ["0", "1"], into, 0)).toThrow(
      expect.objectContaining({ code: "TH_LABEL_VALUES", message: expect.stringContaining("row 2") }),
    );
  });
});

describe("a model's answers", () => {
  const binary = { classes: ["0", "1"], positive: 1 };
  const truth = Uint16Array.of(1, 0, 1);
  const sheet = (classes: { classes: string[]; positive?: number } = binary, ...names: MetricName[]) =>
    new ScoreSheet(
      "the challenger m.onnx",
      classes,
      truth,
      rules(...(names.length === 0 ? (["accuracy"] as const) : names)),
    );

  test("two score columns belong to the classes in their order", () => {
    const answers = sheet();
    answers.add({ label: [1, 0, 0], scores: [Float64Array.of(0.25, 0.5, 0.75), Float64Array.of(0.75, 0.5, 0.25)] }, 3);
    expect(answers.finish()).toEqual({
      predicted: Uint16Array.of(1, 0, 0),
      score: Float64Array.of(0.75, 0.5, 0.25),
      ofTrue: Float64Array.of(0.75, 0.5, 0.25),
    });
  });

  test("one score column belongs to the positive class, and stands for the class where none is given", () => {
    const answers = sheet({ classes: ["no", "yes"], positive: 0 });
    answers.add({ scores: [Float64Array.of(0.75, 0.5, 0.25)] }, 3);
    expect(answers.finish()).toEqual({
      predicted: Uint16Array.of(0, 1, 1),
      score: Float64Array.of(0.75, 0.5, 0.25),
      ofTrue: Float64Array.of(0.25, 0.5, 0.75),
    });
  });

  test("batches join in their order", () => {
    const answers = sheet();
    answers.add({ label: [1] }, 1);
    answers.add({ label: [0, 1] }, 2);
    expect(answers.finish()).toEqual({ predicted: Uint16Array.of(1, 0, 1) });
  });

  test("scores beyond 0..1 rank, and are no probabilities", () => {
    const logits = { label: [1, 0, 1], scores: [Float64Array.of(3.5, -2, 0.1)] };
    const ranked = sheet(binary, "roc-auc");
    ranked.add(logits, 3);
    expect(ranked.finish().ofTrue).toBeUndefined();
    const judged = sheet(binary, "log-loss");
    judged.add(logits, 3);
    expect(() => judged.finish()).toThrow(
      expect.objectContaining({ code: "TH_EVALUATION_SCORES", message: expect.stringContaining("between -2 and 3.5") }),
    );
  });

  test("a model of classes alone has no scores, one of scores beyond 0..1 no class", () => {
    const labels = sheet(binary, "roc-auc");
    labels.add({ label: [1, 0, 1] }, 3);
    expect(() => labels.finish()).toThrow(refusedWith("TH_EVALUATION_SCORES"));
    const logits = sheet(binary, "accuracy");
    logits.add({ scores: [Float64Array.of(3.5, -2, 0.1)] }, 3);
    expect(() => logits.finish()).toThrow(refusedWith("TH_EVALUATION_SCORES"));
  });

  test("a score that is no number is counted and refused", () => {
    const answers = sheet(binary, "roc-auc");
    answers.add({ scores: [Float64Array.of(0.5, Number.NaN, Number.NaN)] }, 3);
    expect(() => answers.finish()).toThrow(
      expect.objectContaining({ code: "TH_EVALUATION_SCORES", message: expect.stringContaining("2 scores") }),
    );
  });

  test("classes that the label does not have are named", () => {
    const answers = sheet();
    answers.add({ label: ["yes", "no", "yes"] }, 3);
    expect(() => answers.finish()).toThrow(
      expect.objectContaining({ code: "TH_EVALUATION_CLASSES", message: expect.stringContaining('"yes", "no"') }),
    );
  });

  test("score columns in another order than the classes are found by the model's own classes", () => {
    const answers = sheet();
    answers.add({ label: [1, 0, 1], scores: [Float64Array.of(0.9, 0.1, 0.8), Float64Array.of(0.1, 0.9, 0.2)] }, 3);
    expect(() => answers.finish()).toThrow(refusedWith("TH_EVALUATION_CLASSES"));
    const ties = sheet();
    ties.add({ label: [1, 1, 1], scores: [Float64Array.of(0.5, 0.5, 0.5), Float64Array.of(0.5, 0.5, 0.5)] }, 3);
    expect(ties.finish().predicted).toEqual(Uint16Array.of(1, 1, 1));
  });

  test("of several classes, one that no row has counts as wrong, and a model with more scores has no log-loss", () => {
    const three = { classes: ["a", "b", "c"] };
    const answers = sheet(three);
    answers.add({ label: ["b", "z", "c"] }, 3);
    expect(answers.finish().predicted).toEqual(Uint16Array.of(1, otherClass, 2));
    const four = sheet(three, "log-loss");
    four.add({ label: ["a", "a", "a"], scores: Array.from({ length: 4 }, () => Float64Array.of(0.25, 0.25, 0.25)) }, 3);
    expect(() => four.finish()).toThrow(refusedWith("TH_EVALUATION_CLASSES"));
  });
});

describe("pictures", () => {
  const random = createRandom(5);
  const labels = Array.from({ length: 500 }, () => (random.uniform() < 0.4 ? 1 : 0));
  const truth: Truth = { kind: "classes", classes: ["0", "1"], positive: 1, label: Uint16Array.from(labels) };
  const model = (name: string, noise: number) => {
    const p = labels.map((label) => 1 / (1 + Math.exp(-(2 * (label - 0.5) + noise * random.normal()))));
    return {
      name,
      answers: {
        predicted: Uint16Array.from(p, (x) => (x > 0.5 ? 1 : 0)),
        score: Float64Array.from(p),
        ofTrue: Float64Array.from(p, (x, row) => (labels[row] === 1 ? x : 1 - x)),
      },
    };
  };
  const [one, other] = [model("challenger", 0.5), model("champion", 1.5)];

  test("the area under the drawn ROC curve is the AUC, up to the drawing's grid", () => {
    const [curve] = curveSeries(truth, [one, other]);
    expect(curve?.x.length).toBeLessThanOrEqual(50);
    for (const { name, answers } of [one, other]) {
      const heights = (curve?.lines[name] ?? []).map(Number);
      const area = heights.slice(1).reduce((sum, y, i) => sum + (y + (heights[i] ?? 0)) / 2 / (heights.length - 1), 0);
      expect(area).toBeCloseTo(
        rocAuc(
          labels.map((label) => label === 1),
          answers.score,
        ),
        2,
      );
      expect(heights.at(-1)).toBe(1);
      expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    }
  });

  test("one class, or no scores, draw nothing", () => {
    expect(curveSeries({ ...truth, label: new Uint16Array(500) }, [one])).toEqual([]);
    expect(curveSeries(truth, [{ name: "challenger", answers: { predicted: one.answers.predicted } }])).toEqual([]);
  });

  test("confusion counts every row once", () => {
    for (const table of confusionTables(truth, [one, other])) {
      expect(table.rows.flatMap((row) => row.slice(1, -1).map(Number)).reduce((a, b) => a + b)).toBe(500);
    }
  });

  test("disagreement tells who is right, and shows the widest differences by row number alone", () => {
    const [summary, rows] = disagreementTables(truth, one, other);
    const different = labels.filter((_, row) => one.answers.predicted[row] !== other.answers.predicted[row]).length;
    expect(summary?.rows.reduce((sum, row) => sum + Number(row[1]), 0)).toBe(different);
    expect(rows?.rows.length).toBe(10);
    expect(rows?.more).toBe(different - 10);
    const [row = 0, label] = rows?.rows[0] ?? [];
    expect(label).toBe(String(labels[Number(row) - 1]));
  });
});
