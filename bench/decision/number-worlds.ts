/** Worlds of numbers and of scores a row, independent or not. */
import type { Design } from "../../src/evaluation/design.ts";
import type { Answers } from "../../src/evaluation/evaluation.ts";
import type { Random } from "../../src/stats/random.ts";
import type { Asked, Situation, World } from "./world.ts";

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
