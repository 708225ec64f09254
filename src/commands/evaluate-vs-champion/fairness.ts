import { z } from "zod";
import type { Column } from "../../dataset/dataset.ts";
import type { Answers, ClassTruth } from "../../evaluation/evaluation.ts";
import {
  compareGroups,
  type FairnessQuestion,
  fairnessMeasures,
  type GroupDifference,
  type NamedRows,
} from "../../evaluation/fairness.ts";
import { levelName, levelText, rowsByLevel } from "../../evaluation/slicing.ts";
import type { Check, Table } from "../../kernel/command.ts";
import { configurationError } from "../../kernel/error.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import type { CheckVerdict } from "../../kernel/verdict.ts";
import { input } from "../shared.ts";
import { rounded, signed } from "./findings.ts";
import { designOf } from "./judge.ts";
import type { Part, Scene } from "./part.ts";
import { cutName, partitionsBy } from "./slices/columns.ts";
import { requireCuttable } from "./slices/require.ts";

const declaration = z.strictObject({
  column: z.string(),
  reference: z.union([z.string(), z.number(), z.boolean()]).optional(),
  limit: z.number().gt(0).lt(1).optional(),
});
export type FairnessPlan = z.output<typeof declaration>;

export const fairnessInputs = {
  fairness: input(z.array(declaration).min(1).max(10).optional(), {
    description:
      "Columns of named groups, between which the challenger's rates of positive answers may not differ: of all rows (demographic parity), of the truly positive (equal opportunity) and of the truly negative. Each group is held against the `reference`, the largest group when absent. With `limit` the check fails where a difference is beyond it for sure, and is inconclusive where it may be. Two classes only.",
    example: "[{ column: sex, reference: male, limit: 0.1 }]",
  }),
} as const;

const number = z.number().nullable();

/** Keys of the command's `details`. */
export const fairnessDetails = {
  fairness: z
    .array(
      z.strictObject({
        column: z.string(),
        reference: z.string(),
        limit: number,
        differences: z.array(
          z.strictObject({
            group: z.string(),
            measure: z.enum(fairnessMeasures),
            rows: z.int(),
            referenceRows: z.int(),
            share: number,
            referenceShare: number,
            difference: number,
            lower: number,
            upper: number,
            state: z.enum(["within", "beyond", "inconclusive", "untestable", "shown"]),
            reason: z.string().optional(),
            /** The opponent's. */
            opponentDifference: number,
          }),
        ),
      }),
    )
    .optional(),
} as const;

/** More groups than this are no groups of people; the smallest are left out by name. */
const mostGroups = 20;

type Difference = GroupDifference & { readonly opponentDifference: number | null };

interface Found {
  readonly plan: FairnessPlan;
  readonly reference: NamedRows;
  readonly differences: readonly Difference[];
  readonly left: number;
}

/**
 * That the question can be asked of the data: before a row is scored.
 * @throws TitleholderError TH_EVALUATION_FAIRNESS, TH_EVALUATION_SLICES (configuration)
 */
export function requireFairness(plans: readonly FairnessPlan[], task: string, columns: readonly Column[]): void {
  if (plans.length === 0) return;
  if (task !== "binary")
    throw refuse(
      `differences between groups are of two classes, and the task is ${task}`,
      "leave `fairness` out, or slice the rows with `slices`",
    );
  for (const plan of plans) requireCuttable(plan, columns, "fairness");
  const names = plans.map(({ column }) => column);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw refuse(`the column ${twice} stands twice`, "name each column once");
}

/** How differently the challenger treats named groups of rows. */
export async function fairnessTopic(scene: Scene, host: Host): Promise<Part> {
  const { contest, scored, dataset, holdout } = scene;
  const { truth, answers } = scored;
  const plans = contest.slicing.fairness;
  if (plans.length === 0 || truth.kind !== "classes") return {};
  const [challenger = {}] = answers;
  if (challenger.predicted === undefined) return { checks: plans.map(withoutClasses) };
  const cuts = plans.map(({ column }) => ({ column }));
  const partitions = await partitionsBy(cuts, dataset, holdout.rows, host, "fairness");
  const results = plans.map((plan) => {
    const groups = rowsByLevel(partitions.get(cutName(plan)) ?? { names: [], codes: new Uint32Array() });
    return findingsOf(plan, groups, truth, challenger, scene);
  });
  const found = results.filter((one): one is Found => "reference" in one);
  return {
    checks: results.map((one) => ("reference" in one ? checkOf(one) : one)),
    tables: found.map((one) => tableOf(one, scene.opponent?.name ?? "champion")),
    details: { fairness: found.map(detailsOf) },
  };
}

function withoutClasses({ column }: FairnessPlan): Check {
  const message = `groups by ${column} were not compared: the challenger gives no classes`;
  return { id: `fairness.${column}`, verdict: "unchecked", message, place: { input: "fairness" } };
}

