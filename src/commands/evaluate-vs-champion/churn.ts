import { z } from "zod";
import { type Churn, churnBetween } from "../../evaluation/churn.ts";
import { areSimpleRows } from "../../evaluation/design.ts";
import { type Estimated, limitVerdict } from "../../evaluation/estimated.ts";
import type { Check, Table } from "../../kernel/command.ts";
import type { Json } from "../../kernel/json.ts";
import { percent, rounded } from "./findings.ts";
import { designOf } from "./judge.ts";
import type { Topic } from "./part.ts";

const share = z.number().min(0).max(1).optional();
export const churnInput = z.strictObject({ max: share, broken: share, change: z.number().min(0).optional() });
type ChurnLimits = z.output<typeof churnInput>;

const number = z.number().nullable();
const estimated = { value: z.number(), lower: number, upper: number };
const counted = z.strictObject({ count: z.int(), ...estimated }).optional();
export const churnDetails = z.strictObject({
  rows: z.int(),
  changed: counted,
  broken: counted,
  fixed: counted,
  score: z.strictObject({ ...estimated, largest: z.number() }).optional(),
});

/** How much the answers change for those who get them, whichever model is right: a model of equal quality may still break what worked. */
export const churn: Topic = ({ contest, holdout, scored, opponent }) => {
  const limits = contest.gates.churn;
  if (limits === undefined) return {};
  if (opponent?.name !== "champion") {
    const message = "there is no champion whose answers could change";
    return { checks: [{ id: "churn", verdict: "unchecked", message, place: { input: "churn" } }] };
  }
  const { alpha } = contest.given;
  const design = designOf(scored, alpha);
  const found = churnBetween(scored.truth, scored.answers[0] ?? {}, opponent.answers, holdout.rows, design);
  const { weights: _, ...ofRows } = design;
  return {
    checks: churnChecks(limits, found, { alpha, shares: areSimpleRows(ofRows) ? "Wilson score bounds" : means }),
    tables: [churnTable(found, alpha)],
    details: { churn: found },
  };
};

function churnChecks(limits: ChurnLimits, found: Churn, method: Method): readonly Check[] {
  const { changed, broken, score, rows } = found;
  const asked = [
    { id: "churn", limit: limits.max, part: changed, what: "the rows whose predicted class changes" },
    {
      id: "churn-broken",
      limit: limits.broken,
      part: broken,
      what: "the rows that the champion had right and the challenger has wrong",
    },
    { id: "churn-change", limit: limits.change, part: score, what: "the mean absolute change of the prediction" },
  ];
  return asked.flatMap(({ id, limit, part, what }): readonly Check[] => {
    if (limit === undefined) return [];
    if (part === undefined) {
      const message = `${what} cannot be told: a model does not give that answer`;
      return [{ id, verdict: "unchecked", message, place: { input: "churn" } }];
    }
    return [limitCheck({ id, what, limit, part, rows, isShare: id !== "churn-change" }, method)];
  });
}

const means = "Student's t";
interface Method {
  readonly alpha: number;
  /** How the bounds of shares are found. */
  readonly shares: string;
}

interface Limited {
  readonly id: string;
  readonly what: string;
  readonly limit: number;
  readonly part: Estimated;
  readonly rows: number;
  readonly isShare: boolean;
}

function limitCheck({ id, what, limit, part, rows, isShare }: Limited, { alpha, shares }: Method): Check {
  const { value, lower, upper } = part;
  const show = (one: number) => (isShare ? percent(one) : String(rounded(one)));
  const bounds = lower === null || upper === null ? "" : `, with one-sided bounds ${show(lower)} and ${show(upper)}`;
  const verdict = limitVerdict(part, limit);
  const ends = { pass: "within", fail: "over", inconclusive: "not surely within" } as const;
  return {
    id,
    verdict,
    message: `${what}: ${show(value)}${bounds}, ${ends[verdict]} the limit of ${show(limit)}`,
    observed: value,
    expected: limit,
    n: rows,
    ...(lower === null || upper === null ? {} : { interval: [lower, upper] as const }),
    method: `${isShare ? shares : means}; one-sided bounds at ${percent(1 - alpha)}`,
  };
}

function churnTable({ changed, broken, fixed, score, rows }: Churn, alpha: number): Table {
  const bounds = ({ lower, upper }: Estimated): readonly Json[] =>
    [lower, upper].map((bound) => (bound === null ? null : rounded(bound)));
  const counted = (name: string, part: Churn["changed"]): readonly (readonly Json[])[] =>
    part === undefined ? [] : [[name, part.count, rounded(part.value), ...bounds(part)]];
  return {
    title: `Answers that change with the challenger, of ${rows} rows (each bound is one-sided at ${percent(1 - alpha)})`,
    columns: ["what", "rows", "share or mean", "lower bound", "upper bound"],
    rows: [
      ...counted("another class is predicted", changed),
      ...counted("broken: right before, wrong now", broken),
      ...counted("fixed: wrong before, right now", fixed),
      ...(score === undefined
        ? []
        : [
            ["mean absolute change of the prediction", null, rounded(score.value), ...bounds(score)],
            ["largest change of the prediction", null, rounded(score.largest), null, null],
          ]),
    ],
  };
}
