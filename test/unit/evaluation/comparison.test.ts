import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { baselineAnswers } from "../../../src/evaluation/baseline.ts";
import { compareMetric } from "../../../src/evaluation/comparison.ts";
import { decide, identicalAnswers, unbaselined } from "../../../src/evaluation/decision.ts";
import type {
  Answers,
  MetricComparison,
  MetricName,
  MetricState,
  MetricTest,
  Truth,
} from "../../../src/evaluation/evaluation.ts";
import { createRandom } from "../../../src/stats/random.ts";
import { metricRule } from "../../support/metric-rules.ts";

interface Golden {
  readonly metrics: {
    readonly input: { readonly y: number[]; readonly p: number[] };
    readonly log_loss: number;
    readonly brier: number;
    readonly auc: number;
  };
  readonly delong: {
    readonly input: { readonly y: number[]; readonly champion: number[]; readonly challenger: number[] };
    readonly pROC: { readonly auc1: number; readonly auc2: number; readonly z: number };
  };
  readonly mcnemar: readonly {
    readonly input: { b: number; c: number };
    readonly one_sided_challenger_better: number;
  }[];
}

const golden = JSON.parse(readFileSync(new URL("../../fixtures/evaluation.json", import.meta.url), "utf8")) as Golden;

const rule = metricRule;

function truthOf(labels: readonly number[]): Truth {
  return { kind: "classes", classes: ["0", "1"], positive: 1, label: Uint16Array.from(labels) };
}

/** A model's answers from its probabilities of the positive class. */
function answersOf(labels: readonly number[], probabilities: readonly number[]): Answers {
  return {
    predicted: Uint16Array.from(probabilities, (p) => (p > 0.5 ? 1 : 0)),
    score: Float64Array.from(probabilities),
    ofTrue: Float64Array.from(probabilities, (p, row) => (labels[row] === 1 ? p : 1 - p)),
  };
}

/** Labels and predicted classes with the given numbers of rows: right by the challenger alone, by the champion alone, by both. */
function classes(
  gains: number,
  losses: number,
  both: number,
): { truth: Truth; challenger: Answers; champion: Answers } {
  const rows = gains + losses + both;
  const challenger = Uint16Array.from({ length: rows }, (_, row) => (row >= gains && row < gains + losses ? 0 : 1));
  const champion = Uint16Array.from({ length: rows }, (_, row) => (row < gains ? 0 : 1));
  const label = new Uint16Array(rows).fill(1);
  return {
    truth: { kind: "classes", classes: ["0", "1"], positive: 1, label },
    challenger: { predicted: challenger },
    champion: { predicted: champion },
  };
}

describe("values", () => {
  const { y, p } = golden.metrics.input;
  const same = answersOf(y, p);

  test.each([
    ["log-loss", golden.metrics.log_loss],
    ["brier", golden.metrics.brier],
    ["roc-auc", golden.metrics.auc],
  ] as const)("%s is scikit-learn's", (name, expected) => {
    const { challenger, champion } = compareMetric(rule(name, "superiority"), truthOf(y), same, same, { alpha: 0.05 });
    expect(challenger).toBeCloseTo(expected, 9);
    expect(champion).toBeCloseTo(expected, 9);
  });

  test("the difference of two AUCs, its sign and its error are pROC's", () => {
    const { input, pROC } = golden.delong;
    const truth = truthOf(input.y);
    const model = (score: number[]): Answers => ({ score: Float64Array.from(score) });
    const found = compareMetric(rule("roc-auc", "superiority"), truth, model(input.challenger), model(input.champion), {
      alpha: 0.05,
    });
    expect(found.effect).toBeCloseTo(pROC.auc2 - pROC.auc1, 12);
    const standardError = (pROC.auc1 - pROC.auc2) / pROC.z;
    const half = ((found.upper ?? 0) - (found.lower ?? 0)) / 2;
    // Student's t in place of the normal: wider than 1.645 standard errors, by little with 26 rows of a class.
    expect(half / standardError).toBeGreaterThan(1.645);
    expect(half / standardError).toBeLessThan(1.75);
  });

  test.each(golden.mcnemar)(
    "superiority in accuracy is the exact one-sided McNemar test, $input",
    ({ input, one_sided_challenger_better }) => {
      const { truth, challenger, champion } = classes(input.c, input.b, 100);
      const found = compareMetric(rule("accuracy", "superiority"), truth, challenger, champion, { alpha: 0.05 });
      expect(found.p).toBeCloseTo(one_sided_challenger_better, 12);
      expect(found.effect).toBeCloseTo((input.c - input.b) / (input.b + input.c + 100), 12);
    },
  );
});

