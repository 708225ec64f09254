/**
 * How often evaluate-vs-champion promotes a challenger that is no better, and finds one that is, beside "the larger number wins":
 * `npm run bench:decision -- [repetitions] [part of a name]`. Seeded: the figures are the same on every machine. The default of 200 repetitions takes
 * about 100 seconds of a processor; docs/statistics.md says how many its figures are of. Ends with 1 when a share is above .055 by more than three Monte Carlo
 * errors.
 */

import type { Random } from "../src/stats/random.ts";
import { binaryWorld, discordantWorld, multiclassWorld, overconfidentWorld } from "./decision/class-worlds.ts";
import { type GateShare, joinedMetrics, slicesByHolm } from "./decision/gates.ts";
import { multilabelWorld, rankingWorld } from "./decision/list-worlds.ts";
import { ceiling, type Measured, measure, monteCarloError } from "./decision/measure.ts";
import { dependentWorld, inTime, judgedWorld, numberWorld, usersOf } from "./decision/number-worlds.ts";
import type { World } from "./decision/world.ts";

const repetitions = Number(process.argv[2] ?? 200);
const wanted = process.argv[3] ?? "";
if (!(Number.isInteger(repetitions) && repetitions > 0)) throw new Error("repetitions must be a whole number above 0");

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

const unequal = Array.from({ length: 30 }, (_, user) => Math.round(3 * 100 ** (user / 29)));
const clip = { clip: 0.01 };
const worlds: readonly World[] = [
  binaryWorld("balanced", { rows: 200, positives: 80, separation: 1.5, noise: 0.7 }),
  binaryWorld("larger", { rows: 2000, positives: 800, separation: 1.5, noise: 0.7 }),
  binaryWorld("calibration", { rows: 200, positives: 80, separation: 1.5, noise: 0.7 }, [
    { metric: "ece", settings: { bins: 10 } },
  ]),
  binaryWorld("rare positives", { rows: 500, positives: 10, separation: 2.5, noise: 0.7 }),
  binaryWorld("rare positives", { rows: 500, positives: 20, separation: 2.5, noise: 0.7 }, [
    { metric: "recall" },
    { metric: "f1" },
    { metric: "roc-auc" },
    { metric: "average-precision" },
  ]),
  discordantWorld(200, 0.02),
  discordantWorld(1000, 0.02),
  ...[200, 1000, 5000].flatMap((rows) => [
    overconfidentWorld(rows, { metric: "log-loss" }),
    overconfidentWorld(rows, { metric: "log-loss", settings: clip }),
    overconfidentWorld(rows, { metric: "brier" }),
  ]),
  multiclassWorld(300, 4),
  multilabelWorld(300),
  rankingWorld(100),
  judgedWorld(200),
  numberWorld("numbers", 200),
  numberWorld("numbers", 2000),
  ...[true, false].flatMap((told) => [
    dependentWorld("30 users with 20 rows each", usersOf(new Array<number>(30).fill(20)), told),
    dependentWorld("30 users with 3 to 300 rows", usersOf(unequal), told),
    dependentWorld("1,000 rows in time, autocorrelation .6", inTime(1000, 0.6), told),
  ]),
  ...[200, 1000].flatMap((rows) => [
    { ...numberWorld("heavier tails", rows, byVariance, [{ metric: "mse" }, { metric: "r2" }]), known: true },
    numberWorld("heavier tails, equal size", rows, bySize, [{ metric: "mae" }]),
  ]),
];

/** 20 slices are compared in each. */
const mostSlices = 500;
const gates = [
  {
    name: "several metrics joined: accuracy superior, ROC AUC, log-loss and F1 non-inferior by .02; 1,000 rows",
    shares: () => joinedMetrics(repetitions),
  },
  {
    name: "slices: 20 of 500 rows, accuracy, a tenth of the rows discordant",
    shares: () => slicesByHolm(Math.min(repetitions, mostSlices)),
  },
];
const columns = ["false superior", "false non-inferior", "power", "naive false", "naive power", "untested"] as const;
const slack = monteCarloError(repetitions);
console.log(`${repetitions} repetitions, alpha .05; Monte Carlo error of a share of .055: ${slack.toFixed(4)}`);
console.log(`${"".padEnd(38)}${columns.map((column) => column.padStart(20)).join("")}  method`);
const over: string[] = [];
const named = ({ name }: { readonly name: string }) => name.includes(wanted);
if (![...worlds, ...gates].some(named)) throw new Error(`nothing that is measured has ${wanted} in its name`);
for (const world of worlds.filter(named)) {
  console.log(`${world.name}${world.known ? " (a limit that docs/statistics.md states: not judged)" : ""}`);
  for (const row of measure(world, repetitions)) print(row);
}
for (const { name, shares } of gates.filter(named)) {
  console.log(name);
  for (const share of shares()) printGate(share);
}
for (const line of over) console.log(`above ${ceiling} by more than three Monte Carlo errors: ${line}`);
if (over.length === 0) console.log(`no share that is judged is above ${ceiling} by more than three Monte Carlo errors`);
process.exitCode = over.length > 0 ? 1 : 0;

function printGate({ what, share, judged }: GateShare): void {
  const worst = judged && share > ceiling + 3 * monteCarloError(Math.min(repetitions, mostSlices));
  if (worst) over.push(`${what}: ${share.toFixed(4)}`);
  console.log(`  ${what.padEnd(52)}${share.toFixed(3).padStart(8)}${worst ? " !" : ""}`);
}

function print(row: Measured): void {
  const marked = (share: number | undefined) => {
    if (share === undefined) return "–";
    const worst = !row.known && share > ceiling + 3 * monteCarloError(row.repetitions);
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
