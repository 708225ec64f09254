import { sampleStandardDeviation } from "simple-statistics";
import type { Random } from "./random.ts";
import { type StudentTest, studentTest } from "./student.ts";

/** With fewer resampled units their spread is a guess. */
const leastUnits = 10;
/** A larger share of resamples without a value means that the metric hangs on a handful of rows. */
const mostUndefined = 0.05;

/**
 * What is drawn with replacement: single rows, whole clusters (whole numbers from 0), or stretches of successive rows of
 * this length, from any start, past the last row on from the first.
 */
export type ResampledUnits =
  | { readonly kind: "rows" }
  | { readonly kind: "clusters"; readonly cluster: ArrayLike<number> }
  | { readonly kind: "blocks"; readonly length: number };

export interface BootstrapOptions {
  readonly rows: number;
  readonly units: ResampledUnits;
  /** At least 200; a bound at .05 is steady from about 2,000. */
  readonly resamples: number;
  readonly random: Random;
  /** One-sided error of each bound, 0 < alpha < ½. */
  readonly alpha: number;
  /** Called before each resample; may throw to stop. */
  readonly progress?: (done: number, resamples: number) => void;
}

export type BootstrapResult =
  | ({
      readonly kind: "estimate";
      readonly units: number;
      readonly difference: number;
      /** The standard deviation of the resampled differences. */
      readonly standardError: number;
      /** `units` − 1. */
      readonly degreesOfFreedom: number;
      /** Resamples on which the difference does not exist; they are left out. */
      readonly undefinedResamples: number;
    } & StudentTest)
  | {
      readonly kind: "inconclusive";
      readonly units: number;
      readonly difference: number | null;
      readonly reason: string;
    };

/**
 * The paired bootstrap of a difference of two models on the same rows (B. Efron and R. J. Tibshirani, "An Introduction
 * to the Bootstrap", 1993): rows are reweighted by how often they were drawn, for both models alike. Each bound is the
 * outer one of the percentile interval and of Student's interval with the bootstrap's standard error, and p the larger
 * of the two: with few rows that matter the percentile alone errs too often (BCa more so), the other alone on skewed
 * differences. Fewer than ten units, no spread, or no value on more than 5% of the resamples are inconclusive.
 *
 * @param difference of the rows weighted by these counts, which are reused from call to call; NaN where it does not exist
 */
export function bootstrapTest(
  difference: (counts: Int32Array) => number,
  { rows, units, resamples, random, alpha, progress }: BootstrapOptions,
): BootstrapResult {
  const draw = drawer(rows, units, random);
  const counts = new Int32Array(rows).fill(1);
  const observed = difference(counts);
  const inconclusive = (reason: string) =>
    ({
      kind: "inconclusive",
      units: draw.units,
      difference: Number.isFinite(observed) ? observed : null,
      reason,
    }) as const;
  if (!Number.isFinite(observed)) {
    return inconclusive("the difference does not exist on these rows");
  }
  if (draw.units < leastUnits) {
    return inconclusive(`a bootstrap needs ${leastUnits} independent units, there are ${draw.units}`);
  }
  const values: number[] = [];
  for (let done = 0; done < resamples; done++) {
    progress?.(done, resamples);
    draw.into(counts);
    const value = difference(counts);
    if (Number.isFinite(value)) {
      values.push(value);
    }
  }
  const undefinedResamples = resamples - values.length;
  if (undefinedResamples > mostUndefined * resamples) {
    return inconclusive(`the difference does not exist on ${undefinedResamples} of ${resamples} resamples`);
  }
  if (values.every((value) => value === values[0])) {
    return inconclusive("the difference is the same on every resample");
  }
  const standardError = sampleStandardDeviation(values);
  const degreesOfFreedom = draw.units - 1;
  const student = studentTest({ value: observed, standardError, degreesOfFreedom }, alpha);
  return {
    kind: "estimate",
    units: draw.units,
    difference: observed,
    standardError,
    degreesOfFreedom,
    undefinedResamples,
    ...outerOf(student, Float64Array.from(values).sort(), alpha),
  };
}

/** The wider of Student's interval and the percentiles of the resampled differences, given in ascending order. */
function outerOf(student: StudentTest, ascending: Float64Array, alpha: number): StudentTest {
  const resamples = ascending.length;
  // (k + 1)·alpha-th smallest of k (Efron and Tibshirani, 12.5), rounded to the outer side.
  const place = Math.max(0, Math.floor((resamples + 1) * alpha) - 1);
  const share = (keep: (value: number) => boolean) => (ascending.filter(keep).length + 1) / (resamples + 1);
  const pGreater = Math.max(
    student.pGreater,
    share((value) => value <= 0),
  );
  const pLess = Math.max(
    student.pLess,
    share((value) => value >= 0),
  );
  return {
    statistic: student.statistic,
    pGreater,
    pLess,
    pTwoSided: Math.min(1, 2 * Math.min(pGreater, pLess)),
    lower: Math.min(student.lower, ascending[place] ?? Number.NaN),
    upper: Math.max(student.upper, ascending[resamples - 1 - place] ?? Number.NaN),
  };
}

interface Drawer {
  /** How many independent units the rows make. */
  readonly units: number;
  /** Writes how often each row is drawn. */
  into(counts: Int32Array): void;
}

function drawer(rows: number, units: ResampledUnits, random: Random): Drawer {
  if (units.kind === "clusters") {
    return clusterDrawer(rows, units.cluster, random);
  }
  return units.kind === "rows" ? rowDrawer(rows, random) : blockDrawer(rows, units.length, random);
}

function rowDrawer(rows: number, random: Random): Drawer {
  const into = (counts: Int32Array) => {
    counts.fill(0);
    for (let i = 0; i < rows; i++) {
      const row = random.integer(rows);
      counts[row] = (counts[row] ?? 0) + 1;
    }
  };
  return { units: rows, into };
}

function clusterDrawer(rows: number, cluster: ArrayLike<number>, random: Random): Drawer {
  if (cluster.length !== rows) {
    throw new RangeError(`${cluster.length} clusters are given for ${rows} rows`);
  }
  const named = Int32Array.from(cluster);
  const place = new Map([...new Set(named)].map((name, index) => [name, index]));
  const ofRow = named.map((name) => place.get(name) ?? 0);
  const drawn = new Int32Array(place.size);
  const drawClusters = rowDrawer(place.size, random);
  const into = (counts: Int32Array) => {
    drawClusters.into(drawn);
    for (const [row, its] of ofRow.entries()) {
      counts[row] = drawn[its] ?? 0;
    }
  };
  return { units: place.size, into };
}

/** The circular block bootstrap (D. N. Politis and J. P. Romano, 1992): every row is as likely as any other. */
function blockDrawer(rows: number, length: number, random: Random): Drawer {
  const into = (counts: Int32Array) => {
    counts.fill(0);
    for (let drawn = 0; drawn < rows; drawn += length) {
      const start = random.integer(rows);
      for (let i = 0; i < Math.min(length, rows - drawn); i++) {
        const row = (start + i) % rows;
        counts[row] = (counts[row] ?? 0) + 1;
      }
    }
  };
  return { units: Math.floor(rows / length), into };
}