describe("every metric is turned so that positive is better", () => {
  const random = createRandom(11);
  const labels = Array.from({ length: 600 }, () => (random.uniform() < 0.4 ? 1 : 0));
  const sharp = labels.map((label) => 1 / (1 + Math.exp(-(3 * (label - 0.5) + random.normal()))));
  const dull = labels.map((label) => 1 / (1 + Math.exp(-(1 * (label - 0.5) + random.normal()))));
  const truth = truthOf(labels);

  test.each(["accuracy", "roc-auc", "log-loss", "brier"] as const)("%s", (name) => {
    const one = compareMetric(rule(name, "superiority"), truth, answersOf(labels, sharp), answersOf(labels, dull), {
      alpha: 0.05,
    });
    expect(one).toMatchObject({ state: "superior", rows: 600 });
    expect(one.effect).toBeGreaterThan(0);
    expect(one.lower).toBeLessThan(one.effect ?? 0);
    expect(one.upper).toBeGreaterThan(one.effect ?? 0);
    expect(one.detectable).toBeGreaterThan(0);
    const other = compareMetric(rule(name, "superiority"), truth, answersOf(labels, dull), answersOf(labels, sharp), {
      alpha: 0.05,
    });
    expect(other.state).toBe("rejected");
    expect(other.effect).toBeCloseTo(-(one.effect ?? 0), 12);
  });
});

describe("non-inferiority", () => {
  test("few discordant rows that balance are within the margin, and few rows are not", () => {
    const many = classes(20, 20, 4960);
    const few = classes(1, 1, 98);
    const state = ({ truth, challenger, champion }: typeof many) =>
      compareMetric(rule("accuracy", "non-inferiority", 0.01), truth, challenger, champion, { alpha: 0.05 }).state;
    expect(state(many)).toBe("non-inferior");
    expect(state(few)).toBe("inconclusive");
  });

  test("a loss beyond the margin is rejected, one within it is not", () => {
    const worse = classes(100, 400, 4500);
    const test = (margin: number) =>
      compareMetric(rule("accuracy", "non-inferiority", margin), worse.truth, worse.challenger, worse.champion, {
        alpha: 0.05,
      }).state;
    expect(test(0.02)).toBe("rejected");
    expect(test(0.06)).toBe("inconclusive");
    expect(test(0.1)).toBe("non-inferior");
  });

  test("the p-value is against being worse by the margin, and agrees with the bound", () => {
    const random = createRandom(3);
    const labels = Array.from({ length: 400 }, () => (random.uniform() < 0.5 ? 1 : 0));
    const model = () =>
      answersOf(
        labels,
        labels.map((label) => 0.3 + 0.4 * label + 0.2 * (random.uniform() - 0.5)),
      );
    const [one, other] = [model(), model()];
    const at = (margin: number) =>
      compareMetric(rule("log-loss", "non-inferiority", margin), truthOf(labels), one, other, { alpha: 0.05 });
    const { lower } = at(0.01);
    const edge = -(lower ?? 0);
    expect(at(edge * 1.0001).p).toBeLessThan(0.05);
    expect(at(edge * 0.9999).p).toBeGreaterThan(0.05);
    expect(at(edge * 1.0001).state).toBe("non-inferior");
    expect(at(edge * 0.9999).state).toBe("inconclusive");
  });

  test("the rows it needs are those that clear the margin when the models are equal", () => {
    const { truth, challenger, champion } = classes(2, 2, 96);
    const { rowsNeeded, detectable } = compareMetric(
      rule("accuracy", "non-inferiority", 0.01),
      truth,
      challenger,
      champion,
      { alpha: 0.05 },
    );
    expect(detectable).toBeCloseTo((1.6448536269514722 + 0.8416212335729143) * Math.sqrt(0.04 / 100), 12);
    expect(rowsNeeded).toBe(Math.ceil(((1.6448536269514722 + 0.8416212335729143) * 0.2) ** 2 / 0.01 ** 2));
  });
});

