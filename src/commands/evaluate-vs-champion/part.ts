import type { Dataset } from "../../dataset/dataset.ts";
import type { Answers, MetricComparison, MetricRule } from "../../evaluation/evaluation.ts";
import type { Artifact, Check, Series, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import type { EvaluationDetails } from "../evaluate-vs-champion.ts";
import type { Contestant, Holdout } from "./columns.ts";
import type { Contest } from "./compare.ts";
import type { Scored } from "./scoring.ts";
import type { DeclaredSlices } from "./slices/declared.ts";

/** What stands when every row was answered: what the topics beyond the metrics' own tests look at. The sessions are still open. */
export interface Scene {
  readonly contest: Contest;
  readonly dataset: Dataset;
  readonly holdout: Holdout;
  /** The challenger, then the champion when there is one. */
  readonly contestants: readonly Contestant[];
  readonly scored: Scored;
  /** The rows of the declared slices. */
  readonly slices: DeclaredSlices;
  /** As they were tested: against a baseline the first asks for superiority. */
  readonly rules: readonly MetricRule[];
  /** Whom the challenger was compared with; absent when with nothing. */
  readonly opponent?: { readonly name: "champion" | "baseline"; readonly answers: Answers };
  readonly comparisons: readonly MetricComparison[];
}

/** One topic's part of the findings. */
export interface Part {
  readonly checks?: readonly Check[];
  readonly tables?: readonly Table[];
  readonly series?: readonly Series[];
  readonly details?: Partial<EvaluationDetails>;
  /** What it rests on beside the models and the rows. */
  readonly materials?: readonly Artifact[];
}

/** A question of its own about the scene. It looks only when its inputs ask for it, and gives an empty part else. */
export type Topic = (scene: Scene, host: Host) => Part | Promise<Part>;
