/**
 * How often slices block a challenger: one that is equal everywhere, and one that is worse in a single slice. `npm run bench:slices [repeats]`.
 * Seeded: the figures are the same on every machine. 20 slices of 500 rows, accuracy, a twentieth of the rows discordant.
 */
import type { Answers, ClassTruth } from "../src/evaluation/evaluation.ts";
import { compareSlices, type Slice, type SliceComparison } from "../src/evaluation/slices.ts";
import { createRandom, type Random } from "../src/stats/random.ts";

const repeats = Number(process.argv[2] ?? 2000);
const [slices, rows, discordant, alpha] = [20, 500, 0.05, 0.05];

const truth: ClassTruth = {
  kind: "classes",
  classes: ["0", "1"],
  positive: 1,
  label: new Uint16Array(slices * rows).fill(1),
};
const parts: readonly Omit<Slice, "margin">[] = Array.from({ length: slices }, (_, slice) => ({
  name: `slice ${slice}`,
  rows: Uint32Array.from({ length: rows }, (_row, row) => slice * rows + row),
}));
const rule = { name: "accuracy", metric: "accuracy", settings: {}, test: "non-inferiority", margin: 0.01 } as const;

/** Answers of both models; in the first slice the challenger loses so many rows more. */
function answers(loss: number, random: Random): readonly Answers[] {
  const [challenger, champion] = [new Uint16Array(slices * rows).fill(1), new Uint16Array(slices * rows).fill(1)];
  for (let row = 0; row < challenger.length; row += 1) {
    const own = row < rows ? loss : 0;
    const chance = random.uniform();
    if (chance < discordant / 2 + own) challenger[row] = 0;
    else if (chance < discordant + own) champion[row] = 0;
  }
  return [{ predicted: challenger }, { predicted: champion }];
}

function compared(loss: number, margin: number, random: Random): readonly SliceComparison[] {
  const asked = parts.map((part) => ({ ...part, margin }));
  const question = { rules: [rule], alpha, leastRows: 30 };
  return compareSlices(asked, { truth, answers: answers(loss, random), design: { alpha } }, question);
}

/** The smallest of Holm's p is the raw one times the number of tests, at most 1. */
const rules: readonly (readonly [name: string, blocks: (found: readonly SliceComparison[]) => boolean])[] = [
  ["any slice a point worse", (found) => found.some(({ effect }) => (effect ?? 0) <= -0.01)],
  ["any slice worse at .05 by itself", (found) => found.some(({ p }) => p !== null && p < 1 && p / slices <= alpha)],
  ["Holm", (found) => found.some(({ state }) => state === "rejected")],
];

console.log(
  `${slices} slices of ${rows} rows, ${discordant} discordant, ${repeats} repeats: share of challengers that are blocked`,
);
for (const margin of [0, 0.01]) {
  for (const loss of [0, 0.02, 0.03, 0.05]) {
    const random = createRandom(`slices ${loss} ${margin}`);
    const blocked = rules.map(() => 0);
    let untestable = 0;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const found = compared(loss, margin, random);
      untestable += found.filter(({ state }) => state === "untestable").length;
      for (const [at, [, blocks]] of rules.entries()) blocked[at] = (blocked[at] ?? 0) + Number(blocks(found));
    }
    const shares = rules.map(([name], at) => `${name} ${((blocked[at] ?? 0) / repeats).toFixed(3)}`);
    console.log(
      `margin ${margin}, one slice worse by ${loss}: ${shares.join(", ")}; untestable ${(untestable / repeats / slices).toFixed(3)}`,
    );
  }
}
