import { z } from "zod";
import type { Answers } from "../../evaluation/evaluation.ts";
import type { RowValues } from "../../evaluation/select-rows.ts";
import { compareSlices, type SliceComparison, testsOf } from "../../evaluation/slices.ts";
import type { Check } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import { designOf } from "./judge.ts";
import type { Part, Scene } from "./part.ts";
import { goneSinceChampion } from "./slices/before.ts";
import type { DeclaredSlices } from "./slices/declared.ts";
import { goneChecks, sliceChecks, slicesTable } from "./slices/findings.ts";

const number = z.number().nullable();

/** Keys of the command's `details`. */
export const sliceDetails = {
  slices: z
    .strictObject({
      /** How many tests share alpha. */
      tests: z.int(),
      /** Every metric in every slice, as declared. */
      compared: z.array(
        z.strictObject({
          slice: z.string(),
          metric: z.string(),
          rows: z.int(),
          margin: z.number(),
          challenger: number,
          champion: number,
          effect: number,
          lower: number,
          upper: number,
          p: number,
          foundLoss: number,
          state: z.enum(["non-inferior", "rejected", "inconclusive", "unchanged", "untestable"]),
          reason: z.string().optional(),
        }),
      ),
      /** Declared, or there when the champion was evaluated, and without a row. */
      gone: z.array(z.string()),
      /** Slices by each column's values: what a later evaluation expects to find again. */
      byValue: z.record(z.string(), z.array(z.string())),
    })
    .optional(),
} as const;

const sinceChampion =
  "the champion's own evaluation had it. If it is gone for good, list the values that are left with `values`";

/** Whether the challenger is worse anywhere, slice by slice, for the slices that are declared. */
export async function slicesTopic(scene: Scene, host: Host): Promise<Part> {
  const { contest, opponent, rules, slices: declared } = scene;
  const { plans, leastRows } = contest.slicing;
  if (plans.length === 0) return {};
  const since = await goneSinceChampion(contest.champion, plans, declared);
  const gone = [...goneChecks(declared.gone, "it is gone from the data"), ...goneChecks(since, sinceChampion)];
  if (opponent === undefined) return { checks: [...gone, uncompared(declared)] };
  const { alpha } = contest.given;
  const question = { rules, alpha, leastRows };
  const tests = testsOf(declared.slices, rules, leastRows);
  const comparisons = compareSlices(declared.slices, valuesOf(scene, opponent.answers), question, (done) => {
    host.signal.throwIfAborted();
    host.log.progress("comparing the slices", done, declared.slices.length);
  });
  const against = `the ${opponent.name}`;
  return {
    checks: [
      ...gone,
      ...(comparisons.length === 0 ? [] : sliceChecks(comparisons, tests, alpha, against)),
      ...unknownChecks(declared),
    ],
    tables: comparisons.length === 0 ? [] : [slicesTable(comparisons, opponent.name, tests, alpha)],
    details: { slices: detailsOf(comparisons, tests, [...declared.gone, ...since], declared.byValue) },
  };
}

/** The challenger's answers, then the opponent's. */
function valuesOf({ scored, contest }: Scene, other: Answers): RowValues {
  const { truth, answers } = scored;
  return { truth, answers: [answers[0] ?? {}, other], design: designOf(scored, contest.given.alpha) };
}

function uncompared({ slices }: DeclaredSlices): Check {
  const message = `${slices.length} slices were compared with nothing, as there is neither a champion nor a baseline`;
  return { id: "slices", verdict: "unchecked", message };
}

function unknownChecks({ unknown }: DeclaredSlices): readonly Check[] {
  return unknown.map(({ name, why }) => ({
    id: `slice.${name}`,
    verdict: "unchecked",
    message: `the slice ${name} was not compared: ${why}`,
    place: { input: "slices" },
  }));
}

function detailsOf(
  comparisons: readonly SliceComparison[],
  tests: number,
  gone: readonly string[],
  byValue: DeclaredSlices["byValue"],
) {
  const copied = Object.fromEntries(Object.entries(byValue).map(([column, names]) => [column, [...names]]));
  return { tests, compared: [...comparisons], gone: [...gone], byValue: copied };
}
