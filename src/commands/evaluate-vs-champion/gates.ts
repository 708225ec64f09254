import { z } from "zod";
import { input } from "../shared.ts";
import { calibration, calibrationDetails, calibrationInput } from "./calibration.ts";
import { churn, churnDetails, churnInput } from "./churn.ts";
import { golden, goldenDetails } from "./golden.ts";
import { importance, importanceDetails, importanceInput } from "./importance.ts";
import { type LatencyLimits, latency, latencyDetails, latencyInput, latencyLimits } from "./latency.ts";
import type { Topic } from "./part.ts";
import { type ResourceLimits, resourceDetails, resourceInput, resourceLimits, resources } from "./resources.ts";
import { robustnessDetails, robustnessInput } from "./robustness.ts";
import { thresholdDetails, thresholds } from "./thresholds.ts";

/** The gates beside the metrics' comparison: their inputs, what they leave in the details, and the topics that decide them. */

export const gateInputs = {
  size: input(resourceInput.optional(), {
    description: "How large the challenger may be: `max` a size, `growth` so many times the champion.",
    example: "{ max: 50MB, growth: 1.5 }",
  }),
  memory: input(resourceInput.optional(), {
    description:
      "How much memory the challenger may take while it scores, over an empty process: `max` a size, `growth` so many times the champion's.",
    example: "{ max: 300MB, growth: 1.5 }",
  }),
  churn: input(churnInput.optional(), {
    description:
      "How many answers change with the challenger, shown when written as `{}`. Limits: `max` the share of rows whose class changes, `broken` the share that was right and is wrong now, `change` the mean absolute change of the score or number.",
    example: "{ max: 0.05, broken: 0.01 }",
  }),
  latency: input(latencyInput.optional(), {
    description:
      "How long the challenger may take, timed beside the champion: `p50` and `p99` of one row, `ratio` so many times the champion's median (of one row, and of `batch` rows). `requests` of each kind are timed.",
    example: "{ p99: 5ms, ratio: 1.2 }",
  }),
  calibration: input(calibrationInput.optional(), {
    description:
      "How far the challenger's probabilities may be from what happens: `error` the most calibration error over `bins` of equal mass; for two classes `slope` with `min` and `max` (1 is perfect), `intercept` the most on either side of 0.",
    example: "{ error: 0.05, slope: { min: 0.8, max: 1.25 } }",
  }),
  robustness: input(robustnessInput.optional(), {
    description:
      "What becomes of the models without each of up to `features` features in turn, on a sample of `rows`: `drop` is the most that the first metric may lose. Shown when written as `{}`.",
    example: "{ drop: 0.05 }",
  }),
  importance: input(importanceInput.optional(), {
    description:
      "Permutation importance of up to `features` features for both models by the first metric, on a sample of `rows`, each permuted `repeats` times. `{}` takes the defaults.",
    example: "{ rows: 2000, repeats: 5 }",
  }),
  golden: input(z.string().optional(), {
    description:
      "A file of rows whose answers must not change: the features, and `expected` (the class or number) or `expected_score` (the positive class's), or both.",
    kind: "path",
    example: "tests/golden.csv",
  }),
  goldenTolerance: input(z.number().min(0).default(1e-4), {
    description: "By how much a number or score of a golden example may differ.",
  }),
};

const inputs = z.object(gateInputs);

type Written = z.output<typeof inputs>;

/** What is asked of the gates in one run. */
export interface Gates extends Omit<Written, "size" | "memory" | "latency" | "goldenTolerance"> {
  readonly size?: ResourceLimits | undefined;
  readonly memory?: ResourceLimits | undefined;
  readonly latency?: LatencyLimits | undefined;
  readonly goldenTolerance: number;
}

/** The gates' part of the command's inputs. @throws TitleholderError TH_SIZE, TH_DURATION (configuration). */
export function gatesOf(given: Written): Gates {
  const { size, memory, latency: timed, churn, calibration, robustness, importance, golden, goldenTolerance } = given;
  return {
    ...(size === undefined ? {} : { size: resourceLimits(size, "size") }),
    ...(memory === undefined ? {} : { memory: resourceLimits(memory, "memory") }),
    ...(timed === undefined ? {} : { latency: latencyLimits(timed) }),
    churn,
    calibration,
    robustness,
    importance,
    golden,
    goldenTolerance,
  };
}

export const gateDetails = {
  thresholds: thresholdDetails.optional(),
  /** Bytes. */
  size: resourceDetails.optional(),
  memory: resourceDetails.optional(),
  churn: churnDetails.optional(),
  latency: latencyDetails.optional(),
  calibration: calibrationDetails.optional(),
  robustness: robustnessDetails.optional(),
  importance: importanceDetails.optional(),
  golden: goldenDetails.optional(),
};

/** The peak memory first: later topics ask the models for more. */
export const gateTopics: readonly Topic[] = [resources, thresholds, calibration, churn, golden, latency, importance];
