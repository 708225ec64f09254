import { z } from "zod";
import { type Calibration, calibrationOf } from "../../evaluation/calibration.ts";
import { type Estimated, limitVerdict } from "../../evaluation/estimated.ts";
import type { Check, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { percent, rounded } from "./findings.ts";
import { designOf } from "./judge.ts";
import type { Topic } from "./part.ts";

export const calibrationInput = z.strictObject({
  error: z.number().positive().max(1).optional(),
  slope: z.strictObject({ min: z.number().optional(), max: z.number().optional() }).optional(),
  intercept: z.number().positive().optional(),
  bins: z.int().min(2).max(1000).default(10),
});
type CalibrationLimits = z.output<typeof calibrationInput>;

const bound = z.number().nullable();
const estimated = z.strictObject({ value: z.number(), lower: bound, upper: bound });
const calibrationSchema = z.strictObject({
  error: estimated,
  slope: estimated.optional(),
  intercept: estimated.optional(),
});
export const calibrationDetails = z.strictObject({
  challenger: calibrationSchema,
  champion: calibrationSchema.nullable(),
});

/** Whether the challenger's probabilities mean what they say. */
export const calibration: Topic = (scene) => {
  const { contest, scored, opponent } = scene;
  const limits = contest.gates.calibration;
  if (limits === undefined) return {};
  const { alpha } = contest.given;
  const design = designOf(scored, alpha);
  const one = calibrationOf(scored.truth, scored.answers[0] ?? {}, limits.bins, design);
  if (one === undefined) {
    const message =
      "the challenger gives no probabilities, or of several classes none that were kept: name `ece` among the metrics";
    return { checks: [{ id: "calibration", verdict: "unchecked", message, place: { input: "calibration" } }] };
  }
  const champion = opponent?.name === "champion" ? opponent.answers : undefined;
  const other = champion === undefined ? undefined : calibrationOf(scored.truth, champion, limits.bins, design);
  return {
    checks: calibrationChecks(limits, one, scene.holdout.rows, alpha),
    tables: [calibrationTable(one, other, limits.bins, alpha)],
    details: { calibration: { challenger: one, champion: other ?? null } },
  };
};

function calibrationChecks(
  { error, slope, intercept, bins }: CalibrationLimits,
  found: Calibration,
  rows: number,
  alpha: number,
): readonly Check[] {
  const range = (low: number | undefined, high: number | undefined) => `${low ?? "−∞"}..${high ?? "∞"}`;
  const checks: Check[] = [];
  const add = (id: string, what: string, part: Estimated | undefined, wanted: string, judge: Judge, method: string) => {
    if (part === undefined) {
      const message = `${what} does not exist: the probabilities part the classes without an error, or are all alike`;
      checks.push({ id, verdict: "inconclusive", message, place: { input: "calibration" } });
      return;
    }
    const { value, lower, upper } = part;
    const verdict = judge(part);
    const bounds =
      lower === null || upper === null
        ? ", too few rows for bounds"
        : `, with one-sided bounds ${rounded(lower)} and ${rounded(upper)}`;
    checks.push({
      id,
      verdict,
      message: `${what} is ${rounded(value)}${bounds}: ${ends[verdict]} ${wanted}`,
      observed: value,
      n: rows,
      ...(lower === null || upper === null ? {} : { interval: [lower, upper] as const }),
      method: `${method}; one-sided bounds at ${percent(1 - alpha)}`,
    });
  };
  if (error !== undefined) {
    const method = `${bins} bins of equal mass; the lower bound is moved down by what noise alone gives`;
    add(
      "calibration-error",
      "the calibration error",
      found.error,
      `0..${error}`,
      (one) => limitVerdict(one, error),
      method,
    );
  }
  const logistic = "logistic regression of the truth on the log-odds of the probability";
  if (slope !== undefined) {
    const { min, max } = slope;
    add("calibration-slope", "the calibration slope", found.slope, range(min, max), within(min, max), logistic);
  }
  if (intercept !== undefined) {
    const wanted = range(-intercept, intercept);
    const judge = within(-intercept, intercept);
    add("calibration-intercept", "the calibration intercept", found.intercept, wanted, judge, `${logistic}, slope 1`);
  }
  return checks;
}

type Judge = (part: Estimated) => "pass" | "fail" | "inconclusive";
const ends = { pass: "within", fail: "outside", inconclusive: "not surely within" } as const;

function within(min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Judge {
  return ({ lower, upper }) => {
    if (lower === null || upper === null) return "inconclusive";
    if (lower >= min && upper <= max) return "pass";
    return upper < min || lower > max ? "fail" : "inconclusive";
  };
}

function calibrationTable(one: Calibration, other: Calibration | undefined, bins: number, alpha: number): Table {
  const cells = (part: Estimated | undefined): readonly Json[] =>
    [part?.value, part?.lower, part?.upper].map((value) => (typeof value === "number" ? rounded(value) : null));
  const rows = [
    { name: `calibration error, ${bins} bins of equal mass`, pick: ({ error }: Calibration) => error },
    { name: "slope (1 is perfect)", pick: ({ slope }: Calibration) => slope },
    { name: "intercept (0 is perfect)", pick: ({ intercept }: Calibration) => intercept },
  ];
  return {
    title: `Calibration (each bound is one-sided at ${percent(1 - alpha)})`,
    columns: [
      "measure",
      "challenger",
      "lower bound",
      "upper bound",
      "champion",
      "champion's lower",
      "champion's upper",
    ],
    rows: rows
      .filter(({ pick }) => pick(one) !== undefined)
      .map(({ name, pick }) => [name, ...cells(pick(one)), ...cells(other === undefined ? undefined : pick(other))]),
  };
}