describe("what cannot be decided", () => {
  test("the same answers everywhere are unchanged", () => {
    const labels = [0, 1, 1, 0, 1];
    const model = answersOf(labels, [0.2, 0.7, 0.4, 0.6, 0.9]);
    for (const name of ["accuracy", "roc-auc", "log-loss", "brier"] as const) {
      expect(compareMetric(rule(name, "superiority"), truthOf(labels), model, model, { alpha: 0.05 }).state).toBe(
        "unchanged",
      );
    }
  });

  test("an AUC with fewer than ten rows of a class is inconclusive, and its values are still told", () => {
    const labels = Array.from({ length: 60 }, (_, row) => (row < 9 ? 1 : 0));
    const model = (shift: number) =>
      answersOf(
        labels,
        labels.map((label, row) => (label + (row % 7) / 7 + shift * (row % 3)) / 4),
      );
    const found = compareMetric(rule("roc-auc", "superiority"), truthOf(labels), model(0), model(1), { alpha: 0.05 });
    expect(found).toMatchObject({ state: "inconclusive", lower: null, p: null });
    expect(found.reason).toContain("9 positive");
    expect(found.challenger).toBeGreaterThan(0.5);
  });

  test("rows of one class alone have no AUC", () => {
    const labels = Array.from({ length: 30 }, () => 1);
    const found = compareMetric(
      rule("roc-auc", "superiority"),
      truthOf(labels),
      answersOf(
        labels,
        labels.map((_, row) => row / 31),
      ),
      answersOf(
        labels,
        labels.map((_, row) => ((row * 7) % 30) / 31),
      ),
      { alpha: 0.05 },
    );
    expect(found).toMatchObject({ state: "inconclusive", challenger: null, effect: null });
  });

  test("a probability of zero for what happened is clipped, and counted", () => {
    const labels = Array.from({ length: 40 }, (_, row) => row % 2);
    const sure = labels.map((label, row) => (row < 3 ? 1 - label : label === 1 ? 0.9 : 0.1));
    const calm = labels.map((label) => (label === 1 ? 0.8 : 0.2));
    const found = compareMetric(
      rule("log-loss", "superiority", 0.01, { clip: 0.001 }),
      truthOf(labels),
      answersOf(labels, sure),
      answersOf(labels, calm),
      { alpha: 0.05 },
    );
    expect(found.clipped).toEqual({ challenger: 3, champion: 0 });
    expect(found.challenger).toBeCloseTo((-3 * Math.log(0.001) - 37 * Math.log(0.9)) / 40, 12);
  });
});

describe("a test of average precision", () => {
  const compared = (positives: number) => {
    const random = createRandom("positives");
    const labels = Array.from({ length: 400 }, (_, row) => (row < positives ? 1 : 0));
    const model = () => labels.map((label) => 1 / (1 + Math.exp(-2.5 * label - random.normal())));
    const [challenger, champion] = [answersOf(labels, model()), answersOf(labels, model())];
    return compareMetric(rule("average-precision", "superiority"), truthOf(labels), challenger, champion, {
      alpha: 0.05,
    });
  };

  test("has half the positives as degrees of freedom at most", () => {
    expect(compared(10).method).toMatch(/, 5 degrees of freedom$/);
  });

  test("is inconclusive with fewer than eight positives, and the values are still told", () => {
    expect(compared(8).reason).toBeUndefined();
    const few = compared(7);
    expect(few).toMatchObject({ state: "inconclusive", lower: null, upper: null });
    expect(few.reason).toMatch(/a handful of rows/);
    expect(few.challenger).toBeGreaterThan(0);
  });
});

describe("a test of squared errors", () => {
  const random = createRandom("tails");
  const target = Float64Array.from({ length: 200 }, () => 10 + random.normal());
  const champion = { value: target.map((one) => one + random.normal()) };
  const usual = { value: target.map((one) => one + random.normal()) };
  const large = { value: usual.value.map((one, row) => one + (row < 4 ? 8 : 0)) };
  const methodOf = (metric: MetricName, challenger: Answers) =>
    compareMetric(rule(metric, "superiority"), { kind: "numbers", target }, challenger, champion, { alpha: 0.05 })
      .method;

  test.each(["mse", "rmse", "r2"] as const)(
    "names the mean absolute error as what rare ones mislead less: %s",
    (metric) => {
      expect(methodOf(metric, usual)).toMatch(/skewness; rare large errors mislead it, mae less$/);
      expect(methodOf(metric, large)).toMatch(
        /few rows make most of the spread, \S+ degrees of freedom; rare .*, mae less$/,
      );
    },
  );

  test("is not one of absolute errors", () => {
    expect(methodOf("mae", large)).toMatch(/few rows make most of the spread, \S+ degrees of freedom$/);
  });
});

