/**
 * Worlds in which the truth about two models is known: equal, the challenger better, or worse. Answers are made as the sheets make them.
 */
import type { Design } from "../../src/evaluation/design.ts";
import type {
  Answers,
  ClassTruth,
  MetricName,
  MetricRule,
  MetricSettings,
  Truth,
} from "../../src/evaluation/evaluation.ts";
import { metrics } from "../../src/evaluation/metrics.ts";
import type { Random } from "../../src/stats/random.ts";

export const situations = ["equal", "better", "worse"] as const;
export type Situation = (typeof situations)[number];

export interface Drawn {
  readonly truth: Truth;
  readonly challenger: Answers;
  readonly champion: Answers;
  /** How the rows hang together, where the comparison is told. */
  readonly design?: Omit<Design, "alpha">;
}

export interface Asked {
  readonly metric: MetricName;
  readonly settings?: MetricSettings;
}

export interface World {
  readonly name: string;
  readonly asked: readonly Asked[];
  /** A limit that docs/statistics.md states: shown, and not held against the ceiling. */
  readonly known?: boolean;
  /** A bootstrap, or many sorts, at every comparison: a tenth of the repetitions. */
  readonly slow?: boolean;
  /** `times` as many rows as the world's own, to learn what is true of it. */
  draw(random: Random, situation: Situation, times?: number): Drawn;
}

/** How far the models' own errors reach, as a multiple of the champion's, in each situation. */
const reach: Readonly<Record<Situation, number>> = { equal: 1, better: 0.5, worse: 1.4 };

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

export function ruleOf({ metric, settings = {} }: Asked, test: MetricRule["test"], margin: number): MetricRule {
  const told = Object.entries(settings).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return { name: [metric, ...told].join(", "), metric, settings, test, margin };
}

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
    slow: asked.some(({ metric }) => metrics[metric].shape === "resampled"),
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

/** The rows' errors of one model, of variance 1, and how the rows hang together. */
interface Dependence {
  readonly design: Omit<Design, "alpha">;
  readonly error: (random: Random) => Float64Array;
}

/** Users with rows of their own, `sizes` of them each; half of a model's error is the user's. */
export function usersOf(sizes: readonly number[]): Dependence {
  const cluster = Int32Array.from(sizes.flatMap((size, user) => new Array<number>(size).fill(user)));
  const error = (random: Random) => {
    const own = sizes.map(() => random.normal());
    return Float64Array.from(cluster, (user) => Math.SQRT1_2 * ((own[user] ?? 0) + random.normal()));
  };
  return { design: { cluster }, error };
}

/** Rows in the order of time, whose errors are an autoregression of this coefficient. */
export function inTime(rows: number, coefficient: number): Dependence {
  const error = (random: Random) => {
    let level = random.normal();
    return Float64Array.from({ length: rows }, () => {
      level = coefficient * level + Math.sqrt(1 - coefficient ** 2) * random.normal();
      return level;
    });
  };
  return { design: { moment: Int32Array.from({ length: rows }, (_, row) => row) }, error };
}

/** Numbers with errors of a size that hangs together: a model's squared error is alike where the row's error is. */
export function dependentWorld(name: string, { design, error }: Dependence, told: boolean): World {
  const size: Readonly<Record<Situation, number>> = { equal: 1, better: 0.8, worse: 1.1 };
  return {
    name: told ? name : `${name}, taken as independent`,
    asked: [{ metric: "mse" }, { metric: "mae" }, { metric: "r2" }],
    known: !told,
    draw(random, situation, times = 1) {
      const parts = Array.from({ length: times }, () => [error(random), error(random)] as const);
      const join = (place: 0 | 1) => Float64Array.from(parts.flatMap((part) => Array.from(part[place])));
      const target = join(0).map(() => 10 + 2 * random.normal());
      const answers = (errors: Float64Array, factor: number): Answers => ({
        value: target.map((one, row) => one + factor * (errors[row] ?? 0)),
      });
      return {
        truth: { kind: "numbers", target },
        champion: answers(join(0), 1),
        challenger: answers(join(1), size[situation]),
        ...(told && times === 1 ? { design } : {}),
      };
    },
  };
}

const queryMetrics: readonly Asked[] = [{ metric: "ndcg", settings: { k: 10 } }, { metric: "mrr" }, { metric: "map" }];

/** Queries of 5 to 25 documents, a fifth of which are relevant. */
export function rankingWorld(queries: number): World {
  return {
    name: `${queries} queries`,
    asked: queryMetrics,
    slow: true,
    draw(random, situation, times = 1) {
      const sizes = Array.from({ length: queries * times }, () => 5 + random.integer(21));
      const query = Int32Array.from(sizes.flatMap((size, place) => new Array<number>(size).fill(place)));
      const relevance = Float64Array.from(query, () => (random.uniform() < 0.2 ? 1 + random.integer(3) : 0));
      const signal = relevance.map((one) => Math.sqrt(one) + random.normal());
      const seen = (noise: number): Answers => ({ value: signal.map((one) => one + noise * random.normal()) });
      return {
        truth: { kind: "queries", relevance, query, queries: sizes.length },
        champion: seen(0.8),
        challenger: seen(0.8 * reach[situation]),
      };
    },
  };
}

const labelMetrics: readonly Asked[] = [
  { metric: "subset-accuracy" },
  { metric: "hamming-loss" },
  { metric: "f1", settings: { average: "micro" } },
  { metric: "f1", settings: { average: "macro" } },
  { metric: "f1", settings: { average: "samples" } },
];

