/** Worlds of two classes or several. */
import type { Answers, ClassTruth } from "../../src/evaluation/evaluation.ts";
import { metrics } from "../../src/evaluation/metrics.ts";
import { type Asked, logistic, reach, type Situation, type World } from "./world.ts";

interface BinaryShape {
  readonly rows: number;
  /** Exactly so many. */
  readonly positives: number;
  /** Distance of the classes' means in standard deviations. */
  readonly separation: number;
  /** Standard deviation of each model's own error on what it sees of a row. */
  readonly noise: number;
}

const binaryMetrics: readonly Asked[] = [
  { metric: "accuracy" },
  { metric: "balanced-accuracy" },
  { metric: "precision" },
  { metric: "recall" },
  { metric: "f1" },
  { metric: "mcc" },
  { metric: "cost", settings: { costs: { "0": { "1": 1 }, "1": { "0": 5 } } } },
  { metric: "roc-auc" },
  { metric: "average-precision" },
  { metric: "log-loss" },
  { metric: "brier" },
];

/** Two normal classes; each model sees a row with an error of its own, and answers with what would be right without it. */
export function binaryWorld(name: string, shape: BinaryShape, asked: readonly Asked[] = binaryMetrics): World {
  const { separation, noise } = shape;
  const odds = Math.log(shape.positives / (shape.rows - shape.positives));
  const logit = (x: number) => separation * x - separation ** 2 / 2 + odds;
  return {
    name: `${name}: ${shape.positives} of ${shape.rows} positive`,
    asked,
    draw(random, situation, times = 1) {
      const truth = twoClasses(shape.rows * times, shape.positives * times);
      const x = Float64Array.from(truth.label, (place) => random.normal() + separation * place);
      const seen = (error: number) => x.map((value) => logistic(logit(value + error * random.normal())));
      return {
        truth,
        champion: binaryAnswers(truth, seen(noise)),
        challenger: binaryAnswers(truth, seen(noise * reach[situation])),
      };
    },
  };
}

function twoClasses(rows: number, positives: number): ClassTruth {
  const label = new Uint16Array(rows).fill(1, 0, positives);
  return binaryTruth(label);
}

function binaryTruth(label: Uint16Array): ClassTruth {
  return { kind: "classes", classes: ["0", "1"], positive: 1, label };
}

function binaryAnswers({ label }: ClassTruth, score: Float64Array): Answers {
  return {
    predicted: Uint16Array.from(score, (one) => (one > 0.5 ? 1 : 0)),
    score,
    ofTrue: score.map((one, row) => (label[row] === 1 ? one : 1 - one)),
  };
}

/** One model of two classes is right where the other is not in few rows. */
export function discordantWorld(rows: number, share: number): World {
  const parts = { equal: [0.5, 0.5], better: [0.9, 0.1], worse: [0.25, 0.75] } as const;
  return {
    name: `few rows differ: ${share * 100}% of ${rows}`,
    asked: [{ metric: "accuracy" }, { metric: "f1" }, { metric: "recall" }],
    draw(random, situation, times = 1) {
      const truth = twoClasses(rows * times, (rows * times) / 2);
      const [gains, losses] = parts[situation].map((part) => part * share * (situation === "better" ? 3 : 1));
      const [champion, challenger] = [new Float64Array(rows * times), new Float64Array(rows * times)];
      for (const [row, place] of truth.label.entries()) {
        const [right, wrong] = place === 1 ? [0.9, 0.1] : [0.1, 0.9];
        const u = random.uniform();
        const gain = u < (gains ?? 0);
        const loss = !gain && u < (gains ?? 0) + (losses ?? 0);
        const both = random.uniform() < 0.85 ? right : wrong;
        challenger[row] = gain ? right : loss ? wrong : both;
        champion[row] = gain ? wrong : loss ? right : both;
      }
      return { truth, champion: binaryAnswers(truth, champion), challenger: binaryAnswers(truth, challenger) };
    },
  };
}

/** Standard deviation of the true logits, whose mean is 0. */
const logitSpread = 2;
/** What the timid model makes of a logit. */
const timid = 0.25;

/**
 * The champion is too timid by a factor of 4 on the logit, the challenger too bold, so much that the expected loss is the same (or, where
 * worse, of a tenth more boldness): many small gains and a few large losses.
 */
