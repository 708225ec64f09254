import { z } from "zod";
import type { Cell, ColumnBatch } from "../../dataset/dataset.ts";
import type { Answers, MetricRule } from "../../evaluation/evaluation.ts";
import { type Loss, lossByRow, lossOf, type RelianceChange, relianceChanges } from "../../evaluation/reliance.ts";
import type { Check, Series, Table } from "../../kernel/command.ts";
import type { Host } from "../../kernel/host.ts";
import type { Json } from "../../kernel/json.ts";
import { createRandom } from "../../stats/random.ts";
import type { Contestant } from "./columns.ts";
import { percent, rounded } from "./findings.ts";
import type { Topic } from "./part.ts";
import { askableRule, featuresOf, type Sample, sampleRows } from "./sampling.ts";

export const importanceInput = z.strictObject({
  rows: z.int().min(50).max(100_000).default(2000),
  repeats: z.int().min(1).max(100).default(5),
  features: z.int().min(1).max(1000).default(30),
});
type ImportancePlan = z.output<typeof importanceInput>;

const bound = z.number().nullable();
const loss = z.strictObject({ value: z.number(), lower: bound, upper: bound, p: z.number() });
export const importanceDetails = z.strictObject({
  metric: z.string(),
  rows: z.int(),
  repeats: z.int(),
  /** Features of the models beyond those that were looked at. */
  left: z.int(),
  /** null: the model does not read it, or there is no champion. */
  features: z.array(
    z.strictObject({
      feature: z.string(),
      challenger: loss.nullable(),
      champion: loss.nullable(),
      difference: loss.nullable(),
      adjusted: bound,
    }),
  ),
});
type Facts = z.output<typeof importanceDetails>;
type FeatureFacts = Facts["features"][number];

/** What each model loses when a feature's values are dealt out anew among the rows, and where the two differ in it. */
export const importance: Topic = async (scene, host) => {
  const plan = scene.contest.gates.importance;
  if (plan === undefined) return {};
  const rule = askableRule(scene);
  if (typeof rule === "string") {
    return { checks: [{ id: "importance", verdict: "unchecked", message: rule, place: { input: "importance" } }] };
  }
  const sample = await sampleRows(scene, plan.rows, "importance", host);
  const all = featuresOf(scene.contestants);
  const features = all.slice(0, plan.features);
  const byFeature = await shuffledLosses(scene.contestants, sample, features, rule, plan, host);
  const found = factsOf(features, byFeature, sample, scene.contest.given.alpha);
  const facts: Facts = {
    metric: rule.name,
    rows: sample.rows,
    repeats: plan.repeats,
    left: all.length - features.length,
    features: found,
  };
  const { alpha } = scene.contest.given;
  return {
    checks: [importanceCheck(facts, scene.contestants.length > 1, alpha)],
    tables: [importanceTable(facts, alpha)],
    series: [importanceSeries(facts, scene.contestants.length > 1)],
    details: { importance: facts },
  };
};

type Losses = readonly (Float64Array | undefined)[];

/** By feature and contestant; undefined for a feature that the contestant does not read. */
async function shuffledLosses(
  contestants: readonly Contestant[],
  sample: Sample,
  features: readonly string[],
  rule: MetricRule,
  { repeats }: ImportancePlan,
  host: Host,
): Promise<readonly Losses[]> {
  const intact = await Promise.all(contestants.map((one) => sample.answers(one, sample.batch)));
  const byFeature: Losses[] = [];
  for (const [at, feature] of features.entries()) {
    const spoilt: Answers[][] = contestants.map(() => []);
    for (let repeat = 0; repeat < repeats; repeat++) {
      host.signal.throwIfAborted();
      // The same deal for both models: what it brings by chance falls out of their difference.
      const batch = shuffled(sample.batch, feature, `importance ${feature} ${repeat}`);
      await Promise.all(
        contestants.map(async (one, place) => {
          if (reads(one, feature)) spoilt[place]?.push(await sample.answers(one, batch));
        }),
      );
    }
    byFeature.push(
      contestants.map((one, place) =>
        reads(one, feature) ? lossByRow(rule, sample.truth, intact[place] ?? {}, spoilt[place] ?? []) : undefined,
      ),
    );
    host.log.progress("permuting features", at + 1, features.length);
  }
  return byFeature;
}

function reads({ session }: Contestant, feature: string): boolean {
  return session.features.some(({ name }) => name === feature);
}

