import { z } from "zod";
import type { Column } from "../../dataset/dataset.ts";
import { isHigherBetter, metrics } from "../../evaluation/metrics.ts";
import { rowsOf } from "../../evaluation/select-rows.ts";
import type { SearchColumn, SearchValues, WeakSlice } from "../../evaluation/weak-slices.ts";
import { type Search, WeakSliceSearch } from "../../evaluation/weak-slices.ts";
import type { Check, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { input } from "../shared.ts";
import { rounded } from "./findings.ts";
import type { Part, Scene } from "./part.ts";
import { searchColumns } from "./slices/search-columns.ts";

export const weakSliceInputs = {
  weakSlices: input(z.boolean().optional(), {
    description:
      "Search all columns, and pairs of them, for slices in which the challenger is weak. It is exploratory and decides nothing. In screens when absent: whoever sees where a promotion's holdout fails tunes on it.",
  }),
} as const;

/** Keys of the command's `details`. */
export const weakSliceDetails = {
  /** Exploratory: slices by the largest deficit that is sure. */
  weakSlices: z
    .strictObject({
      /** The score whose mean is compared. */
      score: z.string(),
      columns: z.int(),
      tested: z.int(),
      /** Whether the time ended before every pair of columns was looked at. */
      whole: z.boolean(),
      slices: z.array(
        z.strictObject({
          slice: z.string(),
          against: z.enum(["rest", "champion"]),
          rows: z.int(),
          here: z.number(),
          there: z.number(),
          deficit: z.number(),
          atLeast: z.number(),
          p: z.number(),
        }),
      ),
    })
    .optional(),
} as const;

/** Milliseconds that the search may take once the columns are read. */
const searchMs = 30_000;
/** Slices shown for each comparison. */
const most = 10;

/** Where the challenger is weak, as far as a search over all columns tells. */
export async function weakSlicesTopic(scene: Scene, host: Host): Promise<Part> {
  const { contest, scored, dataset, holdout, opponent } = scene;
  const asked = contest.slicing.weakSlices ?? contest.given.purpose === "screen";
  const values = asked ? searchValues(scene) : undefined;
  if (values === undefined) return {};
  const { leastRows } = contest.slicing;
  const columns = await searchColumns(candidates(dataset.columns, scene), dataset, holdout.rows, host);
  const options = { alpha: contest.given.alpha, leastRows, most };
  const weights = scored.weights === undefined ? {} : { weights: scored.weights };
  const search = new WeakSliceSearch(columns, { ...values, ...weights }, options);
  const whole = await ran(search, host);
  const found = search.finish();
  const against = opponent?.name ?? "champion";
  return {
    checks: [checkOf(found, columns, whole, values.name)],
    tables: found.slices.length === 0 ? [] : [tableOf(found, values.name, against)],
    details: {
      weakSlices: {
        score: values.name,
        columns: columns.length,
        tested: found.tested,
        whole,
        slices: [...found.slices],
      },
    },
  };
}

/** What may be a feature: neither the label nor what tells how rows were drawn. */
function candidates(columns: readonly Column[], { contest, holdout }: Scene): readonly Column[] {
  const { labels, key = [], weight, group, time } = contest.question;
  const taken = new Set([...labels, ...key, weight, group, time]);
  const isFeature = ({ name }: Column) => holdout.features.includes(name);
  const free = columns.filter(({ name }) => !taken.has(name));
  return [...free.filter(isFeature), ...free.filter((column) => !isFeature(column))];
}

/** Whether the search came to its end in its time. Between steps other work, such as a signal to stop, gets its turn. */
async function ran(search: WeakSliceSearch, host: Host): Promise<boolean> {
  const start = host.now().getTime();
  for (const done of search.run()) {
    await new Promise((resolve) => setImmediate(resolve));
    host.signal.throwIfAborted();
    host.log.progress("searching for weak slices", done, search.steps);
    if (host.now().getTime() - start > searchMs) return done === search.steps;
  }
  return true;
}

/** A score of each row: of the first metric that is a mean of rows, else of the usual one that the answers allow. */
function searchValues({
  contest,
  rules,
  scored,
  opponent,
}: Scene): (SearchValues & { readonly name: string }) | undefined {
  const { truth, answers } = scored;
  const given = [answers[0] ?? {}, ...(opponent === undefined ? [] : [opponent.answers])];
  const usual = usualScores
    .filter(
      ({ metric, part }) =>
        metrics[metric].tasks.includes(contest.question.task) && given.every((one) => one[part] !== undefined),
    )
    .map(({ metric }) => ({ name: metric, metric, settings: {} }));
  for (const { name, metric, settings } of [...rules, ...usual]) {
    const sign = isHigherBetter({ metric, settings }) ? 1 : -1;
    const [score, other] = given.map((one) =>
      metrics[metric].estimator(truth, one, settings).values?.map((value) => sign * value),
    );
    if (score?.length !== rowsOf(truth)) continue;
    const gain = other === undefined ? {} : { gain: score.map((value, row) => value - (other[row] ?? 0)) };
    return { name: sign === 1 ? name : `−${name}`, score, ...gain };
  }
  return undefined;
}

/** Each with the part of the answers that it reads. */
const usualScores = [
  { metric: "accuracy", part: "predicted" },
  { metric: "mae", part: "value" },
] as const;

function checkOf({ slices, tested }: Search, columns: readonly SearchColumn[], whole: boolean, score: string): Check {
  const seen = `${tested} slices of ${columns.length} columns and pairs of them were looked at by ${score}`;
  const ended = whole ? "" : "; the time ended before every pair was looked at";
  const message = `exploratory, and decides nothing: ${seen}, ${slices.length} of the weakest stand out${ended}`;
  return {
    id: "weak-slices",
    verdict: "pass",
    message,
    observed: slices.length,
    n: tested,
    method: "Student's t, Benjamini and Hochberg over all slices",
  };
}

function tableOf({ slices }: Search, score: string, opponent: string): Table {
  return {
    title: `Weak slices found by search: exploratory, they decide nothing (mean ${score}; positive is better)`,
    columns: ["slice", "weaker than", "rows", "here", "there", "deficit", "surely", "p (BH)"],
    rows: slices.map((one) => rowOf(one, opponent)),
  };
}

function rowOf(
  { slice, against, rows, here, there, deficit, atLeast, p }: WeakSlice,
  opponent: string,
): readonly Json[] {
  const than = against === "rest" ? "all other rows" : `the ${opponent}, on the same rows`;
  return [slice, than, rows, ...[here, there, deficit, atLeast, p].map(rounded)];
}