describe("the decision over all metrics", () => {
  const compared = (test: MetricTest, state: MetricState): MetricComparison => ({
    rule: rule("accuracy", test),
    state,
    rows: 1,
    challenger: null,
    champion: null,
    effect: null,
    lower: null,
    upper: null,
    p: null,
    pWorse: null,
    method: "",
    detectable: null,
    rowsNeeded: null,
  });

  test.each<[string, [MetricTest, MetricState][], string]>([
    [
      "superior where asked and not inferior elsewhere",
      [
        ["superiority", "superior"],
        ["non-inferiority", "non-inferior"],
      ],
      "superior",
    ],
    [
      "not inferior everywhere",
      [
        ["non-inferiority", "non-inferior"],
        ["non-inferiority", "non-inferior"],
      ],
      "non-inferior",
    ],
    [
      "one metric rejected",
      [
        ["superiority", "superior"],
        ["non-inferiority", "rejected"],
      ],
      "rejected",
    ],
    [
      "rejected beats inconclusive",
      [
        ["superiority", "inconclusive"],
        ["non-inferiority", "rejected"],
      ],
      "rejected",
    ],
    [
      "one metric open",
      [
        ["superiority", "superior"],
        ["non-inferiority", "inconclusive"],
      ],
      "inconclusive",
    ],
    [
      "a metric that did not move is not inferior",
      [
        ["superiority", "superior"],
        ["non-inferiority", "unchanged"],
      ],
      "superior",
    ],
    [
      "a metric that did not move is not superior",
      [
        ["superiority", "unchanged"],
        ["non-inferiority", "non-inferior"],
      ],
      "inconclusive",
    ],
  ])("%s", (_, states, expected) => {
    const comparisons = states.map(([test, state]) => compared(test, state));
    expect(decide(comparisons, false)).toBe(expected);
    expect(decide(comparisons, true)).toBe("unchanged");
  });

  test("without a champion the decision says so, and what is open stays open", () => {
    expect(unbaselined("superior")).toBe("unbaselined-pass");
    expect(unbaselined("non-inferior")).toBe("unbaselined-pass");
    expect(unbaselined("rejected")).toBe("unbaselined-fail");
    expect(unbaselined("inconclusive")).toBe("inconclusive");
  });

  test("answers are identical only when classes and scores are", () => {
    const labels = [0, 1];
    const one = answersOf(labels, [0.2, 0.8]);
    expect(identicalAnswers(one, answersOf(labels, [0.2, 0.8]))).toBe(true);
    expect(identicalAnswers(one, answersOf(labels, [0.2, 0.9]))).toBe(false);
    expect(identicalAnswers({ predicted: one.predicted ?? new Uint16Array(0) }, one)).toBe(false);
  });

  test("the majority baseline answers the commonest class with the classes' shares", () => {
    const baseline = baselineAnswers(truthOf([1, 0, 0, 0]));
    expect(Array.from(baseline.predicted ?? [])).toEqual([0, 0, 0, 0]);
    expect(Array.from(baseline.score ?? [])).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(Array.from(baseline.ofTrue ?? [])).toEqual([0.25, 0.75, 0.75, 0.75]);
  });
});

describe("false promotions", () => {
  // 1,200 comparisons of two equally good models: with a true rate of 5%, more than 6.5% is a three-sigma event.
  test.each(["accuracy", "roc-auc", "log-loss"] as const)(
    "equal models are called superior in %s at most as often as alpha says",
    (name) => {
      const random = createRandom(`false promotions ${name}`);
      let promotions = 0;
      for (let trial = 0; trial < 1200; trial++) {
        const labels = Array.from({ length: 250 }, () => (random.uniform() < 0.3 ? 1 : 0));
        const model = () =>
          answersOf(
            labels,
            labels.map((label) => 1 / (1 + Math.exp(-(1.5 * (label - 0.5) + random.normal())))),
          );
        if (
          compareMetric(rule(name, "superiority"), truthOf(labels), model(), model(), { alpha: 0.05 }).state ===
          "superior"
        )
          promotions += 1;
      }
      expect(promotions / 1200).toBeLessThan(0.069);
      expect(promotions).toBeGreaterThan(12);
    },
  );
});
