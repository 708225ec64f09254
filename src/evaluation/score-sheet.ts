import type { Cell } from "../dataset/dataset.ts";
import { configurationError, type TitleholderError } from "../kernel/error.ts";
import type { Predictions } from "../model/model.ts";
import { type Classes, classText } from "./classes.ts";
import { type Answers, type MetricName, type MetricRule, type Need, otherClass } from "./evaluation.ts";
import { metrics } from "./metrics.ts";
import { ProbabilityRange, rounding } from "./probability-range.ts";
import type { Sheet } from "./sheet.ts";

type Values = Float64Array | BigInt64Array | readonly Cell[];

/**
 * The rows' true classes, filled batch by batch.
 * @throws TitleholderError TH_LABEL_VALUES (configuration) for a cell that is none of the classes: NaN, or a number whose text is not its own.
 */
export function readLabels(values: Values, classes: readonly string[], into: Uint16Array, from: number): void {
  const known = placesOf(classes);
  for (let row = 0; row < values.length; row++) {
    const place = known(values[row]);
    if (place === undefined) {
      throw configurationError(
        "TH_LABEL_VALUES",
        `the label of row ${from + row + 1} is none of the classes that the column has as text`,
        "write labels as whole numbers, booleans or text",
        { input: "label" },
      );
    }
    into[from + row] = place;
  }
}

/** Looks each different cell up once. */
function placesOf(classes: readonly string[]): (cell: Cell | undefined) => number | undefined {
  const byText = new Map(classes.map((text, place) => [text, place]));
  const byCell = new Map<Cell | undefined, number | undefined>();
  return (cell) => {
    if (byCell.has(cell)) return byCell.get(cell);
    const place = byText.get(classText(cell) ?? "");
    if (byCell.size < 10_000) byCell.set(cell, place);
    return place;
  };
}

/** What of a row's scores some metric asks for, beside those that nearly every metric does. */
interface Wanted {
  readonly rankOfTrue: boolean;
  readonly confidence: boolean;
  readonly squaredDistance: boolean;
}

/**
 * One model's answers, gathered batch by batch into arrays of the rows' length: all that is kept of the rows. Two score columns belong to
 * the classes in their order, one score column to the positive class.
 */
export class ScoreSheet implements Sheet {
  readonly #who: string;
  readonly #classes: Classes;
  readonly #labels: Uint16Array;
  readonly #rules: readonly MetricRule[];
  readonly #wanted: Wanted;
  readonly #predicted: Uint16Array;
  readonly #score: Float64Array;
  readonly #ofTrue: Float64Array;
  readonly #rankOfTrue: Uint16Array;
  readonly #confidence: Float64Array;
  readonly #squaredDistance: Float64Array;
  readonly #place: (cell: Cell | undefined) => number | undefined;
  readonly #unknown = new Set<string>();
  readonly #range = new ProbabilityRange();
  #givesLabels = false;
  #scores = 0;
  #rows = 0;
  #known = 0;
  #contradictions = 0;
  #worstSum = 0;

  /** `who`: the model as messages name it. `labels`: the rows' true classes, filled as far as predictions are added. */
  constructor(who: string, classes: Classes, labels: Uint16Array, rules: readonly MetricRule[]) {
    const rows = labels.length;
    const asked = (metric: MetricName) =>
      classes.positive === undefined && rules.some((rule) => rule.metric === metric);
    this.#who = who;
    this.#classes = classes;
    this.#labels = labels;
    this.#rules = rules;
    this.#wanted = { rankOfTrue: asked("top-k"), confidence: asked("ece"), squaredDistance: asked("brier") };
    this.#predicted = new Uint16Array(rows);
    this.#score = new Float64Array(rows);
    this.#ofTrue = new Float64Array(rows);
    this.#rankOfTrue = new Uint16Array(this.#wanted.rankOfTrue ? rows : 0);
    this.#confidence = new Float64Array(this.#wanted.confidence ? rows : 0);
    this.#squaredDistance = new Float64Array(this.#wanted.squaredDistance ? rows : 0);
    this.#place = placesOf(classes.classes);
  }

