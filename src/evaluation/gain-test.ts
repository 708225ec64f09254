import { batchesOf, batchMeansTest } from "../stats/batch-means.ts";
import { type BootstrapResult, bootstrapTest, type ResampledUnits } from "../stats/bootstrap.ts";
import { clusterTTest } from "../stats/cluster-t.ts";
import { pairedTTest } from "../stats/paired-t.ts";
import { createRandom } from "../stats/random.ts";
import type { StudentTest } from "../stats/student.ts";
import type { Design } from "./design.ts";

/** The test of an effect against a line: 0, or minus the margin. */
export type GainTest =
  | {
      readonly kind: "estimate";
      readonly standardError: number;
      readonly degreesOfFreedom: number;
      /** Of the effect, each at 1 − alpha. */
      readonly lower: number;
      readonly upper: number;
      /** Against "the effect is at the line or below". */
      readonly p: number;
      /** Against "the effect is at the line or above". */
      readonly pWorse: number;
      readonly method: string;
    }
  | { readonly kind: "inconclusive"; readonly reason: string; readonly method: string };

type Tested = ({ readonly kind: "estimate" } & Errors & StudentTest) | ({ readonly kind: "inconclusive" } & Reasoned);
interface Errors {
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}
interface Reasoned {
  readonly reason: string;
}

/**
 * Student's t of the mean of the units' gains: of single rows, of the totals of groups, of batches of successive moments; where rows
 * belong together both ways, the wider of both.
 * @param gains one a unit; their mean is the effect
 * @param mostDegreesOfFreedom of single rows, where fewer than all of them make the effect
 */
export function testGains(
  gains: Float64Array,
  effect: number,
  line: number,
  design: Design,
  mostDegreesOfFreedom?: number,
): GainTest {
  const { alpha, cluster, moment } = design;
  const above = gains.map((gain) => gain - line);
  const tests: GainTest[] = [];
  if (cluster !== undefined) {
    const test = clusterTTest(above, cluster, alpha, effect - line);
    tests.push(asGainTest(test, line, `t test over the totals of ${test.clusters} groups of rows`));
  }
  if (moment !== undefined) {
    const test = batchMeansTest(above, alpha, effect - line, moment);
    tests.push(asGainTest(test, line, `t test over ${test.batches} batches of successive moments`));
  }
  if (tests.length === 0) {
    const test = pairedTTest(above, alpha, mostDegreesOfFreedom);
    const told =
      test.kind === "estimate" ? `${pairedMethod}${tailNote(test.degreesOfFreedom, gains.length)}` : pairedMethod;
    tests.push(asGainTest(test, line, told));
  }
  return tests.reduce(wider);
}

const pairedMethod = "paired t test on the rows' gains, corrected for skewness";

/** Of normal errors' squares the degrees of freedom are about a third of the rows. */
const heavyShare = 1 / 5;

/** Where few rows make most of the spread: so many rows' worth of it is known. */
function tailNote(degreesOfFreedom: number, rows: number): string {
  if (degreesOfFreedom > heavyShare * rows) return "";
  return `; few rows make most of the spread, ${Number(degreesOfFreedom.toFixed(1))} degrees of freedom`;
}

/** More units than this are read by their influences: a bootstrap of them takes long, and a sum of so many is near normal. */
export const mostResampled = 250_000;
const leastResamples = 200;
const mostResamples = 10_000;
/** Units drawn in one test, so that it takes seconds. */
const mostDraws = 2e8;

/**
 * The seeded paired bootstrap of rows, of groups, or of batches of successive moments; where rows belong together both ways, the wider of both.
 * @param difference of the two models, positive is better, on units of these weights
 * @param gains one a unit, by which the length of batches is found
 * @param naming `seed`: the same gives the same bounds; `unit`: what a unit is called in messages
 */
export function testResampled(
  difference: (weights: Float64Array) => number,
  gains: Float64Array,
  line: number,
  design: Design,
  { seed, unit }: { readonly seed: string; readonly unit: string },
): GainTest {
  const { alpha, weights, cluster, moment } = design;
  const rows = gains.length;
  const resamples = resamplesFor(alpha, rows);
  const weight = new Float64Array(rows);
  const above = (counts: Int32Array) => {
    for (let unit = 0; unit < rows; unit++) weight[unit] = (counts[unit] ?? 0) * (weights?.[unit] ?? 1);
    return difference(weight) - line;
  };
  const drawn = (units: ResampledUnits, what: string): GainTest => {
    const test: BootstrapResult = bootstrapTest(above, { rows, units, resamples, random: createRandom(seed), alpha });
    return asGainTest(test, line, `paired bootstrap of ${test.units} ${what}, ${resamples} resamples`);
  };
  const tests: GainTest[] = [];
  if (cluster !== undefined) tests.push(drawn({ kind: "clusters", cluster }, `groups of ${unit}`));
  if (moment !== undefined) {
    const { batch } = batchesOf(gains, moment);
    tests.push(drawn({ kind: "clusters", cluster: batch }, "batches of successive moments"));
  }
  if (tests.length === 0) tests.push(drawn({ kind: "rows" }, unit));
  return tests.reduce(wider);
}

/** A hundred resamples beyond the bound, within what the time allows. */
function resamplesFor(alpha: number, units: number): number {
  const wanted = Math.min(mostResamples, Math.ceil(100 / alpha));
  return Math.round(Math.max(leastResamples, Math.min(wanted, mostDraws / Math.max(1, units))));
}

/** A test of what is above the line, told of the effect itself. */
export function asGainTest(test: Tested, line: number, method: string): GainTest {
  if (test.kind === "inconclusive") return { kind: "inconclusive", reason: test.reason, method };
  const { standardError, degreesOfFreedom, pGreater, pLess } = test;
  return {
    kind: "estimate",
    standardError,
    degreesOfFreedom,
    lower: test.lower + line,
    upper: test.upper + line,
    p: pGreater,
    pWorse: pLess,
    method,
  };
}

/** What both leave open; inconclusive when either is. */
function wider(one: GainTest, other: GainTest): GainTest {
  if (one.kind === "inconclusive") return one;
  if (other.kind === "inconclusive") return other;
  const [wide, narrow] = one.standardError >= other.standardError ? [one, other] : [other, one];
  return {
    ...wide,
    lower: Math.min(one.lower, other.lower),
    upper: Math.max(one.upper, other.upper),
    p: Math.max(one.p, other.p),
    pWorse: Math.max(one.pWorse, other.pWorse),
    method: `${wide.method}, wider than ${narrow.method}`,
  };
}
