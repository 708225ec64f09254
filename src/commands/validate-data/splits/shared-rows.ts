import type { Overlap } from "../../../dataset/dataset.ts";
import type { Check } from "../../../kernel/command.ts";
import { formatShare } from "../../../report/format.ts";
import { type CoverageTest, coverageTest } from "../../../stats/coverage.ts";
import { ofRows, plural } from "../checks.ts";
import type { Duplicates } from "./duplicates.ts";
import type { SplitName } from "./opening.ts";

/** Share of a later split that may stand in an earlier one beyond chance: from here on a model's quality is no longer measured. */
export const mostShared = 0.01;
/** "Beyond chance": so much in one comparison of a thousand. */
export const chanceAlpha = 0.001;
/** Share of rows that may repeat another one, or conflict with it: two of a kind that met by chance. */
const mostRepeated = 0.001;
/** Where fewer rows than this share of a split are the only ones of their kind, equal rows are the rule. */
const fewSingle = 0.5;

const fewRows = `at most ${formatShare(mostRepeated)} of the rows`;

type Overlaps = Overlap<SplitName>;
type Pair = readonly [earlier: SplitName, later: SplitName];

/** How much of the later split stands in the earlier one, and how much would by chance, as rows repeat inside the earlier one. */
export function chanceOf([earlier, later]: Pair, overlap: Overlaps): CoverageTest {
  const [sample, reference] = [overlap.sets[later], overlap.sets[earlier]];
  if (sample.rows === 0 || reference.rows === 0) return { share: 0, expected: 0, p: 1 };
  return coverageTest(overlap.shared[later][earlier].rows, sample.rows, reference.single, reference.rows);
}

/** Whether the columns take so few combinations of values that equal rows say nothing. */
function isCoarse(overlap: Overlaps, name: SplitName): boolean {
  const { rows, single } = overlap.sets[name];
  return rows > 0 && single / rows < fewSingle;
}

/** Rows of the later split that stand in the earlier one. */
export function sharedCheck(pair: Pair, { exact, labelled }: Duplicates): Check {
  const [earlier, later] = pair;
  const { rows } = exact.sets[later];
  const count = exact.shared[later][earlier].rows;
  const head = {
    id: `split.duplicates.${later}-in-${earlier}`,
    observed: count,
    expected: `at most ${formatShare(mostShared)} of the rows beyond chance`,
    n: rows,
    method: "Good–Turing coverage, score test",
  };
  if (count === 0) return { ...head, verdict: "pass", message: `no row of ${later} also stands in ${earlier}` };
  const chance = chanceOf(pair, exact);
  const same = labelled?.shared[later][earlier].rows;
  const withLabel =
    same === undefined ? "" : `, ${same === count ? "all" : same === 0 ? "none" : same} with the same label`;
  const back = exact.shared[earlier][later].rows;
  const message =
    `${ofRows(count, rows)} of ${later} also stand in ${earlier}${withLabel}, as ${plural(back, "row")} there; ` +
    `chance would bring ${formatShare(chance.expected)}, as rows repeat inside ${earlier}`;
  const excess = chance.share - chance.expected;
  const base = { ...head, effect: excess, p: chance.p };
  if (chance.p <= chanceAlpha && excess >= mostShared) return { ...base, verdict: "fail", message };
  if (chance.p > chanceAlpha && isCoarse(exact, earlier))
    return { ...base, verdict: "pass", message: `${message}: the columns take few combinations of values` };
  return { ...base, verdict: "warn", message };
}

/** Rows of the later split that nearly stand in the earlier one, those that do exactly left out. */
export function nearCheck(pair: Pair, { exact, near }: Duplicates): Check {
  const [earlier, later] = pair;
  const { rows } = near.sets[later];
  const further = near.shared[later][earlier].rows - exact.shared[later][earlier].rows;
  const head = { id: `split.near-duplicates.${later}-in-${earlier}`, observed: further, expected: "no rows", n: rows };
  const how = "numbers rounded to 4 digits, texts without case and white space";
  if (further === 0)
    return { ...head, verdict: "pass", message: `no further row of ${later} is nearly one of ${earlier} (${how})` };
  const message = `${ofRows(further, rows)} of ${later} are nearly, and not exactly, rows of ${earlier} (${how})`;
  const chance = chanceOf(pair, near);
  const isChance = chance.p > chanceAlpha && isCoarse(near, earlier);
  return isChance
    ? { ...head, verdict: "pass", message: `${message}; rows nearly repeat inside ${earlier} as often` }
    : { ...head, verdict: "warn", message };
}

/** Rows that stand twice in one split. */
export function repeatsCheck(name: SplitName, exact: Overlaps): Check {
  const { rows, repeated } = exact.sets[name];
  const head = { id: `split.repeats.${name}`, observed: repeated, expected: fewRows, n: rows };
  if (repeated === 0) return { ...head, verdict: "pass", message: `no row of ${name} repeats an earlier one` };
  const message = `${ofRows(repeated, rows)} of ${name} repeat an earlier one`;
  if (repeated <= mostRepeated * rows) return { ...head, verdict: "pass", message };
  return isCoarse(exact, name)
    ? { ...head, verdict: "pass", message: `${message}: the columns take few combinations of values` }
    : { ...head, verdict: "warn", message };
}

/** Rows that are equal but for their label, over all splits. */
export function conflictCheck(names: readonly SplitName[], exact: Overlaps): Check {
  const total = (read: (set: Overlaps["sets"][SplitName]) => number) =>
    names.reduce((sum, name) => sum + read(exact.sets[name]), 0);
  const [rows, count] = [total((set) => set.rows), total((set) => set.conflicting)];
  const head = { id: "label.conflicts", observed: count, expected: fewRows, n: rows };
  if (count === 0) return { ...head, verdict: "pass", message: "no two equal rows have different labels" };
  const message = `${ofRows(count, rows)} are equal to another one with another label`;
  if (count <= mostRepeated * rows) return { ...head, verdict: "pass", message };
  return names.some((name) => isCoarse(exact, name))
    ? { ...head, verdict: "pass", message: `${message}: the columns take few combinations of values` }
    : { ...head, verdict: "warn", message };
}