  add(predictions: Predictions, rows: number): void {
    const from = this.#rows;
    this.#rows += rows;
    this.#givesLabels = predictions.label !== undefined;
    this.#scores = predictions.scores?.length ?? 0;
    for (let row = 0; row < rows; row++) {
      const best = this.#addScores(predictions.scores ?? [], row, from + row, this.#labels[from + row] ?? 0);
      const label = predictions.label?.[row];
      const place = label === undefined ? best : this.#placeOf(label);
      if (label !== undefined && isBelow(predictions.scores, place, best, row)) this.#contradictions += 1;
      if (place !== otherClass) this.#known += 1;
      this.#predicted[from + row] = place;
    }
  }

  /** @throws TitleholderError (configuration) TH_EVALUATION_SCORES, TH_EVALUATION_CLASSES when the answers cannot serve the metrics. */
  finish(): Answers {
    this.#range.requireFinite(this.#who, this.#rows);
    this.#requireClasses();
    const probabilities = this.#areProbabilities();
    const hasClass = this.#givesLabels || probabilities;
    for (const { name, metric } of this.#rules) {
      const { needs } = metrics[metric];
      if (needs === "measured") continue;
      const given: Readonly<Record<ClassNeed, boolean>> = {
        class: hasClass,
        score: this.#scores > 0,
        probability: probabilities,
      };
      if (!isClassNeed(needs)) throw new Error(`${name} is no metric of classes`);
      if (!given[needs]) throw this.#lacking(name, needs);
    }
    const binary = this.#classes.positive !== undefined;
    const { rankOfTrue, confidence, squaredDistance } = this.#wanted;
    return {
      ...(rankOfTrue && this.#scores > 0 ? { rankOfTrue: this.#rankOfTrue } : {}),
      ...(confidence && probabilities ? { confidence: this.#confidence } : {}),
      ...(squaredDistance && probabilities ? { squaredDistance: this.#squaredDistance } : {}),
      ...(hasClass ? { predicted: this.#predicted } : {}),
      ...(this.#scores > 0 && binary ? { score: this.#score } : {}),
      ...(probabilities ? { ofTrue: this.#ofTrue } : {}),
    };
  }

  /** Keeps a row's scores; gives the class that they favour. */
  #addScores(scores: readonly Float64Array[], row: number, at: number, truth: number): number {
    if (scores.length === 0) return otherClass;
    const { positive, classes } = this.#classes;
    let [sum, best, greatest] = [0, 0, Number.NEGATIVE_INFINITY];
    for (const [place, column] of scores.entries()) {
      const value = column[row] ?? Number.NaN;
      this.#range.take(value);
      sum += value;
      if (value > greatest) [best, greatest] = [place, value];
    }
    if (scores.length === 1 && positive !== undefined) {
      this.#score[at] = sum;
      this.#ofTrue[at] = within(truth === positive ? sum : 1 - sum);
      return sum > 0.5 ? positive : classes.length - 1 - positive;
    }
    this.#worstSum = Math.max(this.#worstSum, Math.abs(sum - 1));
    if (positive !== undefined) this.#score[at] = scores[positive]?.[row] ?? Number.NaN;
    this.#ofTrue[at] = within(scores[truth]?.[row] ?? Number.NaN);
    if (this.#wanted.confidence) this.#confidence[at] = within(greatest);
    if (this.#wanted.rankOfTrue) this.#rankOfTrue[at] = rankOf(scores, truth, row);
    if (this.#wanted.squaredDistance) this.#squaredDistance[at] = distanceOf(scores, truth, row);
    return best;
  }

  #placeOf(label: string | number): number {
    const place = this.#place(label);
    if (place !== undefined) return place;
    if (this.#unknown.size < 5) this.#unknown.add(String(label).slice(0, 40));
    return otherClass;
  }

  #areProbabilities(): boolean {
    const whole = this.#scores === 1 ? this.#classes.positive !== undefined : this.#worstSum <= rounding * this.#scores;
    return this.#scores > 0 && this.#scores === this.#expectedScores() && this.#range.isProbable && whole;
  }

  #expectedScores(): number {
    return this.#classes.positive !== undefined && this.#scores === 1 ? 1 : this.#classes.classes.length;
  }

  #requireClasses(): void {
    const { classes } = this.#classes;
    const binary = this.#classes.positive !== undefined;
    const unknown = [...this.#unknown].map((label) => `"${label}"`).join(", ");
    if (this.#unknown.size > 0 && (binary || this.#known === 0)) {
      const among = classes.slice(0, 8).map((text) => `"${text}"`);
      throw this.#classError(
        `predicts the class ${unknown}, and the label column holds ${among.join(", ")}`,
        "give the label in the classes that the model was trained on",
      );
    }
    if (this.#scores > 0 && this.#scores !== this.#expectedScores() && this.#rules.some(needsScores)) {
      throw this.#classError(
        `scores ${this.#scores} classes, and the label column holds ${classes.length}`,
        "give rows of every class that the model knows, or compare by accuracy alone",
      );
    }
    if (this.#givesLabels && this.#scores === classes.length && this.#contradictions > this.#rows / 2) {
      throw this.#classError(
        "predicts one class and gives another the higher score in most rows",
        "export the model with its score columns in the sorted order of its classes",
      );
    }
  }

  #classError(what: string, fix: string): TitleholderError {
    return configurationError("TH_EVALUATION_CLASSES", `${this.#who} ${what}`, fix);
  }

  /** Numbers in 0..1 that are no probabilities, as they do not add up. */
  #missedSum(): string {
    if (this.#scores < 2 || !this.#range.isProbable) return "";
    return `, whose sum over the classes misses 1 by up to ${Number(this.#worstSum.toPrecision(3))}`;
  }

  #lacking(metric: string, needs: ClassNeed): TitleholderError {
    const gives = this.#scores === 0 ? "only classes" : `${this.#range.shown}${this.#missedSum()}`;
    const fix =
      needs === "class"
        ? "export the model with its predicted class as an output"
        : "export the model with its probabilities as a plain output (a sigmoid or softmax at the end; ZipMap off)";
    const wanted = { class: "classes", score: "scores", probability: "probabilities" }[needs];
    return configurationError(
      "TH_EVALUATION_SCORES",
      `${metric} needs ${wanted}, and ${this.#who} gives ${gives}`,
      fix,
    );
  }
}

/** Whether the class has a lower score than the best one; a tie is no contradiction. */
function isBelow(scores: readonly Float64Array[] | undefined, place: number, best: number, row: number): boolean {
  return (scores?.[place]?.[row] ?? Number.NaN) < (scores?.[best]?.[row] ?? Number.NaN);
}

/** How many classes stand before the true one; of tied classes the later stands first, as scikit-learn sorts. */
function rankOf(scores: readonly Float64Array[], truth: number, row: number): number {
  const own = scores[truth]?.[row] ?? Number.NaN;
  let before = 0;
  for (const [place, column] of scores.entries()) {
    const other = column[row] ?? Number.NaN;
    if (other > own || (other === own && place > truth)) before += 1;
  }
  return before;
}

function distanceOf(scores: readonly Float64Array[], truth: number, row: number): number {
  let sum = 0;
  for (const [place, column] of scores.entries()) sum += ((column[row] ?? Number.NaN) - (place === truth ? 1 : 0)) ** 2;
  return sum;
}

const classNeeds = ["class", "score", "probability"] as const;
type ClassNeed = (typeof classNeeds)[number];

function isClassNeed(need: Need): need is ClassNeed {
  return classNeeds.some((one) => one === need);
}

function needsScores({ metric }: MetricRule): boolean {
  return !["class", "measured"].includes(metrics[metric].needs);
}

function within(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
