import type { Predictions } from "../model/model.ts";
import type { Answers } from "./evaluation.ts";

/** One model's answers, gathered batch by batch. */
export interface Sheet {
  /** The next `rows` rows' predictions. */
  add(predictions: Predictions, rows: number): void;
  /** @throws TitleholderError (configuration) TH_EVALUATION_SCORES, TH_EVALUATION_CLASSES when the answers cannot serve the metrics. */
  finish(): Answers;
}
