import { compareMetric } from "../../src/evaluation/comparison.ts";
import type { MetricComparison } from "../../src/evaluation/evaluation.ts";
import { metrics } from "../../src/evaluation/metrics.ts";
import { createRandom, type Random } from "../../src/stats/random.ts";
import { type Asked, type Drawn, ruleOf, situations, type World } from "./world.ts";

export const alpha = 0.05;
/** What a family's false promotions may reach, beyond Monte Carlo error. */
export const ceiling = 0.055;

export interface Measured {
  readonly world: string;
  readonly known: boolean;
  readonly metric: string;
  readonly method: string;
  readonly repetitions: number;
  /** Shares of the repetitions. */
  readonly falseSuperior: number;
  /** Undefined where the worse challenger of this world does not lose in this metric. */
  readonly falseNonInferior: number | undefined;
  readonly power: number;
  /** "The larger number wins", with equal models and with a better one. */
  readonly naiveFalse: number;
  readonly naivePower: number;
  /** With equal models, no test for a reason other than want of rows. */
  readonly untested: number;
}

/** Compares the models of a world again and again in every metric asked for. Seeded by the world's name. */
export function measure(world: World, repetitions: number): Measured[] {
  const margins = marginsOf(world, createRandom(`margins of ${world.name}`), repetitions);
  const random = createRandom(world.name);
  const tallies = world.asked.map(() => ({
    superior: 0,
    nonInferior: 0,
    found: 0,
    naive: 0,
    naiveFound: 0,
    untested: 0,
  }));
  const methods = world.asked.map(() => "");
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const drawn = Object.fromEntries(situations.map((situation) => [situation, world.draw(random, situation)]));
    for (const [place, asked] of world.asked.entries()) {
      const tally = tallies[place];
      if (tally === undefined) continue;
      const equal = compared(asked, drawn.equal, undefined);
      const better = compared(asked, drawn.better, undefined);
      tally.superior += equal.state === "superior" ? 1 : 0;
      tally.found += better.state === "superior" ? 1 : 0;
      tally.naive += (equal.effect ?? 0) > 0 ? 1 : 0;
      tally.naiveFound += (better.effect ?? 0) > 0 ? 1 : 0;
      tally.untested += equal.reason === undefined ? 0 : 1;
      const margin = margins[place];
      if (margin !== undefined) {
        tally.nonInferior += compared(asked, drawn.worse, margin).state === "non-inferior" ? 1 : 0;
      }
      methods[place] = equal.reason === undefined ? equal.method : methods[place] || equal.method;
    }
  }
  return tallies.map((tally, place) => ({
    world: world.name,
    known: world.known ?? false,
    metric: ruleOf(world.asked[place] as Asked, "superiority", 0).name,
    method: methods[place] ?? "",
    repetitions,
    falseSuperior: tally.superior / repetitions,
    falseNonInferior: margins[place] === undefined ? undefined : tally.nonInferior / repetitions,
    power: tally.found / repetitions,
    naiveFalse: tally.naive / repetitions,
    naivePower: tally.naiveFound / repetitions,
    untested: tally.untested / repetitions,
  }));
}

const rowsAtOnce = 100;

/**
 * What the worse challenger truly loses in each metric: at this margin it is just not non-inferior. From twice as many draws as are
 * compared, as the error of the margin moves every comparison of a world alike: it adds a twentieth to the Monte Carlo error.
 */
function marginsOf(world: World, random: Random, repetitions: number): (number | undefined)[] {
  const draws = Math.max(1, Math.ceil((2 * repetitions) / rowsAtOnce));
  const losses = new Float64Array(world.asked.length);
  for (let draw = 0; draw < draws; draw++) {
    const { truth, challenger, champion } = world.draw(random, "worse", rowsAtOnce);
    for (const [place, { metric, settings = {} }] of world.asked.entries()) {
      const { better, estimator } = metrics[metric];
      const [one, other] = [challenger, champion].map((answers) => estimator(truth, answers, settings).value());
      const gain = (better === "higher" ? 1 : -1) * ((one ?? Number.NaN) - (other ?? Number.NaN));
      losses[place] = (losses[place] ?? 0) - gain / draws;
    }
  }
  return Array.from(losses, (loss) => (loss > 0 ? loss : undefined));
}

function compared(asked: Asked, drawn: Drawn | undefined, margin: number | undefined): MetricComparison {
  if (drawn === undefined) throw new Error("a world draws every situation");
  const rule = ruleOf(asked, margin === undefined ? "superiority" : "non-inferiority", margin ?? 0);
  return compareMetric(rule, drawn.truth, drawn.challenger, drawn.champion, { alpha, ...drawn.design });
}

/** The standard error of a share that is the ceiling. */
export function monteCarloError(repetitions: number): number {
  return Math.sqrt((ceiling * (1 - ceiling)) / repetitions);
}
