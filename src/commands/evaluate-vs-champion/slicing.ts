import { z } from "zod";
import type { Column } from "../../dataset/dataset.ts";
import type { Contest } from "./compare.ts";
import type { Topic } from "./part.ts";
import { type SlicePlan, sliceInputs, slicePlans } from "./slices/inputs.ts";
import { requireSlices } from "./slices/require.ts";
import { sliceDetails, slicesTopic } from "./slices.ts";

/** What is asked of parts of the rows. */
export interface Slicing {
  readonly plans: readonly SlicePlan[];
  /** Parts of fewer rows are named, and not compared. */
  readonly leastRows: number;
}

export const slicingInputs = { ...sliceInputs } as const;

const inputsSchema = z.strictObject(slicingInputs);

/** Keys of the command's `details`. */
export const slicingDetails = { ...sliceDetails } as const;

export const slicingTopics: readonly Topic[] = [slicesTopic];

/** @throws TitleholderError TH_EVALUATION_SLICES (configuration) for what contradicts itself. */
export function slicingOf({ slices, sliceMinRows }: z.output<typeof inputsSchema>): Slicing {
  return { plans: slicePlans(slices ?? []), leastRows: sliceMinRows };
}

/**
 * That what is asked can be asked of the data, and of the metrics: before a row is scored.
 * @throws TitleholderError TH_EVALUATION_SLICES (configuration)
 */
export function requireSlicing({ slicing, rules }: Contest, columns: readonly Column[]): void {
  requireSlices(slicing.plans, rules, columns);
}
