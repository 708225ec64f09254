import { configurationError } from "../kernel/error.ts";
import type { Predictions } from "../model/model.ts";
import type { Answers, MetricRule } from "./evaluation.ts";
import { metrics } from "./metrics.ts";
import { ProbabilityRange } from "./probability-range.ts";
import type { Sheet } from "./sheet.ts";

/** One model's probability of each of several labels, one column a label in their order. A label is predicted above a half. */
export class LabelSheet implements Sheet {
  readonly #who: string;
  readonly #labels: readonly string[];
  readonly #rules: readonly MetricRule[];
  readonly #scores: readonly Float64Array[];
  readonly #range = new ProbabilityRange();
  #rows = 0;

  /** `who`: the model as messages name it. */
  constructor(who: string, labels: readonly string[], rows: number, rules: readonly MetricRule[]) {
    this.#who = who;
    this.#labels = labels;
    this.#rules = rules;
    this.#scores = labels.map(() => new Float64Array(rows));
  }

  add({ scores = [] }: Predictions, rows: number): void {
    if (scores.length !== this.#labels.length) throw this.#wrongWidth(scores.length);
    for (const [at, column] of this.#scores.entries()) {
      const values = scores[at] ?? new Float64Array(rows);
      this.#range.add(values);
      column.set(values, this.#rows);
    }
    this.#rows += rows;
  }

  finish(): Answers {
    this.#range.requireFinite(this.#who, this.#rows);
    const classRule = this.#rules.find(({ metric }) => metrics[metric].needs === "class");
    if (classRule !== undefined && !this.#range.isProbable) throw this.#noProbabilities(classRule.name);
    const labels = this.#scores.map((score) => ({
      predicted: Uint8Array.from(score, (one) => (one > 0.5 ? 1 : 0)),
      score,
    }));
    return { labels };
  }

  #wrongWidth(given: number) {
    return configurationError(
      "TH_EVALUATION_CLASSES",
      `${this.#who} gives ${given} scores a row, and ${this.#labels.length} labels are named`,
      "name the label columns in the order of the model's outputs, one score a label",
      { input: "label" },
    );
  }

  #noProbabilities(metric: string) {
    return configurationError(
      "TH_EVALUATION_SCORES",
      `${metric} needs probabilities, and ${this.#who} gives ${this.#range.shown}`,
      "export the model with a sigmoid at the end, so that a label is predicted above a half",
    );
  }
}
