/**
 * How often evaluate-vs-champion promotes a challenger that is no better, and finds one that is, beside "the larger number wins":
 * `npm run bench:decision -- [repetitions] [part of a world's name]`. Seeded: the figures are the same on every machine. 300 repetitions take
 * about a minute; the figures in docs/statistics.md are of 4,000. Ends with 1 when a share is above .055 by more than three Monte Carlo
 * errors.
 */

import { createRandom, type Random } from "../src/stats/random.ts";
import { ceiling, type Measured, measure, monteCarloError } from "./decision/measure.ts";
import {
  binaryWorld,
  discordantWorld,
  multiclassWorld,
  numberWorld,
  overconfidentWorld,
  type World,
} from "./decision/worlds.ts";

const repetitions = Number(process.argv[2] ?? 300);
const wanted = process.argv[3] ?? "";

/** Student's t with 5 degrees of freedom, of variance 1, or of a normal's mean size √(2/π). */
function heavyTailed(size: number): (random: Random) => number {
  return (random) => {
    const square = [0, 1, 2, 3, 4].reduce((sum) => sum + random.normal() ** 2, 0);
    return (size * random.normal()) / Math.sqrt(square / 5);
  };
}
const byVariance = heavyTailed(Math.sqrt(3 / 5));
/** E|t₅| = 2·√5·Γ(3) / (√π·Γ(5/2)·4) = .9490. */
const bySize = heavyTailed(Math.sqrt(2 / Math.PI) / 0.949014);

const seed = createRandom("overconfident");
const clip = { clip: 0.01 };
const worlds: readonly World[] = [
  binaryWorld("balanced", { rows: 200, positives: 80, separation: 1.5, noise: 0.7 }),
  binaryWorld("larger", { rows: 2000, positives: 800, separation: 1.5, noise: 0.7 }),
  binaryWorld("calibration", { rows: 200, positives: 80, separation: 1.5, noise: 0.7 }, [
    { metric: "ece", settings: { bins: 10 } },
  ]),
  binaryWorld("rare positives", { rows: 500, positives: 10, separation: 2.5, noise: 0.7 }),
  discordantWorld(200, 0.02),
  discordantWorld(1000, 0.02),
  ...[200, 1000, 5000].flatMap((rows) => [
    overconfidentWorld(rows, { metric: "log-loss" }, seed),
    overconfidentWorld(rows, { metric: "log-loss", settings: clip }, seed),
    overconfidentWorld(rows, { metric: "brier" }, seed),
  ]),
  multiclassWorld(300, 4),
  numberWorld("numbers", 200),
  numberWorld("numbers", 2000),
  ...[200, 1000].flatMap((rows) => [
    numberWorld("heavier tails", rows, byVariance, [{ metric: "mse" }, { metric: "rmse" }, { metric: "r2" }]),
    numberWorld("heavier tails, equal size", rows, bySize, [{ metric: "mae" }]),
  ]),
];

const columns = ["false superior", "false non-inferior", "power", "naive false", "naive power", "untested"] as const;
const slack = monteCarloError(repetitions);
console.log(`${repetitions} repetitions, alpha .05; Monte Carlo error of a share of .055: ${slack.toFixed(4)}`);
console.log(`${"".padEnd(38)}${columns.map((column) => column.padStart(20)).join("")}  method`);
const over: string[] = [];
for (const world of worlds.filter(({ name }) => name.includes(wanted))) {
  console.log(world.name);
  for (const row of measure(world, repetitions)) print(row);
}
for (const line of over) console.log(`above ${ceiling} by more than three Monte Carlo errors: ${line}`);
process.exitCode = over.length > 0 ? 1 : 0;

function print(row: Measured): void {
  const marked = (share: number | undefined) => {
    if (share === undefined) return "–";
    const worst = share > ceiling + 3 * slack;
    if (worst) over.push(`${row.world}, ${row.metric}: ${share.toFixed(4)}`);
    return `${share.toFixed(3)}${worst ? " !" : share > ceiling ? " ?" : ""}`;
  };
  const cells = [
    marked(row.falseSuperior),
    marked(row.falseNonInferior),
    ...[row.power, row.naiveFalse, row.naivePower, row.untested].map((share) => share.toFixed(3)),
  ];
  console.log(
    `  ${row.metric.padEnd(36).slice(0, 36)}${cells.map((cell) => cell.padStart(20)).join("")}  ${row.method}`,
  );
}
