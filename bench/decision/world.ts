/** A world in which the truth about two models is known: equal, the challenger better, or worse. Answers are made as the sheets make them. */
import type { Design } from "../../src/evaluation/design.ts";
import type { Answers, MetricName, MetricRule, MetricSettings, Truth } from "../../src/evaluation/evaluation.ts";
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
  /** `times` as many rows as the world's own, to learn what is true of it. */
  draw(random: Random, situation: Situation, times?: number): Drawn;
}

/** How far the models' own errors reach, as a multiple of the champion's, in each situation. */
export const reach: Readonly<Record<Situation, number>> = { equal: 1, better: 0.5, worse: 1.4 };

export const logistic = (x: number) => 1 / (1 + Math.exp(-x));

export function ruleOf({ metric, settings = {} }: Asked, test: MetricRule["test"], margin: number): MetricRule {
  const told = Object.entries(settings).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return { name: [metric, ...told].join(", "), metric, settings, test, margin };
}