function shuffled(batch: ColumnBatch, feature: string, seed: string): ColumnBatch {
  const values = batch.get(feature) ?? [];
  const order = createRandom(seed).shuffle([...values.keys()]);
  const dealt =
    values instanceof Float64Array
      ? Float64Array.from(order, (row) => values[row] ?? Number.NaN)
      : order.map((row): Cell => values[row] ?? null);
  return new Map([...batch, [feature, dealt]]);
}

function factsOf(
  features: readonly string[],
  byFeature: readonly Losses[],
  { design }: Sample,
  alpha: number,
): FeatureFacts[] {
  const drawn = design(alpha);
  const changes = relianceChanges(
    byFeature.map(([one, other]) => [one, other] as const),
    drawn,
  );
  const shown = (losses: Float64Array | undefined): Loss | null =>
    losses === undefined ? null : lossOf(losses, drawn);
  return features
    .map((feature, at): FeatureFacts => {
      const change: RelianceChange | undefined = changes[at];
      return {
        feature,
        challenger: shown(byFeature[at]?.[0]),
        champion: shown(byFeature[at]?.[1]),
        difference: change?.difference ?? null,
        adjusted: change?.adjusted ?? null,
      };
    })
    .sort((a, b) => largest(b) - largest(a));
}

function largest({ challenger, champion }: FeatureFacts): number {
  return Math.max(challenger?.value ?? Number.NEGATIVE_INFINITY, champion?.value ?? Number.NEGATIVE_INFINITY);
}

function changeOf({ difference, adjusted, challenger, champion }: FeatureFacts, alpha: number, both: boolean): string {
  if (both && champion === null && challenger !== null) return "new";
  if (both && challenger === null && champion !== null) return "gone";
  if (difference === null || adjusted === null || adjusted > alpha) return "";
  return difference.value > 0 ? "relies more" : "relies less";
}

function importanceCheck(facts: Facts, both: boolean, alpha: number): Check {
  const named = (change: string) =>
    facts.features.filter((one) => changeOf(one, alpha, both) === change).map(({ feature }) => feature);
  const parts = (["relies more", "relies less"] as const).flatMap((change) => {
    const features = named(change);
    return features.length === 0 ? [] : [`${change} on ${features.slice(0, 8).join(", ")}`];
  });
  const most = facts.features.slice(0, 3).map(({ feature }) => feature);
  const changed = both
    ? `; ${parts.length === 0 ? "no change from the champion shows" : `it ${parts.join(" and ")}`}`
    : "";
  return {
    id: "importance",
    verdict: "pass",
    message: `by ${facts.metric} the challenger rests most on ${most.join(", ")}${changed}`,
    n: facts.rows,
    method: `${facts.repeats} permutations of each feature, the same for both models; Student's t on the rows' losses, differences by Holm at ${percent(alpha)}`,
  };
}

function importanceTable(facts: Facts, alpha: number): Table {
  const both = facts.features.some(({ champion }) => champion !== null);
  const cells = (one: Loss | null): readonly Json[] =>
    [one?.value, one?.lower, one?.upper].map((value) => (typeof value === "number" ? rounded(value) : null));
  return {
    title: `Permutation importance: what is lost in ${facts.metric} without a feature (${facts.rows} rows; each bound is one-sided at ${percent(1 - alpha)})`,
    columns: [
      "feature",
      "challenger",
      "lower bound",
      "upper bound",
      ...(both
        ? ["champion", "champion's lower", "champion's upper", "difference", "p of the difference (Holm)", "change"]
        : []),
    ],
    rows: facts.features.map((one): readonly Json[] => [
      one.feature,
      ...cells(one.challenger),
      ...(both
        ? [
            ...cells(one.champion),
            one.difference === null ? null : rounded(one.difference.value),
            one.adjusted === null ? null : rounded(one.adjusted),
            changeOf(one, alpha, both),
          ]
        : []),
    ]),
    ...(facts.left > 0 ? { more: facts.left } : {}),
  };
}

const drawnFeatures = 15;

function importanceSeries(facts: Facts, both: boolean): Series {
  const drawn = facts.features.slice(0, drawnFeatures);
  const values = (pick: (one: FeatureFacts) => Loss | null) =>
    drawn.map((one) => {
      const picked = pick(one);
      return picked === null ? null : rounded(picked.value);
    });
  return {
    title: `Permutation importance by ${facts.metric}`,
    x: drawn.map(({ feature }) => feature),
    lines: {
      challenger: values(({ challenger }) => challenger),
      ...(both ? { champion: values(({ champion }) => champion) } : {}),
    },
    form: "bars",
  };
}