/** Rows with labels of falling frequency. */
export function multilabelWorld(rows: number): World {
  const shares = [0.4, 0.2, 0.1, 0.05];
  return {
    name: `${shares.length} labels, ${rows} rows`,
    asked: labelMetrics,
    slow: true,
    draw(random, situation, times = 1) {
      const present = shares.map((share) =>
        Uint8Array.from({ length: rows * times }, () => (random.uniform() < share ? 1 : 0)),
      );
      const signal = present.map((own) => Float64Array.from(own, (one) => 3 * one - 1.5 + random.normal()));
      const seen = (noise: number): Answers => ({
        labels: signal.map((own) => {
          const score = own.map((one) => logistic(one + noise * random.normal()));
          return { score, predicted: Uint8Array.from(score, (one) => (one > 0.5 ? 1 : 0)) };
        }),
      });
      const labels = shares.map((_, place) => `l${place}`);
      const champion = seen(0.8);
      return { truth: { kind: "labels", labels, present }, champion, challenger: seen(0.8 * reach[situation]) };
    },
  };
}

/** A score a row that a judge gave, from 0 to 4, most of them 4: what any metric of the user's own a row looks like. */
export function judgedWorld(rows: number): World {
  const shift: Readonly<Record<Situation, number>> = { equal: 0, better: 0.5, worse: -0.2 };
  return {
    name: `a judge's score a row, ${rows} rows`,
    asked: [{ metric: "score" }],
    draw(random, situation, times = 1) {
      const ease = Float64Array.from({ length: rows * times }, () => 1.5 + random.normal());
      const graded = (by: number): Answers => ({
        value: ease.map((one) => Math.min(4, Math.max(0, Math.round(2 + one + by + 0.8 * random.normal())))),
      });
      return {
        truth: { kind: "scored", rows: rows * times },
        champion: graded(0),
        challenger: graded(shift[situation]),
      };
    },
  };
}

function twoClasses(rows: number, positives: number): ClassTruth {
  const label = new Uint16Array(rows).fill(1, 0, positives);
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

/**
 * The champion is too timid by a factor of 4 on the logit, the challenger too bold, so much that the expected loss is the same (or, where
 * worse, a tenth more so): many small gains and a few large losses.
 */
export function overconfidentWorld(rows: number, asked: Asked, random: Random): World {
  const timid = 0.25;
  const draw = (source: Random, count: number, boldness: number): Drawn => {
    const label = new Uint16Array(count);
    const logit = Float64Array.from(label, () => 2 * source.normal());
    for (const [row, one] of logit.entries()) label[row] = source.uniform() < logistic(one) ? 1 : 0;
    const truth: ClassTruth = { kind: "classes", classes: ["0", "1"], positive: 1, label };
    const answers = (factor: number) =>
      binaryAnswers(
        truth,
        logit.map((one) => logistic(factor * one)),
      );
    return { truth, champion: answers(timid), challenger: answers(boldness) };
  };
  const large = draw(random, 100_000, 1);
  const loss = (factor: number) => {
    const answers = binaryAnswers(
      large.truth as ClassTruth,
      scaled(large.challenger.score ?? new Float64Array(), factor),
    );
    return metrics[asked.metric].estimator(large.truth, answers, asked.settings ?? {}).value();
  };
  const equal = boldnessOf(loss(timid), loss);
  const boldness: Readonly<Record<Situation, number>> = { equal, better: 1, worse: 1.1 * equal };
  return {
    name: `overconfident, ${rows} rows`,
    asked: [asked],
    draw: (source, situation, times = 1) => draw(source, rows * times, boldness[situation]),
  };
}

function scaled(probability: Float64Array, factor: number): Float64Array {
  return probability.map((one) => logistic(factor * Math.log(one / (1 - one))));
}

/** The factor above 1 at which the loss, which grows from there, is that of the timid model. */
function boldnessOf(wanted: number, loss: (factor: number) => number): number {
  let [low, high] = [1, 16];
  for (let step = 0; step < 25; step++) {
    const middle = (low + high) / 2;
    if (loss(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const numberMetrics: readonly Asked[] = [
  { metric: "mse" },
  { metric: "rmse" },
  { metric: "mae" },
  { metric: "mape" },
  { metric: "r2" },
  { metric: "pinball", settings: { quantile: 0.9 } },
];

/** Errors of both models share a part; the challenger's have the given shape, of the same size by the metrics asked for. */
export function numberWorld(
  name: string,
  rows: number,
  challengerError: (random: Random) => number = (random) => random.normal(),
  asked: readonly Asked[] = numberMetrics,
): World {
  const size: Readonly<Record<Situation, number>> = { equal: 1, better: 0.85, worse: 1.1 };
  return {
    name: `${name}, ${rows} rows`,
    asked,
    draw(random, situation, times = 1) {
      const target = Float64Array.from({ length: rows * times }, () => 10 + 2 * random.normal());
      const value = target.map((one) => one + random.normal());
      const challenger = target.map((one) => one + size[situation] * challengerError(random));
      const answers = (predicted: Float64Array): Answers => ({
        value: predicted,
        quantiles: new Map([[0.9, predicted.map((one) => one + 1.28)]]),
      });
      return { truth: { kind: "numbers", target }, champion: answers(value), challenger: answers(challenger) };
    },
  };
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
