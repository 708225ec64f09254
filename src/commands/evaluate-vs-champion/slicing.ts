import { z } from "zod";
import type { Column, Dataset } from "../../dataset/dataset.ts";
import type { Host } from "../../kernel/host.ts";
import type { Holdout } from "./columns.ts";
import type { Contest } from "./compare.ts";
import { type FairnessPlan, fairnessDetails, fairnessInputs, fairnessTopic, requireFairness } from "./fairness.ts";
import type { Topic } from "./part.ts";
import { type DeclaredSlices, declaredSlices } from "./slices/declared.ts";
import { type SlicePlan, sliceInputs, slicePlans } from "./slices/inputs.ts";
import { requireSlices } from "./slices/require.ts";
import { sliceDetails, slicesTopic } from "./slices.ts";
import { weakSliceDetails, weakSliceInputs, weakSlicesTopic } from "./weak-slices.ts";

/** What is asked of parts of the rows. */
export interface Slicing {
  readonly plans: readonly SlicePlan[];
  /** Parts of fewer rows are named, and not compared. */
  readonly leastRows: number;
  readonly fairness: readonly FairnessPlan[];
  /** Whether weak slices are searched for; by the purpose when absent. */
  readonly weakSlices: boolean | undefined;
}

export const slicingInputs = { ...sliceInputs, ...weakSliceInputs, ...fairnessInputs } as const;

const inputsSchema = z.strictObject(slicingInputs);

/** Keys of the command's `details`. */
export const slicingDetails = { ...sliceDetails, ...weakSliceDetails, ...fairnessDetails } as const;

export const slicingTopics: readonly Topic[] = [slicesTopic, fairnessTopic, weakSlicesTopic];

/** @throws TitleholderError TH_EVALUATION_SLICES (configuration) for what contradicts itself. */
export function slicingOf(given: z.output<typeof inputsSchema>): Slicing {
  const { slices = [], sliceMinRows, fairness = [], weakSlices } = given;
  return { plans: slicePlans(slices), leastRows: sliceMinRows, fairness, weakSlices };
}

/**
 * That what is asked can be asked of the data, and of the metrics: before a row is scored.
 * @throws TitleholderError TH_EVALUATION_SLICES, TH_EVALUATION_FAIRNESS (configuration)
 */
export function requireSlicing({ slicing, rules, question }: Contest, columns: readonly Column[]): void {
  requireSlices(slicing.plans, rules, columns);
  requireFairness(slicing.fairness, question.task, columns);
}

/**
 * The rows of every declared slice: before a row is scored, and before a look at the holdout is spent.
 * @throws TitleholderError TH_EVALUATION_SLICE_SQL (configuration) for a condition that cannot run
 */
export function slicesIn(contest: Contest, dataset: Dataset, { rows }: Holdout, host: Host): Promise<DeclaredSlices> {
  const { slicing, rows: read, limits } = contest;
  return declaredSlices(
    slicing.plans,
    { dataset, source: read.source, rows, limitMs: limits.wallMs, leastRows: slicing.leastRows },
    host,
  );
}
