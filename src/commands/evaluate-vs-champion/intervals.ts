import { areSimpleRows } from "../../evaluation/design.ts";
import type { Answers } from "../../evaluation/evaluation.ts";
import { type IntervalQuality, intervalQuality } from "../../evaluation/intervals.ts";
import type { Check, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { proportion } from "../../stats/proportions.ts";
import { percent } from "./findings.ts";
import { designOf } from "./judge.ts";
import type { Part, Scene } from "./part.ts";

/** Whether predicted quantiles enclose as much as they say, how wide they are, and whether they cross. */
export function intervalsTopic(scene: Scene): Part {
  const { scored, opponent, contest } = scene;
  const { truth, answers } = scored;
  if (truth.kind !== "numbers") return {};
  const { alpha } = contest.given;
  const quality = ({ quantiles }: Answers) =>
    quantiles === undefined ? undefined : intervalQuality(truth.target, quantiles, scored.weights);
  const models: readonly (readonly [string, Answers])[] = [
    ["challenger", answers[0] ?? {}],
    ...(opponent === undefined ? [] : [[opponent.name, opponent.answers] as const]),
  ];
  const found = models.flatMap(([name, own]) => {
    const one = quality(own);
    return one === undefined ? [] : [{ name, quality: one }];
  });
  const [first] = found;
  if (first === undefined) return {};
  const rows = truth.target.length;
  // A bound of a share asks for independent rows of equal weight.
  const bounds = (one: IntervalQuality) =>
    areSimpleRows(designOf(scored, alpha)) ? proportion({ count: one.covered, rows }, alpha) : undefined;
  return {
    checks: [intervalCheck(first.quality, bounds(first.quality), rows)],
    tables: [
      intervalTable(
        found.map((one) => ({ ...one, bounds: bounds(one.quality) })),
        alpha,
      ),
    ],
  };
}

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

function intervalCheck(quality: IntervalQuality, bounds: Bounds | undefined, rows: number): Check {
  const { low, high, coverage, crossing } = quality;
  const nominal = high - low;
  const short = bounds !== undefined && bounds.upper < nominal;
  const crossed = crossing === 0 ? "" : `; its quantiles cross in ${crossing} of ${rows} rows`;
  const message = `between its quantiles ${low} and ${high}, which should hold ${percent(nominal)} of rows, lie ${percent(coverage)}${crossed}`;
  return {
    id: "intervals",
    verdict: short || crossing > 0 ? "warn" : "pass",
    message,
    observed: coverage,
    expected: nominal,
    n: rows,
    ...(bounds === undefined ? {} : { interval: [bounds.lower, bounds.upper] as const, method: "Wilson score bounds" }),
  };
}

function intervalTable(
  models: readonly { readonly name: string; readonly quality: IntervalQuality; readonly bounds: Bounds | undefined }[],
  alpha: number,
): Table {
  return {
    title: `Predicted intervals (each bound is one-sided at ${percent(1 - alpha)})`,
    columns: [
      "model",
      "from",
      "to",
      "should hold",
      "holds",
      "lower bound",
      "upper bound",
      "mean width",
      "rows that cross",
    ],
    rows: models.map(({ name, quality, bounds }): readonly Json[] => {
      const { low, high, coverage, width, crossing } = quality;
      const numbers = [high - low, coverage, bounds?.lower, bounds?.upper, width];
      return [
        name,
        low,
        high,
        ...numbers.map((one) => (one === undefined ? null : Number(one.toPrecision(6)))),
        crossing,
      ];
    }),
  };
}
