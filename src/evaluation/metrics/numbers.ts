import type { Answers, NumberTruth, Truth } from "../evaluation.ts";
import { type Estimator, type Metric, meanEstimator, needed, transformed, weightedMean } from "../metric.ts";

/** Metrics of predicted numbers; definitions as in scikit-learn 1.7. */

const tasks = ["regression", "forecast"] as const;

type Loss = (predicted: number, target: number) => number;

/** Mean squared error, in the target's unit squared. */
export const mse: Metric = {
  ...meanLoss(undefined, (predicted, target) => (predicted - target) ** 2),
  steadier: "mae",
};
/** Mean absolute error, in the target's unit. */
export const mae: Metric = meanLoss(undefined, (predicted, target) => Math.abs(predicted - target));
/** Mean absolute error as a share of the target's size, 1 is 100%. A target of 0 makes it huge: the report counts them. */
export const mape: Metric = meanLoss(
  0.01,
  (predicted, target) => Math.abs(predicted - target) / Math.max(Math.abs(target), 2 ** -52),
);

/** Symmetric mean absolute percentage error: twice the error over the sizes of both, 0..2; 0 where both are 0 (S. Makridakis, 1993). */
export const smape: Metric = meanLoss(0.01, (predicted, target) => {
  const size = Math.abs(predicted) + Math.abs(target);
  return size === 0 ? 0 : (2 * Math.abs(predicted - target)) / size;
});

/** Mean absolute error over that of a step of one season in the row's series; below 1 is better than repeating the last season. */
export const mase: Metric = {
  tasks: ["forecast"],
  needs: "value",
  better: "lower",
  margin: 0.01,
  shape: "smooth",
  estimator: (truth, answers) => {
    const scale = needed(truth.kind === "numbers" ? truth.scale : undefined, "scale");
    const errors = losses(truth, answers, (predicted, target) => Math.abs(predicted - target));
    return meanEstimator(errors.map((error, row) => error / (scale[row] ?? Number.NaN)));
  },
};

/** The root of the mean squared error, in the target's unit. */
export const rmse: Metric = {
  ...mse,
  estimator: (truth, answers, settings) =>
    transformed(mse.estimator(truth, answers, settings), Math.sqrt, (value) =>
      value > 0 ? 0.5 / Math.sqrt(value) : 0,
    ),
};

/** 1 less the mean squared error over the variance of the targets; 1 is perfect, 0 as good as always their mean. NaN for targets of one value. */
export const r2: Metric = {
  tasks,
  needs: "value",
  better: "higher",
  margin: 0.01,
  shape: "smooth",
  steadier: "mae",
  estimator: (truth, answers) =>
    explained(
      losses(truth, answers, (one, target) => (one - target) ** 2),
      targets(truth),
    ),
};

/** Quantile loss (R. Koenker and G. Bassett, 1978), in the target's unit: a miss above costs 1 − quantile, one below costs the quantile, a unit. */
export const pinball: Metric = {
  tasks,
  needs: "quantile",
  better: "lower",
  shape: "smooth",
  estimator: (truth, answers, { quantile }) => {
    const target = targets(truth);
    const predicted = predictedQuantiles(answers, quantile);
    const misses = predicted.map(([level, values]) => quantileLoss(target, values, level));
    return meanEstimator(
      target.map((_, row) => misses.reduce((sum, miss) => sum + (miss[row] ?? 0), 0) / misses.length),
    );
  },
};

/** The levels that are asked for, with what the model predicts; one predicted number stands for the median. */
export function predictedQuantiles(
  { quantiles, value }: Answers,
  level: number | undefined,
): readonly (readonly [level: number, values: Float64Array])[] {
  if (level === undefined && quantiles !== undefined) return [...quantiles];
  const asked = level ?? 0.5;
  return [[asked, needed(quantiles?.get(asked) ?? (asked === 0.5 ? value : undefined), `quantile ${asked}`)]];
}

function quantileLoss(target: Float64Array, predicted: Float64Array, level: number): Float64Array {
  return lossesOf(target, predicted, (one, wanted) =>
    wanted >= one ? level * (wanted - one) : (1 - level) * (one - wanted),
  );
}

function meanLoss(margin: number | undefined, loss: Loss): Metric {
  return {
    tasks,
    needs: "value",
    better: "lower",
    ...(margin === undefined ? {} : { margin }),
    shape: "smooth",
    estimator: (truth, answers) => meanEstimator(losses(truth, answers, loss)),
  };
}

function losses(truth: Truth, answers: Answers, loss: Loss): Float64Array {
  return lossesOf(targets(truth), needed(answers.value, "number"), loss);
}

function lossesOf(target: Float64Array, predicted: Float64Array, loss: Loss): Float64Array {
  return target.map((one, row) => loss(predicted[row] ?? Number.NaN, one));
}

function targets(truth: Truth): Float64Array {
  if (truth.kind !== "numbers") throw new Error("a metric of numbers was asked of rows without");
  return (truth satisfies NumberTruth).target;
}

function explained(squares: Float64Array, target: Float64Array): Estimator {
  const parts = (weights?: Float64Array) => {
    const middle = weightedMean(target, weights);
    const spread = weightedMean(
      target.map((one) => (one - middle) ** 2),
      weights,
    );
    return { middle, spread, loss: weightedMean(squares, weights) };
  };
  const share = (loss: number, spread: number) => (spread > 0 ? 1 - loss / spread : Number.NaN);
  return {
    units: target.length,
    value: (weights) => {
      const { loss, spread } = parts(weights);
      return share(loss, spread);
    },
    // The mean of the targets moves too, which does not change their spread to first order.
    influence: (weights) => {
      const { middle, spread, loss } = parts(weights);
      return target.map((one, row) => {
        const ofLoss = (squares[row] ?? 0) - loss;
        const ofSpread = (one - middle) ** 2 - spread;
        return spread > 0 ? (-ofLoss + (loss / spread) * ofSpread) / spread : Number.NaN;
      });
    },
  };
}