function findingsOf(
  plan: FairnessPlan,
  groups: readonly NamedRows[],
  truth: ClassTruth,
  challenger: Answers,
  { contest, scored, opponent }: Scene,
): Found | Check {
  const wanted =
    plan.reference === undefined ? groups[0]?.name : levelName(plan.column, levelText(plan.reference) ?? "");
  const reference = groups.find(({ name }) => name === wanted);
  if (reference === undefined) return goneReference(plan, wanted ?? "");
  const others = groups.filter((group) => group !== reference);
  const kept = others.slice(0, mostGroups);
  const design = designOf(scored, contest.given.alpha);
  const question: FairnessQuestion = { limit: plan.limit, leastRows: contest.slicing.leastRows, design };
  const compared = (model: Answers) =>
    model.predicted === undefined
      ? []
      : compareGroups(kept, reference, truth, { predicted: model.predicted }, question);
  const theirs = opponent === undefined ? [] : compared(opponent.answers);
  const differences = compared(challenger).map((one, at) => ({
    ...one,
    opponentDifference: theirs[at]?.difference ?? null,
  }));
  return { plan, reference, differences, left: others.length - kept.length };
}

function goneReference({ column }: FairnessPlan, wanted: string): Check {
  const message = `no row belongs to the group ${wanted}, which the others are held against`;
  return { id: `fairness.${column}`, verdict: "fail", message, observed: 0, place: { input: "fairness" } };
}

function checkOf({ plan, reference, differences, left }: Found): Check {
  const { limit } = plan;
  const known = differences.filter(({ state }) => state !== "untestable");
  const worst = known.toSorted((a, b) => Math.abs(b.difference ?? 0) - Math.abs(a.difference ?? 0))[0];
  const of = (state: string) => known.filter((one) => one.state === state);
  const [beyond, open] = [of("beyond"), of("inconclusive")];
  const verdict: CheckVerdict =
    known.length === 0 ? "unchecked" : beyond.length > 0 ? "fail" : open.length > 0 ? "inconclusive" : "pass";
  const named = beyond[0] ?? open[0] ?? worst;
  const untested = [...new Set(differences.filter(({ state }) => state === "untestable").map(({ group }) => group))];
  return {
    id: `fairness.${plan.column}`,
    verdict,
    message: `${sentence(named, reference.name, limit)}${beyond.length > 1 ? `; ${beyond.length} differences are beyond the limit` : ""}${untested.length > 0 ? `; not wholly compared: ${untested.slice(0, 3).join(", ")}${untested.length > 3 ? ` and ${untested.length - 3} more` : ""}` : ""}${left > 0 ? `; ${left} smaller groups left out` : ""}`,
    ...(named?.difference == null ? {} : { observed: named.difference, effect: named.difference }),
    ...(limit === undefined ? {} : { expected: limit }),
    ...(named?.lower == null ? {} : { interval: [named.lower, named.upper] as const }),
    n: known.reduce((most, { rows, referenceRows }) => Math.max(most, rows + referenceRows), 0),
    method: "differences of shares with bounds that hold for all groups and measures together",
  };
}

function sentence(one: Difference | undefined, reference: string, limit: number | undefined): string {
  if (one?.difference == null || one.lower === null || one.upper === null)
    return `no group could be compared with ${reference}`;
  const gap = `the ${one.measure} of ${one.group} differs from that of ${reference} by ${signed(one.difference)}, with bounds ${signed(one.lower)} and ${signed(one.upper)}`;
  const ends = {
    beyond: `: beyond the limit of ${limit}`,
    inconclusive: `: too little evidence that it is within ${limit}`,
    within: `, the most of all: within the limit of ${limit}`,
    shown: ", the most of all; no limit was asked",
    untestable: "",
  };
  return `${gap}${ends[one.state]}`;
}

function tableOf({ plan, reference, differences, left }: Found, opponent: string): Table {
  return {
    title: `Groups by ${plan.column}: the challenger's share of positive answers beside that of ${reference.name}`,
    columns: [
      "group",
      "measure",
      "rows",
      "share",
      "reference",
      "difference",
      "lower bound",
      "upper bound",
      `${opponent}'s difference`,
      "state",
    ],
    rows: differences.map((one): readonly Json[] => {
      const numbers = [one.share, one.referenceShare, one.difference, one.lower, one.upper, one.opponentDifference];
      const shown = numbers.map((value) => (value === null ? null : rounded(value)));
      return [
        one.group,
        one.measure,
        one.rows,
        ...shown,
        one.reason === undefined ? one.state : `${one.state}: ${one.reason}`,
      ];
    }),
    ...(left > 0 ? { more: left } : {}),
  };
}

function detailsOf({ plan, reference, differences }: Found) {
  return { column: plan.column, reference: reference.name, limit: plan.limit ?? null, differences: [...differences] };
}

function refuse(message: string, fix: string) {
  return configurationError("TH_EVALUATION_FAIRNESS", message, fix, { input: "fairness" });
}
