/**
 * Alarms of the drift rule where nothing drifted, and where something did, beside the rules of thumb: `node bench/drift-null.ts [reports]`.
 * Seeded: the figures are the same on every machine. A report is 30 columns; "alarm" means that at least one of them is called drifted.
 */
import { decideDrift } from "../src/drift/decision.ts";
import type { DriftMethod } from "../src/drift/drift.ts";
import { methods } from "../src/generated/methods.ts";
import type { ColumnProfile } from "../src/profile/profile.ts";
import { createRandom, type Random } from "../src/stats/random.ts";

const reports = Number(process.argv[2] ?? 200);
const columns = 30;
const options = { minimumEffect: 0.05, alpha: 0.05 };
const psi = await load("psi");
const ks = await load("ks");

async function load(name: string): Promise<DriftMethod> {
  const implementation = await methods[name]?.load();
  if (implementation === undefined) throw new Error(`no method ${name}`);
  // The methods take nothing from the host.
  return implementation.create({}, undefined as never);
}

type Draw = (random: Random) => number;

/** Shapes that columns have: bell, heavy tail, mostly zero, few whole numbers, many levels. */
const shapes: readonly Draw[] = [
  (random) => random.normal(),
  (random) => Math.exp(random.normal()),
  (random) => (random.uniform() < 0.6 ? 0 : random.normal() ** 2),
  (random) => Math.floor(24 * random.uniform() ** 1.5),
  (random) => Math.floor(50 * random.uniform() ** 3),
];

/** Edges as a stored profile has them: quantiles of the reference, each value once. */
function edgesOf(values: Float64Array, most: number): Float64Array {
  const sorted = values.toSorted();
  const places = Array.from({ length: most }, (_, index) => Math.floor(((index + 1) * sorted.length) / (most + 1)));
  return Float64Array.from(new Set(places.map((place) => sorted[place] ?? 0)));
}

function profileAt(values: Float64Array, edges: Float64Array): ColumnProfile {
  const counts = new Float64Array(edges.length + 1);
  const atEdge = new Float64Array(edges.length);
  for (const value of values) {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (edges[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    counts[low] = (counts[low] ?? 0) + 1;
    if (edges[low] === value) atEdge[low] = (atEdge[low] ?? 0) + 1;
  }
  return { kind: "numeric", n: values.length, missing: 0, edges, counts, atEdge };
}

interface Tally {
  alerts: number;
  warnings: number;
  naivePsi: number;
  naiveKs: number;
}

/** One report: `shift` standard deviations of drift in the first column, if any. */
function report(random: Random, n: number, m: number, shift: number, tally: Tally): void {
  const outcomes = Array.from({ length: columns }, (_, column) => {
    const draw = shapes[column % shapes.length] ?? shapes[0];
    if (draw === undefined) throw new Error("there are no shapes");
    const moved = column === 0 ? shift : 0;
    const reference = Float64Array.from({ length: n }, () => draw(random));
    const current = Float64Array.from({ length: m }, () => draw(random) + moved);
    const edges = edgesOf(reference, 200);
    const pair = [profileAt(reference, edges), profileAt(current, edges)] as const;
    return { psi: psi.compare(...pair, options), ks: ks.compare(...pair, options) };
  });
  const decisions = decideDrift(
    outcomes.map(({ psi: outcome }, column) => ({ column: String(column), referenceRows: n, currentRows: m, outcome })),
    options,
  );
  const watched = shift === 0 ? decisions : decisions.slice(0, 1);
  tally.alerts += watched.some(({ verdict }) => verdict === "fail") ? 1 : 0;
  tally.warnings += watched.some(({ verdict }) => verdict === "warn") ? 1 : 0;
  const seen = outcomes.slice(0, watched.length);
  tally.naivePsi += seen.some(({ psi: outcome }) => outcome.kind === "score" && outcome.score > 0.1) ? 1 : 0;
  tally.naiveKs += seen.some(({ ks: outcome }) => outcome.kind === "score" && (outcome.p ?? 1) < 0.05) ? 1 : 0;
}

console.log(`${reports} reports of ${columns} columns each; share of reports with an alarm`);
console.log("drift        n        m    alert   warn   PSI > 0.1   KS p < .05");
const cases: readonly (readonly [n: number, m: number, shift: number])[] = [
  [200, 200, 0],
  [1000, 1000, 0],
  [10_000, 200, 0],
  [10_000, 10_000, 0],
  [200, 200, 0.3],
  [1000, 1000, 0.3],
  [5000, 5000, 0.3],
  [10_000, 10_000, 0.5],
];
for (const [n, m, shift] of cases) {
  const tally: Tally = { alerts: 0, warnings: 0, naivePsi: 0, naiveKs: 0 };
  const random = createRandom(`drift ${n} ${m} ${shift}`);
  for (let index = 0; index < reports; index++) report(random, n, m, shift, tally);
  const share = (count: number, width: number) => (count / reports).toFixed(3).padStart(width);
  const drift = shift === 0 ? "none" : `${shift} sd`;
  console.log(
    `${drift.padEnd(8)}${String(n).padStart(6)}${String(m).padStart(9)}${share(tally.alerts, 9)}${share(tally.warnings, 7)}${share(tally.naivePsi, 12)}${share(tally.naiveKs, 13)}`,
  );
}