export function overconfidentWorld(rows: number, asked: Asked): World {
  const equal = boldnessOf(asked);
  const boldness: Readonly<Record<Situation, number>> = { equal, better: 1, worse: 1.1 * equal };
  return {
    name: `overconfident, ${rows} rows`,
    asked: [asked],
    draw(random, situation, times = 1) {
      const logit = Float64Array.from({ length: rows * times }, () => logitSpread * random.normal());
      const truth = binaryTruth(Uint16Array.from(logit, (one) => (random.uniform() < logistic(one) ? 1 : 0)));
      return {
        truth,
        champion: scaledAnswers(truth, logit, timid),
        challenger: scaledAnswers(truth, logit, boldness[situation]),
      };
    },
  };
}

function scaledAnswers(truth: ClassTruth, logit: Float64Array, factor: number): Answers {
  return binaryAnswers(
    truth,
    logit.map((one) => logistic(factor * one)),
  );
}

/** The factor above 1 at which the expected loss, which grows from there, is that of the timid model. */
function boldnessOf(asked: Asked): number {
  const loss = expectedLoss(asked);
  const wanted = loss(timid);
  let [low, high] = [1, 16];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (loss(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The loss by the factor, integrated over the logits and both labels: a drawn sample's own error would make the models unequal by as much
 * as thousands of rows can tell.
 */
function expectedLoss({ metric, settings = {} }: Asked): (factor: number) => number {
  const grid = Float64Array.from({ length: 3201 }, (_, place) => (place - 1600) / 200);
  const logit = Float64Array.from([...grid, ...grid], (z) => logitSpread * z);
  const truth = binaryTruth(Uint16Array.from(logit, (_, row) => (row < grid.length ? 1 : 0)));
  const weights = logit.map((one, row) => {
    const density = Math.exp(-((one / logitSpread) ** 2) / 2);
    return density * logistic(truth.label[row] === 1 ? one : -one);
  });
  return (factor) => metrics[metric].estimator(truth, scaledAnswers(truth, logit, factor), settings).value(weights);
}

const classMetrics: readonly Asked[] = [
  { metric: "accuracy" },
  { metric: "f1" },
  { metric: "f1", settings: { average: "weighted" } },
  { metric: "mcc" },
  { metric: "top-k", settings: { k: 2 } },
  { metric: "log-loss" },
  { metric: "brier" },
];

/** Classes of falling size; each model has an error of its own on every class's logit. */
export function multiclassWorld(rows: number, classes: number): World {
  const shares = Array.from({ length: classes }, (_, place) => 0.5 ** place);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return {
    name: `${classes} classes, ${rows} rows`,
    asked: classMetrics,
    draw(random, situation, times = 1) {
      const label = Uint16Array.from({ length: rows * times }, () => placeOf(random.uniform() * total, shares));
      const names = shares.map((_, place) => String(place));
      const signal = Array.from(label, (own) => shares.map((_, place) => random.normal() + (own === place ? 2 : 0)));
      const answers = (noise: number) => {
        const logits = signal.map((row) =>
          row.map((one, at) => 1.6 * (one + noise * random.normal()) + Math.log(shares[at] ?? 1)),
        );
        return classAnswers(label, logits.map(softmax));
      };
      const champion = answers(0.7);
      return {
        truth: { kind: "classes", classes: names, label },
        champion,
        challenger: answers(0.7 * reach[situation]),
      };
    },
  };
}

function placeOf(point: number, shares: readonly number[]): number {
  let [left, place] = [point, 0];
  for (const share of shares) {
    if (left < share) return place;
    left -= share;
    place += 1;
  }
  return shares.length - 1;
}

function softmax(logits: readonly number[]): number[] {
  const raised = logits.map((one) => Math.exp(one - Math.max(...logits)));
  const sum = raised.reduce((all, one) => all + one, 0);
  return raised.map((one) => one / sum);
}

function classAnswers(label: Uint16Array, probabilities: readonly (readonly number[])[]): Answers {
  const of = (row: number) => probabilities[row] ?? [];
  const own = (row: number) => of(row)[label[row] ?? 0] ?? Number.NaN;
  const by = (value: (row: number) => number) => Float64Array.from(label, (_, row) => value(row));
  return {
    predicted: Uint16Array.from(label, (_, row) => of(row).indexOf(Math.max(...of(row)))),
    ofTrue: by(own),
    rankOfTrue: Uint16Array.from(label, (_, row) => of(row).filter((one) => one > own(row)).length),
    confidence: by((row) => Math.max(...of(row))),
    squaredDistance: by((row) =>
      of(row).reduce((sum, one, place) => sum + (one - (place === label[row] ? 1 : 0)) ** 2, 0),
    ),
  };
}
